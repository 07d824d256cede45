"""Whether two names are one person's."""


def one_person(name: str) -> str:
    """Give a person's name in one spelling, however it is written."""
    return " ".join(name.split()).casefold()


def same_person(one: str, other: str) -> bool:
    """Tell whether two names are one person's."""
    return one_person(one) == one_person(other)
