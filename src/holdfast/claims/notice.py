"""Whether the client was told of an operation, and whether he answered by the day after."""

from datetime import datetime, time, timedelta, tzinfo

from holdfast.claims.dossier import Dossier
from holdfast.vocabulary.claims import Finding
from holdfast.vocabulary.instants import from_ms, to_ms

_END_OF_DAY = time(23, 59, 59, 999_000)


def operation_notice(dossier: Dossier, received_ms: int, zone: tzinfo, *, provision: str) -> tuple[Finding, Finding]:
    """Give two findings: was the client told, and did he report by the end of the day after (161-FZ art. 9 p. 11).

    Where no notice is on record it is unknown whether he was told: the bank may have told him by its own means.
    """
    delivered = [notice for notice in dossier.notices if notice.delivered]
    failed = any(notice.delivered is False for notice in dossier.notices)
    state = True if delivered else (False if failed else None)
    told = Finding(
        name="told_of_operation",
        state=state,
        reason={True: "told", False: "notice_failed", None: "no_record_of_notice"}[state],
        provision=provision,
        evidence=tuple(notice.ref for notice in dossier.notices),
    )
    until_ms = _end_of_next_day(delivered[0].at_ms, zone) if delivered else None
    in_time = None if until_ms is None else received_ms <= until_ms
    return told, Finding(
        name="reported_in_time",
        state=in_time,
        reason={True: "reported_in_time", False: "reported_late", None: "no_record_of_notice"}[in_time],
        provision=provision,
        details={"until_ms": until_ms, "received_ms": received_ms},
    )


def _end_of_next_day(at_ms: int, zone: tzinfo) -> int:
    day = from_ms(at_ms, zone).date() + timedelta(days=1)
    return to_ms(datetime.combine(day, _END_OF_DAY, tzinfo=zone))
