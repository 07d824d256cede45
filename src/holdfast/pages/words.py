"""The pages' texts in three languages, and how each language writes money, numbers and instants."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from holdfast.vocabulary.errors import Bug

LANGUAGES = ("ru", "kk", "en")
_TEXTS = Path(__file__).parent / "texts"
_SYMBOLS = {"RUB": "₽", "KZT": "₸"}
_THIN = "\u00a0"


def _flat(node: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Give every text of a tree by its dotted key."""
    for name, value in node.items():
        key = f"{before}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{key}.")
        else:
            yield key, str(value)


@cache
def texts(language: str, book: str = "") -> Mapping[str, str]:
    """Give every text of a language by its key; `book` is the folder of other pages than the demonstration's."""
    tree = yaml.safe_load((_TEXTS / book / f"{language}.yaml").read_text(encoding="utf-8"))
    return dict(_flat(tree))


class Words:
    """One language's voice."""

    def __init__(self, language: str, book: str = "", *, things: Sequence[str] = ()) -> None:
        self.language = language
        self._book = book
        self._texts = texts(language, book)
        self._places = (*(f"{thing}." for thing in things), "")

    def __call__(self, key: str, **values: object) -> str:
        """Give a text with its values put in: the thing's own where it has one."""
        text = next((found for place in self._places if (found := self._texts.get(f"{place}{key}"))), None)
        if text is None:
            raise Bug(f"there is no text `{key}` in `{self.language}`")
        return text.format(**values) if values else text

    def about(self, *things: str) -> "Words":
        """Give the same voice speaking of one thing, whose own texts, in this order, go before those for any."""
        return Words(self.language, self._book, things=things)

    def named(self, section: str, name: str) -> str:
        """Give the text that a section has for a name, or the name itself."""
        return self._texts.get(f"{section}.{name}", name)

    def has(self, key: str) -> bool:
        """Tell whether there is a text."""
        return key in self._texts

    def either(self, first: str, key: str, /, **values: object) -> str:
        """Give the first text where there is one, else the other."""
        return self(first if self.has(first) else key, **values)

    def number(self, value: float, digits: int = 0) -> str:
        """Write a number as the language does."""
        text = f"{value:,.{digits}f}"
        return text if self.language == "en" else text.replace(",", _THIN).replace(".", ",")

    def money(self, minor: int, currency: str) -> str:
        """Write an amount; kopecks only where there are any."""
        text = self.number(minor / 100, 2 if minor % 100 else 0)
        return f"{text}{_THIN}{_SYMBOLS.get(currency, currency)}"

    def day(self, instant: datetime) -> str:
        """Write a date in words."""
        month = self(f"months.{instant.month}")
        return self("form.day", day=instant.day, month=month, year=instant.year)

    def moment(self, instant: datetime) -> str:
        """Write a date with its time."""
        return self("form.moment", date=self.day(instant), time=f"{instant:%H:%M}")

    def per_cent(self, part: float, whole: float) -> str:
        """Write a share; a dash where there is no whole."""
        return f"{self.number(100 * part / whole, 1)}{_THIN}%" if whole else "–"
