"""Courses of transfers for the table of liability, in Moscow time around Friday 8 May 2026."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from holdfast.claims import Application, Dossier, HoldMark, ListCourse, Listing, NoticeMark, ResultMark, Rule
from holdfast.vocabulary.holds import ActKind, HoldState, Instruction
from holdfast.vocabulary.instants import to_ms
from holdfast.vocabulary.packs import Citation, Dated, Refund
from holdfast.vocabulary.trilean import Trilean

ZONE = ZoneInfo("Europe/Moscow")
LIST = "ru.cbr.recipients"
CITE = Citation(act="Federal Law 161-FZ", article="art. 8 p. 3.13", url="", confidence="C", checked_on="2026-11-22")
HOLD = "hold_1"
WAIT, DO, DO_NOT = Instruction.WAIT, Instruction.EXECUTE, Instruction.DO_NOT_EXECUTE


def at(text: str) -> int:
    """Read `05-08 10:05` of the year 2026 in Moscow, or a whole date."""
    written = text if text.count("-") == 2 else f"2026-{text}"
    return to_ms(datetime.fromisoformat(written).replace(tzinfo=ZONE))


def refund(breach: str = "procedure", **more: Any) -> Refund:
    """Make a rule of refund."""
    lists: tuple[str, ...] = (LIST,) if breach != "notice" else ()
    said: dict[str, Any] = {"days": 30, "days_cross_border": None, "known_on": lists, **more}
    return Refund(
        id=f"test.{breach}",
        breach=breach,
        when="True",
        title={"en": "refund"},
        cite=CITE,
        dated=Dated(from_ms=0),
        **said,
    )


def rule(breach: str = "procedure", *, protects: Trilean = True, **more: Any) -> Rule:
    """Put a refund in force."""
    return Rule(
        refund=refund(breach, **more), pack="test", pack_version="1", cite="161-FZ art. 8 p. 3.13", protects=protects
    )


def listing(published: str | None, loaded: str, **more: Any) -> Listing:
    """Make a stay on the list."""
    return Listing(
        kind="account",
        version=f"v{loaded}",
        published_ms=at(published) if published else None,
        loaded_ms=at(loaded),
        **more,
    )


def course(*stays: Listing, answer: Trilean = None, asked: bool = True, **more: Any) -> ListCourse:
    """Say what the list knew; the deadline is an hour."""
    said: dict[str, Any] = {
        "loaded_since_ms": at("01-01 00:00"),
        "deadline_hours": 1,
        "deadline_cite": "7282-U item 6",
        "answer_version": "v0" if answer is not None else None,
        **more,
    }
    return ListCourse(list=LIST, listings=stays, asked=asked, answer=answer, **said)


LISTED = course(listing("05-08 08:00", "05-08 08:30"), answer=True)
ABSENT = course(answer=False)
LATE = course(listing("05-08 09:00", "05-08 10:12"), answer=False)


def transfer(
    outcome: str = "allow",
    *,
    known: ListCourse | None = None,
    acts: Sequence[HoldMark] = (),
    results: Sequence[ResultMark] = (),
    notices: Sequence[NoticeMark] = (),
    **more: Any,
) -> Dossier:
    """Make the course of a transfer that was decided on 8 May at 10:05."""
    said: dict[str, Any] = {"decided_ms": at("05-08 10:05"), "cross_border": False, **more}
    return Dossier(
        decision_id="dec_1",
        event_id="tr-1",
        occurred_ms=at("05-08 10:04"),
        outcome=outcome,
        amount_minor=25_000_000,
        currency="RUB",
        stop_provision="161-FZ art. 8 p. 3.4" if outcome in {"hold", "refuse"} else "",
        lists=() if known is None else (known,),
        acts=tuple(acts),
        results=tuple(results),
        notices=tuple(notices),
        **said,
    )


def result(word: str, when: str) -> ResultMark:
    """Report what became of the transfer."""
    return ResultMark(result=word, at_ms=at(when), ref=f"res-{word}")


def act(kind: ActKind, when: str, state: HoldState, instruction: Instruction) -> HoldMark:
    """Make an act on the hold."""
    return HoldMark(
        hold_id=HOLD,
        act=kind,
        at_ms=at(when),
        to_state=state,
        instruction=instruction,
        provision=f"161-FZ, {kind}",
        policy="ru.161-fz.8.3.4",
    )


def notice(when: str, *, delivered: Trilean = True) -> NoticeMark:
    """Make a notice about the transfer."""
    return NoticeMark(template="ru.161-fz.8.3.6", at_ms=at(when), delivered=delivered, ref="notice-1")


def application(when: str = "05-12 11:00", *, without_consent: Trilean = None) -> Application:
    """Make the client's demand."""
    return Application(received_ms=at(when), zone=ZONE, without_consent=without_consent)


PLACED = act(ActKind.PLACE, "05-08 10:05", HoldState.PLACED, WAIT)
CONFIRMED = act(ActKind.CONFIRM, "05-08 12:00", HoldState.CONFIRMED, DO)
PAUSED = act(ActKind.CONFIRM, "05-08 12:00", HoldState.PAUSED_AGAIN, WAIT)
PAUSE_OVER = act(ActKind.LAPSE, "05-10 00:00", HoldState.CONFIRMED, DO)
SILENCE = act(ActKind.LAPSE, "05-10 00:00", HoldState.NOT_ACCEPTED, DO_NOT)
CANCELLED = act(ActKind.CANCEL, "05-08 13:00", HoldState.CANCELLED, DO_NOT)
RELEASED = act(ActKind.RELEASE, "05-08 15:00", HoldState.RELEASED, DO)
TOLD = notice("05-08 10:06")
EXECUTED = result("executed", "05-08 10:30")
