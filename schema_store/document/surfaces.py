"""What people see: forms, views, dashboards, metrics, public forms."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field as PydanticField

from schema_store.document.base import (
    ActorCondition,
    Condition,
    Element,
    EntityKey,
    Expr,
    FieldKey,
    Key,
    Labelled,
    LocaleText,
    Model,
    Ref,
    RoleKey,
)

#: A value of the record that is looked for in a field of another one.
Wished = Annotated[str, PydanticField(min_length=1, max_length=4_000), Expr("like", "record")]
ChildrenKey = Annotated[Key, Ref("children", "entity")]


class FieldItem(Element):
    """A field on a form; the form may only add to what the entity demands."""

    kind: Literal["field"]
    field: FieldKey
    width: Annotated[int, PydanticField(ge=1, le=4)] = 1
    visible: ActorCondition | None = None
    required: Condition | None = None
    read_only: ActorCondition | None = None
    help: LocaleText | None = None


class TextItem(Element):
    """A sentence between fields, with the values of fields (``facts``) that it speaks of.

    With a condition it comes and goes while somebody types: a warning warns, it refuses nothing.
    """

    kind: Literal["text"]
    text: LocaleText
    tone: Literal["plain", "warning"] = "plain"
    facts: Annotated[list[FieldKey], PydanticField(max_length=12)] = []
    visible: ActorCondition | None = None


class RelatedItem(Labelled):
    """A list of children on the record's page."""

    kind: Literal["related"]
    children: ChildrenKey
    columns: list[Annotated[Key, Ref("field", "children")]] = []


class SuggestItem(Labelled):
    """Records of another entity that help with this one: what to say next, a case like it, who has done it before.

    ``view`` says which there are and in which order; of two, the one that has more of the values in ``match`` comes
    first, and what fits is said. ``body`` is what of it can be read and copied in place.
    """

    kind: Literal["suggest"]
    view: Annotated[Key, Ref("view")]
    match: Annotated[dict[Annotated[Key, Ref("field", "view")], Wished], PydanticField(max_length=8)] = {}
    body: Annotated[Key | None, Ref("field", "view")] = None
    limit: Annotated[int, PydanticField(ge=1, le=10)] = 3
    visible: ActorCondition | None = None


class SectionItem(Labelled):
    """A group of items under a heading; ``tab`` puts it on a tab of its own."""

    kind: Literal["section"]
    tab: bool = False
    columns: Annotated[int, PydanticField(ge=1, le=4)] = 2
    visible: ActorCondition | None = None
    items: Annotated[list[LeafItem], PydanticField(max_length=200)] = []


LeafItem = Annotated[FieldItem | TextItem | RelatedItem | SuggestItem, PydanticField(discriminator="kind")]
FormItem = Annotated[
    SectionItem | FieldItem | TextItem | RelatedItem | SuggestItem, PydanticField(discriminator="kind")
]


class QuickAction(Labelled):
    """A preset button: writes these values in one tap."""

    values: dict[FieldKey, Any] = {}
    event: Key | None = None
    visible: ActorCondition | None = None


class Form(Labelled):
    """How a record is entered and shown; the first form that fits role, stage and device is used.

    ``keep`` names fields whose values stay in the form when another record is made right after.
    """

    entity: EntityKey
    purpose: Literal["any", "create", "edit", "show"] = "any"
    device: Literal["any", "phone", "desktop"] = "any"
    roles: list[RoleKey] = []
    when: Condition | None = None
    keep: Annotated[list[FieldKey], PydanticField(max_length=40)] = []
    items: Annotated[list[FormItem], PydanticField(max_length=200)] = []
    actions: Annotated[list[QuickAction], PydanticField(max_length=20)] = []


class SortKey(Model):
    """A field to sort by."""

    field: FieldKey
    descending: bool = False


class View(Labelled):
    """A list, board or calendar of records."""

    entity: EntityKey
    kind: Literal["list", "board", "calendar"] = "list"
    columns: Annotated[list[FieldKey], PydanticField(max_length=60)] = []
    filter: ActorCondition | None = None
    sort: Annotated[list[SortKey], PydanticField(max_length=5)] = []
    group: FieldKey | None = None
    amount: FieldKey | None = None
    roles: list[RoleKey] = []


class Dimension(Labelled):
    """Something a metric can be split by."""

    expression: Annotated[str, PydanticField(min_length=1, max_length=4_000), Expr("any", "record")]


class Metric(Labelled):
    """A named figure: one definition for dashboards, rules and exports.

    ``source`` says what is counted: the records themselves, their stage history or their events.
    """

    entity: EntityKey
    source: Literal["records", "stages", "events"] = "records"
    measure: Literal["count", "sum", "average", "minimum", "maximum", "share"] = "count"
    value: Annotated[str | None, PydanticField(min_length=1, max_length=4_000), Expr("number", "record")] = (
        None
    )
    filter: Condition | None = None
    share_of: Condition | None = None
    time: FieldKey | None = None
    dimensions: Annotated[list[Dimension], PydanticField(max_length=10)] = []
    target: Annotated[str | None, PydanticField(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,10})?$")] = None
    unit: LocaleText | None = None


class Widget(Labelled):
    """One chart or figure of a dashboard."""

    metric: Annotated[Key, Ref("metric")]
    chart: Literal["figure", "bar", "line", "pie", "funnel", "heat", "table", "words"] = "figure"
    dimensions: list[Annotated[Key, Ref("dimension", "metric")]] = []
    width: Annotated[int, PydanticField(ge=1, le=12)] = 4
    height: Annotated[int, PydanticField(ge=1, le=12)] = 3


class Dashboard(Labelled):
    """A page of widgets."""

    roles: list[RoleKey] = []
    widgets: Annotated[list[Widget], PydanticField(max_length=60)] = []


#: What a browser knows of somebody who has filled in other forms (a token of HTML's ``autocomplete``).
Remembered = Literal[
    "name",
    "organization",
    "organization-title",
    "street-address",
    "address-level1",
    "address-level2",
    "postal-code",
    "url",
]


class PublicForm(Labelled):
    """A form for people without an account; only the fields listed can be written.

    ``values`` are written with every record; ``autocomplete`` says which fields a browser may fill in, and with what.
    """

    entity: EntityKey
    fields: Annotated[list[FieldKey], PydanticField(min_length=1, max_length=60)]
    values: dict[FieldKey, Any] = {}
    autocomplete: dict[FieldKey, Remembered] = {}
    thanks: LocaleText | None = None


class NavigationItem(Element):
    """An entry of the menu; it shows a view or a dashboard."""

    view: Annotated[Key | None, Ref("view")] = None
    dashboard: Annotated[Key | None, Ref("dashboard")] = None
    roles: list[RoleKey] = []


SectionItem.model_rebuild()
