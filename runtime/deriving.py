"""Step 6: formulas, roll-ups and scores of the record itself, in the compiled order; and what must be loaded for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

from runtime.change import Change
from runtime.computed.recompute import fields_of, reads_of
from runtime.computed.rows import Rows
from runtime.loading import Path, Want, want_of
from runtime.served import Served
from runtime.unit import Unit
from schema_store.compiled.app import CompiledEntity, CompiledFormula
from schema_store.compiled.scoring import CompiledScore

Step = CompiledFormula | CompiledScore


def load_surroundings(unit: Unit, changes: Sequence[Change]) -> None:
    """Load once what every program of this save reads: conditions, validations, pipelines, gates, derivation."""
    for change in changes:
        change.row = dict(change.after)
    pending = {(change.key, change.id): change.row for change in changes}
    around = Rows(unit.connection, unit.served, unit.context, pending)
    for (key, steps, form, is_new), them in _alike(changes):
        want = surroundings_want(unit.served, key, steps, form)
        if is_new:
            # Nobody can refer to a record that is not there yet: its children need not be asked for.
            for change in them:
                change.row |= {name: change.row.get(name, ()) for name in want.children}
        around.complete(want, [change.row for change in them])
        if not is_new and (form or them[0].entity.conditions):
            _load_standing(unit, key, form, them)


#: Entity, fields to compute, form, and whether the record is new.
_Sort = tuple[str, tuple[str, ...], str | None, bool]


def _alike(changes: Sequence[Change]) -> Iterable[tuple[_Sort, list[Change]]]:
    """Changes that need the same things."""
    found: dict[_Sort, list[Change]] = {}
    for change in changes:
        steps = tuple(each.field for each in steps_to_run(change))
        form = change.form.key if change.form is not None else None
        found.setdefault((change.key, steps, form, change.before is None), []).append(change)
    return found.items()


def _load_standing(unit: Unit, key: str, form: str | None, changes: Sequence[Change]) -> None:
    """The records as they stand, with what the conditions that close fields read."""
    rows = [dict(change.before or {}) for change in changes]
    want = _conditions_want(unit.served, key, form)
    Rows(unit.connection, unit.served, unit.context).complete(want, rows)
    for change, row in zip(changes, rows, strict=True):
        change.row_before = row


def derive(unit: Unit, changes: Sequence[Change]) -> None:
    """Compute what the changed values are read by; the results stand in ``after`` and ``row``."""
    for change in changes:
        derive_one(unit, change)


def derive_one(unit: Unit, change: Change, steps: Iterable[Step] | None = None) -> None:
    """The same for one change; ``steps``: only these."""
    for step in steps_to_run(change) if steps is None else steps:
        if isinstance(step, CompiledFormula):
            _put(change, step.field, step.value(change.row, unit.context))
            continue
        result = step.evaluate(change.row, unit.context)
        _put(change, step.field, result.value)
        if step.band_field is not None:
            _put(change, step.band_field, result.band)
        change.reasons[step.field] = result.points


def readers_of(entity: CompiledEntity, key: str) -> tuple[Step, ...]:
    """The stored steps that read a field of the record itself, directly or through one another, in order."""
    dirty, found = {key}, []
    for step in entity.derivation:
        if not dirty.isdisjoint(_first_keys(step)):
            dirty.update(fields_of(step))
            if not entity.fields[step.field].is_volatile:
                found.append(step)
    return tuple(found)


def _put(change: Change, key: str, value: object) -> None:
    change.after[key] = change.row[key] = value


def steps_to_run(change: Change) -> Iterator[Step]:
    """The steps whose inputs may differ, in order: all where the record is new or comes back from the bin."""
    if change.before is None or change.act == "restore":
        yield from (step for step in change.entity.derivation if not _is_volatile(change.entity, step))
        return
    dirty = set(change.changed)
    for step in change.entity.derivation:
        if dirty.isdisjoint(_first_keys(step)):
            continue
        dirty.update(fields_of(step))
        if not _is_volatile(change.entity, step):
            yield step


def _is_volatile(entity: CompiledEntity, step: Step) -> bool:
    """Whether it has no column; a score that changes with time has one."""
    return isinstance(step, CompiledFormula) and entity.fields[step.field].is_volatile


def _first_keys(step: Step) -> frozenset[str]:
    return _first_keys_of(reads_of(step))


@lru_cache(maxsize=4_096)
def _first_keys_of(paths: frozenset[Path]) -> frozenset[str]:
    return frozenset(path[0] for path in paths)


def surroundings_want(served: Served, entity: str, steps: tuple[str, ...], form: str | None) -> Want:
    """What a save reads that computes the fields ``steps``."""
    name = ("surroundings", entity, steps, form)
    if name not in served.statements:
        compiled = served.app.entities[entity]
        running = [reads_of(step) for step in compiled.derivation if step.field in steps]
        served.statements[name] = want_of(
            served.app, entity, _union([*running, *_always(compiled), *_of_form(served, form)])
        )
    want: Want = served.statements[name]
    return want


def _conditions_want(served: Served, entity: str, form: str | None) -> Want:
    name = ("conditions", entity, form)
    if name not in served.statements:
        conditions = served.app.entities[entity].conditions
        closing = [each.program.checked.fields for each in conditions if each.effect == "read_only"]
        paths = _union([*closing, *_of_form(served, form)])
        served.statements[name] = want_of(served.app, entity, paths)
    want: Want = served.statements[name]
    return want


def _of_form(served: Served, form: str | None) -> Iterator[frozenset[Path]]:
    for field in served.app.forms[form].fields if form is not None else ():
        yield from (program.checked.fields for program in field.programs)


def _always(entity: CompiledEntity) -> Iterator[frozenset[Path]]:
    """What is read at every save, whatever changed."""
    yield from (condition.program.checked.fields for condition in entity.conditions)
    yield from (rule.program.checked.fields for rule in entity.validations)
    yield from (rule.when.checked.fields for rule in entity.duplicates if rule.when is not None)
    for pipelines in entity.pipelines.values():
        yield from (each.when.checked.fields for each in pipelines if each.when is not None)


def _union(paths: Iterable[Collection[Path]]) -> frozenset[Path]:
    return frozenset[Path]().union(*paths)
