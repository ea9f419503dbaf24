"""Compiled conversions: what is made from a record, in this order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from expressions.context import Context
from expressions.program import Program, Row
from expressions.typed import Value
from expressions.types import Type
from schema_store.settle import settle

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CompiledValue:
    """The value of a field of what is made, computed from the record that is converted; ``type`` is the field's."""

    field: str
    type: Type
    program: Program

    def value(self, row: Row, context: Context) -> Value:
        """The value as its field keeps it."""
        return settle(self.program.eval(row, context), self.type)


@dataclass(frozen=True, slots=True)
class CompiledTarget:
    """A record that is made or found; ``links`` are keys of targets before it, by reference field."""

    id: str
    key: str
    label: Text
    entity: str
    values: tuple[CompiledValue, ...]
    links: Mapping[str, str]
    match: str | None
    source_field: str | None
    optional: bool


@dataclass(frozen=True, slots=True)
class CompiledConversion:
    """How a record is converted."""

    id: str
    key: str
    label: Text
    stage: str
    targets: tuple[CompiledTarget, ...]
