"""Tier tables in SQL: a CASE over the starts, each row a line ``value · factor + constant``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

import sqlalchemy as sa

from expressions.arithmetic import add_exact, multiply_exact, subtract_exact
from expressions.env import TierTable
from expressions.registry import SqlCompiler
from expressions.sql.forms import INTEGER, TEXT, Sql, call, is_whole, literal, numeric, whole
from expressions.storage import scaled
from expressions.typed import Apply
from expressions.types import Type, decimal

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class _Line:
    """The answer below ``end`` (None: everywhere above the row before)."""

    end: Decimal | None
    factor: Decimal
    constant: Decimal


def _lines(table: TierTable, mode: str) -> Iterator[_Line]:
    """One line per row; a slice's constant holds the full rows below, less what the factor counts too much."""
    below = _ZERO
    for index, (start, rate) in enumerate(zip(table.starts, table.rates, strict=True)):
        end = table.starts[index + 1] if index + 1 < len(table.starts) else None
        match mode:
            case "rate":
                yield _Line(end, _ZERO, rate)
            case "whole":
                yield _Line(end, rate, _ZERO)
            case _:
                yield _Line(end, rate, subtract_exact(below, multiply_exact(start, rate)))
        if end is not None:
            below = add_exact(below, multiply_exact(subtract_exact(end, start), rate))


def tier(c: SqlCompiler, node: Apply) -> Sql:
    """``TIER(value, table, mode)``: null below the first start."""
    (value,) = node.args
    settings = dict(node.settings)
    table = c.tier_table(str(settings["table"]))
    lines = list(_lines(table, str(settings["mode"])))

    def choose(v: Sql) -> Sql:
        rows: list[tuple[Sql, Sql]] = [
            (v.is_(None), literal(None, node.type, c.dialect)),
            (_below(c, v, value.type, table.starts[0]), literal(None, node.type, c.dialect)),
        ]
        for line in lines[:-1]:
            if line.end is not None:
                rows.append((_below(c, v, value.type, line.end), _on_line(c, v, value.type, line, node.type)))
        return sa.case(*rows, else_=_on_line(c, v, value.type, lines[-1], node.type))

    return c.let([c.compile(value)], choose)


def _below(c: SqlCompiler, v: Sql, type_: Type, bound: Decimal) -> Sql:
    """``v < bound``; steps are whole, so the bound may be raised to the next step."""
    if c.dialect == "postgresql":
        return v < numeric(format(bound, "f"))
    steps = int(bound.scaleb(type_.scale).to_integral_value(ROUND_CEILING))
    return v < literal(steps, decimal(0, type_.digits + type_.scale), c.dialect)


def _on_line(c: SqlCompiler, v: Sql, type_: Type, line: _Line, result: Type) -> Sql:
    if c.dialect == "postgresql":
        product = sa.cast(v, sa.Numeric()) * numeric(format(line.factor, "f"))
        return product + numeric(format(line.constant, "f")) if line.factor else _constant(line.constant)
    constant = scaled(line.constant, result.scale)
    if not line.factor:
        return literal(line.constant, result, c.dialect)
    steps = scaled(line.factor, result.scale - type_.scale)
    if is_whole(result, c.dialect) and is_whole(type_, c.dialect):
        return v * whole(steps) + whole(constant)
    wide = decimal(result.scale, 60 - result.scale)
    product = call("dg_mul", TEXT, v, literal(steps, decimal(0, 19), c.dialect))
    total = call("dg_add", TEXT, product, whole(0), literal(line.constant, wide, c.dialect), whole(0))
    return call("dg_narrow", INTEGER, total, 0) if result.is_native else total


def _constant(value: Decimal) -> Sql:
    return numeric(format(value, "f"))
