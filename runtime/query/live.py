"""Values that are computed when they are read: formulas with time words have no column (DESIGN 11.9).

A query that names such a field looks at its table through a subquery in which the field is a column like any other.
The formula sees every record, as the stored ones do when they are saved, whoever asks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from expressions.checker import check
from expressions.env import Env
from expressions.measure import walk
from expressions.nodes import Binary, Call, Literal, Node
from expressions.parser import check_syntax
from expressions.sql.compiler import Compiler
from expressions.sql.forms import decoded
from expressions.typed import Checked, Field
from expressions.types import Kind, Type
from runtime.access import Access, AccessScope
from runtime.access.policy import Policy
from runtime.served import RecordScope, Served
from schema_store.compiled.app import CompiledField

#: Live fields by entity.
Live = Mapping[str, frozenset[str]]


def is_live(served: Served, entity: str, key: str) -> bool:
    """Whether the value of a field is computed when it is read: time alone changes it."""
    found = served.app.entities.get(entity)
    field = found.fields.get(key) if found else None
    return field is not None and field.computed == "formula" and field.is_volatile


def live_name(served: Served, entity: str, key: str) -> str:
    """The name of a live field in the subquery."""
    return f"live_{served.app.entities[entity].fields[key].id}"


def live_in(served: Served, trees: Iterable[Checked]) -> Live:
    """The live fields that expressions name, at any hop."""
    found: dict[str, set[str]] = defaultdict(set)
    for checked in trees:
        for node in walk(checked.root):
            if isinstance(node, Field) and is_live(served, node.entities[-1], node.path[-1]):
                found[node.entities[-1]].add(node.path[-1])
    return {entity: frozenset(keys) for entity, keys in found.items()}


def rows_of(served: Served, entity: str, keys: frozenset[str]) -> sa.FromClause:
    """The rows of an entity: its table, or a subquery that has these live fields too."""
    if not keys:
        return served.entity_table(entity).alias()
    inner = served.entity_table(entity).alias()
    values = (
        live_value(served, entity, key, inner).label(live_name(served, entity, key)) for key in sorted(keys)
    )
    return sa.select(*inner.c, *values).subquery()


class _Records(RecordScope):
    """Every record, live fields included."""

    def __init__(self, served: Served, root: sa.FromClause | None, live: Live):
        super().__init__(served, root)
        self._live = live

    def table(self, entity: str) -> sa.Table:
        return _table(self.served, entity, self._live) if entity in self._live else super().table(entity)

    def column(self, entity: str, field: str) -> str:
        is_one = field in self._live.get(entity, ())
        return live_name(self.served, entity, field) if is_one else super().column(entity, field)


class _Readable(AccessScope):
    """The records that may be read, live fields included."""

    def __init__(self, policy: Policy, root: sa.FromClause | None, live: Live):
        super().__init__(policy, root)
        self._live = live

    def table(self, entity: str) -> sa.Table:
        return _table(self.served, entity, self._live) if entity in self._live else super().table(entity)

    def column(self, entity: str, field: str) -> str:
        if field in self._live.get(entity, ()) and field in self.policy.names(entity):
            return live_name(self.served, entity, field)
        return super().column(entity, field)


def _table(served: Served, entity: str, live: Live) -> Any:
    """A subquery in the place of a table: the compiler only makes aliases of it."""
    return rows_of(served, entity, live[entity])


def readable_scope(access: Access, root: sa.FromClause, live: Live) -> AccessScope:
    """How an expression of the actor's reaches the tables, where it names these live fields."""
    return _Readable(access.policy, root, live)


def live_value(served: Served, entity: str, key: str, root: sa.FromClause) -> sa.ColumnElement[Any]:
    """The value of a live field on a row of ``root``, as its type keeps it."""
    field = served.app.entities[entity].fields[key]
    assert field.type is not None, "a formula has a type"
    checked = _settled(served, field)
    scope = _Records(served, root, live_in(served, [checked]))
    return decoded(Compiler(scope, served.dialect, root).convert(checked.root, field.type), field.type)


def _settled(served: Served, field: CompiledField) -> Checked:
    place = ("query.settled", field.id)
    found: Checked | None = served.kept.get(place)
    return found or served.kept.setdefault(place, _settle(served, field))


def _settle(served: Served, field: CompiledField) -> Checked:
    """The formula with what :func:`schema_store.settle.settle` does to its value, as an expression."""
    assert field.type is not None, "a formula has a type"
    node, _ = check_syntax(field.spec.expression)  # type: ignore[attr-defined]  # only formulas come here
    assert node is not None, "a published formula is well-formed"
    env = _env(served, field.entity)
    plain = _checked(node, env)
    assert plain is not None, "a published formula has been checked"
    rounded = _rounded(node, plain.type, field.type)
    checked = _checked(rounded, env) or plain
    if checked.type.is_numeric and checked.type.digits > field.type.digits:
        return _checked(_guarded(rounded, field.type), env) or checked
    return checked


def _checked(node: Node, env: Env) -> Checked | None:
    return check(node, env)[0]


def _env(served: Served, entity: str) -> Env:
    app = served.app
    calendars = frozenset(app.calendars) - {""}
    return Env(app.infos, entity, tables=app.tables, calendars=calendars, currency=app.currency)


def _rounded(node: Node, found: Type, wanted: Type) -> Node:
    if found.is_numeric and found.scale > wanted.scale:
        return Call("ROUND", (node, Literal(wanted.scale)))
    if found.kind is Kind.TEXT and wanted.kind is Kind.TEXT and found.length > wanted.length:
        return Call("LEFT", (node, Literal(wanted.length)))
    return node


def _guarded(node: Node, wanted: Type) -> Node:
    """Null where there are more digits before the point than the field has room for."""
    limit = Literal(10**wanted.digits)
    return Call("IF", (Binary("<", Call("ABS", (node,)), limit), node, Literal(None)))
