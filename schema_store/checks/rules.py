"""Rules one by one: triggers, values, schedules; what happens when one rule starts another: :mod:`rule_loops`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from schema_store.analysis.analysis import Analysis
from schema_store.analysis.walk import Place
from schema_store.checks.fields import COMPUTED, is_moment
from schema_store.checks.surfaces import must_be_given
from schema_store.diagnostics import Diagnostic
from schema_store.document.automation import (
    AddTags,
    Assign,
    Branch,
    CreateRecord,
    CreateTask,
    DateTrigger,
    FreezeStage,
    MoveStage,
    PatternTrigger,
    Rule,
    ScheduleTrigger,
    SetFields,
    Signal,
    Stop,
)
from schema_store.document.base import Element
from schema_store.document.fields import BaseField, LongTextField, TagsField, TextField
from schema_store.messages import diagnostic
from schema_store.system import SYSTEM_FIELDS

#: Lowest and highest value of the five fields of a cron text: minute, hour, day, month, weekday (0 and 7: Sunday).
_CRON = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_CRON_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?")
_SYSTEM_MOMENTS = {field.name for field in SYSTEM_FIELDS if field.type.kind == "instant"}
#: System fields that a rule may write.
_WRITABLE_SYSTEM = frozenset({"owner"})
_SYSTEM = {field.name for field in SYSTEM_FIELDS if field.name}


def check_rules(analysis: Analysis) -> Iterator[Diagnostic]:
    """Triggers can fire, actions can be carried out."""
    for place in analysis.walk.of(DateTrigger, ScheduleTrigger, PatternTrigger):
        yield from _trigger(analysis, place)
    for place in analysis.walk.of(SetFields, CreateRecord):
        yield from _values(analysis, place)
    for place in analysis.walk.of(AddTags, Signal):
        yield from _tags(analysis, place)
    for place in analysis.walk.of(Assign):
        assert isinstance(place.model, Assign)
        if (place.model.dispatch is None) == (place.model.pool is None):
            yield diagnostic("rule.assign_target", place)
    for place in analysis.walk.of(Rule, Branch):
        yield from _unreachable(place)
    yield from _rights(analysis)


def _rights(analysis: Analysis) -> Iterator[Diagnostic]:
    """A rule acts by the rights that it lists: without one of them it would be refused each time."""
    for place in analysis.walk.of(
        SetFields, CreateRecord, CreateTask, MoveStage, Assign, AddTags, FreezeStage
    ):
        owner = place.nearest(Rule)
        assert owner is not None
        assert isinstance(owner.model, Rule)
        if isinstance(place.model, CreateTask) and analysis.document.settings.tasks is None:
            yield diagnostic("rule.no_tasks", place)
        for right in dict.fromkeys(_needed(analysis, place)):
            if right not in owner.model.rights:
                yield diagnostic("rule.missing_right", place, rule=owner.model.key, right=right)


def _needed(analysis: Analysis, place: Place) -> Iterator[str]:
    """The rights that an action takes, as a rule lists them."""
    entity = place.entity or ""
    match place.model:
        case SetFields(values=values):
            for key in values:
                is_stage = (entity, key) in analysis.lookup.pipelines
                yield f"{entity}:{'assign' if key == 'owner' else 'transition' if is_stage else 'update'}"
        case CreateRecord(target=target):
            yield f"{target}:create"
        case CreateTask():
            tasks = analysis.document.settings.tasks
            if tasks is not None:
                yield f"{tasks.entity}:create"
        case Assign():
            yield f"{entity}:assign"
        case AddTags():
            yield f"{entity}:update"
        case _:
            yield f"{entity}:transition"


def _fields(analysis: Analysis, place: Place) -> Mapping[str, BaseField]:
    return analysis.lookup.fields.get(place.entity or "", {})


def _trigger(analysis: Analysis, place: Place) -> Iterator[Diagnostic]:
    match place.model:
        case DateTrigger(field=key):
            field = _fields(analysis, place).get(key)
            if key not in _SYSTEM_MOMENTS and (
                key in _SYSTEM or (field is not None and not is_moment(field))
            ):
                yield diagnostic("rule.date_field", place, "/field", field=key)
        case ScheduleTrigger(cron=cron) if not is_cron(cron):
            yield diagnostic("rule.bad_cron", place, "/cron", cron=cron)
        case PatternTrigger(pattern="at_least" | "absence" as pattern, within=None):
            yield diagnostic("rule.no_window", place, "/within", pattern=pattern)


def is_cron(text: str) -> bool:
    """Whether ``text`` is a five-field cron text: ``*``, ``5``, ``1-5``, ``*/15``, lists with commas."""
    fields = text.split()
    return len(fields) == len(_CRON) and all(
        _is_cron_part(part, low, high)
        for field, (low, high) in zip(fields, _CRON, strict=True)
        for part in field.split(",")
    )


def _is_cron_part(part: str, low: int, high: int) -> bool:
    found = _CRON_PART.fullmatch(part)
    if found is None:
        return False
    first, last, step = (None if group is None else int(group) for group in found.groups())
    inside = all(value is None or low <= value <= high for value in (first, last))
    rising = first is None or last is None or first <= last
    return inside and rising and step != 0


def _values(analysis: Analysis, place: Place) -> Iterator[Diagnostic]:
    action = place.model
    assert isinstance(action, SetFields | CreateRecord)
    entity = action.target if isinstance(action, CreateRecord) else place.entity or ""
    fields = analysis.lookup.fields.get(entity, {})
    for key in action.values:
        if isinstance(fields.get(key), COMPUTED) or key in _SYSTEM - _WRITABLE_SYSTEM:
            yield diagnostic("value.computed", place, f"/values/{key}", field=key)
    if isinstance(action, CreateRecord):
        for key in must_be_given(analysis, entity):
            if key not in action.values:
                yield diagnostic("rule.missing_required", place, "/values", field=key, entity=entity)


def _tags(analysis: Analysis, place: Place) -> Iterator[Diagnostic]:
    """Tags go to a tags field; signals are found in texts."""
    wanted = (TagsField,) if isinstance(place.model, AddTags) else (TextField, LongTextField)
    code = "rule.tags_field" if isinstance(place.model, AddTags) else "signal.text_field"
    key = place.model.field  # type: ignore[attr-defined]  # both have it
    field = _fields(analysis, place).get(key)
    if field is not None and not isinstance(field, wanted):
        yield diagnostic(code, place, "/field", field=key)


def _unreachable(place: Place) -> Iterator[Diagnostic]:
    """Actions behind a stop."""
    model = place.model
    lists: Sequence[tuple[str, Sequence[Element]]] = (
        [("/then", model.then), ("/otherwise", model.otherwise)]
        if isinstance(model, Branch)
        else [("/actions", model.actions)]
        if isinstance(model, Rule)
        else []
    )
    for at, actions in lists:
        for index, action in enumerate(actions[:-1]):
            if isinstance(action, Stop):
                yield diagnostic("rule.after_stop", place, f"{at}/{index + 1}")
                break
