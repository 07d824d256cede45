"""What a decision can say, and how far a pack, sign, rule or rail may act."""

from enum import IntEnum, StrEnum
from typing import Final


class Outcome(IntEnum):
    """The four outcomes in order of strength; `word` is the name on the wire."""

    ALLOW = 0
    CHALLENGE = 1
    HOLD = 2
    REFUSE = 3

    @property
    def word(self) -> str:
        """Give the name on the wire, for example `hold`."""
        return _WORDS[self]


_WORDS: Final = tuple(outcome.name.lower() for outcome in Outcome)
OUTCOME_BY_WORD: Final = {outcome.word: outcome for outcome in Outcome}


class Mode(StrEnum):
    """How far a thing may act: stored only, shown as advice, or acted upon."""

    OBSERVE = "observe"
    ADVISE = "advise"
    ENFORCE = "enforce"


class MeasureKind(StrEnum):
    """Duties that come with an outcome."""

    NOTIFY_CLIENT = "notify_client"
    PUBLIC_NOTICE = "public_notice"
    VERIFY_IDENTITY = "verify_identity"
    CAP_TRANSFERS = "cap_transfers"
    CAP_CASH = "cap_cash"
    SUSPEND_MEANS = "suspend_means"
    PAUSE_LOAN = "pause_loan"
    WARN_READER = "warn_reader"
    WARN_OWNER = "warn_owner"
    OPEN_CASE = "open_case"
    REPORT = "report"
    HIDE_LISTING = "hide_listing"
    LIMIT_SELLER = "limit_seller"
    BLOCK_SELLER = "block_seller"
    DISCLOSE_SELLER = "disclose_seller"
