"""Rules and signals to their compiled form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from expressions.literals import parse_duration
from expressions.program import Program
from schema_store.analysis.walk import escape
from schema_store.compile.programs import Programs, require_id
from schema_store.compiled.rules import (
    CompiledAction,
    CompiledAdvance,
    CompiledAssign,
    CompiledAudience,
    CompiledBranch,
    CompiledCall,
    CompiledCreate,
    CompiledFreeze,
    CompiledNotify,
    CompiledRule,
    CompiledSet,
    CompiledStop,
    CompiledTag,
    CompiledTask,
    CompiledValue,
    CompiledWait,
    RuleIndex,
    actions_of,
)
from schema_store.document.access import Act
from schema_store.document.automation import (
    Action,
    AddTags,
    Assign,
    Branch,
    CallConnector,
    CreateRecord,
    CreateTask,
    EventTrigger,
    FreezeStage,
    MoveStage,
    NamedTrigger,
    Notify,
    PatternTrigger,
    RecordTrigger,
    Rule,
    SetFields,
    Signal,
    StageTrigger,
    Stop,
    Wait,
)
from schema_store.document.fields import ReferenceField, TagsField
from schema_store.normalise import normalise_text
from schema_store.system import SYSTEM_FIELDS

Path = tuple[str, ...]
_SYSTEM_TYPES = {field.name: field.type for field in SYSTEM_FIELDS if field.name}


def compile_rule(rule: Rule, programs: Programs) -> CompiledRule:
    """A rule of a document that has no errors."""
    actions = tuple(_action(action, rule.entity, programs) for action in rule.actions)
    condition = programs.find(rule, "condition")
    within = getattr(rule.trigger, "within", None)
    return CompiledRule(
        id=require_id(rule),
        key=rule.key,
        kind="rule",
        label=rule.label,
        entity=rule.entity,
        trigger=rule.trigger,
        within=parse_duration(within) if within else None,
        condition=condition,
        text=rule.condition,
        field=None,
        phrases=(),
        actions=actions,
        with_save=rule.with_save,
        rights=rights_of(rule.rights),
        reads=condition.checked.fields if condition else frozenset(),
        uses=frozenset(_uses(actions)),
    )


def rights_of(texts: Iterable[str]) -> dict[str, frozenset[Act]]:
    """Acts by entity, of texts like ``task:create``."""
    found: dict[str, set[Act]] = defaultdict(set)
    for text in texts:
        entity, _, act = text.partition(":")
        found[entity].add(act)  # type: ignore[arg-type]  # checked: right.form
    return {entity: frozenset(acts) for entity, acts in found.items()}


def compile_signal(signal: Signal, programs: Programs) -> CompiledRule | None:
    """A signal as a rule; None where its entity has no tags to add to."""
    fields = programs.analysis.lookup.fields[signal.entity].values()
    tags = next((field.key for field in fields if isinstance(field, TagsField)), None)
    if tags is None or not signal.tags:
        return None
    return CompiledRule(
        id=require_id(signal),
        key=signal.key,
        kind="signal",
        label=signal.label,
        entity=signal.entity,
        trigger=None,
        within=None,
        condition=None,
        text=None,
        field=signal.field,
        phrases=tuple(normalise_text(phrase) for phrase in signal.phrases),
        actions=(CompiledTag("tag", tags, tuple(signal.tags)),),
        with_save=True,
        rights={signal.entity: frozenset({"update"})},
        reads=frozenset({(signal.field,)}),
        uses=frozenset({(tags,)}),
    )


def index_rules(rules: Iterable[CompiledRule], bands: Mapping[tuple[str, str], tuple[str, ...]]) -> RuleIndex:
    """The rules of one entity by what starts them.

    Args:
        rules: of the entity, in the order of the document.
        bands: by entity and key of a band, the band fields of the scores that have it.
    """
    found: dict[str, dict[str, list[CompiledRule]]] = defaultdict(lambda: defaultdict(list))
    for rule in rules:
        for group, name in _starts(rule, bands):
            found[group][name].append(rule)
    keyed = {group: {name: tuple(each) for name, each in names.items()} for group, names in found.items()}
    plain = {group: keyed.get(group, {}).get("", ()) for group in ("created", "deleted", "changed")}
    groups = {name: keyed.get(name, {}) for name in ("fields", "entered", "left", "events", "bands", "tiers")}
    return RuleIndex(**plain, **groups)  # type: ignore[arg-type]  # two dictionaries of different values


def _starts(
    rule: CompiledRule, bands: Mapping[tuple[str, str], tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    match rule.trigger:
        case None:
            yield "created", ""
            yield "fields", rule.field or ""
        case RecordTrigger(kind="changed", fields=[_, *_] as fields):
            yield from (("fields", field) for field in dict.fromkeys(fields))
        case RecordTrigger(kind=kind):
            yield kind, ""
        case StageTrigger(kind="stage_entered" | "stage_left" as kind, stage=stage):
            yield kind.removeprefix("stage_"), stage
        case EventTrigger(event=event):
            yield "events", event
        case PatternTrigger(pattern="consecutive" | "at_least", event=event):
            yield "events", event
        case NamedTrigger(kind="band", name=name):
            yield from (("bands", field) for field in bands.get((rule.entity, name), ()))
        case NamedTrigger(kind="sla_tier", name=name):
            yield "tiers", name


def _action(action: Action, entity: str, programs: Programs) -> CompiledAction:
    match action:
        case SetFields():
            return CompiledSet(action.key, _values(action, entity, programs))
        case CreateRecord():
            return CompiledCreate(action.key, action.target, _values(action, action.target, programs))
        case CreateTask():
            return _task(action, entity, programs)
        case MoveStage(stage=stage):
            return CompiledAdvance(action.key, stage, _stage_fields(programs, entity, stage))
        case Assign():
            return CompiledAssign(action.key, action.dispatch, action.pool)
        case AddTags():
            return CompiledTag(action.key, action.field, tuple(action.tags))
        case FreezeStage():
            return CompiledFreeze(action.key, action.stage, action.kind == "freeze", action.reason or {})
        case Branch():
            ways = (
                tuple(_action(each, entity, programs) for each in way)
                for way in (action.then, action.otherwise)
            )
            return CompiledBranch(action.key, programs.get(action, "condition"), *ways)
        case Stop():
            return CompiledStop(action.key)
        case Notify():
            audience = tuple(audience_of(text) for text in action.audience)
            return CompiledNotify(action.key, audience, action.message, action.channel)
        case CallConnector():
            return CompiledCall(action.key, action.connector, action.operation)
        case Wait():
            return CompiledWait(action.key, parse_duration(action.duration) or timedelta(), action.event)


def _values(action: SetFields | CreateRecord, entity: str, programs: Programs) -> tuple[CompiledValue, ...]:
    environments, fields = programs.analysis.environments, programs.analysis.lookup.fields[entity]
    found = []
    for key in action.values:
        kind = environments.type_of(entity, fields[key]) if key in fields else _SYSTEM_TYPES[key]
        found.append(CompiledValue(key, kind, programs.get(action, f"values/{escape(key)}")))
    return tuple(found)


def _task(action: CreateTask, entity: str, programs: Programs) -> CompiledTask:
    settings = programs.analysis.document.settings.tasks
    fields = programs.analysis.lookup.fields.get(settings.entity, {}).values() if settings else ()
    about = next(
        (each.key for each in fields if isinstance(each, ReferenceField) and each.entity == entity), None
    )
    return CompiledTask(
        key=action.key,
        title=action.title,
        assignee=audience_of(action.assignee),
        due=parse_duration(action.due) if action.due else None,
        checklist=tuple(action.checklist),
        about=about,
    )


def audience_of(text: str) -> CompiledAudience:
    """Who is meant by a text like ``owner``, ``role:manager`` or ``field:account.owner``."""
    prefix, colon, rest = text.partition(":")
    if not colon and text in _SYSTEM_TYPES:
        return CompiledAudience("field", (text,), text)
    if prefix == "field":
        return CompiledAudience("field", tuple(rest.split(".")), text)
    return CompiledAudience("role" if prefix == "role" else "other", (), rest if prefix == "role" else text)


def _stage_fields(programs: Programs, entity: str, stage: str) -> tuple[str, ...]:
    return tuple(
        field
        for (owner, field) in programs.analysis.lookup.pipelines
        if owner == entity and stage in programs.analysis.lookup.stages(entity, field)
    )


def _uses(actions: Sequence[CompiledAction]) -> Iterator[Path]:
    """Every path that the actions read of the record."""
    for action in actions_of(tuple(actions)):
        match action:
            case CompiledSet(values=values) | CompiledCreate(values=values):
                yield from _read(each.program for each in values)
            case CompiledBranch(condition=condition):
                yield from _read([condition])
            case CompiledTask(assignee=CompiledAudience(kind="field", path=path)):
                yield path
            case CompiledNotify(audience=audience):
                yield from (each.path for each in audience if each.kind == "field")
            case CompiledTag(field=field):
                yield (field,)


def _read(programs: Iterable[Program]) -> Iterator[Path]:
    for program in programs:
        yield from program.checked.fields
