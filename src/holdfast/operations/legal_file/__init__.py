"""The legal file: the evidence of one decision as one page that a judge can read and print without our software."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from holdfast.operations.evidence import Evidence
from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.holds import ActKind

LANGUAGES: Final = ("ru", "kk", "en")
_ROOM: Final = "holdfast.operations.legal_file"


class Words:
    """The words of one language: fixed texts by name, and the meaning of reasons, findings and states."""

    def __init__(self, texts: Mapping[str, Any]) -> None:
        self._texts = texts

    def __getattr__(self, name: str) -> Any:
        """Give a fixed text."""
        return self._texts[name]

    def of(self, group: str, word: object) -> str:
        """Give the meaning of a word; one that has no text stands as it is, for the page must never hide a fact."""
        return str(self._texts[group].get(str(word), word))


def legal_file(evidence: Evidence, language: str) -> str:
    """Write the page in a language; raises InvalidError for one that it does not speak."""
    if language not in LANGUAGES:
        raise InvalidError(
            f"`lang` cannot be `{language[:20]}`", pointer="/lang", hint=f"one of {', '.join(LANGUAGES)}"
        )
    page: str = _template().render(
        file=evidence.content,
        course=_course(evidence.content),
        words=Words(_texts(language)),
        lang=language,
        digest=evidence.hash,
    )
    return page


def _course(content: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Give what happened in the order of time: acts on holds, pages shown, notices as they were sent, and results."""
    shown = [act for hold in content["holds"] for act in hold["told"] if act["act"] == ActKind.SHOW.value]
    acts = [("act", act) for act in (*(act for hold in content["holds"] for act in hold["history"]), *shown)]
    notices = [("notice", notice) for notice in content["notices"]]
    results = [("result", result) for result in content["results"]]
    return sorted((*acts, *notices, *results), key=lambda row: datetime.fromisoformat(row[1]["at"]))


@cache
def _texts(language: str) -> Mapping[str, Any]:
    source, _, _ = PackageLoader(_ROOM, "texts").get_source(Environment(autoescape=True), f"{language}.yaml")
    texts: Mapping[str, Any] = yaml.safe_load(source)
    return texts


@cache
def _template() -> Any:
    loader = PackageLoader(_ROOM, "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["money"] = _money
    made.filters["instant"] = _instant
    return made.get_template("file.html")


def _money(amount_minor: int) -> str:
    """Write minor units with two digits, thousands apart by a narrow space."""
    whole, part = divmod(int(amount_minor), 100)
    return f"{whole:,}".replace(",", "\u202f") + f",{part:02d}"


def _instant(text: str | None) -> str:
    """Write an RFC 3339 instant as a person reads it, with its offset."""
    if not text:
        return ""
    day, _, rest = text.partition("T")
    year, month, date = day.split("-")
    offset = rest[-6:] if len(rest) > 6 and rest[-6] in "+-" else "Z"
    return f"{date}.{month}.{year} {rest[:8]} {offset}"
