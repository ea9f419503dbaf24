"""Texts in SQL: positions count code points, case goes through our own table."""

from __future__ import annotations

import sqlalchemy as sa

from expressions.casemap import TO_LOWER, TO_UPPER
from expressions.registry import SqlCompiler
from expressions.sql.forms import INTEGER, NUMERIC, TEXT, Sql, call, is_whole, whole, words
from expressions.sql.logic import WHITE_SPACE
from expressions.typed import Apply, Typed
from expressions.types import MAX_TEXT, Kind

#: The blocks whose letters have a case, beyond ASCII.
_CASED = "[\u00b5-\u017f\u0370-\u052f\uff21-\uff5a]"
#: A count that covers every text.
_ALL = MAX_TEXT + 1


def length(c: SqlCompiler, node: Apply) -> Sql:
    """``LEN(t)``."""
    name = "char_length" if c.dialect == "postgresql" else "length"
    return sa.cast(call(name, INTEGER, c.compile(node.args[0])), INTEGER)


def lower(c: SqlCompiler, node: Apply) -> Sql:
    """``LOWER(t)``."""
    return _mapped(c, node, "lower", TO_LOWER)


def upper(c: SqlCompiler, node: Apply) -> Sql:
    """``UPPER(t)``."""
    return _mapped(c, node, "upper", TO_UPPER)


def _mapped(c: SqlCompiler, node: Apply, name: str, table: dict[str, str]) -> Sql:
    """By our table. TRANSLATE searches all of it for every character, so texts with ASCII letters only go round."""
    value = c.compile(node.args[0])
    if c.dialect == "sqlite":
        return call(f"dg_{name}", TEXT, value)

    def mapped(text: Sql) -> Sql:
        plain = sa.collate(text, "C")
        translated = call("translate", TEXT, text, words("".join(table)), words("".join(table.values())))
        return sa.case((plain.op("~")(words(_CASED)), translated), else_=call(name, TEXT, plain))

    return c.let([value], mapped)


def trim(c: SqlCompiler, node: Apply) -> Sql:
    """``TRIM(t)``."""
    name = "btrim" if c.dialect == "postgresql" else "trim"
    return call(name, TEXT, c.compile(node.args[0]), words(WHITE_SPACE))


def left(c: SqlCompiler, node: Apply) -> Sql:
    """``LEFT(t, n)``."""
    t, n = node.args
    if c.dialect == "postgresql":
        return call("left", TEXT, c.compile(t), _count(c, n))
    return call("substr", TEXT, c.compile(t), whole(1), _count(c, n))


def right(c: SqlCompiler, node: Apply) -> Sql:
    """``RIGHT(t, n)``."""
    t, n = node.args
    if c.dialect == "postgresql":
        return call("right", TEXT, c.compile(t), _count(c, n))

    def last(text: Sql, count: Sql) -> Sql:
        size = call("length", INTEGER, text)
        start = sa.case((count < size, size - count + whole(1)), else_=whole(1))
        return call("substr", TEXT, text, start, count)

    return c.let([c.compile(t), _count(c, n)], last)


def middle(c: SqlCompiler, node: Apply) -> Sql:
    """``MID(t, start, n)``."""
    t, start, n = node.args
    return call("substr", TEXT, c.compile(t), _count(c, start, least=1), _count(c, n))


def _count(c: SqlCompiler, node: Typed, least: int = 0) -> Sql:
    """A count of characters as the database takes it: null below ``least``, cut where every text ends."""

    def bounded(n: Sql) -> Sql:
        return sa.case((n > whole(_ALL), whole(_ALL)), (n >= whole(least), n))

    count = c.let([c.compile(node)], bounded)
    return sa.cast(count, sa.Integer()) if c.dialect == "postgresql" else count


def contains(c: SqlCompiler, node: Apply) -> Sql:
    """``CONTAINS(t, part)``."""
    t, part = node.args
    name = "strpos" if c.dialect == "postgresql" else "instr"
    return call(name, INTEGER, c.compile(t), c.compile(part)) > whole(0)


def starts_with(c: SqlCompiler, node: Apply) -> Sql:
    """``STARTSWITH(t, part)``."""
    t, part = (c.compile(arg) for arg in node.args)
    if c.dialect == "postgresql":
        return call("starts_with", sa.Boolean(), t, part)
    return c.let([part], lambda p: call("substr", TEXT, t, whole(1), call("length", INTEGER, p)) == p)


def ends_with(c: SqlCompiler, node: Apply) -> Sql:
    """``ENDSWITH(t, part)``."""
    values = [c.compile(arg) for arg in node.args]
    if c.dialect == "postgresql":
        t, part = values
        return c.let([part], lambda p: call("right", TEXT, t, call("char_length", INTEGER, p)) == p)

    def tail(text: Sql, p: Sql) -> Sql:
        """A part longer than the text makes a start below 1, whose rest is shorter than the part and so differs."""
        start = call("length", INTEGER, text) - call("length", INTEGER, p) + whole(1)
        return call("substr", TEXT, text, start) == p

    return c.let(values, tail)


def replace_text(c: SqlCompiler, node: Apply) -> Sql:
    """``REPLACE(t, old, new)``."""
    return call("replace", TEXT, *(c.compile(arg) for arg in node.args))


def concat(c: SqlCompiler, node: Apply) -> Sql:
    """``CONCAT(x…)``: a null is the empty text."""
    parts = [call("coalesce", TEXT, printed(c, arg), words("")) for arg in node.args]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined.concat(part)
    return joined


def printed(c: SqlCompiler, node: Typed) -> Sql:
    """A text, option, integer, decimal or date as CONCAT prints it."""
    value = c.compile(node)
    if node.type.kind in (Kind.TEXT, Kind.OPTION, Kind.NULL):
        return value
    if node.type.kind is Kind.DATE:
        return value if c.dialect == "sqlite" else call("to_char", TEXT, value, words("YYYY-MM-DD"))
    if node.type.scale == 0 and is_whole(node.type, c.dialect):
        return sa.cast(value, TEXT)
    if c.dialect == "sqlite":
        return call("dg_text", TEXT, value, node.type.scale)
    return sa.cast(call("round", NUMERIC, value, node.type.scale), TEXT)
