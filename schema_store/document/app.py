"""The document of one app: everything its authors say, nothing about its installation."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field as PydanticField

from schema_store.document.access import Role
from schema_store.document.automation import Connector, Dispatch, Message, Pool, Rule, Signal
from schema_store.document.base import Element, EntityKey, FieldKey, Key, Locale, LocaleText, Model, Ref
from schema_store.document.entities import Entity, OptionSet
from schema_store.document.process import BusinessCalendar, Pipeline, Sla
from schema_store.document.scoring import Calculation, Score, TierTable
from schema_store.document.surfaces import Dashboard, Form, Metric, NavigationItem, PublicForm, View

#: The value of ``$schema`` that editors complete against.
SCHEMA_NAME = "app.schema.json"
#: Sections whose shape may still change because nothing executes them yet (an upgrader ships with a change).
EXPERIMENTAL = frozenset(
    {
        "forms",
        "views",
        "pipelines",
        "pools",
        "metrics",
        "dashboards",
        "messages",
        "connectors",
        "public_forms",
        "navigation",
        "roles",
    }
)


class TaskSettings(Model):
    """Which entity holds the to-dos that rules create, and which of its fields say what.

    The first reference of that entity to the record's own entity says what a to-do is about.
    """

    entity: EntityKey
    title: FieldKey
    assignee: FieldKey | None = None
    due: FieldKey | None = None
    checklist: FieldKey | None = None


class Settings(Model):
    """Settings of the workspace that the app assumes."""

    zone: Annotated[str, PydanticField(max_length=60)] = "Asia/Shanghai"
    currency: Annotated[str, PydanticField(pattern=r"^[A-Z]{3}$")] = "CNY"
    default_locale: Locale = "zh-CN"
    locales: Annotated[list[Locale], PydanticField(min_length=1, max_length=20)] = ["zh-CN", "en"]
    fiscal_year_start: Annotated[int, PydanticField(ge=1, le=12)] = 1
    calendar: Annotated[Key | None, Ref("calendar")] = None
    tasks: TaskSettings | None = None


class DocumentTest(Element):
    """A given/expect case that the document carries; a failing one blocks publishing.

    ``given`` are input or field values in wire form (``children`` of a record as lists of objects); ``expect`` maps
    line, field or criterion keys to values (``value`` is the result itself). ``evidence`` names what is shown at a
    gate, a key for each file.
    """

    kind: Literal["calculation", "score", "formula", "gate", "rule", "validation"]
    target: Key
    entity: Annotated[Key | None, Ref("entity")] = None
    note: LocaleText | None = None
    now: Annotated[str | None, PydanticField(max_length=40)] = None
    given: dict[str, Any] = {}
    evidence: Annotated[list[Key], PydanticField(max_length=50)] = []
    expect: dict[str, Any]


class AppDocument(Model):
    """An app as metadata."""

    schema_: Annotated[str, PydanticField(alias="$schema", max_length=200)] = SCHEMA_NAME
    format: Literal[1] = 1
    key: Key
    label: LocaleText
    description: LocaleText | None = None
    settings: Settings = Settings()
    option_sets: Annotated[list[OptionSet], PydanticField(max_length=200)] = []
    entities: Annotated[list[Entity], PydanticField(max_length=200)] = []
    tables: Annotated[list[TierTable], PydanticField(max_length=100)] = []
    calendars: Annotated[list[BusinessCalendar], PydanticField(max_length=50)] = []
    pipelines: Annotated[list[Pipeline], PydanticField(max_length=100)] = []
    scores: Annotated[list[Score], PydanticField(max_length=100)] = []
    calculations: Annotated[list[Calculation], PydanticField(max_length=100)] = []
    slas: Annotated[list[Sla], PydanticField(max_length=100)] = []
    rules: Annotated[list[Rule], PydanticField(max_length=1_000)] = []
    dispatches: Annotated[list[Dispatch], PydanticField(max_length=50)] = []
    pools: Annotated[list[Pool], PydanticField(max_length=50)] = []
    signals: Annotated[list[Signal], PydanticField(max_length=200)] = []
    messages: Annotated[list[Message], PydanticField(max_length=500)] = []
    connectors: Annotated[list[Connector], PydanticField(max_length=50)] = []
    forms: Annotated[list[Form], PydanticField(max_length=500)] = []
    views: Annotated[list[View], PydanticField(max_length=500)] = []
    metrics: Annotated[list[Metric], PydanticField(max_length=500)] = []
    dashboards: Annotated[list[Dashboard], PydanticField(max_length=100)] = []
    navigation: Annotated[list[NavigationItem], PydanticField(max_length=100)] = []
    public_forms: Annotated[list[PublicForm], PydanticField(max_length=100)] = []
    roles: Annotated[list[Role], PydanticField(max_length=60)] = []
    tests: Annotated[list[DocumentTest], PydanticField(max_length=1_000)] = []
