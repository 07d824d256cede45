"""What the bank reports of an operation: the name of such an event, and the story in which it is found again."""

from typing import Final

RESULT: Final = "transfer_result"


def results_thread(event_id: str) -> str:
    """Name the story of what was reported of an operation; what was decided here has its decision's instead."""
    return f"results_{event_id}"
