"""Grouped figures as one statement: what aggregates and metrics are both made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.sql import compile_sql
from expressions.sql.compiler import Compiler
from expressions.sql.forms import coerce, raw_type
from expressions.sql.numbers import SUM_DIGITS, average, total
from expressions.typed import Checked
from expressions.types import DIVISION_SCALE, Kind, Type, decimal, integer
from runtime.access import Access
from runtime.query.encoding import Encoder, encoder_of
from runtime.query.live import live_in, readable_scope, rows_of
from runtime.search import matches

#: Rows of one answer.
MOST_ROWS = 1_000
Order = Literal["groups", "least", "most"]


@dataclass(frozen=True, slots=True)
class Part:
    """A group or a measure.

    Attributes:
        name: of it in the rows: ``stage``, ``month_created_at``, ``count``, ``sum_amount``.
        function: what is done to the value; empty for a plain group.
        checked: the value; None for ``count()``.
        type: of what comes out.
    """

    name: str
    function: str
    checked: Checked | None
    type: Type


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the rows that an actor may read.

    Attributes:
        source: an entity, or a history of one (``lead.events``), whose rows are those of readable records.
        groups, measures: at least one measure.
        condition: which rows; None: all.
        searched: whether the words of a search narrow them too.
        order: by the groups, or by the first measure.
        most: rows of the answer.
    """

    source: str
    groups: Sequence[Part]
    measures: Sequence[Part]
    condition: Checked | None = None
    searched: bool = False
    order: Order = "groups"
    most: int = MOST_ROWS


@dataclass(frozen=True, slots=True)
class Figures:
    """A statement and what its columns mean."""

    statement: sa.Select[Any]
    columns: tuple[tuple[str, Encoder | None], ...]
    most: int

    def rows(
        self, connection: Connection, access: Access, now: datetime, binds: Mapping[str, Any]
    ) -> tuple[list[dict[str, Any]], bool]:
        """The rows in wire form, and whether there are more than were asked for."""
        found = connection.execute(self.statement, {**access.parameters(now), **binds}).all()
        return [_encoded(self.columns, row) for row in found[: self.most]], len(found) > self.most


def _encoded(columns: Sequence[tuple[str, Encoder | None]], row: Sequence[Any]) -> dict[str, Any]:
    return {
        name: value if encode is None or value is None else encode(value)
        for (name, encode), value in zip(columns, row, strict=True)
    }


def measured_type(function: str, type_: Type) -> Type:
    """What a measure gives; a sum has room for very many records."""
    match function:
        case "count":
            return integer(18)
        case "sum":
            return Type(type_.kind, type_.scale, type_.digits + SUM_DIGITS, currency=type_.currency)
        case "avg":
            return decimal(DIVISION_SCALE, type_.digits)
        case _:
            return type_


def is_ordered(type_: Type) -> bool:
    """Whether there is a least and a greatest of it."""
    return type_.is_numeric or type_.kind in (Kind.TEXT, Kind.OPTION, Kind.DATE, Kind.INSTANT)


def build_figures(access: Access, question: Question) -> Figures:
    """The statement of a question; each value is computed once, in a subquery, so that a group may be anything."""
    served = access.served
    parts = (*question.groups, *question.measures)
    trees = [part.checked for part in parts if part.checked]
    live = live_in(served, [*trees, *filter(None, [question.condition])])
    root, conditions = _rows(access, question.source, live.get(question.source, frozenset()))
    scope = readable_scope(access, root, live)
    if question.condition is not None:
        conditions.append(compile_sql(question.condition, scope, served.dialect))
    if question.searched:
        conditions.append(matches(served, root))
    compiler = Compiler(scope, served.dialect, root)
    values = {
        f"v{number}": compiler.compile(part.checked.root)
        for number, part in enumerate(parts)
        if part.checked is not None
    }
    named = [value.label(name) for name, value in values.items()] or [sa.literal_column("1").label("one")]
    inner = sa.select(*named).select_from(root).where(*conditions).subquery()
    taken = {name: coerce(inner.c[name], value.type) for name, value in values.items()}
    return _outer(served.dialect, question, taken, inner)


def _rows(
    access: Access, source: str, live: frozenset[str]
) -> tuple[sa.FromClause, list[sa.ColumnElement[Any]]]:
    """The rows of a source, and what narrows them to those of readable records."""
    entity, dot, _ = source.partition(".")
    if not dot:
        root = rows_of(access.served, entity, live)
        return root, [access.row_filter(entity, "read", root)]
    root = access.scope(None).table(source).alias()
    record = access.served.entity_table(entity).alias()
    of_record = sa.exists().where(record.c.id == root.c.record, access.row_filter(entity, "read", record))
    return root, [root.c.entity == access.served.app.entities[entity].id, of_record]


def _outer(
    dialect: Any, question: Question, taken: Mapping[str, sa.ColumnElement[Any]], inner: sa.Subquery
) -> Figures:
    groups, measures = question.groups, question.measures
    grouped = [taken[f"v{number}"] for number in range(len(groups))]
    folded = [
        _fold(dialect, part, taken.get(f"v{number}")) for number, part in enumerate(measures, len(groups))
    ]
    order = [step for value in grouped for step in (value.is_(None), value)]
    if question.order != "groups":
        first = folded[0].desc() if question.order == "most" else folded[0].asc()
        order = [folded[0].is_(None), first, *order]
    statement = (
        sa.select(*(value.label(f"c{number}") for number, value in enumerate([*grouped, *folded])))
        .select_from(inner)
        .group_by(*grouped)
        .order_by(*order)
        .limit(sa.literal_column(str(question.most + 1)))
    )
    columns = tuple((part.name, encoder_of(part.type, dialect)) for part in (*groups, *measures))
    return Figures(statement, columns, question.most)


def _fold(dialect: Any, part: Part, value: sa.ColumnElement[Any] | None) -> sa.ColumnElement[Any]:
    if value is None or part.checked is None:
        return sa.func.count(sa.literal_column("*"))
    match part.function:
        case "sum":
            return total(dialect, value, part.checked.type, part.type)
        case "avg":
            return average(dialect, value, part.checked.type, part.type)
        case "count":
            return sa.func.count(value)
        case name:
            return sa.Function(name, value, type_=raw_type(part.type, dialect))
