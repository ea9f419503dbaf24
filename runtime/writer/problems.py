"""What a database refuses, in the words of the app: which unique key is taken, which reference leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy.exc import IntegrityError

from runtime.refusals import FieldError, Invalid, Refused, UniqueTaken
from runtime.served import Served
from schema_store.database import constraint_of

_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (.*)")
_PRIMARY = ("id",)


def refusal_of(served: Served, entity: str, problem: IntegrityError) -> Refused:
    """The refusal that a violated constraint of an entity's table means.

    Raises:
        IntegrityError: it is none that a request can cause.
    """
    columns = _postgresql(served, entity, problem) if served.dialect == "postgresql" else _sqlite(problem)
    if columns is not None:
        return UniqueTaken(_fields(served, entity, columns))
    field = _reference(served, entity, problem)
    if field is None:
        raise problem
    return Invalid([FieldError(f"/{field}" if field else "", "no_such_record")])


def _fields(served: Served, entity: str, columns: Iterable[str]) -> tuple[str, ...]:
    table = served.entity_table(entity)
    fields = served.app.fields_by_id
    infos = [table.c[column].info for column in columns]
    return tuple(fields[info["field"]].key if info else "id" for info in infos)


def _postgresql(served: Served, entity: str, problem: IntegrityError) -> tuple[str, ...] | None:
    name = constraint_of(problem)
    table = served.entity_table(entity)
    if name == f"{table.name}_pkey":
        return _PRIMARY
    return next((tuple(index.columns.keys()) for index in table.indexes if index.name == name), None)


def _sqlite(problem: IntegrityError) -> tuple[str, ...] | None:
    found = _SQLITE_UNIQUE.search(str(problem.orig))
    if found is None:
        return None
    return tuple(each.rpartition(".")[2] for each in found[1].split(", "))


def _reference(served: Served, entity: str, problem: IntegrityError) -> str | None:
    """The field whose foreign key is violated; empty where the database does not say which; None: it is another."""
    if served.dialect == "sqlite":
        return "" if "FOREIGN KEY constraint failed" in str(problem.orig) else None
    column = (constraint_of(problem) or "").removeprefix("fk_")
    if column not in served.entity_table(entity).c:
        return None
    return _fields(served, entity, [column])[0]
