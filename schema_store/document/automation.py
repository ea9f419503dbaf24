"""After the commit: rules, dispatch, pools, signals, messages, connectors.

Experimental until the issue that executes them; see :data:`schema_store.document.app.EXPERIMENTAL`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field as PydanticField

from schema_store.document.base import (
    Condition,
    DurationText,
    Element,
    EntityKey,
    FieldKey,
    Key,
    Labelled,
    LocaleText,
    Model,
    Ref,
    RoleKey,
    ValueExpression,
)

StageName = Annotated[Key, Ref("stage", "entity")]


class RecordTrigger(Model):
    """A record was created, changed or deleted; ``fields`` narrows a change."""

    kind: Literal["created", "changed", "deleted"]
    fields: list[FieldKey] = []


class StageTrigger(Model):
    """A stage was entered, left, or its gate refused someone."""

    kind: Literal["stage_entered", "stage_left", "stage_refused"]
    stage: StageName


class EventTrigger(Model):
    """A behaviour event happened to the record."""

    kind: Literal["event"]
    event: Key


class PatternTrigger(Model):
    """A pattern of events: ``consecutive`` N on one topic, ``at_least`` N in a window, ``absence`` of any."""

    kind: Literal["pattern"]
    event: Key
    pattern: Literal["consecutive", "at_least", "absence"]
    count: Annotated[int, PydanticField(ge=1, le=1_000)] = 1
    topic: Key | None = None
    within: DurationText | None = None


class DateTrigger(Model):
    """A time before or after a date or instant of the record."""

    kind: Literal["date"]
    field: FieldKey
    offset: DurationText
    direction: Literal["before", "after"] = "after"
    catch_up: Literal["all", "once", "skip"] = "once"


class ScheduleTrigger(Model):
    """A time of the calendar (five-field cron text), for every record that meets the condition."""

    kind: Literal["schedule"]
    cron: Annotated[str, PydanticField(max_length=80)]
    calendar: Annotated[Key | None, Ref("calendar")] = None
    catch_up: Literal["all", "once", "skip"] = "once"


class NamedTrigger(Model):
    """A button, an inbound hook, a band crossed, a tier of an SLA, the outcome of a delivery."""

    kind: Literal["button", "hook", "band", "sla_tier", "delivery"]
    name: Key


Trigger = Annotated[
    RecordTrigger
    | StageTrigger
    | EventTrigger
    | PatternTrigger
    | DateTrigger
    | ScheduleTrigger
    | NamedTrigger,
    PydanticField(discriminator="kind"),
]


class SetFields(Element):
    """Writes fields of the record."""

    kind: Literal["set"]
    values: dict[FieldKey, ValueExpression]


class CreateRecord(Element):
    """Creates a related record."""

    kind: Literal["create"]
    target: Annotated[Key, Ref("entity")]
    values: dict[Annotated[Key, Ref("field", "target")], ValueExpression] = {}


class CreateTask(Element):
    """Creates a to-do for a person or role."""

    kind: Literal["task"]
    title: LocaleText
    assignee: Annotated[str, PydanticField(max_length=80)]
    due: DurationText | None = None
    checklist: list[LocaleText] = []


class MoveStage(Element):
    """Advances the record to a stage, through its gate."""

    kind: Literal["advance"]
    stage: StageName


class Assign(Element):
    """Hands the record to someone by a dispatch, or puts it into a pool."""

    kind: Literal["assign"]
    dispatch: Annotated[Key | None, Ref("dispatch")] = None
    pool: Annotated[Key | None, Ref("pool")] = None


class AddTags(Element):
    """Adds tags to a tags field."""

    kind: Literal["tag"]
    field: FieldKey
    tags: list[Key]


class Notify(Element):
    """Tells people, by a message over a channel."""

    kind: Literal["notify"]
    audience: list[Annotated[str, PydanticField(max_length=80)]]
    message: Annotated[Key, Ref("message")]
    channel: Key = "in_app"


class CallConnector(Element):
    """Calls an operation of a connector."""

    kind: Literal["connector"]
    connector: Annotated[Key, Ref("connector")]
    operation: Annotated[Key, Ref("operation", "connector")]
    values: dict[Key, ValueExpression] = {}


class Wait(Element):
    """Waits for a time, or for an event with a time-out."""

    kind: Literal["wait"]
    duration: DurationText
    event: Key | None = None


class FreezeStage(Element):
    """Closes or opens the inflow of a stage."""

    kind: Literal["freeze", "thaw"]
    stage: StageName
    reason: LocaleText | None = None


class Stop(Element):
    """Ends the run."""

    kind: Literal["stop"]


class Branch(Element):
    """One way or the other."""

    kind: Literal["branch"]
    condition: Condition
    then: Annotated[list[Action], PydanticField(max_length=40)] = []
    otherwise: Annotated[list[Action], PydanticField(max_length=40)] = []


Action = Annotated[
    SetFields
    | CreateRecord
    | CreateTask
    | MoveStage
    | Assign
    | AddTags
    | Notify
    | CallConnector
    | Wait
    | FreezeStage
    | Stop
    | Branch,
    PydanticField(discriminator="kind"),
]


class Rule(Labelled):
    """When this happens and that holds, do these things."""

    entity: EntityKey
    trigger: Trigger
    condition: Condition | None = None
    actions: Annotated[list[Action], PydanticField(min_length=1, max_length=60)]
    with_save: bool = True
    rights: list[Annotated[str, PydanticField(max_length=80)]] = []


class DispatchRow(Labelled):
    """Records that meet the condition go to these people.

    With ``region_field`` only people of the region it names, or of one above it, are candidates.
    """

    condition: Condition | None = None
    region_field: FieldKey | None = None
    roles: list[RoleKey] = []
    teams: list[Annotated[str, PydanticField(max_length=80)]] = []
    skills: list[Key] = []


class Dispatch(Labelled):
    """How an owner is chosen: the first row that matches, then the strategy among its candidates."""

    entity: EntityKey
    strategy: Literal["load", "round_robin", "capacity"] = "load"
    capacity: Annotated[int | None, PydanticField(ge=1)] = None
    rows: Annotated[list[DispatchRow], PydanticField(min_length=1, max_length=60)]


class Pool(Labelled):
    """Records without an owner that people may claim."""

    entity: EntityKey
    claim_roles: list[RoleKey] = []
    daily_quota: Annotated[int | None, PydanticField(ge=1)] = None
    cool_down: DurationText | None = None
    recycle: Condition | None = None


class Signal(Labelled):
    """A text pattern that means something: found in ``field``, it adds tags."""

    entity: EntityKey
    field: FieldKey
    phrases: Annotated[list[str], PydanticField(min_length=1, max_length=200)]
    tags: list[Key] = []


class Message(Labelled):
    """A text to send; ``body`` is a template over the record's values."""

    entity: EntityKey | None = None
    subject: LocaleText | None = None
    body: LocaleText


class Operation(Labelled):
    """One thing a connector can do."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    path: Annotated[str, PydanticField(max_length=500)]
    body: dict[str, Any] = {}
    response: dict[str, Any] = {}


class Connector(Labelled):
    """An outside system: its hosts, what it may do, which secrets it needs (by name, never the value)."""

    hosts: Annotated[list[str], PydanticField(max_length=20)] = []
    secrets: list[Key] = []
    operations: Annotated[list[Operation], PydanticField(max_length=60)] = []


Branch.model_rebuild()
