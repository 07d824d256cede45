"""Claims: who owes whom a refund, by the law of the day of the transfer and by nothing but stored facts.

`assess` weighs a Dossier, the course of one transfer as the log tells it, by one rule of refund of a pack and
answers owed, not owed or cannot prove, each with the findings behind it. `settle` is the small state machine of a
claim. Nothing here reads a clock or a store.
"""

from holdfast.claims.assess import Application, Rule, assess, foremost
from holdfast.claims.dossier import Dossier, HoldMark, ListCourse, Listing, NoticeMark, ResultMark
from holdfast.claims.settle import is_overdue, settle

__all__ = [
    "Application",
    "Dossier",
    "HoldMark",
    "ListCourse",
    "Listing",
    "NoticeMark",
    "ResultMark",
    "Rule",
    "assess",
    "foremost",
    "is_overdue",
    "settle",
]
