"""What the newest version of a list led to: kept for each list, and how far following it came."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A version that was followed to its end, in counts.

    `withdrawn` holds had stood on what a wrong version had brought, `kept` ones still have another ground; `released`
    ones ended because a value left the list; `restricted`, `restored` and `unnamed` are clients (of the last nothing is
    left to tell them by); `late` are operations that went through because the version was loaded late.
    """

    version: str
    withdrawn: int = 0
    kept: int = 0
    released: int = 0
    restricted: int = 0
    restored: int = 0
    unnamed: int = 0
    late: int = 0
