"""The public notice that a listing was placed from abroad: what the network address says of where its poster was.

It states a fact, so it says `yes` or `no` only where the tables tell the country of an ordinary line. Behind a VPN, a
hosting network or a carrier's translation, and where the country is unknown, it is not determined.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from holdfast.matching.places import is_abroad
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.judgement import Measure, Scalar
from holdfast.vocabulary.outcome import MeasureKind

LISTINGS: Final = frozenset({"listing_published", "listing_edited"})
"""What a listing goes online by; every decision about it carries the notice."""

PLACED_FROM_ABROAD: Final = "placed_from_abroad"
YES, NO, NOT_DETERMINED = "yes", "no", "not_determined"
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def abroad_notice(event_type: str, values: Mapping[str, Value], home: str) -> Measure | None:
    """Compute the notice of one publication or edit for a site of the country `home`; nothing for other events.

    `country` is named where it is determined; `as_of` is the day on which the table was built, where it is told.
    """
    if event_type not in LISTINGS:
        return None
    country = values.get("session.ip_country")
    abroad = is_abroad(country, values.get("session.ip_kind"), home=home)
    if abroad is None:
        return _notice(NOT_DETERMINED, None, values)
    return _notice(YES if abroad else NO, str(country), values)


def noticed(measures: Sequence[Measure], notice: Measure | None) -> tuple[Measure, ...]:
    """Unite the notice with other measures; a duty to give it adds whose duty that is, and where it is written."""
    if notice is None:
        return tuple(measures)
    asked = [row for row in measures if is_notice(row) or row == {"kind": notice["kind"]}]
    by_duty = {name: row[name] for row in asked for name in ("duty", "cite") if name in row}
    return (*(row for row in measures if row not in asked), {**notice, **by_duty})


def is_notice(measure: Measure) -> bool:
    """Tell whether a measure is this notice."""
    return measure.get("notice") == PLACED_FROM_ABROAD


def _notice(value: str, country: str | None, values: Mapping[str, Value]) -> Measure:
    """Write the notice as a measure."""
    day = _DAY.search(str(values.get("session.ip_source", "")))
    row: dict[str, Scalar] = {"kind": MeasureKind.PUBLIC_NOTICE.value, "notice": PLACED_FROM_ABROAD, "value": value}
    return row | {"country": country, "as_of": day[0] if day else None}
