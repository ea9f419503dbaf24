"""The compiled app: frozen, everything looked up, what the runtime reads instead of a document.

Columns and tables are not here: they are resolved with the layout of the installation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from expressions.context import ActorValues, Calendar, Context
from expressions.env import EntityInfo, TierTable
from expressions.program import Program, Row
from expressions.typed import Value
from expressions.types import Type
from schema_store.analysis.dependencies import FieldName, Refresh
from schema_store.compiled.access import CompiledRole
from schema_store.compiled.conversions import CompiledConversion
from schema_store.compiled.dispatch import CompiledDispatch, CompiledPool
from schema_store.compiled.forms import CompiledForm, CompiledPublicForm
from schema_store.compiled.metrics import CompiledMetric
from schema_store.compiled.process import CompiledPipeline
from schema_store.compiled.rules import CompiledMessage, CompiledRule, RuleIndex
from schema_store.compiled.scoring import CompiledCalculation, CompiledScore
from schema_store.compiled.timing import CompiledSla
from schema_store.document.app import TaskSettings
from schema_store.document.entities import MatchField
from schema_store.document.fields import BaseField
from schema_store.field_types.base import FieldType, Surroundings
from schema_store.settle import settle

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CompiledField:
    """A field with everything that reading and writing its values needs.

    Attributes:
        id, key, label: of the field.
        entity: key of the entity it belongs to.
        spec: what the author wrote, frozen.
        kind: its field type.
        around: what the field type needs to know beside it.
        type: its language type; None when expressions do not see it.
        computed: how it comes to its value; None when people write it.
        is_volatile: whether its value changes with time alone, so that it is computed when it is read.
    """

    id: str
    key: str
    label: Text
    entity: str
    spec: BaseField
    kind: FieldType[Any]
    around: Surroundings
    type: Type | None
    computed: Literal["formula", "rollup", "score", "band", "code"] | None
    is_volatile: bool

    def decode(self, wire: object) -> Any:
        """The value of a JSON value; raises ``FieldValueError``."""
        return self.kind.decode(self.spec, self.around, wire)

    def encode(self, value: object) -> Any:
        """The JSON value of a value."""
        return self.kind.encode(self.spec, self.around, value)

    @property
    def encoder(self) -> Callable[[Any], Any]:
        """The same for many values; to be kept."""
        return self.kind.encoder(self.spec, self.around)

    def derive(self, value: object) -> dict[str, Any]:
        """Values of the columns beside the main one, by part."""
        return self.kind.derive(self.spec, self.around, value)


@dataclass(frozen=True, slots=True)
class CompiledFormula:
    """A formula or roll-up."""

    field: str
    type: Type
    program: Program
    is_rollup: bool

    def value(self, row: Row, context: Context) -> Value:
        """The value as its field keeps it."""
        return settle(self.program.eval(row, context), self.type)


@dataclass(frozen=True, slots=True)
class CompiledDefault:
    """A value computed when a record is created; ``type`` is the field's."""

    field: str
    type: Type
    program: Program

    def value(self, row: Row, context: Context) -> Value:
        """The value as its field keeps it."""
        return settle(self.program.eval(row, context), self.type)


@dataclass(frozen=True, slots=True)
class CompiledValidation:
    """What must be true of a saved record (null is "not met")."""

    id: str
    key: str
    label: Text
    message: Text
    field: str | None
    program: Program


@dataclass(frozen=True, slots=True)
class CompiledCondition:
    """When a field is required or read-only, whatever the door."""

    id: str
    key: str
    field: str
    effect: Literal["required", "read_only"]
    program: Program


@dataclass(frozen=True, slots=True)
class CompiledDuplicate:
    """When two records are probably the same; ``when`` None: always looked for."""

    id: str
    key: str
    label: Text
    fields: tuple[MatchField, ...]
    when: Program | None
    action: Literal["warn", "refuse"]


@dataclass(frozen=True, slots=True)
class CompiledUnique:
    """Fields that together occur once among live records."""

    id: str
    key: str
    fields: tuple[str, ...]
    message: Text | None


@dataclass(frozen=True, slots=True)
class CompiledChildren:
    """The many side of a relation.

    Attributes:
        key: the name under which this entity finds its children.
        entity: of the children.
        field: the reference or links field that makes the relation.
        owner: the entity that declares ``field`` (the children's; for links possibly this one).
        is_link: whether a link table stands between.
    """

    key: str
    entity: str
    field: str
    owner: str
    is_link: bool


@dataclass(frozen=True, slots=True)
class CompiledEntity:
    """A kind of record.

    Attributes:
        id, key, label, plural: of the entity.
        name_field, time_field: keys; ``time_field`` may be a system field.
        fields: by key, in the document's order.
        defaults: in the order to compute them, after the plain ones.
        derivation: formulas, roll-ups and scores in the order to compute them.
        validations, conditions, duplicates, uniques: as the author ordered them.
        children: many sides by key.
        pipelines: by stage field, in the order to try them.
        search_fields: keys.
        refreshes: by key of a field of this entity (system fields too), what its change must refresh.
        conversion: what is made from a record; None: nothing.
    """

    id: str
    key: str
    label: Text
    plural: Text
    name_field: str | None
    time_field: str
    fields: Mapping[str, CompiledField]
    defaults: tuple[CompiledDefault, ...]
    derivation: tuple[CompiledFormula | CompiledScore, ...]
    validations: tuple[CompiledValidation, ...]
    conditions: tuple[CompiledCondition, ...]
    duplicates: tuple[CompiledDuplicate, ...]
    uniques: tuple[CompiledUnique, ...]
    children: Mapping[str, CompiledChildren]
    pipelines: Mapping[str, tuple[CompiledPipeline, ...]]
    search_fields: tuple[str, ...]
    refreshes: Mapping[str, tuple[Refresh, ...]]
    conversion: CompiledConversion | None = None


@dataclass(frozen=True, slots=True)
class App:
    """One version of an app, compiled.

    Attributes:
        key, version: what it is the compiled form of.
        label: of the app.
        zone, currency, locales, default_locale, fiscal_year_start: settings of the workspace.
        entities: by key.
        infos: what expressions may name, by entity, histories and platform entities included.
        scores, calculations, forms, public_forms, metrics: by key.
        roles: by key, in the document's order.
        rules, signals, dispatches, pools: by key.
        triggers: the rules and signals of an entity by what starts them; entities without any are absent.
        slas: by entity; those without any are absent.
        messages: what people are told, by key.
        option_labels: labels of the options of shared sets, by set and key.
        tasks: where to-dos are kept; None: nowhere.
        tables, calendars: what evaluations need; calendar ``""`` is the default.
        order: computed fields of the whole app, each after those it reads.
        refreshes: what a change of any field (platform's and histories' too) must refresh.
        entities_by_id, fields_by_id: the same things by id.
    """

    key: str
    version: int
    label: Text
    zone: ZoneInfo
    currency: str
    locales: tuple[str, ...]
    default_locale: str
    fiscal_year_start: int
    entities: Mapping[str, CompiledEntity]
    infos: Mapping[str, EntityInfo]
    scores: Mapping[str, CompiledScore]
    calculations: Mapping[str, CompiledCalculation]
    forms: Mapping[str, CompiledForm]
    public_forms: Mapping[str, CompiledPublicForm]
    metrics: Mapping[str, CompiledMetric]
    rules: Mapping[str, CompiledRule]
    signals: Mapping[str, CompiledRule]
    triggers: Mapping[str, RuleIndex]
    dispatches: Mapping[str, CompiledDispatch]
    pools: Mapping[str, CompiledPool]
    slas: Mapping[str, tuple[CompiledSla, ...]]
    messages: Mapping[str, CompiledMessage]
    option_labels: Mapping[str, Mapping[str, Text]]
    tasks: TaskSettings | None
    roles: Mapping[str, CompiledRole]
    tables: Mapping[str, TierTable]
    calendars: Mapping[str, Calendar]
    order: tuple[FieldName, ...]
    refreshes: Mapping[FieldName, tuple[Refresh, ...]]
    entities_by_id: Mapping[str, CompiledEntity]
    fields_by_id: Mapping[str, CompiledField]

    def context(self, now: datetime, actor: ActorValues | None = None) -> Context:
        """The surroundings of an evaluation at ``now`` (aware)."""
        return Context(now, self.zone, self.calendars, self.tables, {}, actor)
