"""Rules that start each other round in a circle, as far as the document shows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from expressions.typed import Const
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.dependencies import components, cycle_through
from schema_store.analysis.derivation import Derivation
from schema_store.analysis.walk import Place
from schema_store.diagnostics import Diagnostic
from schema_store.document.automation import (
    AddTags,
    Assign,
    Branch,
    CreateRecord,
    MoveStage,
    RecordTrigger,
    Rule,
    SetFields,
    StageTrigger,
)
from schema_store.messages import diagnostic

#: What can happen: ("created", entity, ""), ("changed", entity, field), ("stage", entity, stage).
Happening = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Effect:
    """What an action makes happen.

    Attributes:
        happening: what.
        certain: no branch stands before it.
        settles: it writes a constant, so that a second time nothing changes.
    """

    happening: Happening
    certain: bool
    settles: bool


def check_rule_loops(analysis: Analysis) -> Iterator[Diagnostic]:
    """Strongly connected rules, drawn as their path: an error when nothing can stop them, else a warning."""
    places = {place.pointer: place for place in analysis.walk.of(Rule)}
    arrows = _arrows(analysis, places)
    possible = {rule: list(targets) for rule, targets in arrows.items()}
    certain = {rule: [target for target, sure in targets.items() if sure] for rule, targets in arrows.items()}
    endless = [cycle_through(certain, members) for members in components(certain)]
    caught = {rule for way in endless for rule in way}
    for way in filter(None, endless):
        yield _complain("rule.loop", way, places)
    for members in components(possible):
        way = cycle_through(possible, members)
        if way and not caught.intersection(members):
            yield _complain("rule.possible_loop", way, places)


def _complain(code: str, way: list[str], places: dict[str, Place]) -> Diagnostic:
    return diagnostic(code, places[way[0]], path=" → ".join(_rule(places[pointer]).key for pointer in way))


def _rule(place: Place) -> Rule:
    assert isinstance(place.model, Rule)
    return place.model


def _arrows(analysis: Analysis, places: dict[str, Place]) -> dict[str, dict[str, bool]]:
    """From each rule to the rules it starts; True where neither condition nor branch stands between."""
    derivation = analysis.derivation
    effects = _effects(analysis, derivation)
    arrows: dict[str, dict[str, bool]] = {pointer: {} for pointer in places}
    for pointer in places:
        for effect in effects[pointer]:
            for target, place in places.items():
                rule = _rule(place)
                if (pointer == target and _ends_itself(rule, effect)) or not _starts(rule, effect.happening):
                    continue
                sure = effect.certain and not effect.settles and rule.condition is None and not _leaves(rule)
                arrows[pointer][target] = sure or arrows[pointer].get(target, False)
    return arrows


def _ends_itself(rule: Rule, effect: Effect) -> bool:
    """A rule that writes a constant starts itself once more at most; one that follows a departure is gone."""
    return effect.settles or _leaves(rule)


def _leaves(rule: Rule) -> bool:
    """Whether it waits for a departure: whether the record stands at that stage is not known here."""
    return rule.trigger.kind == "stage_left"


def _starts(rule: Rule, happening: Happening) -> bool:
    what, entity, detail = happening
    trigger = rule.trigger
    if rule.entity != entity:
        return False
    if isinstance(trigger, RecordTrigger):
        return trigger.kind == what and (what != "changed" or not trigger.fields or detail in trigger.fields)
    if isinstance(trigger, StageTrigger) and what == "stage":
        wanted = {"stage_entered": trigger.stage == detail, "stage_left": trigger.stage != detail}
        return wanted.get(trigger.kind, False)
    return False


def _effects(analysis: Analysis, derivation: Derivation) -> dict[str, list[Effect]]:
    """What the actions of every rule make happen, computed fields that follow included."""
    found: dict[str, list[Effect]] = defaultdict(list)
    for place in analysis.walk.of(SetFields, CreateRecord, MoveStage, AddTags, Assign):
        owner = place.nearest(Rule)
        assert owner is not None
        is_straight = place.nearest(Branch) is None
        for effect in _direct(analysis, place):
            found[owner.pointer].append(replace(effect, certain=effect.certain and is_straight))
    for effects in found.values():
        effects += [
            Effect(("changed", *name), effect.certain, effect.settles)
            for effect in effects
            for name in _follow_ups(effect.happening, derivation)
        ]
    return found


def _direct(analysis: Analysis, place: Place) -> Iterator[Effect]:
    """What an action makes happen by itself, as if nothing stood before it."""
    entity, action = place.entity or "", place.model
    match action:
        case SetFields():
            for key in action.values:
                yield from _written(analysis, place, entity, key)
        case CreateRecord():
            yield Effect(("created", action.target, ""), True, False)
            for pipeline in analysis.document.pipelines:
                if pipeline.entity == action.target:
                    yield Effect(("stage", action.target, pipeline.initial), True, False)
        case MoveStage():
            yield Effect(("stage", entity, action.stage), True, False)
            for owner, field in analysis.lookup.pipelines:
                if owner == entity:
                    yield Effect(("changed", entity, field), True, True)
        case AddTags():
            yield Effect(("changed", entity, action.field), True, True)
        case Assign():
            yield Effect(("changed", entity, "owner"), True, True)


def _written(analysis: Analysis, place: Place, entity: str, key: str) -> Iterator[Effect]:
    """A field that is written; writing a stage is a move."""
    finding = analysis.expressions.get(f"{place.pointer}/values/{key}")
    root = finding.checked.root if finding and finding.checked else None
    constant = root.value if isinstance(root, Const) else None
    yield Effect(("changed", entity, key), True, isinstance(root, Const))
    for stage in _stages(analysis, entity, key):
        if constant in (None, stage):
            yield Effect(("stage", entity, stage), constant is not None, False)


def _stages(analysis: Analysis, entity: str, field: str) -> Iterable[str]:
    """The stages that a field can show; none unless it is a stage field."""
    return analysis.lookup.stages(entity, field) if (entity, field) in analysis.lookup.pipelines else ()


def _follow_ups(happening: Happening, derivation: Derivation) -> set[tuple[str, str]]:
    """The computed fields that change when this happens, and those that depend on them."""
    what, entity, field = happening
    waiting = [
        name
        for name in derivation.refreshes
        if name == (entity, field) or (what == "created" and name[0] == entity)
    ]
    reached: set[tuple[str, str]] = set()
    for name in waiting:
        fresh = {(refresh.entity, refresh.field) for refresh in derivation.refreshes.get(name, ())} - reached
        reached |= fresh
        waiting.extend(fresh)
    if what == "created":
        return {name for name in reached if name[0] != entity}
    return reached
