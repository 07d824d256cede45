"""What the law forbids is refused with the provision that forbids it."""

from holdfast.vocabulary.errors import ForbiddenByLawError


def forbidden(why: str, provision: str) -> ForbiddenByLawError:
    """Make the error that says why an act is refused, and by which provision."""
    return ForbiddenByLawError(f"{why} ({provision})")
