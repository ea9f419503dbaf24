"""What a migration does to the values of one record: the same function counts losses beforehand and writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from schema_store.document.fields import BaseField
from schema_store.field_types import FIELD_TYPES
from schema_store.field_types.base import Conversion, FieldValueError, Refusal, Surroundings
from schema_store.migration.columns import Fields
from schema_store.migration.operations import Convert, Fill, Operation, Recode
from schema_store.migration.recoding import Mapped

Row = Mapping[str, Any]
NoteKind = Literal["not_convertible", "shortened", "altered"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happens to a value: ``field`` is the field's id."""

    kind: NoteKind
    field: str


#: Takes a record's values by column name, gives the columns to write and what is lost on the way.
Step = Callable[[Row], tuple[dict[str, Any], tuple[Note, ...]]]
#: Computes a default expression for a record.
Evaluate = Callable[[Row], Any]


@dataclass(frozen=True)
class RowWork:
    """All that happens to the values of one table's records.

    Attributes:
        reads: columns that must be known.
        writes: columns that may change.
        steps: in order; each sees what the former ones wrote.
    """

    reads: frozenset[str]
    writes: frozenset[str]
    steps: tuple[Step, ...]

    def __call__(self, row: Row) -> tuple[dict[str, Any], list[Note]]:
        """The record's values afterwards, and what is lost."""
        now = dict(row)
        notes: list[Note] = []
        for step in self.steps:
            values, said = step(now)
            now |= values
            notes += said
        return now, notes


@dataclass(frozen=True)
class Materials:
    """What steps are made of.

    Attributes:
        both: fields of both documents by id.
        fields: the newer document's fields by id.
        around: what their types need to know, by id.
        evaluators: per field id, what computes its default expression and the columns it reads.
    """

    both: Mapping[str, Fields]
    fields: Mapping[str, BaseField]
    around: Mapping[str, Surroundings]
    evaluators: Mapping[str, tuple[Evaluate, frozenset[str]]]


def row_work(operations: Sequence[Operation], materials: Materials) -> RowWork:
    """The work of a table's ``Convert``, ``Fill`` and ``Recode`` operations; others are passed over."""
    reads: set[str] = set()
    writes: set[str] = set()
    steps: list[Step] = []
    for operation in operations:
        if isinstance(operation, Convert):
            targets = [operation.target] if operation.target else []
            targets += [name for _, name in operation.parts]
            reads |= {operation.source, *(targets if operation.revived else ())}
            writes |= set(targets)
            steps.append(_convert(operation, materials))
        elif isinstance(operation, Fill):
            reads |= {operation.name} | materials.evaluators.get(operation.field, (None, frozenset()))[1]
            writes |= {operation.name, *(name for _, name in operation.parts)}
            steps.append(_fill(operation, materials))
        elif isinstance(operation, Recode):
            reads.add(operation.name)
            writes.add(operation.name)
            steps.append(_recode(operation))
    return RowWork(frozenset(reads), frozenset(writes), tuple(steps))


def recoded(mapping: Mapped, value: Any) -> Any:
    """A stored option key, or list of keys, under a mapping; members without a key of their own are left out."""
    keys = dict(mapping)
    if isinstance(value, str):
        return keys.get(value, value)
    if value is None or not keys:
        return value
    return tuple(dict.fromkeys(new for old in value if (new := keys.get(old, old)) is not None))


def _recode(operation: Recode) -> Step:
    def step(row: Row) -> tuple[dict[str, Any], tuple[Note, ...]]:
        return {operation.name: recoded(operation.mapping, row[operation.name])}, ()

    return step


def parts_of(operation: Convert | Fill, materials: Materials) -> Callable[[Any], dict[str, Any]]:
    """What gives the derived parts of a value, by column."""
    spec, around = materials.fields[operation.field], materials.around[operation.field]
    kind = FIELD_TYPES.of(spec)

    def parts(value: Any) -> dict[str, Any]:
        derived = kind.derive(spec, around, value) if value is not None and operation.parts else {}
        return {name: derived.get(part) for part, name in operation.parts}

    return parts


def literal_of(operation: Fill, materials: Materials) -> Any:
    """The value of a literal default."""
    spec, around = materials.fields[operation.field], materials.around[operation.field]
    return FIELD_TYPES.of(spec).decode(spec, around, operation.literal)


def _fill(operation: Fill, materials: Materials) -> Step:
    parts = parts_of(operation, materials)
    if operation.expression is not None:
        compute = materials.evaluators[operation.field][0]
    else:
        literal = literal_of(operation, materials)

    def step(row: Row) -> tuple[dict[str, Any], tuple[Note, ...]]:
        if row.get(operation.name) is not None:
            return {}, ()
        value = literal if operation.expression is None else compute(row)
        return {operation.name: value, **parts(value)}, ()

    return step


def _convert(operation: Convert, materials: Materials) -> Step:
    parts, target = parts_of(operation, materials), operation.target
    if target is None:
        return lambda row: (parts(row[operation.source]), ())
    change = Changeover(materials.both[operation.field], operation.mapping)

    def step(row: Row) -> tuple[dict[str, Any], tuple[Note, ...]]:
        older = row.get(target) if operation.revived else None
        value, kind = change(row[operation.source], older)
        notes = (Note(kind, operation.field),) if kind else ()
        return {target: value, **parts(value)}, notes

    return step


class Changeover:
    """How one value of a field becomes a value of the field as it shall be, and what is lost."""

    def __init__(self, fields: Fields, mapping: Mapped):
        new, old = FIELD_TYPES.of(fields.new), FIELD_TYPES.of(fields.old)
        self._there = new.convert_from(fields.old, fields.new, fields.around)
        self._back = old.convert_from(fields.new, fields.old, fields.old_around)
        self._mapping = mapping

    def __call__(self, value: Any, older: Any = None) -> tuple[Any, NoteKind | None]:
        """The new value and what was lost; ``older`` is what the revived column held before."""
        if older is not None and self._try(self._back, older) == value:
            return older, None
        if value is None:
            return None, None
        value = recoded(self._mapping, value)
        if value is None:
            return None, None
        new = self._try(self._there, value)
        if new is None:
            return None, "not_convertible"
        return new, self._loss(value, new)

    def _loss(self, value: Any, new: Any) -> NoteKind | None:
        is_exact = isinstance(self._there, Conversion) and self._there.lossless
        if is_exact or isinstance(self._back, Refusal) or self._try(self._back, new) == value:
            return None
        is_cut = isinstance(value, str) and isinstance(new, str) and value.startswith(new)
        return "shortened" if is_cut else "altered"

    @staticmethod
    def _try(conversion: Conversion | Refusal, value: Any) -> Any:
        if isinstance(conversion, Refusal):
            return None
        try:
            return conversion.convert(value)
        except FieldValueError:
            return None
