"""Which target takes its values from which column, constant or expression; proposed, checked, compiled once a job."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from expressions import types
from expressions.checker import check
from expressions.context import Context
from expressions.env import Env
from expressions.literals import nearest
from expressions.measure import walk
from expressions.parser import check_syntax
from expressions.program import Program, compile_program
from expressions.typed import Variable
from expressions.types import Type
from runtime.imports.targets import Target, find_target
from runtime.imports.values import (
    Cell,
    is_blank,
    read_boolean,
    read_date,
    read_moment,
    read_number,
    read_text,
)
from runtime.refusals import BadExpression, FieldError, Invalid
from schema_store.field_types.base import FieldValueError
from schema_store.system import RESERVED_FIELD_KEYS

ColumnType = Literal["text", "integer", "number", "boolean", "date", "instant"]
_TYPES: Mapping[str, Type] = {
    "text": types.text(255),  # what an expression costs is measured by it; longer cells are read all the same
    "integer": types.integer(),
    "number": types.decimal(6, 12),
    "boolean": types.BOOLEAN,
    "date": types.DATE,
    "instant": types.INSTANT,
}
#: The name in expressions of the number of the row, 1 for the first one behind the header.
ROW = "_row"
_WORD = re.compile(r"\W+")
#: Columns that the product adds itself, and does not read back.
_OURS = "_"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the value of a target comes from: one of a column by its name, a constant, an expression."""

    column: str | None = None
    value: str | None = None
    expression: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A mapping.

    Attributes:
        fields: sources by target.
        columns: how expressions see a column: as ``text`` (where nothing is said), ``number`` …
    """

    fields: Mapping[str, Source]
    columns: Mapping[str, ColumnType] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As it is kept, and given to people."""
        fields = {
            key: {word: text for word, text in asdict(source).items() if text is not None}
            for key, source in self.fields.items()
        }
        return {"fields": fields, "columns": dict(self.columns)}


def read_mapping(given: Any) -> ColumnMap:
    """A mapping from outside: ``{"fields": {target: "column" | {"column" | "value" | "expression": …}}, "columns"?}``.

    Raises:
        Invalid: it has another form.
    """
    if (
        not isinstance(given, dict)
        or not isinstance(given.get("fields"), dict)
        or given.keys() - {"fields", "columns"}
    ):
        raise Invalid([FieldError("/mapping", "wrong_type")])
    columns = given.get("columns", {})
    errors = [
        FieldError(f"/mapping/columns/{name}", "bad_value")
        for name, kind in (columns.items() if isinstance(columns, dict) else [("", None)])
        if kind not in _TYPES
    ]
    fields: dict[str, Source] = {}
    for key, source in given["fields"].items():
        read = _source(source)
        if read is None:
            errors.append(FieldError(f"/mapping/fields/{key}", "wrong_type"))
        else:
            fields[key] = read
    if errors:
        raise Invalid(errors[:50])
    return ColumnMap(fields, columns)


def _source(given: Any) -> Source | None:
    if isinstance(given, str):
        return Source(column=given)
    if not isinstance(given, dict) or len(given) != 1:
        return None
    ((word, text),) = given.items()
    return (
        Source(**{word: text})
        if word in ("column", "value", "expression") and isinstance(text, str)
        else None
    )


def propose(header: Sequence[str], targets: Mapping[str, Target]) -> ColumnMap:
    """The mapping that the names of the columns suggest; each target once, the first column wins."""
    fields: dict[str, Source] = {}
    for column in header:
        target = None if column.startswith(_OURS) else find_target(targets, column)
        if target is not None and target not in fields:
            fields[target] = Source(column=column)
    return ColumnMap(fields)


@dataclass(frozen=True)
class Compiled:
    """A mapping that was checked against a header and the targets.

    Attributes:
        header: names of the columns.
        targets: what is mapped, with its source.
        programs: by target, its expression.
        variables: by name in expressions, the place of the column and how it is read.
    """

    header: tuple[str, ...]
    targets: Mapping[str, tuple[Target, Source]]
    programs: Mapping[str, Program]
    variables: Mapping[str, tuple[int, ColumnType]]

    def cells(
        self, number: int, cells: Sequence[Cell], context: Context
    ) -> Iterator[tuple[Target, str, Cell]]:
        """By mapped target: the column that it comes from (empty without one) and its value.

        Raises:
            ColumnError: a column that an expression looks at holds no value of its type.
        """
        places = {name: place for place, name in enumerate(self.header)}
        around: Context | None = None
        for key, (target, source) in self.targets.items():
            if source.column is not None:
                yield target, source.column, cells[places[source.column]]
            elif source.value is not None:
                yield target, "", source.value
            else:
                around = around or self._around(number, cells, context)
                yield target, "", self.programs[key].eval({}, around)  # type: ignore[misc]  # texts, numbers, days

    def _around(self, number: int, cells: Sequence[Cell], context: Context) -> Context:
        values: dict[str, Any] = {ROW: number - 1}
        for name, (place, kind) in self.variables.items():
            try:
                values[name] = _read(cells[place], kind, context)
            except FieldValueError as problem:
                raise ColumnError(self.header[place], problem) from problem
        return Context(context.now, context.zone, context.calendars, context.tables, values, None)


class ColumnError(ValueError):
    """A cell is no value of the type under which expressions see its column."""

    def __init__(self, column: str, problem: FieldValueError):
        super().__init__(column)
        self.column, self.problem = column, problem


def _read(
    cell: Cell, kind: ColumnType, context: Context
) -> str | int | Decimal | bool | date | datetime | None:
    if is_blank(cell):
        return None
    if kind in ("integer", "number"):
        return _fit(read_number(cell), kind)
    if kind == "boolean":
        return read_boolean(cell)
    if kind == "date":
        return read_date(cell)
    return read_moment(cell, context.zone) if kind == "instant" else read_text(cell)


def _fit(number: Decimal, kind: ColumnType) -> Decimal | int:
    """A number as an expression takes it: nothing is rounded away."""
    places = 0 if kind == "integer" else 6
    if abs(number) >= 10**12 or number != round(number, places):
        raise FieldValueError(
            "too_precise" if abs(number) < 10**12 else "too_many_digits", limit=places or 12
        )
    return int(number) if kind == "integer" else round(number, places)


def compile_mapping(
    mapping: ColumnMap, header: Sequence[str], targets: Mapping[str, Target], currency: str
) -> Compiled:
    """The mapping, ready to be applied to rows.

    Raises:
        Invalid: targets or columns that are not there (with what was probably meant).
        BadExpression: an expression has problems; ``word`` is its target.
    """
    errors = list(_unknown(mapping, header, targets))
    if errors:
        raise Invalid(errors[:50])
    variables = _variables(header, mapping.columns)
    programs = {
        key: _program(key, source.expression, variables, currency)
        for key, source in mapping.fields.items()
        if source.expression is not None
    }

    def place(item: tuple[str, Source]) -> tuple[int, str]:
        column = item[1].column
        return (len(header) if column is None else header.index(column), item[0])

    used = {name for program in programs.values() for name in _words(program)}
    return Compiled(
        header=tuple(header),
        targets={key: (targets[key], source) for key, source in sorted(mapping.fields.items(), key=place)},
        programs=programs,
        variables={name: found for name, found in variables.items() if name in used},
    )


def _unknown(
    mapping: ColumnMap, header: Sequence[str], targets: Mapping[str, Target]
) -> Iterator[FieldError]:
    for key, source in mapping.fields.items():
        if key not in targets:
            yield FieldError(
                f"/mapping/fields/{key}",
                "unknown_target",
                {"name": key[:60], "near": nearest(key, list(targets))},
            )
        if source.column is not None and source.column not in header:
            near = nearest(source.column, list(header))
            yield FieldError(
                f"/mapping/fields/{key}", "unknown_column", {"name": source.column[:60], "near": near}
            )
    for name in mapping.columns:
        if name not in header:
            near = nearest(name, list(header))
            yield FieldError(f"/mapping/columns/{name}", "unknown_column", {"name": name[:60], "near": near})


def variable_name(column: str) -> str:
    """The name of a column in expressions: its own where it is one, else with ``_`` for what no name may hold."""
    name = _WORD.sub("_", column).strip("_") or "column"
    return f"_{name}" if name[0].isdigit() or name in RESERVED_FIELD_KEYS else name


def _variables(header: Sequence[str], columns: Mapping[str, ColumnType]) -> dict[str, tuple[int, ColumnType]]:
    found: dict[str, tuple[int, ColumnType]] = {}
    for place, column in enumerate(header):
        found.setdefault(variable_name(column), (place, columns.get(column, "text")))
    return found


def _program(key: str, text: str, variables: Mapping[str, tuple[int, ColumnType]], currency: str) -> Program:
    known = {name: _TYPES[kind] for name, (_, kind) in variables.items()} | {ROW: types.integer()}
    node, problems = check_syntax(text)
    if node is None:
        raise BadExpression(key, problems)
    checked, problems = check(node, Env(variables=known, currency=currency))
    if checked is None:
        raise BadExpression(key, problems)
    return compile_program(checked)


def _words(program: Program) -> frozenset[str]:
    """The variables that a program looks at."""
    return frozenset(node.name for node in walk(program.checked.root) if isinstance(node, Variable))
