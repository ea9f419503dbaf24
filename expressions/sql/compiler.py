"""A checked tree becomes one SQL expression: the third thing made of it, beside the function and the explanation.

The compiler knows places (columns, binds, aliases, scales); what a function means in SQL stands in its registry entry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from expressions.env import TierTable
from expressions.registry import REGISTRY, Dialect, Overload
from expressions.sql import parameters, paths
from expressions.sql.aggregates import compile_aggregate
from expressions.sql.forms import Sql, coerce, decoded, is_plain, literal, raw_type, rescale
from expressions.sql.scope import SqlScope
from expressions.typed import ActorWord, Aggregate, Apply, Checked, Const, Field, Listing, Typed, Variable
from expressions.types import DATE, INSTANT, Kind, Type, integer


def compile_sql(checked: Checked, scope: SqlScope, dialect: Dialect) -> Sql:
    """The SQL of a checked expression over ``scope.root``; selected, it gives Python values of ``checked.type``.

    The statement around it is executed with :func:`~expressions.sql.parameters.context_parameters` and may be kept and
    used again. In a WHERE clause it is a condition as it stands (null is "not met"); elsewhere see :func:`is_true`.

    Raises:
        ValueError: something in it has no SQL; ask :func:`~expressions.sql.translatable.not_translatable` first.
    """
    built = Compiler(scope, dialect, scope.root).compile(checked.root)
    return built if checked.type.kind is Kind.BOOLEAN else decoded(built, checked.type)


def is_true(condition: Sql) -> Sql:
    """A condition at its boundary, null counted as false: under NOT, in a SELECT list; a bare WHERE needs it not."""
    return sa.func.coalesce(condition, sa.false(), type_=sa.Boolean())


class Compiler:
    """Compiles nodes whose fields stand on one alias.

    Attributes:
        scope: the tables.
        dialect: ``sqlite`` or ``postgresql``.
        alias: where plain fields are read.
        outer: inside an aggregate, the compiler of the record itself (``this.``).
        visible: every table expression that a subquery may refer to, to be named in ``correlate``.
    """

    def __init__(
        self, scope: SqlScope, dialect: Dialect, alias: sa.FromClause | None, outer: Compiler | None = None
    ) -> None:
        self.scope = scope
        self.dialect: Dialect = dialect
        self.alias = alias
        self.outer = outer
        inherited = outer.visible if outer else ()
        self.visible: tuple[sa.FromClause, ...] = inherited if alias is None else (*inherited, alias)

    def child(self, alias: sa.FromClause) -> Compiler:
        """A compiler for the children that ``alias`` stands for."""
        return Compiler(self.scope, self.dialect, alias, self)

    def compile(self, node: Typed) -> Sql:
        """The SQL of a node in the storage form of its type."""
        if node.type.kind is Kind.NULL:
            return literal(None, node.type, self.dialect)
        match node:
            case Const():
                return literal(node.value, node.type, self.dialect)
            case Field():
                return self._field(node)
            case Apply():
                return self._apply(node)
            case Variable():
                return parameters.variable(node.name, node.type, self.dialect)
            case ActorWord():
                return parameters.actor_word(node.word, node.type, self.dialect)
            case Aggregate():
                return compile_aggregate(self, node)
            case Listing():
                return self._listing(node)

    def number(self, node: Typed, scale: int) -> Sql:
        """A numeric node brought to ``scale`` in the dialect's storage form."""
        return self.convert(node, replace(node.type, scale=scale))

    def convert(self, node: Typed, type_: Type) -> Sql:
        """A node in the storage form of ``type_``; constants are bound in it, without arithmetic."""
        if node.type.kind is Kind.NULL:
            return literal(None, type_, self.dialect)
        if isinstance(node, Const):
            return literal(node.value, type_, self.dialect)
        built = self.compile(node)
        return rescale(built, node.type, type_, self.dialect) if type_.is_numeric else built

    def let(self, values: Sequence[Sql], body: Callable[..., Sql]) -> Sql:
        """``body`` of the values, each computed once: plain ones as they are, others through a subquery.

        OFFSET 0 keeps PostgreSQL from writing the value back into every place where the body names it.
        """
        if all(is_plain(value) for value in values):
            return body(*values)
        inner = sa.select(*(value.label(f"v{index}") for index, value in enumerate(values)))
        if self.dialect == "postgresql":
            inner = inner.offset(sa.literal_column("0"))
        given = inner.correlate(*self.visible).subquery()
        before = self.visible
        self.visible = (*before, given)
        result = body(*(coerce(given.c[f"v{index}"], value.type) for index, value in enumerate(values)))
        self.visible = before
        return coerce(sa.select(result).select_from(given).correlate(*before).scalar_subquery(), result.type)

    def tier_table(self, key: str) -> TierTable:
        """The rows of a tier table."""
        return self.scope.tier_table(key)

    def _field(self, node: Field) -> Sql:
        place = self.outer if node.outer else self
        if place is None or place.alias is None:
            raise ValueError(f"no record to read {'.'.join(node.path)} from")
        column = paths.read(place.scope, place.alias, node.path, node.entities, place.visible)
        return coerce(column, raw_type(node.type, self.dialect))

    def _listing(self, node: Listing) -> Sql:
        """A list that is a value of its own; behind ``in`` its members are compared instead."""
        values = tuple(item.value for item in node.items if isinstance(item, Const))
        if len(values) < len(node.items):
            raise ValueError("a list of computed members is no value in SQL")
        return literal(values, node.type, self.dialect)

    def _apply(self, node: Apply) -> Sql:
        overload = REGISTRY[node.entry].overloads[node.overload]
        if overload.sql is None:
            raise ValueError(f"{node.entry} has no SQL")
        return overload.sql(self, _with_typed_nulls(node, overload))


#: The type of a null where a parameter takes one kind of value; other parameters take it from their neighbours.
_NULL_TYPES = {
    "number": integer(1),
    "plain": integer(1),
    "integer": integer(1),
    "date": DATE,
    "instant": INSTANT,
}


def _with_typed_nulls(node: Apply, overload: Overload) -> Apply:
    """The call with arguments that are always null (``COALESCE(null, null)``) as nulls of the parameter's kind."""
    if all(arg.type.kind is not Kind.NULL for arg in node.args):
        return node
    parameters = [parameter for parameter in overload.parameters if not parameter.setting]
    args = []
    for index, arg in enumerate(node.args):
        kinds = parameters[min(index, len(parameters) - 1)].kinds
        is_null = arg.type.kind is Kind.NULL and kinds in _NULL_TYPES
        args.append(Const(None, _NULL_TYPES[kinds], arg.span) if is_null else arg)
    return replace(node, args=tuple(args))
