"""Steps 10 and 12: records with their versions, links, history and further rows, in as few statements as can be.

On PostgreSQL one statement writes the records and, as further parts of it, every row beside them; on SQLite, which is
in this process, each table is filled by one prepared statement that the driver runs for every row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError

from runtime.change import Values
from runtime.unit import Unit
from runtime.writer.columns import columns_of
from runtime.writer.given import Given, encoded, encoder
from runtime.writer.problems import refusal_of

#: Sets of columns for which an entity has statements of its own; further ones write every column.
MOST_SHAPES = 64


class VersionPassed(Exception):
    """A record is not at the version that was expected."""


@dataclass(frozen=True, slots=True)
class RecordWrite:
    """One record to write.

    Attributes:
        id: of the record.
        values: all of it, by field key.
        changed: keys of what is new.
        expected: the version it must be at; None: it is created.
        binned: ``True`` puts it into the bin, ``False`` takes it out.
        links: by links field, the pairs to take away and to add.
    """

    id: UUID
    values: Values
    changed: Collection[str]
    expected: int | None
    binned: bool | None = None
    links: Mapping[str, tuple[frozenset[UUID], frozenset[UUID]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that a batch of saves writes.

    Attributes:
        entity: key.
        records: of that entity, each once.
        rows: further rows to insert, by their table.
        put: further rows that take the place of those with their key, which is their first name.
    """

    entity: str
    records: Sequence[RecordWrite]
    rows: Mapping[sa.Table, Sequence[Values]] = field(default_factory=dict)
    put: Mapping[sa.Table, Sequence[Values]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of one table that are written in the same way; values in the order of ``names``.

    Attributes:
        kind: of an ``update`` the last two values are the id and the version that is expected; a ``put`` takes the
            place of the row with its key, its first value.
    """

    table: sa.Table
    kind: Literal["insert", "update", "put"]
    names: tuple[str, ...]
    rows: Sequence[Sequence[Any]]

    @property
    def shape(self) -> tuple[str, str, tuple[str, ...], bool]:
        """What its statement depends on."""
        return self.table.name, self.kind, self.names, self.is_one

    @property
    def is_one(self) -> bool:
        """Whether it is a single row."""
        return len(self.rows) == 1


def write(unit: Unit, batch: Batch) -> None:
    """Write a batch.

    Raises:
        VersionPassed: a record is not at the expected version.
        UniqueTaken: another live record has the values of one.
        Invalid: a reference leads nowhere.
    """
    parts = list(_record_parts(unit, batch))
    beside = [_rows_part(table, "insert", rows) for table, rows in batch.rows.items() if rows]
    beside += (_rows_part(table, "put", rows) for table, rows in batch.put.items() if rows)
    run = _run_postgresql if unit.served.dialect == "postgresql" else _run_sqlite
    try:
        for part in parts[:-1]:
            run(unit, part, ())
        run(unit, parts[-1], beside)
    except IntegrityError as problem:
        raise refusal_of(unit.served, batch.entity, problem) from problem
    _write_links(unit, batch)


def _record_parts(unit: Unit, batch: Batch) -> Iterable[_Part]:
    """The records, grouped by what is written of them."""
    new = [record for record in batch.records if record.expected is None]
    if new:
        yield _insert_part(unit, batch.entity, new)
    alike: dict[tuple[str, ...], list[RecordWrite]] = {}
    for record in batch.records:
        if record.expected is not None:
            names = _shape(unit, batch.entity, "update", record.changed)
            alike.setdefault(names, []).append(record)
    for names, records in alike.items():
        yield _update_part(unit, batch.entity, names, records)


def _shape(unit: Unit, entity: str, kind: str, changed: Collection[str]) -> tuple[str, ...]:
    """The fields whose columns are written where these changed: they themselves, or all."""
    columns = columns_of(unit.served, entity)
    wanted = tuple(sorted(key for key in changed if key in columns.names))
    kept: set[tuple[str, ...]] = unit.statement(("shapes", entity, kind), set)
    if wanted in kept or len(kept) < MOST_SHAPES:
        kept.add(wanted)
        return wanted
    return tuple(sorted(columns.names))


def _insert_part(unit: Unit, entity: str, records: Sequence[RecordWrite]) -> _Part:
    columns = columns_of(unit.served, entity)
    changed = set[str]().union(*(record.changed for record in records))
    keys = _shape(unit, entity, "insert", changed)
    compiled = unit.served.app.entities[entity]
    rows = [columns.row(compiled, keys, record.values) for record in records]
    return _Part(columns.table, "insert", columns.of(keys), rows)


def _update_part(unit: Unit, entity: str, keys: tuple[str, ...], records: Sequence[RecordWrite]) -> _Part:
    columns = columns_of(unit.served, entity)
    compiled = unit.served.app.entities[entity]
    written = tuple(key for key in keys if key != "id")
    names, rows = columns.of(written), []
    is_binning = records[0].binned is not None
    for record in records:
        row = columns.row(compiled, written, record.values)
        if is_binning:
            row.append(unit.now if record.binned else None)
        rows.append([*row, record.id, record.expected])
    more = ("deleted_at",) if is_binning else ()
    return _Part(columns.table, "update", (*names, *more), rows)


def _rows_part(table: sa.Table, kind: Literal["insert", "put"], rows: Sequence[Values]) -> _Part:
    names = tuple(rows[0])
    return _Part(table, kind, names, [[row[name] for name in names] for row in rows])


# --- PostgreSQL: everything in one statement


def _run_postgresql(unit: Unit, part: _Part, beside: Sequence[_Part]) -> None:
    shape = ("write", part.shape, tuple(each.shape for each in beside))
    statement, given = unit.statement(shape, lambda: _statement(part, beside))
    binds: dict[str, Any] = {}
    for table, each in zip(given, (part, *beside), strict=True):
        binds |= table.binds(each.rows)
    result = unit.connection.execute(statement, binds)
    if part.kind == "update" and len(result.all()) != len(part.rows):
        raise VersionPassed


def _statement(part: _Part, beside: Sequence[_Part]) -> tuple[sa.Executable, list[Given]]:
    given = [
        Given(f"g{place}", _types(each), "postgresql", is_one=each.is_one)
        for place, each in enumerate((part, *beside))
    ]
    main = _FORMS[part.kind](part, given[0])
    for place, each in enumerate(beside, start=1):
        main = main.add_cte(_FORMS[each.kind](each, given[place]).cte(f"w{place}"))
    return main, given


def _types(part: _Part) -> dict[str, Any]:
    types = {name: part.table.c[name].type for name in part.names}
    if part.kind == "update":
        types |= {"b_id": part.table.c.id.type, "b_version": part.table.c.version.type}
    return types


def _insert_of(part: _Part, given: Given) -> Any:
    return sa.insert(part.table).from_select(list(part.names), _chosen(part, given))


def _put_of(part: _Part, given: Given) -> Any:
    into = postgresql.insert(part.table).from_select(list(part.names), _chosen(part, given))
    key, *others = part.names
    return into.on_conflict_do_update(
        index_elements=[key], set_={name: into.excluded[name] for name in others}
    )


def _chosen(part: _Part, given: Given) -> Any:
    return sa.select(*(given.c[name] for name in part.names)).select_from(given.table)


def _update_of(part: _Part, given: Given) -> Any:
    table = part.table
    is_it = (table.c.id == given.c["b_id"], table.c.version == given.c["b_version"])
    values = {name: given.c[name] for name in part.names}
    return sa.update(table).where(*is_it).values(values).returning(table.c.id)


_FORMS: Mapping[str, Callable[[_Part, Given], Any]] = {
    "insert": _insert_of,
    "update": _update_of,
    "put": _put_of,
}


# --- SQLite: one prepared statement for each table


def _run_sqlite(unit: Unit, part: _Part, beside: Sequence[_Part]) -> None:
    for each in (part, *beside):
        text, encoders = unit.statement(("write", each.shape), lambda: _sqlite_of(unit, each))  # noqa: B023  # called at once
        rows = list(zip(*encoded(encoders, each.rows), strict=True))
        result = unit.connection.exec_driver_sql(text, rows if len(rows) > 1 else rows[0])
        if each.kind == "update" and result.rowcount != len(rows):
            raise VersionPassed


def _sqlite_of(unit: Unit, part: _Part) -> tuple[str, list[Any]]:
    quote = unit.connection.dialect.identifier_preparer.quote
    table, names = quote(part.table.name), [quote(name) for name in part.names]
    encoders = [encoder(kind, "sqlite") for kind in _types(part).values()]
    if part.kind != "update":
        places = ", ".join("?" for _ in names)
        key, *others = names
        sets = ", ".join(f"{name} = excluded.{name}" for name in others)
        more = f" ON CONFLICT ({key}) DO UPDATE SET {sets}" if part.kind == "put" else ""
        return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places}){more}", encoders
    sets = ", ".join(f"{name} = ?" for name in names)
    return f"UPDATE {table} SET {sets} WHERE id = ? AND version = ?", encoders


# --- links


def _write_links(unit: Unit, batch: Batch) -> None:
    fields = unit.served.app.entities[batch.entity].fields
    gone: dict[str, list[Values]] = defaultdict(list)
    added: dict[str, list[Values]] = defaultdict(list)
    for record in batch.records:
        for key, (let_go, taken) in record.links.items():
            gone[fields[key].id] += _pairs(record.id, let_go)
            added[fields[key].id] += _pairs(record.id, taken)
    for make, found in ((_unlink, gone), (_link, added)):
        for field_id, pairs in found.items():
            if pairs:
                place = (make.__name__, field_id)
                statement = unit.statement(place, partial(make, unit.served.records.links[field_id]))
                unit.connection.execute(statement, pairs)


def _pairs(record: UUID, ends: Iterable[UUID]) -> list[Values]:
    return [{"b_source": record, "b_target": end} for end in sorted(ends)]


def _link(table: sa.Table) -> sa.Executable:
    return sa.insert(table).values(source=sa.bindparam("b_source"), target=sa.bindparam("b_target"))


def _unlink(table: sa.Table) -> sa.Executable:
    is_pair = (table.c.source == sa.bindparam("b_source"), table.c.target == sa.bindparam("b_target"))
    return sa.delete(table).where(*is_pair)
