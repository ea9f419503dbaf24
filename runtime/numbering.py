"""Given numbers (field type ``code``): the next of a sequence, by the pattern of the field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from runtime.change import Change
from runtime.deriving import derive_one, readers_of
from runtime.past import context_of, go_on_behind
from runtime.unit import Unit
from schema_store.compiled.app import CompiledField
from schema_store.document.fields import CodeField
from schema_store.field_types.codes import format_code, parse_code_pattern


def give_numbers(unit: Unit, changes: Sequence[Change]) -> None:
    """Give new records their numbers, in order; those of one sequence are taken at once.

    They are taken last, when nothing but the database itself can refuse any more, inside the transaction for both
    settings of ``gaps``: savers of one prefix wait for each other until the commit, and a refused save gives its number
    back. On SQLite there is one writer anyway; on PostgreSQL taking numbers outside would need a connection of its own
    beside the one that the edge hands in.
    """
    go_on_behind(unit, changes)
    new = [change for change in changes if change.before is None]
    for key, field in changes[0].entity.fields.items() if new else ():
        if not isinstance(field.spec, CodeField):
            continue
        wanting: dict[date, list[Change]] = defaultdict(list)
        for change in new:
            if change.after[key] is None:
                wanting[context_of(unit, change).today].append(change)
        for day, them in wanting.items():
            _number(unit, field, field.spec, day, them)


def _number(unit: Unit, field: CompiledField, spec: CodeField, day: date, changes: Sequence[Change]) -> None:
    """Give records of one day the next numbers, in order."""
    entity, key = changes[0].entity, field.key
    pattern = parse_code_pattern(spec.pattern)
    readers = unit.statement(("readers", entity.key, key), lambda: readers_of(entity, key))
    last = next_number(unit, field.id, pattern.prefix(day), len(changes))
    for number, change in enumerate(changes, start=last - len(changes) + 1):
        change.after[key] = change.row[key] = format_code(pattern, number, day)
        derive_one(unit, change, readers)


def next_number(unit: Unit, field: str, prefix: str, count: int = 1) -> int:
    """The last of ``count`` numbers taken from a sequence; the row stays locked until the transaction ends."""
    statement = unit.statement(
        ("numbering",), lambda: _take(unit.served.support.sequence, unit.served.dialect)
    )
    taken = unit.connection.execute(statement, {"field": field, "prefix": prefix, "count": count})
    return int(taken.scalar_one())


def _take(sequence: sa.Table, dialect: str) -> sa.Executable:
    """One statement that makes the row or counts it up."""
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    count = sa.bindparam("count", type_=sa.BigInteger())
    made = insert(sequence).values(field=sa.bindparam("field"), prefix=sa.bindparam("prefix"), last=count)
    key = [sequence.c.field, sequence.c.prefix]
    statement: sa.Executable = made.on_conflict_do_update(
        index_elements=key, set_={"last": sequence.c.last + count}
    ).returning(sequence.c.last)
    return statement
