"""The record that a document test gives, as the rows that programs read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from expressions.context import Context
from expressions.typed import Value
from expressions.types import Kind
from schema_store.compiled.app import App, CompiledFormula
from schema_store.wire import BadWire, from_wire, record_id

Path = tuple[str, ...]


class Record:
    """A record of a test: given values in wire form, related records as objects, children as lists of objects.

    A formula or roll-up that is not given is computed.
    """

    def __init__(self, app: App, entity: str, given: Mapping[str, Any]):
        self.app, self.entity, self.given = app, entity, given

    def row(self, paths: Iterable[Path], context: Context) -> dict[str, Any]:
        """Every path of ``paths`` with its value.

        Raises:
            BadWire: a given value is not of its field's type.
        """
        row: dict[str, Any] = {}
        below: dict[Path, set[Path]] = defaultdict(set)
        for path in paths:
            length = self._to_many(path)
            if length is None:
                row[".".join(path)] = self.value(path, context)
            else:
                below[path[:length]].add(path[length:])
        for path, rests in below.items():
            children = self._children(path)
            row[".".join(path)] = [child.row(rests - {()}, context) for child in children]
        return row

    def value(self, path: Path, context: Context) -> Value:
        """The value at the end of a path over to-one relations; null when a record on the way is not given."""
        key = path[0]
        info = self.app.infos[self.entity].fields[key]
        if len(path) > 1:
            related = self.given.get(key)
            if not isinstance(related, Mapping):
                return None
            return Record(self.app, info.type.entity or "", related).value(path[1:], context)
        if key in self.given:
            return from_wire(self.given[key], info.type)
        if key == "id":
            return record_id(self.given)
        return self.compute(key, context) if self._formula(key) else None

    def compute(self, field: str, context: Context) -> Value:
        """The value of a formula or roll-up, from what is given.

        Raises:
            BadWire: a given value is not of its field's type.
        """
        formula = self._formula(field)
        if formula is None:
            return None
        return formula.value(self.row(formula.program.checked.fields, context), context)

    def _formula(self, field: str) -> CompiledFormula | None:
        entity = self.app.entities.get(self.entity)
        steps = entity.derivation if entity else ()
        return next(
            (step for step in steps if isinstance(step, CompiledFormula) and step.field == field), None
        )

    def _to_many(self, path: Path) -> int | None:
        """How many keys of ``path`` lead to the children it goes through; None when it goes through none."""
        entity = self.entity
        for index, key in enumerate(path):
            kind = self.app.infos[entity].fields[key].type
            if kind.kind is Kind.RECORDS:
                return index + 1
            entity = kind.entity or ""
        return None

    def _children(self, path: Path) -> list[Record]:
        holder: Any = self.given
        entity = self.entity
        for key in path:
            entity = self.app.infos[entity].fields[key].type.entity or ""
            holder = holder.get(key) if isinstance(holder, Mapping) else None
        if holder is None:
            return []
        if not isinstance(holder, list) or not all(isinstance(each, Mapping) for each in holder):
            raise BadWire(f"{'.'.join(path)} must be a list of objects")
        return [Record(self.app, entity, each) for each in holder]
