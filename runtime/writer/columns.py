"""Between a record's values by field key and the columns of its table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from runtime.change import Values
from runtime.served import Served
from schema_store.compiled.app import CompiledEntity, CompiledField
from schema_store.system import SYSTEM_FIELDS

#: System fields by their names in expressions; the bin is not one.
SYSTEM = {field.name: field.column for field in SYSTEM_FIELDS if field.name}


@dataclass(frozen=True)
class Columns:
    """The columns of one entity.

    Attributes:
        table: of the records.
        names: by field key (system fields by their names in expressions), the column of the value itself.
        parts: by field key, (part, column) of the values beside it.
    """

    table: sa.Table
    names: Mapping[str, str]
    parts: Mapping[str, tuple[tuple[str, str], ...]]

    def selected(self, alias: sa.FromClause) -> Iterable[sa.ColumnElement[Any]]:
        """Every value of a record under its key."""
        return (alias.c[column].label(key) for key, column in self.names.items())

    def stored(self, entity: CompiledEntity, values: Mapping[str, Any]) -> Values:
        """Values for the columns of fields that have any, parts included."""
        found: Values = {}
        for key, value in values.items():
            if key in self.names:
                found[self.names[key]] = value
            if key in self.parts:
                found |= self._beside(entity.fields[key], value)
        return found

    def _beside(self, field: CompiledField, value: Any) -> Values:
        derived = field.derive(value)
        return {column: derived.get(part) for part, column in self.parts[field.key]}


def columns_of(served: Served, entity: str) -> Columns:
    """The columns of an entity; made once."""
    kept = served.statements
    name = ("columns", entity)
    if name not in kept:
        kept[name] = _make(served, entity)
    columns: Columns = kept[name]
    return columns


def _make(served: Served, entity: str) -> Columns:
    names: dict[str, str] = dict(SYSTEM)
    parts: dict[str, list[tuple[str, str]]] = {}
    for (key, part), column in served.columns[entity].items():
        if part:
            parts.setdefault(key, []).append((part, column))
        else:
            names[key] = column
    return Columns(served.entity_table(entity), names, {key: tuple(each) for key, each in parts.items()})
