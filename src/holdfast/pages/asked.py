"""What a visitor asks for, read from addresses and forms; whatever cannot be meant is named, never guessed."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from holdfast.pages.eve import STORIES
from holdfast.pages.eve import USUAL as USUAL_EVE
from holdfast.pages.story import MOST, RAILS, Country, Play
from holdfast.pages.two_days import ENDINGS
from holdfast.pages.words import LANGUAGES

_SPACES = re.compile(r"\s")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[,'][0-9]{3})*|[0-9]{1,12}")
_TWIN = "twin"
_MAX_FORM = 4_096


def asked_language(request: Request) -> str:
    """Give the language of `?lang=`, else the first that the browser wants and that there is, else Russian."""
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        return asked
    wanted = [part.split(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    return next((language for language in wanted if language in LANGUAGES), LANGUAGES[0])


def read_units(text: str) -> int | None:
    """Read an amount in whole units of money, with or without spaces; nothing when it is none."""
    digits = _SPACES.sub("", text)
    if not _GROUPED.fullmatch(digits):
        return None
    units = int(digits.replace(",", "").replace("'", ""))
    return units if 1 <= units <= MOST else None


def asked_play(form: Mapping[str, str], country: Country) -> tuple[Play | None, Mapping[str, Any], str]:
    """Read the form of the call: the play, or nothing; what was chosen; and the key of the fault's text."""
    chosen: dict[str, Any] = {
        "amount": form.get("amount", "")[:40],
        "rail": form.get("rail", ""),
        "officer": form.get("officer") == "1",
        "listed": form.get("listed") == "1",
    }
    units = read_units(chosen["amount"])
    if units is None:
        return None, chosen, "call.fault.amount"
    if chosen["rail"] not in RAILS[country]:
        return None, chosen, "call.fault.rail"
    twin = form.get("act") == _TWIN
    officer, listed = (False, False) if twin else (chosen["officer"], chosen["listed"])
    return Play(units=units, rail=chosen["rail"], officer=officer, listed=listed, twin=twin), chosen, ""


def asked_story(query: Mapping[str, str], country: Country) -> tuple[str, int, str]:
    """Read what the page of the law is asked for; a fault leaves the usual in its place and names itself."""
    return _asked(query, "story", STORIES[country], usual=USUAL_EVE[country])


def asked_ending(query: Mapping[str, str], country: Country) -> tuple[str, int, str]:
    """Read what the page of the hold is asked for, likewise."""
    return _asked(query, "ending", ENDINGS[country], usual=USUAL_EVE[country])


def _asked(query: Mapping[str, str], what: str, known: Sequence[str], *, usual: int) -> tuple[str, int, str]:
    """Read one of the known plays and an amount."""
    play = query.get(what, known[0])
    if play not in known:
        return known[0], usual, "law.fault.story"
    if "amount" not in query:
        return play, usual, ""
    units = read_units(query["amount"])
    return (play, usual, "call.fault.amount") if units is None else (play, units, "")


async def small_form(request: Request, most: int = _MAX_FORM) -> Mapping[str, str]:
    """Read a small form, of at most so many bytes; a page of another site cannot send it."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise HTTPException(413)
    return dict(parse_qsl(body.decode("utf-8", errors="replace"), keep_blank_values=True))
