"""Swaps of a SIM card or of a device: whether there was one in the last hours, and when the last one was."""

from collections.abc import Mapping
from typing import Any, Final

import structlog

from holdfast.gateways.telecom.call import Asked, Body, PlainCall
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.outside import ProviderSpec
from holdfast.vocabulary.schema import FieldType
from holdfast.vocabulary.telecom import OperatorSpec
from holdfast.wire.outside import value_at

_AGE: Final = "maxAge"
_log: Final = structlog.get_logger("holdfast.providers")


class SwapCheck(PlainCall):
    """Whether there was a swap in the last `hours`, as the file names them.

    An operator may look back less far (400 OUT_OF_RANGE). Then half as many hours are asked for from the next question
    on, and what was seen in them is a swap all the same, but nothing seen in them says nothing of the others.
    """

    verb = "check"

    def __init__(self, spec: ProviderSpec, operator: OperatorSpec) -> None:
        super().__init__(spec, operator)
        self._hours = operator.hours

    def body(self, asked: Asked) -> Body:
        """Write the number and the hours."""
        return {**super().body(asked), _AGE: self._hours}

    def told(self, root: Any, body: Body) -> Mapping[str, Value]:
        """Read whether there was one, and in how many hours it was looked for."""
        swapped = value_at(root, "swapped", FieldType.BOOL)
        hours = int(str(body[_AGE]))
        whole = hours >= self.operator.hours
        return {"swapped": swapped if swapped or whole else None, "checked_hours": hours}

    def out_of_range(self, body: Body) -> None:
        """Ask for half of what was refused."""
        less = max(1, int(str(body[_AGE])) // 2)
        if less < self._hours:
            self._hours = less
            _log.warning("an operator looks back less far than asked", provider=self.spec.id, hours_next=less)


class SwapDate(PlainCall):
    """When the last swap was.

    `null` with a monitored period says that there was none in so many days, `null` without one that the operator keeps
    the date to itself. A date may be that of the first activation: a new SIM card is no swap, but looks like one.
    """

    verb = "retrieve-date"
    named = ""

    def told(self, root: Any, body: Body) -> Mapping[str, Value]:
        """Read the instant, or for how many days there was nothing."""
        del body
        changed_at = value_at(root, self.named, FieldType.INSTANT)
        clear_days = value_at(root, "monitoredPeriod", FieldType.INTEGER)
        return {"changed_at": changed_at, "clear_days": clear_days if changed_at is None else None}
