"""What the expressions of a document may name: its entities as the language sees them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from expressions import types
from expressions.context import Calendar
from expressions.env import EntityInfo, Env, FieldInfo, TierTable
from expressions.literals import parse_date
from expressions.types import Type
from schema_store.analysis.lookup import Lookup
from schema_store.analysis.walk import ExpressionSite
from schema_store.document.base import Labelled
from schema_store.document.fields import BaseField, LinksField, ReferenceField, StageField
from schema_store.document.process import BusinessCalendar
from schema_store.document.scoring import Calculation, Input
from schema_store.document.surfaces import Metric
from schema_store.field_types import FIELD_TYPES
from schema_store.field_types.base import Surroundings
from schema_store.system import PLATFORM_ENTITIES, SYSTEM_FIELDS

#: Children that every record has: its behaviour events and its stage history.
EVENTS, STAGE_CHANGES = "events", "stage_changes"
SYSTEM_CHILDREN = frozenset({EVENTS, STAGE_CHANGES})


def history_entity(entity: str, children: str) -> str:
    """Key under which the events or stage changes of ``entity`` are known; no document can have it (a dot)."""
    return f"{entity}.{children}"


class Environments:
    """The :class:`~expressions.env.Env` of every place of a document; made once, then shared.

    Args:
        lookup: of the document.
    """

    def __init__(self, lookup: Lookup):
        self._lookup = lookup
        self._settings = lookup.document.settings
        self._around: dict[int, Surroundings] = {}
        self._envs: dict[tuple[str | None, bool], Env] = {}

    def around(self, entity: str, field: BaseField) -> Surroundings:
        """What the type of ``field`` may need to know beside it."""
        if id(field) not in self._around:
            self._around[id(field)] = self._surroundings(entity, field)
        return self._around[id(field)]

    def _surroundings(self, entity: str, field: BaseField) -> Surroundings:
        chosen: list[tuple[Labelled, bool]] = []
        if isinstance(field, StageField):
            chosen = [(stage, True) for stage in self._lookup.stages(entity, field.key).values()]
        elif getattr(field, "option_set", None):
            chosen = [(option, option.active) for option in self._lookup.options(field)]
        return Surroundings(
            currency=self._settings.currency,
            locales=tuple(self._settings.locales),
            options=tuple((item.key, is_active) for item, is_active in chosen),
            option_labels=tuple((item.key, tuple(item.label.values())) for item, _ in chosen),
            zone=self._settings.zone,
        )

    def type_of(self, entity: str, field: BaseField) -> Type | None:
        """The type under which expressions see a field; None when they do not."""
        return FIELD_TYPES.of(field).language_type(field, self.around(entity, field))

    @cached_property
    def entities(self) -> Mapping[str, EntityInfo]:
        """Every entity: the document's, the platform's, the histories; unknown targets with an id only."""
        infos = dict(PLATFORM_ENTITIES)
        for key, entity in self._lookup.entities.items():
            infos[key] = EntityInfo(key, self._fields(key), entity.time_field or "created_at")
            infos |= self._histories(key)
        for target in self._targets():
            infos.setdefault(target, EntityInfo(target, {"id": FieldInfo("id", types.reference(target))}))
        return infos

    @cached_property
    def tables(self) -> Mapping[str, TierTable]:
        """Tier tables by key; one that does not rise is left out (a complaint of its own)."""
        found = {}
        for table in self._lookup.document.tables:
            starts = tuple(Decimal(row.start) for row in table.rows)
            if all(one < two for one, two in pairwise(starts)):
                found[table.key] = TierTable(starts, tuple(Decimal(row.rate) for row in table.rows))
        return found

    @cached_property
    def calendars(self) -> Mapping[str, Calendar]:
        """Working days by calendar; ``""`` is the workspace's default."""
        found = {calendar.key: working_days(calendar) for calendar in self._lookup.document.calendars}
        found[""] = found.get(self._settings.calendar or "", Calendar())
        return found

    def of_entity(self, entity: str | None, *, actor: bool = False) -> Env:
        """The names in reach of a record of ``entity``; with ``actor`` also the actor's words."""
        known = entity if entity in self.entities else None
        if (known, actor) not in self._envs:
            self._envs[known, actor] = Env(
                entities=self.entities,
                entity=known,
                tables=self.tables,
                calendars=frozenset(self.calendars) - {""},
                actor=actor,
                currency=self._settings.currency,
            )
        return self._envs[known, actor]

    def of_site(self, site: ExpressionSite) -> Env:
        """The names in reach of an expression (a calculation's line: :meth:`of_line`)."""
        entity = site.place.entity
        metric = site.place.nearest(Metric)
        if metric is not None and isinstance(metric.model, Metric) and metric.model.source != "records":
            children = EVENTS if metric.model.source == "events" else STAGE_CHANGES
            entity = history_entity(metric.model.entity, children)
        return self.of_entity(entity, actor=site.mark.scope == "actor")

    def of_line(self, calculation: Calculation, earlier: Mapping[str, Type]) -> Env:
        """The names in reach of a line: the inputs, and the lines before it with their types."""
        inputs = {item.key: self.input_type(item) for item in calculation.inputs}
        plain = self.of_entity(None)
        return Env(
            variables={**inputs, **earlier},
            tables=plain.tables,
            calendars=plain.calendars,
            currency=plain.currency,
        )

    def input_type(self, item: Input) -> Type:
        """The type of a calculation's input; the scale within what fields of that type allow."""
        match item.type:
            case "decimal":
                return types.decimal(item.scale, 15 - item.scale)
            case "money":
                scale = min(item.scale, 4)
                return types.money(self._settings.currency, scale, 15 - scale)
            case "percent":
                return types.percent(min(max(item.scale, 2), 8))
            case "integer":
                return types.integer()
            case "text":
                return types.text()
            case "date":
                return types.DATE
            case "boolean":
                return types.BOOLEAN

    def _fields(self, entity: str) -> dict[str, FieldInfo]:
        infos = {
            name: FieldInfo(name, types.records(history_entity(entity, name)), "record")
            for name in SYSTEM_CHILDREN
        }
        for system in SYSTEM_FIELDS:
            if system.name:
                own = types.reference(entity) if system.type.entity == "self" else system.type
                infos[system.name] = FieldInfo(system.name, own)
        for key, many in self._lookup.children.get(entity, {}).items():
            inverse = many.field.key if isinstance(many.field, ReferenceField) else None
            infos[key] = FieldInfo(key, types.records(many.entity.key), inverse)
        for key, field in self._lookup.fields[entity].items():
            seen = self.type_of(entity, field)
            if seen is not None:
                infos[key] = FieldInfo(key, seen)
        return infos

    def _histories(self, entity: str) -> dict[str, EntityInfo]:
        """Events and stage changes of the records of one entity, seen as their children."""
        stage = types.option(*self._lookup.stages(entity))
        common = {"record": types.reference(entity), "at": types.INSTANT, "by": types.reference("user")}
        shapes: dict[str, dict[str, Type]] = {
            EVENTS: {"kind": types.text(40), "topic": types.text(200)},
            STAGE_CHANGES: {"stage": stage, "previous": stage},
        }
        found = {}
        for children, own in shapes.items():
            key = history_entity(entity, children)
            fields = {"id": types.reference(key), **common, **own}
            found[key] = EntityInfo(key, {name: FieldInfo(name, kind) for name, kind in fields.items()}, "at")
        return found

    def _targets(self) -> set[str]:
        """Entities that references name, known or not; uploaded files are known by their id only."""
        return {"file"} | {
            field.entity
            for fields in self._lookup.fields.values()
            for field in fields.values()
            if isinstance(field, ReferenceField | LinksField)
        }


def working_days(calendar: BusinessCalendar) -> Calendar:
    """Which days a business calendar works; dates that do not exist are left out (a complaint of their own)."""
    dates = {day.date: parsed for day in calendar.days if (parsed := parse_date(day.date))}
    makeup: set[date] = {dates[day.date] for day in calendar.days if day.windows and day.date in dates}
    return Calendar(
        weekdays=frozenset(day.weekday for day in calendar.week if day.windows),
        holidays=frozenset(set(dates.values()) - makeup),
        makeup=frozenset(makeup),
    )
