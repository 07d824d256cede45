"""What cannot have happened after a stop is left out, and nothing else."""

from typing import Any

from holdfast.cli.demo.stopped import Stopped


def listed(kind: str, listing_id: str = "ad-1") -> dict[str, Any]:
    """Write an event that puts a listing up or changes it."""
    return {"id": f"{kind}-{listing_id}", "type": kind, "listing": {"listing_id": listing_id}}


def test_the_result_of_a_stopped_transfer_is_void_once() -> None:
    """The money did not move, so that nothing reports it moved; another transfer's result stays."""
    stopped = Stopped()
    stopped.add({"id": "tr-1", "type": "transfer"})
    assert stopped.voids({"id": "r-1", "type": "transfer_result", "of": "tr-1"})
    assert not stopped.voids({"id": "r-1", "type": "transfer_result", "of": "tr-1"})
    assert not stopped.voids({"id": "r-2", "type": "transfer_result", "of": "tr-2"})
    assert not stopped.voids({"id": "lg-1", "type": "login"})


def test_nobody_writes_about_a_listing_that_was_not_shown() -> None:
    """Messages, complaints, edits and the end of a stopped listing are left out; those of another are not."""
    stopped = Stopped()
    stopped.add(listed("listing_published"))
    for kind in ("message_sent", "complaint", "listing_closed"):
        assert stopped.voids({"id": "x", "type": kind, "listing_id": "ad-1"})
        assert not stopped.voids({"id": "x", "type": kind, "listing_id": "ad-2"})
    assert stopped.voids(listed("listing_edited"))
    assert not stopped.voids(listed("listing_published", "ad-3"))


def test_a_stopped_message_does_not_end_the_talk() -> None:
    """Whoever was held back writes again."""
    stopped = Stopped()
    stopped.add({"id": "m-1", "type": "message_sent", "listing_id": "ad-1"})
    assert not stopped.voids({"id": "m-2", "type": "message_sent", "listing_id": "ad-1"})
