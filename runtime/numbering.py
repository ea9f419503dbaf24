"""Given numbers (field type ``code``): the next of a sequence, by the pattern of the field."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from runtime.change import Change
from runtime.past import context_of
from runtime.unit import Unit
from schema_store.document.fields import CodeField
from schema_store.field_types.codes import format_code, parse_code_pattern


def give_numbers(unit: Unit, change: Change) -> None:
    """Give a new record its numbers.

    They are taken inside the transaction for both settings of ``gaps``: savers of one prefix wait for each other until
    the commit, and a refused save gives its number back. On SQLite there is one writer anyway; on PostgreSQL taking
    numbers outside would need a connection of its own beside the one that the edge hands in.
    """
    if change.before is not None:
        return
    for key, field in change.entity.fields.items():
        if isinstance(field.spec, CodeField) and change.after[key] is None:
            pattern = parse_code_pattern(field.spec.pattern)
            day = context_of(unit, change).today
            number = next_number(unit, field.id, pattern.prefix(day))
            change.after[key] = change.row[key] = format_code(pattern, number, day)


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
