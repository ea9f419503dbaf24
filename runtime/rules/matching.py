"""Step 13: which rules a save starts. Where no rule can be started nothing is looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from expressions.types import Kind
from runtime.change import Change, Values
from runtime.computed.rows import Rows
from runtime.loading import Path, Want, want_of
from runtime.ports import Job
from runtime.rules.doors import Doors
from runtime.rules.rows import run_row
from runtime.rules.running import Match, run_rule
from runtime.served import Served
from runtime.unit import Derived, FollowUp, Root, Unit
from schema_store.compiled.app import CompiledEntity
from schema_store.compiled.rules import CompiledRule, RuleIndex, phrases_in
from schema_store.wire import to_wire

Found = tuple[CompiledRule, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule whose trigger happened to a record.

    Attributes:
        root: the act that made it happen.
        trigger: what happened, for people.
        values: of the record, as it is saved; None: they are read.
        crossed: the band field that must show the band of the trigger; None: nothing must.
        is_tried: whether it is only to be said that it would run.
    """

    rule: CompiledRule
    record: UUID
    root: Root
    trigger: Mapping[str, Any]
    values: Values | None
    crossed: str | None = None
    is_tried: bool = False


def match_rules(unit: Unit, changes: Sequence[Change], doors: Doors) -> None:
    """Note on each change what it starts, and what the values start that the system computed because of it.

    What an import asks for (:class:`runtime.change.Request`) decides whether they run, or are only noted.
    """
    by_root = {change.root: change for change in reversed(changes)}
    found = [*_of_changes(unit, changes), *_of_derived(unit, changes, unit.fresh_derived())]
    asked = {root: change.request.rules for root, change in by_root.items()}
    present = [each for each in found if asked[each.root] != "none"]
    tried = [replace(each, is_tried=True) if asked[each.root] == "simulate" else each for each in present]
    for root, follow_up in _follow_up(unit, tried, doors):
        by_root[root].follow_ups.append(follow_up)


def changed_by_others(unit: Unit) -> list[Candidate]:
    """The rules that wait for a computed value which is different now, where no record was saved."""
    return list(_of_derived(unit, (), unit.fresh_derived()))


def start_rules(unit: Unit, candidates: Iterable[Candidate], doors: Doors) -> None:
    """Queue the candidates whose condition is met: with the save as follow-ups, the others as jobs."""
    for root, follow_up in _follow_up(unit, candidates, doors):
        unit.follow(follow_up, root=root)


def _follow_up(unit: Unit, candidates: Iterable[Candidate], doors: Doors) -> Iterator[tuple[Root, FollowUp]]:
    by_entity: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.rule.id not in unit.served.off:
            by_entity[candidate.rule.entity].append(candidate)
    for entity, each in by_entity.items():
        rows = _load(unit, entity, each)
        for candidate in each:
            row = rows.get(candidate.record)
            if row is not None and _is_there(candidate, row) and is_met(unit, candidate.rule, row):
                yield from _start(unit, candidate, row, doors)


def is_met(unit: Unit, rule: CompiledRule, row: Mapping[str, Any]) -> bool:
    """Whether the condition holds for a row; null is "not met"."""
    if rule.kind == "signal":
        return bool(phrases_in(rule, row.get(rule.field or "")))
    return rule.condition is None or rule.condition.eval(row, unit.context) is True


def _is_there(candidate: Candidate, row: Mapping[str, Any]) -> bool:
    """Whether a band that changed is the one that the rule waits for."""
    return candidate.crossed is None or row[candidate.crossed] == getattr(
        candidate.rule.trigger, "name", None
    )


def _load(unit: Unit, entity: str, candidates: Sequence[Candidate]) -> dict[UUID, Values]:
    """The rows that the conditions read; one statement per table that they walk to, none where they walk nowhere."""
    want = _want(unit.served, entity, candidates)
    rows: dict[UUID, Values] = {}
    unread: set[UUID] = set()
    for candidate in candidates:
        if candidate.values is None:
            unread.add(candidate.record)
        elif candidate.record not in rows:
            rows[candidate.record] = dict(candidate.values)
    loader = Rows(unit.connection, unit.served, unit.context)
    loader.complete(want, list(rows.values()))
    if unread - rows.keys():
        rows |= loader.load(want, unread - rows.keys())
    return rows


def _want(served: Served, entity: str, candidates: Iterable[Candidate]) -> Want:
    parts = frozenset((each.rule.reads, each.crossed) for each in candidates)
    name = ("rules", entity, parts)
    if name not in served.statements:
        paths: set[Path] = {path for reads, _ in parts for path in reads}
        paths |= {(crossed,) for _, crossed in parts if crossed is not None}
        served.statements[name] = want_of(served.app, entity, paths)
    want: Want = served.statements[name]
    return want


def _start(unit: Unit, candidate: Candidate, row: Values, doors: Doors) -> Iterator[tuple[Root, FollowUp]]:
    rule = candidate.rule
    why = {"trigger": dict(candidate.trigger), "condition": _seen(unit, rule, row)}
    if candidate.is_tried:
        tried = {**why, "simulated": True}
        run = run_row(
            unit.served, rule, candidate.record, unit.now, unit.person, "skipped", unit.cause, tried
        )
        unit.note(unit.served.support.run, run)
        return
    if rule.with_save:
        match = Match(rule, candidate.record, why, candidate.values)
        yield candidate.root, FollowUp(rule.cause, partial(run_rule, match=match, doors=doors))
        return
    left = {"left": [action.key for action in rule.actions]}
    unit.budget.jobs.append(
        Job(unit.served, rule, candidate.record, unit.now, unit.person, unit.cause, why | left)
    )


def _seen(unit: Unit, rule: CompiledRule, row: Values) -> dict[str, Any] | None:
    """What the condition looked at: values by path, children by their number."""
    if rule.kind == "signal":
        return {"field": rule.field, "phrases": list(phrases_in(rule, row.get(rule.field or "")))}
    if rule.condition is None:
        return None
    infos = unit.served.app.infos[rule.entity].fields
    values: dict[str, Any] = {}
    for path in sorted(rule.reads):
        if infos[path[0]].type.kind is Kind.RECORDS:
            values[path[0]] = len(row[path[0]])
        elif ".".join(path) in row:
            values[".".join(path)] = to_wire(row[".".join(path)])
    return {"text": rule.text, "met": True, "values": values}


def _of_changes(unit: Unit, changes: Iterable[Change]) -> Iterator[Candidate]:
    for change in changes:
        index = unit.served.app.triggers.get(change.key)
        if index is None or not _is_act(change):
            continue
        seen: set[str] = set()
        for rule, trigger in _triggered(index, change):
            if rule.id not in seen:
                seen.add(rule.id)
                yield Candidate(rule, change.id, change.root, trigger, change.after)


def _is_act(change: Change) -> bool:
    return bool(change.changed) or change.act in ("delete", "restore")


def _triggered(index: RuleIndex, change: Change) -> Iterator[Found]:
    """The rules whose trigger this change is, with what happened."""
    if change.act == "create":
        yield from ((rule, {"kind": "created"}) for rule in index.created)
    elif change.act == "delete":
        yield from ((rule, {"kind": "deleted"}) for rule in index.deleted)
        return
    else:
        yield from _changed(index, change)
    for move in change.moves:
        happened = {"field": move.field, "from": move.start, "to": move.to}
        for rule in index.left.get(move.start or "", ()):
            yield rule, {"kind": "stage_left", **happened}
        for rule in index.entered.get(move.to or "", ()):
            yield rule, {"kind": "stage_entered", **happened}


def _changed(index: RuleIndex, change: Change) -> Iterator[Found]:
    """Values that people write start every rule on changes; computed ones only those that name the field."""
    changed = change.changed
    written = sorted(key for key in changed if is_written(change.entity, key))
    if written:
        yield from ((rule, {"kind": "changed", "fields": written}) for rule in index.changed)
    for key in sorted(changed & index.fields.keys()):
        yield from ((rule, {"kind": "changed", "fields": [key]}) for rule in index.fields[key])
    for key in sorted(changed & index.bands.keys()):
        before, after = (change.before or {}).get(key), change.after.get(key)
        yield from _crossed(index, key, before, after)


def _crossed(index: RuleIndex, key: str, before: Any, after: Any) -> Iterator[Found]:
    for rule in index.bands[key]:
        if getattr(rule.trigger, "name", None) == after:
            yield rule, {"kind": "band", "field": key, "from": before, "to": after}


def is_written(entity: CompiledEntity, key: str) -> bool:
    """Whether people write the field: it is the owner, or one that nothing computes."""
    return key == "owner" or (key in entity.fields and entity.fields[key].computed is None)


def _of_derived(unit: Unit, changes: Iterable[Change], derived: Iterable[Derived]) -> Iterator[Candidate]:
    """Rules that name a computed field of another record which is different now."""
    own = {(change.key, change.id) for change in changes}
    seen: set[tuple[str, UUID]] = set()
    for each in derived:
        index = unit.served.app.triggers.get(each.entity)
        if index is None:
            continue
        found: list[tuple[CompiledRule, str | None]] = [
            (rule, None) for rule in index.fields.get(each.field, ())
        ]
        found += [(rule, each.field) for rule in index.bands.get(each.field, ())]
        for rule, crossed in found:
            for record, root in sorted(each.ids.items()):
                if (each.entity, record) not in own and (rule.id, record) not in seen:
                    seen.add((rule.id, record))
                    happened = {"kind": "band" if crossed else "changed", "fields": [each.field]}
                    yield Candidate(rule, record, root, happened, None, crossed)
