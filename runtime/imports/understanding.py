"""The rows of a batch as what they ask for: values by field, moments of the past, the record they mean; every
complaint of every cell at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from expressions.context import Context
from runtime.imports.cells import ask_cell, is_textual, read_cell
from runtime.imports.lookups import Lookups
from runtime.imports.mapping import ColumnError, Compiled
from runtime.imports.targets import Target
from runtime.imports.values import Cell, is_blank, read_text, write_moment
from schema_store.field_types.base import FieldValueError
from schema_store.field_types.common import require_line
from schema_store.field_types.language import CODE_LENGTH
from schema_store.field_types.relations import require_uuid

Json = dict[str, Any]


@dataclass
class Understood:
    """What a row asks for.

    Attributes:
        number: of the row in the file.
        wire: JSON values by field; ``owner_id`` among them.
        partial: translated texts of which only some languages are named.
        past: moments (RFC 3339), people (ids), codes, and ``stages`` as ``[field, stage, moment]``.
        id: of the record, where the file has it.
        event: parts of an event.
        key: the value that finds the record, as text; None where nothing stands there.
        errors, warnings: ``{"column", "field", "code", "params"}``.
    """

    number: int
    wire: Json = field(default_factory=dict)
    partial: list[str] = field(default_factory=list)
    past: Json = field(default_factory=dict)
    id: str | None = None
    event: Json = field(default_factory=dict)
    key: str | None = None
    errors: list[Json] = field(default_factory=list)
    warnings: list[Json] = field(default_factory=list)

    def to_json(self) -> Json:
        """What of it is kept with the row; empty parts are left out."""
        parts = {
            "wire": self.wire,
            "partial": self.partial,
            "past": self.past,
            "id": self.id,
            "event": self.event,
            "warnings": self.warnings,
        }
        return {name: part for name, part in parts.items() if part}


@dataclass(frozen=True)
class Reader:
    """How the rows of a job are read.

    Attributes:
        compiled: the mapping.
        context: what expressions are evaluated in; its zone is that of moments without one.
        match: the target whose value finds the record; None makes every row a new one.
        clears: whether a blank cell clears the field of a record that is there.
        history: whether the past may be given.
    """

    compiled: Compiled
    context: Context
    match: str | None
    clears: bool
    history: bool

    def read(self, rows: Sequence[tuple[int, Sequence[Cell]]], lookups: Lookups) -> list[Understood]:
        """The rows, each with everything that is wrong with it; one look-up per entity and way of naming."""
        found = [(Understood(number), self._cells(number, cells)) for number, cells in rows]
        for row, cells in found:
            row.errors += cells.errors
            for target, _, cell in cells.cells:
                if not is_blank(cell):
                    _ask(target, cell, lookups)
        lookups.resolve()
        for row, cells in found:
            for target, column, cell in cells.cells:
                self._take(row, target, column, cell, lookups)
            _settle_stages(row)
        return [row for row, _ in found]

    def _cells(self, number: int, cells: Sequence[Cell]) -> _Cells:
        if len(cells) > len(self.compiled.header):
            return _Cells([], [complaint("", "", "too_many_cells")])
        taken: list[tuple[Target, str, Cell]] = []
        try:
            taken.extend(self.compiled.cells(number, cells, self.context))
        except ColumnError as problem:
            return _Cells(taken, [complaint(problem.column, "", problem.problem)])
        return _Cells(taken, [])

    def _take(self, row: Understood, target: Target, column: str, cell: Cell, lookups: Lookups) -> None:
        if is_blank(cell):
            if self.clears and target.part == "field":
                row.wire[target.key] = None
            return
        try:
            value = _TAKING[target.part](self, row, target, cell, lookups)
        except FieldValueError as problem:
            row.errors.append(complaint(column, target.key, problem))
            return
        if target.key == self.match:
            row.key = str(value)
        if target.field and is_textual(target.field) and isinstance(cell, int | float):
            row.warnings.append(complaint(column, target.key, "number_as_text", value=str(value)[:60]))

    def field(self, row: Understood, target: Target, cell: Cell, lookups: Lookups) -> Any:
        """A value of a field."""
        assert target.field is not None
        value = read_cell(target.field, cell, self.context.zone, lookups)
        row.wire[target.key] = value
        return value

    def locale(self, row: Understood, target: Target, cell: Cell, _lookups: Lookups) -> Any:
        """A text in one language."""
        assert target.field is not None
        key = target.field.key
        found = target.field.decode({target.detail: read_text(cell)})
        row.wire[key] = {**row.wire.get(key, {}), **(found or {})}
        row.partial = sorted({*row.partial, key})
        return found

    def stage(self, row: Understood, target: Target, cell: Cell, _lookups: Lookups) -> str:
        """The moment when a stage was entered."""
        assert target.field is not None
        at = write_moment(cell, self.context.zone)
        row.past.setdefault("stages", []).append([target.field.key, target.detail, at])
        return at

    def id_(self, row: Understood, _target: Target, cell: Cell, _lookups: Lookups) -> str:
        """The id of the record."""
        row.id = str(require_uuid(read_text(cell).strip()))
        return row.id

    def moment(self, row: Understood, target: Target, cell: Cell, _lookups: Lookups) -> str:
        """A moment that the system keeps."""
        found = row.past[target.key] = write_moment(cell, self.context.zone)
        return found

    def person(self, row: Understood, target: Target, cell: Cell, lookups: Lookups) -> str:
        """The owner, or a person that the system keeps."""
        found = str(lookups.find("user", read_text(cell)))
        (row.wire if target.key == "owner_id" else row.past)[target.key] = found
        return found

    def code(self, row: Understood, target: Target, cell: Cell, _lookups: Lookups) -> str:
        """A number: it finds a record, and in history mode it is the record's own."""
        found: str = require_line(read_text(cell), CODE_LENGTH)
        if self.history:
            row.past.setdefault("codes", {})[target.key] = found
        return found

    def event(self, row: Understood, target: Target, cell: Cell, lookups: Lookups) -> Any:
        """A part of an event."""
        value: Any = read_text(cell)
        if target.key == "at":
            value = write_moment(cell, self.context.zone)
        elif target.key == "by":
            value = str(lookups.find("user", value))
        row.event[target.key] = value
        return value


@dataclass(frozen=True)
class _Cells:
    """The mapped cells of a row, and what kept others from being looked at."""

    cells: list[tuple[Target, str, Cell]]
    errors: list[Json]


_TAKING = {
    "field": Reader.field,
    "locale": Reader.locale,
    "stage": Reader.stage,
    "id": Reader.id_,
    "moment": Reader.moment,
    "person": Reader.person,
    "code": Reader.code,
    "event": Reader.event,
}


def complaint(column: str, key: str, problem: FieldValueError | str, **params: str) -> Json:
    """A complaint about a cell, as it is kept with its row."""
    if isinstance(problem, FieldValueError):
        params = {word: str(value) for word, value in problem.params.items()}
        problem = problem.code
    return {"column": column, "field": key, "code": problem, "params": params}


def _ask(target: Target, cell: Cell, lookups: Lookups) -> None:
    if target.part == "person" or (target.part == "event" and target.key == "by"):
        lookups.ask("user", read_text(cell))
    elif target.part == "field" and target.field is not None:
        ask_cell(target.field, cell, lookups)


def _settle_stages(row: Understood) -> None:
    """Order what was entered by time; the last stage is where the record stands, unless the file says it."""
    entered = row.past.get("stages")
    if not entered:
        return
    entered.sort(key=lambda each: each[2])
    for key in {each[0] for each in entered}:
        last = next(each for each in reversed(entered) if each[0] == key)[1]
        stands = row.wire.setdefault(key, last)
        if stands != last:
            row.errors.append(complaint("", key, "stage_not_last", value=str(stands), near=last))


def values_by_key(rows: Iterable[Understood]) -> Mapping[str, list[Understood]]:
    """The rows that name a record, by the value that does."""
    found: dict[str, list[Understood]] = {}
    for row in rows:
        if row.key is not None:
            found.setdefault(row.key, []).append(row)
    return found
