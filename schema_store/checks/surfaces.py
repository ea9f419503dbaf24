"""Forms, views, metrics, dashboards, public forms, the menu."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from expressions.types import Kind
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.findings import Finding
from schema_store.analysis.walk import Place
from schema_store.checks.fields import COMPUTED, is_moment, refused
from schema_store.diagnostics import Diagnostic
from schema_store.document.fields import (
    BaseField,
    BooleanField,
    DateField,
    DecimalField,
    EmailField,
    InstantField,
    IntegerField,
    LongTextField,
    MoneyField,
    OptionField,
    OptionsField,
    PercentField,
    PhoneField,
    ReferenceField,
    RegionField,
    StageField,
    TeamField,
    TextField,
    UrlField,
    UserField,
)
from schema_store.document.surfaces import (
    FieldItem,
    Form,
    Metric,
    NavigationItem,
    PublicForm,
    QuickAction,
    SuggestItem,
    View,
)
from schema_store.messages import diagnostic
from schema_store.system import SYSTEM_FIELDS

#: What a public form can ask for; the rest needs somebody who may look at records, files or people.
ASKED_IN_PUBLIC = (
    *(TextField, LongTextField, PhoneField, EmailField, UrlField, BooleanField, DateField, InstantField),
    *(IntegerField, DecimalField, MoneyField, PercentField, OptionField, OptionsField, RegionField),
)
_FINDABLE = frozenset({Kind.TEXT, Kind.REFERENCE, Kind.BOOLEAN})
_LANES = (OptionField, StageField, ReferenceField, UserField, TeamField, RegionField, BooleanField)
_SYSTEM_MOMENTS = {field.name for field in SYSTEM_FIELDS if field.type.kind == "instant"}


def check_surfaces(analysis: Analysis) -> Iterator[Diagnostic]:
    """What people see can be shown, filled in and counted."""
    for place in analysis.walk.of(Form):
        yield from _form(analysis, place)
    for place, finding in analysis.findings(SuggestItem):
        if finding.site.slot is not None:
            yield from _wish(analysis, place, finding)
    for place in analysis.walk.of(View):
        yield from _view(analysis, place)
    for place in analysis.walk.of(Metric):
        yield from _metric(analysis, place)
    for place in analysis.walk.of(PublicForm, QuickAction):
        yield from _preset(analysis, place, place.model.values)  # type: ignore[attr-defined]  # both have it
    for place in analysis.walk.of(PublicForm):
        yield from _public(analysis, place)
    for place in analysis.walk.of(NavigationItem):
        item = place.model
        assert isinstance(item, NavigationItem)
        if (item.view is None) == (item.dashboard is None):
            yield diagnostic("navigation.target", place, key=item.key)


def must_be_given(analysis: Analysis, entity: str) -> dict[str, BaseField]:
    """The fields that whoever creates a record must fill in: required, not computed, without a default."""
    return {
        key: field
        for key, field in analysis.lookup.fields.get(entity, {}).items()
        if field.required
        and not isinstance(field, (*COMPUTED, StageField))
        and field.default is None
        and not field.default_expression
    }


def _form(analysis: Analysis, place: Place) -> Iterator[Diagnostic]:
    form = place.model
    assert isinstance(form, Form)
    shown: set[str] = set()
    for item in _items(analysis, place):
        assert isinstance(item.model, FieldItem)
        if item.model.field in shown:
            yield diagnostic("form.field_twice", item, "/field", field=item.model.field)
        shown.add(item.model.field)
    if form.purpose == "create":
        for key in must_be_given(analysis, form.entity):
            if key not in shown:
                yield diagnostic("form.missing_required", place, "/items", field=key)


def _wish(analysis: Analysis, place: Place, finding: Finding) -> Iterator[Diagnostic]:
    """What a suggestion should have must be findable in the field: as its value or in its list."""
    slot = finding.site.slot
    assert slot is not None
    field = analysis.lookup.target(slot)
    owner = analysis.lookup.owner_entity(slot.mark, place)
    wanted = analysis.environments.type_of(owner or "", field) if isinstance(field, BaseField) else None
    if wanted is None or finding.checked is None:
        return
    found = finding.checked.type
    kinds = [(each.item or each).kind if each.kind is Kind.LIST else each.kind for each in (wanted, found)]
    words = [Kind.TEXT if kind is Kind.OPTION else kind for kind in kinds]
    if words[0] is not words[1] or words[0] not in _FINDABLE:
        at = finding.site.pointer.removeprefix(place.pointer)
        yield diagnostic("form.unlike", place, at, field=slot.value, wanted=str(wanted), found=str(found))


def _items(analysis: Analysis, form: Place) -> Iterator[Place]:
    return (item for item in analysis.walk.of(FieldItem) if item.pointer.startswith(form.pointer + "/"))


def _view(analysis: Analysis, place: Place) -> Iterator[Diagnostic]:
    view = place.model
    assert isinstance(view, View)
    fields = analysis.lookup.fields.get(view.entity, {})
    for index, key in enumerate(view.sort):
        yield from refused(analysis, place, f"/sort/{index}/field", fields.get(key.field), "sort")
    group = fields.get(view.group or "")
    if view.kind == "board" and view.group is None:
        yield diagnostic("view.no_group", place, view=view.key)
    elif view.kind == "board" and group is not None and not isinstance(group, _LANES):
        yield diagnostic("view.board_group", place, "/group", field=group.key)
    elif view.kind == "calendar" and not _is_moment(view.group, fields):
        yield diagnostic("view.calendar_group", place, "/group" if view.group else "", view=view.key)
    amount = fields.get(view.amount or "")
    if amount is not None and not _is_number(analysis, view.entity, amount):
        yield diagnostic("view.amount", place, "/amount", field=amount.key)


def _is_moment(key: str | None, fields: Mapping[str, BaseField]) -> bool:
    """Whether ``key`` names a date or instant; an unknown one is a complaint of its own."""
    if key is None:
        return False
    return key in _SYSTEM_MOMENTS or key not in fields or is_moment(fields[key])


def _is_number(analysis: Analysis, entity: str, field: BaseField) -> bool:
    kind = analysis.environments.type_of(entity, field)
    return kind is not None and kind.is_numeric


def _metric(analysis: Analysis, place: Place) -> Iterator[Diagnostic]:
    metric = place.model
    assert isinstance(metric, Metric)
    if metric.measure not in ("count", "share") and metric.value is None:
        yield diagnostic("metric.no_value", place, "/measure", measure=metric.measure)
    if metric.measure == "share" and metric.share_of is None:
        yield diagnostic("metric.no_share", place, "/measure")
    fields = analysis.lookup.fields.get(metric.entity, {})
    if metric.time is not None and not _is_moment(metric.time, fields):
        yield diagnostic("metric.time", place, "/time", field=metric.time)


def _preset(analysis: Analysis, place: Place, values: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """Values written beforehand: of fields that can be written, and of their type."""
    fields = analysis.lookup.fields.get(place.entity or "", {})
    for key, value in values.items():
        field = fields.get(key)
        if isinstance(field, COMPUTED):
            yield diagnostic("value.computed", place, f"/values/{key}", field=key)
        elif field is not None and (reason := analysis.value_fault(place.entity or "", field, value)):
            yield diagnostic("value.invalid", place, f"/values/{key}", field=key, reason=reason)


def _public(analysis: Analysis, place: Place) -> Iterator[Diagnostic]:
    form = place.model
    assert isinstance(form, PublicForm)
    fields = analysis.lookup.fields.get(form.entity, {})
    for index, key in enumerate(form.fields):
        field = fields.get(key)
        if isinstance(field, COMPUTED):
            yield diagnostic("value.computed", place, f"/fields/{index}", field=key)
        elif field is not None and not isinstance(field, ASKED_IN_PUBLIC):
            kind = getattr(field, "type", "")
            yield diagnostic("public_form.field_type", place, f"/fields/{index}", field=key, type=kind)
    for key in form.autocomplete:
        if key not in form.fields:
            yield diagnostic("public_form.autocomplete", place, f"/autocomplete/{key}", field=key)
    for key in form.values:
        if key in form.fields:
            yield diagnostic("public_form.asked_and_set", place, f"/values/{key}", field=key)
    for key in must_be_given(analysis, form.entity):
        if key not in form.fields and key not in form.values:
            yield diagnostic("public_form.missing_required", place, "/fields", field=key)
