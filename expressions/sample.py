"""The small world that the documentation's examples are evaluated in: an order with three lines, a tier table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from expressions.context import Context
from expressions.env import EntityInfo, Env, FieldInfo, TierTable
from expressions.types import INSTANT, Type, integer, money, records, reference, text


def _entity(key: str, **types: Type) -> EntityInfo:
    types |= {"id": reference(key), "created_at": INSTANT}
    inverse = {"lines": "order"}
    return EntityInfo(key, {name: FieldInfo(name, each, inverse.get(name)) for name, each in types.items()})


def _line(number: int, product: str, quantity: int, price: str, day: int) -> dict[str, Any]:
    return {
        "id": UUID(int=number),
        "product": product,
        "quantity": quantity,
        "price": Decimal(price),
        "created_at": datetime(2026, 5, day, tzinfo=UTC),
    }


_TABLES = {"example": TierTable((Decimal(0), Decimal(100)), (Decimal("0.05"), Decimal("0.10")))}

SAMPLE_ENV = Env(
    {
        "order": _entity("order", lines=records("line")),
        "line": _entity(
            "line", order=reference("order"), product=text(20), quantity=integer(6), price=money("CNY")
        ),
    },
    "order",
    tables=_TABLES,
)
SAMPLE_ROW: Mapping[str, Any] = {
    "lines": (
        _line(1, "tea", 2, "10.00", 1),
        _line(2, "cup", 3, "5.00", 2),
        _line(3, "pot", 1, "80.00", 20),
    )
}
SAMPLE_CONTEXT = Context(datetime(2026, 5, 21, tzinfo=UTC), tables=_TABLES)
