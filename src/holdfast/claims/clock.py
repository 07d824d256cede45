"""By when a claim must be answered."""

from datetime import datetime, time, timedelta, tzinfo

from holdfast.vocabulary.instants import from_ms, to_ms
from holdfast.vocabulary.packs import Refund
from holdfast.vocabulary.trilean import Trilean

_END_OF_DAY = time(23, 59, 59, 999_000)


def days_of(rule: Refund, *, cross_border: Trilean) -> int | None:
    """Choose the number of days; where it is not known whether the border was crossed, the shorter term binds."""
    terms = (rule.days, rule.days_cross_border)
    if cross_border is True:
        return rule.days_cross_border if rule.days_cross_border is not None else rule.days
    if cross_border is False:
        return rule.days
    known = [term for term in terms if term is not None]
    return min(known) if known else None


def due(rule: Refund, received_ms: int, zone: tzinfo, *, cross_border: Trilean) -> int | None:
    """Give the last instant for the answer to an application, or nothing where the law sets no clock.

    Calendar days after the day of receipt in the tenant's zone, to the end of the last one; weekends and holidays
    move nothing (161-FZ art. 8 p. 3.13).
    """
    days = days_of(rule, cross_border=cross_border)
    if days is None:
        return None
    last = from_ms(received_ms, zone).date() + timedelta(days=days)
    return to_ms(datetime.combine(last, _END_OF_DAY, tzinfo=zone))
