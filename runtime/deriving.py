"""Step 6: formulas, roll-ups and scores of the record itself, in the compiled order; and what must be loaded for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from runtime.change import Change
from runtime.computed.recompute import reads_of
from runtime.computed.rows import Rows
from runtime.loading import Path, Want, want_of
from runtime.served import Served
from runtime.unit import Unit
from schema_store.compiled.app import CompiledEntity, CompiledFormula
from schema_store.compiled.scoring import CompiledScore

Step = CompiledFormula | CompiledScore


def load_surroundings(unit: Unit, change: Change) -> None:
    """Load once what every program of this save reads: conditions, validations, pipelines, gates, derivation."""
    steps = tuple(each.field for each in steps_to_run(change))
    form = change.form.key if change.form is not None else None
    want = _want(unit.served, change.key, steps, form)
    change.row = dict(change.after)
    if change.before is None:
        # Nobody can refer to a record that is not there yet: its children need not be asked for.
        change.row |= {key: change.row.get(key, ()) for key in want.children}
    pending = {(change.key, change.id): change.row}
    Rows(unit.connection, unit.served, unit.context, pending).complete(want, [change.row])
    if change.before is None or not (change.entity.conditions or form):
        return
    change.row_before = dict(change.before)
    conditions = _conditions_want(unit.served, change.key, form)
    Rows(unit.connection, unit.served, unit.context).complete(conditions, [change.row_before])


def derive(unit: Unit, change: Change) -> None:
    """Compute what the changed values are read by; the results stand in ``after`` and ``row``."""
    for step in steps_to_run(change):
        if isinstance(step, CompiledFormula):
            _put(change, step.field, step.value(change.row, unit.context))
            continue
        result = step.evaluate(change.row, unit.context)
        _put(change, step.field, result.value)
        if step.band_field is not None:
            _put(change, step.band_field, result.band)
        change.reasons[step.field] = result.points


def _put(change: Change, key: str, value: object) -> None:
    change.after[key] = change.row[key] = value


def steps_to_run(change: Change) -> Iterator[Step]:
    """The steps whose inputs may differ, in order: all where the record is new or comes back from the bin."""
    is_whole = change.before is None or change.act == "restore"
    dirty = set(change.changed)
    for step in change.entity.derivation:
        if isinstance(step, CompiledFormula) and change.entity.fields[step.field].is_volatile:
            if not dirty.isdisjoint(_first_keys(step)):
                dirty.add(step.field)
        elif is_whole or not dirty.isdisjoint(_first_keys(step)):
            dirty.add(step.field)
            if isinstance(step, CompiledScore) and step.band_field:
                dirty.add(step.band_field)
            yield step


def _first_keys(step: Step) -> frozenset[str]:
    return _first_keys_of(reads_of(step))


@lru_cache(maxsize=4_096)
def _first_keys_of(paths: frozenset[Path]) -> frozenset[str]:
    return frozenset(path[0] for path in paths)


def _want(served: Served, entity: str, steps: tuple[str, ...], form: str | None) -> Want:
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
