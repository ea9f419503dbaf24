"""Pipelines with gates, SLAs with tiers, business calendars.

Experimental until the issue that executes them; see :data:`schema_store.document.app.EXPERIMENTAL`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field as PydanticField

from schema_store.document.base import (
    Condition,
    DateText,
    DurationText,
    Element,
    EntityKey,
    FieldKey,
    Key,
    Labelled,
    LocaleText,
    MediaType,
    Model,
    Ref,
    RoleKey,
)

StageKey = Annotated[Key, Ref("stage", "pipeline")]


class EvidenceRequirement(Labelled):
    """Files that must be attached: how many, of what sort.

    With ``watermark`` the browser writes moment, person and record into pictures before they are sent.
    """

    minimum: Annotated[int, PydanticField(ge=1, le=50)] = 1
    accept: Annotated[list[MediaType], PydanticField(max_length=50)] = []
    watermark: bool = False


class ActionRequirement(Labelled):
    """An activity that must have happened: an event of this kind, so many times, within the window."""

    event: Key
    minimum: Annotated[int, PydanticField(ge=1, le=50)] = 1
    within: DurationText | None = None


class PersonRequirement(Labelled):
    """A person who must be linked, holding one of these roles."""

    field: FieldKey
    roles: list[RoleKey] = []


class Criterion(Labelled):
    """A condition with the sentence that is shown when it is not met."""

    condition: Condition
    message: LocaleText


class Gate(Model):
    """What must be in hand to pass: fields, evidence, actions, people, conditions."""

    fields: Annotated[list[FieldKey], PydanticField(max_length=50)] = []
    evidence: Annotated[list[EvidenceRequirement], PydanticField(max_length=20)] = []
    actions: Annotated[list[ActionRequirement], PydanticField(max_length=20)] = []
    people: Annotated[list[PersonRequirement], PydanticField(max_length=20)] = []
    criteria: Annotated[list[Criterion], PydanticField(max_length=50)] = []
    override_roles: list[RoleKey] = []


class Milestone(Labelled):
    """A step inside a stage."""

    condition: Condition | None = None
    within: DurationText | None = None


class Stage(Labelled):
    """A place in a pipeline; ``gate`` must be met to enter it, whatever the way."""

    outcome: Literal["open", "won", "lost"] = "open"
    colour: Annotated[str | None, PydanticField(pattern=r"^[a-z]{2,20}$")] = None
    probability: Annotated[int | None, PydanticField(ge=0, le=100)] = None
    responsible: list[RoleKey] = []
    required_fields: Annotated[list[FieldKey], PydanticField(max_length=50)] = []
    gate: Gate | None = None
    capacity: Annotated[int | None, PydanticField(ge=1)] = None
    expected_events: list[Key] = []
    milestones: Annotated[list[Milestone], PydanticField(max_length=30)] = []


class Transition(Element):
    """A way from stages to a stage; ``from`` empty means from anywhere."""

    from_: Annotated[list[StageKey], PydanticField(alias="from")] = []
    to: StageKey
    gate: Gate | None = None
    roles: list[RoleKey] = []


class Pipeline(Labelled):
    """The stages of an entity's records; several pipelines on one field differ by ``when``.

    With ``transitions`` empty every move is allowed; otherwise only the ways listed.
    """

    entity: EntityKey
    field: FieldKey
    when: Condition | None = None
    stages: Annotated[list[Stage], PydanticField(min_length=1, max_length=40)]
    initial: Annotated[Key, Ref("stage", "pipeline")]
    transitions: Annotated[list[Transition], PydanticField(max_length=200)] = []


class Window(Model):
    """Working hours of one day, ``HH:MM`` to ``HH:MM``."""

    start: Annotated[str, PydanticField(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    end: Annotated[str, PydanticField(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class WeekDay(Model):
    """The windows of one weekday (Monday is 1); no windows, no work."""

    weekday: Annotated[int, PydanticField(ge=1, le=7)]
    windows: Annotated[list[Window], PydanticField(max_length=6)] = []


class SpecialDay(Model):
    """A date that differs from its weekday: a holiday (no windows) or a make-up workday."""

    date: DateText
    label: LocaleText | None = None
    windows: Annotated[list[Window], PydanticField(max_length=6)] = []


class BusinessCalendar(Labelled):
    """When people work, in one zone."""

    zone: Annotated[str | None, PydanticField(max_length=60)] = None
    week: Annotated[list[WeekDay], PydanticField(min_length=1, max_length=7)]
    days: Annotated[list[SpecialDay], PydanticField(max_length=2_000)] = []


class Tier(Labelled):
    """One step of an escalation: when, whom, by which channel, doing what."""

    after: DurationText
    audience: list[Annotated[str, PydanticField(max_length=80)]]
    channel: Key = "in_app"
    message: Annotated[Key | None, Ref("message")] = None
    actions: list[Annotated[Key, Ref("rule")]] = []


class Sla(Labelled):
    """A clock on a record: starts, pauses and stops by condition; ``tiers`` count from the target."""

    entity: EntityKey
    start: Condition
    stop: Condition
    pause: Condition | None = None
    target: DurationText
    calendar: Annotated[Key | None, Ref("calendar")] = None
    warning: DurationText | None = None
    tiers: Annotated[list[Tier], PydanticField(max_length=10)] = []
