"""Two people vouch for what one alone may not do.

A key stands for a person; names do so on a development server only.
"""

from holdfast.vocabulary.errors import InvalidError


def people(by: str | None, approved_by: str | None, key: str, *, open_to_all: bool) -> tuple[str, ...]:
    """Name who vouches: the key, or on a development server the two whom the caller names."""
    if not open_to_all:
        if by is not None or approved_by is not None:
            hint = "a key stands for a person; send the same with another person's key"
            raise InvalidError("`by` and `approved_by` are taken on a development server only", hint=hint)
        return (key,)
    if by is None or approved_by is None:
        raise InvalidError("this needs two people", pointer="/approved_by", hint="give `by` and `approved_by`")
    if by.strip().casefold() == approved_by.strip().casefold():
        raise InvalidError("nobody approves their own correction", pointer="/approved_by", hint="name another person")
    return by, approved_by


def person(said: str | None, key: str, *, open_to_all: bool) -> str:
    """Name one person who acts: the key, or on a development server whom the caller names."""
    if not open_to_all:
        if said is not None:
            hint = "a key stands for a person; leave `by` out"
            raise InvalidError("`by` is taken on a development server only", pointer="/by", hint=hint)
        return key
    if said is None or not said.strip():
        raise InvalidError("`by` is needed where no key stands for a person", pointer="/by", hint="name who acts")
    return said
