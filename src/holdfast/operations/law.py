"""The law and the rules that a tenant has loaded, compiled for every day they differ."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace

from holdfast.engine.tenant import Tenant
from holdfast.features.habits import FIELDS, JUDGED
from holdfast.language import Literal, Scope
from holdfast.operations.outside_names import outside_names
from holdfast.operations.placed_types import placed_types
from holdfast.regulation import as_of, boundaries
from holdfast.rules.regime import Conditions, Regime, compile_regime
from holdfast.scoring.scorer import Engine, Scorer
from holdfast.vocabulary.event import Value
from holdfast.vocabulary.models import Model
from holdfast.vocabulary.outside import ProviderSpec
from holdfast.vocabulary.packs import BusinessCalendar, HoldPolicy, Pack, Parameter
from holdfast.vocabulary.schema import EventSchema, FieldType
from holdfast.vocabulary.windows import WindowSpec

Policies = Mapping[str, tuple[HoldPolicy, BusinessCalendar | None]]
_LONG_AGO_MS = -(2**62)


class Law:
    """Packs in their order; `parameters` are the operator's own values by `pack:name`, `model` scores.

    `providers` declare what may be read from outside. `placed` are the types of event whose address is looked up.
    """

    def __init__(
        self,
        packs: Sequence[Pack],
        schema: EventSchema,
        *,
        tenant: Tenant,
        parameters: Mapping[str, bool | float | str],
        model: Model | None = None,
        providers: tuple[ProviderSpec, ...] = (),
    ) -> None:
        self.packs = packs
        self._schema = schema
        self._tenant = tenant
        self._parameters = parameters
        self._outside = outside_names(providers, packs)
        self.model = model
        self.engine = None if model is None else Engine(model)
        self._scorers: dict[str, Scorer] = {}
        self._edges = boundaries(packs)
        self._regimes: dict[tuple[str, int], Regime] = {}
        self._scopes: dict[tuple[str, str, frozenset[tuple[str, Literal]]], Scope] = {}
        self._conditions: Conditions = {}
        self._policies: dict[int, Policies] = {}
        self._values: dict[int, dict[tuple[str, str], Value]] = {}
        self.placed = placed_types(schema.event_types(), packs, model)

    def regime(self, event_type: str, instant_ms: int) -> Regime:
        """Give what speaks about an event type at an instant, compiled at the first asking."""
        interval = bisect_right(self._edges, instant_ms)
        found = self._regimes.get((event_type, interval))
        if found is None:
            in_force = as_of(self.packs, instant_ms).packs
            found = compile_regime(
                in_force,
                lambda pack: self.scope(pack, event_type),
                event_type,
                voice=self._tenant.voice,
                scorer=self.scorer(event_type),
                known=self._conditions,
            )
            self._regimes[event_type, interval] = found
        return found

    def heard_by(self, tenant: Tenant) -> "Law":
        """Give the same law under other modes; all that does not depend on them is shared."""
        made = copy(self)
        vars(made).update(_tenant=tenant, _regimes={})
        return made

    def compile(self, instant_ms: int) -> None:
        """Compile what speaks about every event type at an instant, so that no event waits for it."""
        for event_type in self._schema.event_types():
            self.regime(event_type, instant_ms)

    def scorer(self, event_type: str) -> Scorer | None:
        """Give the model's score for an event type, if the model is for it; raises ModelError when it cannot be."""
        if self.engine is None or event_type not in self.engine.model.on:
            return None
        found = self._scorers.get(event_type)
        if found is None:
            found = self._scorers[event_type] = Scorer(self.engine, self._names(event_type))
        return found

    def policies(self, instant_ms: int) -> Policies:
        """Give every hold policy in force at an instant, each with the calendar of its business days."""
        interval = bisect_right(self._edges, instant_ms)
        found = self._policies.get(interval)
        if found is None:
            in_force = as_of(self.packs, instant_ms).packs
            calendars = {pack.jurisdiction: pack.calendar for pack in in_force if pack.calendar}
            found = self._policies[interval] = {
                policy.id: (policy, calendars.get(pack.jurisdiction)) for pack in in_force for policy in pack.policies
            }
        return found

    def parameter(self, pack_id: str, name: str, instant_ms: int) -> Value:
        """Give a pack's parameter as it is at an instant, or as the operator set it; nothing where it is not set."""
        interval = bisect_right(self._edges, instant_ms)
        found = self._values.get(interval)
        if found is None:
            found = self._values[interval] = {}
            for pack in as_of(self.packs, instant_ms).packs:
                for one in pack.parameters:
                    found.setdefault((pack.id, one.name), self._literal(pack, one).value)
        return found.get((pack_id, name))

    def scope(self, pack: Pack, event_type: str) -> Scope:
        """Give the names and parameters that a pack's expressions about an event type may use.

        A parameter that is not in force yet, or no longer, is not set: a rule, which bears no dates, is unknown there.
        """
        whole = next((one for one in self.packs if one.id == pack.id), pack)
        parameters = {
            one.name: Literal(type=FieldType(one.type), value=None, currency=one.currency) for one in whole.parameters
        }
        parameters |= {parameter.name: self._literal(pack, parameter) for parameter in pack.parameters}
        key = (pack.id, event_type, frozenset(parameters.items()))
        found = self._scopes.get(key)
        if found is None:
            found = self._scopes[key] = replace(self._names(event_type), parameters=parameters)
        return found

    def _names(self, event_type: str) -> Scope:
        """Give the names that expressions about an event type may use."""
        return Scope(
            schema=self._schema,
            event_type=event_type,
            computed={**(FIELDS if event_type in JUDGED else {}), **self._outside.get(event_type, {})},
            zone=str(self._tenant.zone),
        )

    def _literal(self, pack: Pack, parameter: Parameter) -> Literal:
        value = self._parameters.get(f"{pack.id}:{parameter.name}", parameter.value)
        return Literal(type=FieldType(parameter.type), value=value, currency=parameter.currency)

    def _every_regime(self) -> list[Regime]:
        instants = (_LONG_AGO_MS, *self._edges)
        return [self.regime(kind, instant) for kind in self._schema.event_types() for instant in instants]

    def windows(self) -> dict[str, list[WindowSpec]]:
        """Collect, by event type, every statistic that any day's law or rules ask of the past."""
        asked: dict[str, dict[WindowSpec, None]] = {}
        for regime in self._every_regime():
            asked.setdefault(regime.event_type, {}).update(dict.fromkeys(regime.windows))
        return {event_type: list(specs) for event_type, specs in asked.items() if specs}

    def lists(self) -> list[str]:
        """Collect every list that any day's law or rules ask."""
        return sorted({probe.list for regime in self._every_regime() for probe in regime.probes})
