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
