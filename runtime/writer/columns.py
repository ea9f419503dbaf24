"""Between a record's values by field key and the columns of its table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from runtime.change import Change
from runtime.served import Served
from schema_store.compiled.app import CompiledEntity
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

    def of(self, keys: Iterable[str]) -> tuple[str, ...]:
        """The columns of fields, those of the values beside them included."""
        found: list[str] = []
        for key in keys:
            found.append(self.names[key])
            found += (column for _, column in self.parts.get(key, ()))
        return tuple(found)

    def row(self, entity: CompiledEntity, keys: Iterable[str], values: Mapping[str, Any]) -> list[Any]:
        """The values of those columns, in their order."""
        found: list[Any] = []
        for key in keys:
            value = values[key]
            found.append(value)
            if key in self.parts:
                derived = entity.fields[key].derive(value)
                found += (derived.get(part) for part, _ in self.parts[key])
        return found


def unique_keys(served: Served, change: Change) -> Iterator[tuple[Any, ...]]:
    """What a save takes and gives back of every unique key: equal where the values are, whoever is refused for it."""
    for name, fields in _uniques(served, change.key):
        sides = {
            tuple(_part(change.entity, side, key, part) for key, part in fields)
            for side in (change.before, change.after)
            if side is not None
        }
        if change.before is None or len(sides) > 1 or change.act == "restore":
            yield from (("unique", name, *values) for values in sides if None not in values)


def _part(entity: CompiledEntity, values: Mapping[str, Any], key: str, part: str) -> Any:
    value = values.get(key)
    return entity.fields[key].derive(value).get(part) if part else value


def _uniques(served: Served, entity: str) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    """By unique index, the fields and parts of it that are known before anything is computed."""
    kept = served.statements
    name = ("uniques", entity)
    if name not in kept:
        keys = {field.id: field for field in served.app.entities[entity].fields.values()}
        stages = served.app.entities[entity].pipelines
        kept[name] = [
            (
                str(index.name),
                [
                    (field.key, column.info["part"])
                    for column in index.columns
                    if (field := keys[column.info["field"]]).computed is None and field.key not in stages
                ],
            )
            for index in served.entity_table(entity).indexes
            if index.unique
        ]
    found: Sequence[tuple[str, Sequence[tuple[str, str]]]] = kept[name]
    return [each for each in found if each[1]]


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
