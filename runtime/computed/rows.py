"""Loads what programs read around records: one statement per table and level, however many records there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.context import Context
from expressions.sql import Inverse
from expressions.sql.paths import visible_rows
from runtime.loading import Want
from runtime.served import RecordScope, Served

Row = dict[str, Any]
#: Values in one IN list; SQLite takes 32,766.
AT_ONCE = 5_000


class Rows:
    """Loads rows for programs, seen by the engine itself: no actor's filter, nothing out of the bin.

    Args:
        connection: to read on.
        served: the app.
        context: for formulas that look at the time.
        pending: values of records being saved, by entity and id; they stand over what is stored. None: it goes.
    """

    def __init__(
        self,
        connection: Connection,
        served: Served,
        context: Context,
        pending: Mapping[tuple[str, UUID], Row | None] | None = None,
    ):
        self._connection, self._served, self._context = connection, served, context
        self._pending = pending or {}
        self._scope = RecordScope(served)

    def complete(self, want: Want, rows: Sequence[Row]) -> None:
        """Add to rows that hold their own fields (``id`` included) everything else that is wanted.

        A row that already has a links field holds the ids that it will link to.
        """
        if want.is_plain:
            return
        for key, hop in want.hops.items():
            self._hop(key, hop, rows)
        for key, many in want.children.items():
            stored = [row for row in rows if key not in row]
            found = self._children(want.entity, key, many, [row["id"] for row in stored]) if stored else {}
            for row in rows:
                row[key] = self._linked(many, row[key]) if key in row else found.get(row["id"], ())
        for formula in want.volatile:
            for row in rows:
                row[formula.field] = formula.value(row, self._context)

    def load(self, want: Want, ids: Collection[UUID]) -> dict[UUID, Row]:
        """The rows of live records, complete; ids that are in the bin or unknown are absent."""
        rows = {row["id"]: row for row in self._records(want, ids)}
        self.complete(want, list(rows.values()))
        return rows

    def _linked(self, want: Want, ids: Sequence[UUID] | None) -> list[Row]:
        """The children that a record being saved links to."""
        return list(self.load(want, ids).values()) if ids else []

    def _hop(self, key: str, want: Want, rows: Sequence[Row]) -> None:
        wanted = {row[key] for row in rows if row[key] is not None}
        found = self.load(want, wanted) if wanted else {}
        nothing: Row = {name: () if many else None for name, many in want.names}
        for row in rows:
            target = found.get(row[key], nothing)
            for name, _ in want.names:
                row[f"{key}.{name}"] = target[name]

    def _records(self, want: Want, ids: Collection[UUID]) -> Iterator[Row]:
        stored = []
        for each in ids:
            place = (want.entity, each)
            if place not in self._pending:
                stored.append(each)
            elif (row := self._pending[place]) is not None:
                yield {name: row[name] for name in want.fields}
        statement = self._statement("record", want, "", self._select_records)
        yield from self._read(statement, stored)

    def _children(self, entity: str, key: str, want: Want, ids: Sequence[UUID]) -> Mapping[UUID, list[Row]]:
        found: dict[UUID, list[Row]] = defaultdict(list)
        wanted = set(ids)
        statement = self._statement(entity, want, key, lambda each: self._select_children(entity, key, each))
        for row in self._read(statement, ids):
            if (want.entity, row["id"]) not in self._pending:
                found[row.pop("_parent")].append(row)
        for parent, row in self._pending_children(entity, key, want):
            if parent in wanted:
                found[parent].append(row)
        self.complete(want, [row for rows in found.values() for row in rows])
        return found

    def _pending_children(self, entity: str, key: str, want: Want) -> Iterator[tuple[UUID, Row]]:
        """Records being saved that will be children, by their parent."""
        if not self._pending or "." in want.entity:
            return
        many = self._served.app.entities[entity].children[key]
        for (owner, _), row in self._pending.items():
            if owner != want.entity or row is None or many.is_link:
                continue
            if row[many.field] is not None:
                yield row[many.field], {name: row[name] for name in want.fields}

    def _read(self, statement: sa.Select[Any], ids: Sequence[UUID]) -> Iterator[Row]:
        for start in range(0, len(ids), AT_ONCE):
            part = ids[start : start + AT_ONCE]
            for row in self._connection.execute(statement, {"ids": part}).mappings():
                yield dict(row)

    def _statement(self, place: str, want: Want, key: str, build: Any) -> sa.Select[Any]:
        kept = self._served.statements
        name = ("rows", place, key, want.entity, want.fields)
        if name not in kept:
            kept[name] = build(want)
        statement: sa.Select[Any] = kept[name]
        return statement

    def _columns(self, want: Want, alias: sa.FromClause) -> Iterable[sa.ColumnElement[Any]]:
        return (alias.c[self._scope.column(want.entity, name)].label(name) for name in want.fields)

    def _select_records(self, want: Want) -> sa.Select[Any]:
        alias = self._scope.table(want.entity).alias()
        return (
            sa.select(*self._columns(want, alias))
            .where(alias.c.id.in_(ids_bind()))
            .where(*visible_rows(self._scope, want.entity, alias))
        )

    def _select_children(self, entity: str, key: str, want: Want) -> sa.Select[Any]:
        alias = self._scope.table(want.entity).alias()
        how = self._scope.children(entity, key)
        if isinstance(how, Inverse):
            parent: sa.ColumnElement[Any] = alias.c[how.column]
            joined: list[sa.ColumnElement[Any]] = []
        else:
            link = how.table.alias()
            parent = link.c[how.near]
            joined = [link.c[how.far] == alias.c.id]
        return (
            sa.select(parent.label("_parent"), *self._columns(want, alias))
            .where(parent.in_(ids_bind()), *joined)
            .where(*visible_rows(self._scope, want.entity, alias))
        )


def ids_bind() -> sa.BindParameter[Any]:
    """The parameter ``ids`` of an IN."""
    return sa.bindparam("ids", expanding=True)
