"""Which rows of a batch may be saved together: those that would not notice whether the others came before them.

What a row writes and looks at is put into keys; a row of which a key was written by one before it waits for the next
wave. Whether rows can notice each other through computed values of other records (the total of an order's customer) is
decided once per version, from what the programs of the entity read and from what its saves refresh.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from runtime.change import Change
from runtime.decoding import targets_of
from runtime.defaults import defaults_want
from runtime.deriving import surroundings_want
from runtime.duplicates import BatchKeys
from runtime.loading import Path, Want, want_of
from runtime.unit import Unit
from runtime.writer.columns import unique_keys
from schema_store.analysis.dependencies import FieldName, Step
from schema_store.analysis.environment import STAGE_CHANGES, history_entity
from schema_store.compiled.app import App, CompiledEntity, CompiledFormula
from schema_store.document.access import Act

#: Rows of one wave.
MOST_ROWS = 1_000
#: Through records of which entities rows that refer to the same one can notice each other; None: in other ways too.
Reach = frozenset[str] | None
#: A way from a saved record to one that its save changes: at most two steps; FAR: longer ones.
Way = tuple[Step, ...]
FAR: Way = (Step("down", "", "", ""),) * 3
_ACTS: tuple[Act, ...] = ("read", "create", "update", "delete", "assign", "transition", "override")


def room(unit: Unit, entity: str, act: str) -> int:
    """How many rows of an entity may be tried at once."""
    return 1 if _reach(unit, entity, act) is None else MOST_ROWS


def part(unit: Unit, changes: Sequence[Change]) -> None:
    """Put off the first change that depends on one before it (and with it all that follow)."""
    if len(changes) < 2:
        return
    near = _reach(unit, changes[0].key, changes[0].act) or frozenset()
    references = targets_of(unit, changes[0].entity)
    taken: set[Hashable] = set()
    alike = BatchKeys(changes[0].entity)
    for change in changes:
        around = set(_neighbours(change, references))
        writes, reads = set(_writes(unit, change, around, near)), set(_reads(change, around))
        if not taken.isdisjoint(writes | reads) or not alike.takes(change):
            change.is_put_off = True
            return
        taken |= writes


def part_new(unit: Unit, changes: Sequence[Change]) -> None:
    """Put off the first new record that names one before it in the batch, which must be there to be found."""
    references = targets_of(unit, changes[0].entity)
    own = [key for key, target in references.items() if target == changes[0].key]
    before: set[str] = set()
    for change in changes if own else ():
        named = (change.request.wire.get(key) for key in own)
        ids = {
            str(each).lower() for value in named for each in (value if isinstance(value, list) else [value])
        }
        if not before.isdisjoint(ids):
            change.is_put_off = True
            return
        before.add(str(change.id))


def _writes(
    unit: Unit, change: Change, around: Collection[tuple[str, UUID]], near: frozenset[str]
) -> Iterator[Hashable]:
    yield "record", change.key, change.id
    yield from unique_keys(unit.served, change)
    yield from (("file", UUID(each["file_id"])) for each in change.request.evidence)
    for target, ident in around:
        if target == "file":
            yield "file", ident
        elif target in near:
            yield "near", target, ident
        if target == change.key and change.act == "delete":
            yield "record", target, ident  # what it refers to can be deleted after it only


def _reads(change: Change, around: Collection[tuple[str, UUID]]) -> Iterator[Hashable]:
    """Records that the change names; those of other entities no row of the batch writes."""
    for target, ident in around:
        if target == change.key:
            yield "record", target, ident


def _neighbours(change: Change, references: Mapping[str, str]) -> Iterator[tuple[str, UUID]]:
    """The record itself and those it refers to, before and after."""
    yield change.key, change.id
    for key, target in references.items():
        for side in (change.before, change.after):
            value = None if side is None else side.get(key)
            if value is not None:
                yield from ((target, each) for each in _ids(value))


def _ids(value: Any) -> Iterable[UUID]:
    return value if isinstance(value, tuple) else (value,)


# --- what is known before: what saves of an entity change, and what they look at


def _reach(unit: Unit, entity: str, act: str) -> Reach:
    return unit.statement(("reach", entity, act), lambda: _find_reach(unit, entity, act), by_actor=True)


def _find_reach(unit: Unit, entity: str, act: str) -> Reach:
    app = unit.served.app
    written = written_by(app, entity)
    want = _reads_of(unit, app.entities[entity])
    found: set[str | None] = set()
    if act != "create":
        found |= {
            each for field in _own(want, app.entities[entity]) for each in _of_own(written, (entity, field))
        }
    for hop in want.hops.values() if act != "delete" else ():
        found |= set(_of_hop(written, entity, hop))
    for many in want.children.values() if act == "update" else ():
        found |= set(_of_children(written, entity, entity, many))
    found |= set(_of_access(unit, written, entity))
    return None if None in found else frozenset(each for each in found if each is not None)


def written_by(app: App, entity: str) -> Mapping[FieldName, frozenset[Way]]:
    """The fields that a save of one record changes, with the ways to the records where they stand."""
    history = history_entity(entity, STAGE_CHANGES)
    ways: dict[FieldName, set[Way]] = {(entity, key): {()} for key in app.infos[entity].fields}
    for (owner, _), refreshes in app.refreshes.items():
        for each in refreshes if owner == history else ():
            ways.setdefault((each.entity, each.field), set()).add(_shortened(each.steps[1:]))
    waiting = list(ways)
    while waiting:
        source = waiting.pop()
        for each in app.refreshes.get(source, ()):
            target = ways.setdefault((each.entity, each.field), set())
            more = {_shortened((*way, *each.steps)) for way in ways[source]} - target
            if more:
                target |= more
                waiting.append((each.entity, each.field))
    return {field: frozenset(found) for field, found in ways.items()}


def _shortened(way: Way) -> Way:
    return way if len(way) <= 2 else FAR


def _reads_of(unit: Unit, entity: CompiledEntity) -> Want:
    """Everything that any save of an entity looks at."""
    steps = tuple(
        step.field
        for step in entity.derivation
        if not (isinstance(step, CompiledFormula) and entity.fields[step.field].is_volatile)
    )
    app = unit.served.app
    forms = [None, *(key for key, form in app.forms.items() if form.entity == entity.key)]
    wants = [surroundings_want(unit.served, entity.key, steps, form) for form in forms]
    wants.append(defaults_want(unit.served, entity.key))
    paths = {path for want in wants for path in _paths(want)} | set(_paths_of_gates(entity))
    return want_of(app, entity.key, paths)


def _paths(want: Want) -> Iterator[Path]:
    yield from ((name,) for name in want.fields)
    for key, below in (*want.hops.items(), *want.children.items()):
        yield from ((key, *path) for path in _paths(below))


def _paths_of_gates(entity: CompiledEntity) -> Iterator[Path]:
    for pipelines in entity.pipelines.values():
        for pipeline in pipelines:
            gates = [stage.gate for stage in pipeline.stages.values()]
            gates += [way.gate for way in pipeline.transitions]
            for gate in filter(None, gates):
                yield from (path for each in gate.criteria for path in each.program.checked.fields)


def _own(want: Want, entity: CompiledEntity) -> set[str]:
    """Fields of the record itself that are read, or compared with what is computed."""
    return {*want.fields, *(key for key, field in entity.fields.items() if field.computed)}


def _of_own(written: Mapping[FieldName, frozenset[Way]], field: FieldName) -> Iterator[str | None]:
    """Another row writes a field of this very record: a sister, or a part of it."""
    for way in written.get(field, ()):
        kinds = tuple(step.kind for step in way)
        if way:
            yield way[0].entity if kinds in (("up",), ("up", "down")) else None


def _of_hop(written: Mapping[FieldName, frozenset[Way]], entity: str, hop: Want) -> Iterator[str | None]:
    """Another row writes a record that this one refers to, or is a child of one."""
    for name in hop.fields:
        for way in written.get((hop.entity, name), ()):
            is_near = not way or (len(way) == 1 and way[0].kind == "up")
            yield hop.entity if is_near else None
    for many in hop.children.values():
        yield from _of_children(written, entity, hop.entity, many)
    for below in hop.hops.values():
        yield from _anywhere(written, below)


def _of_children(
    written: Mapping[FieldName, frozenset[Way]], entity: str, parent: str, many: Want
) -> Iterator[str | None]:
    """Another row is one of the children that are looked at, or writes one."""
    if many.entity.startswith(f"{entity}."):
        return  # its own history
    for name in many.fields:
        for way in written.get((many.entity, name), ()):
            yield parent if not way else None
    for below in (*many.hops.values(), *many.children.values()):
        yield from _anywhere(written, below)


def _anywhere(written: Mapping[FieldName, frozenset[Way]], want: Want) -> Iterator[None]:
    if any((want.entity, name) in written for name in want.fields):
        yield None
    for below in (*want.hops.values(), *want.children.values()):
        yield from _anywhere(written, below)


def _of_access(unit: Unit, written: Mapping[FieldName, frozenset[Way]], entity: str) -> Iterator[None]:
    """A rule of access looks at what another row changes elsewhere; so does the condition of a rule of duplicates."""
    app, policy = unit.served.app, unit.access.policy
    compiled = app.entities[entity]
    conditions = [
        (name, grant.when)
        for name in {entity, *targets_of(unit, compiled).values()} & app.entities.keys()
        for act in _ACTS
        for grant in policy.grants(name, act)
        if grant.when is not None
    ]
    conditions += [(entity, rule.when.checked) for rule in compiled.duplicates if rule.when is not None]
    for name, checked in conditions:
        want = want_of(app, name, checked.fields)
        if any(any(way) for field in want.fields for way in written.get((name, field), ())):
            yield None
        for below in (*want.hops.values(), *want.children.values()):
            yield from _anywhere(written, below)
