"""Plausible leads, many of them: written straight into the tables, the history row beside each."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from expressions.storage import Stored
from runtime.served import Served
from schema_store.database import writing

FIRST = datetime(2025, 3, 1, tzinfo=UTC)
#: The leads of all benchmarks come in within a year, however many there are.
YEAR = timedelta(days=365)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹"
_GIVEN = (
    "伟",
    "芳",
    "秀英",
    "敏",
    "静",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "军",
    "杰",
    "娟",
    "涛",
    "超",
    "明",
    "霞",
)
_CITIES = ("上海", "杭州", "苏州", "南京", "宁波", "合肥", "北京", "天津", "济南", "广州", "深圳", "武汉")
_TRADES = ("建材", "装饰", "涂料", "幕墙", "地产", "工程", "防水", "门窗", "建设", "设计")
_STAGES = ("captured", "contacted", "qualified", "converted", "invalid", "dormant")
_SHARES = (35, 25, 15, 10, 10, 5)
_CHUNK = 20_000


def fill(engine: Engine, served: Served, owners: Sequence[UUID], regions: Sequence[UUID], rows: int) -> None:
    """Write leads and a history row each, then let the database look at them."""
    table, history = served.entity_table("lead"), served.support.history
    generator = _Leads(served, owners, regions, rows)
    for start in range(0, rows, _CHUNK):
        made = list(generator.make(start, min(start + _CHUNK, rows)))
        with writing(engine) as connection:
            _write(connection, table, [lead for lead, _ in made])
            _write(connection, history, [trace for _, trace in made])
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("VACUUM ANALYZE")
            return
    with writing(engine) as connection:
        connection.exec_driver_sql("ANALYZE")


def _write(connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """COPY, or executemany of plain values: the types' own checks are left out, they are not what is measured."""
    names = list(rows[0])
    preparer = connection.dialect.identifier_preparer
    target = f"{preparer.format_table(table)} ({', '.join(preparer.quote(name) for name in names)})"
    cursor = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        with cursor.copy(f"COPY {target} FROM STDIN") as copy:  # type: ignore[attr-defined]  # psycopg's own
            for row in rows:
                copy.write_row(tuple(row.values()))
        return
    types = [table.c[name].type for name in names]
    values = (
        tuple(
            type_.encode(value, "sqlite") if isinstance(type_, Stored) else value
            for type_, value in zip(types, row.values(), strict=True)
        )
        for row in rows
    )
    cursor.executemany(f"INSERT INTO {target} VALUES ({', '.join('?' * len(names))})", list(values))


class _Leads:
    """Makes rows in the columns of one installation; the same rows for the same number."""

    def __init__(self, served: Served, owners: Sequence[UUID], regions: Sequence[UUID], rows: int):
        self.served, self.owners, self.regions, self.rows = served, owners, regions, rows
        entity = served.app.entities["lead"]
        self.entity = entity.id
        self.fields = entity.fields
        self.columns = served.columns["lead"]
        self.derive = lru_cache(maxsize=100_000)(self._derive)
        source = self.fields["source"].type
        assert source is not None
        assert source.options
        self.sources = sorted(source.options)
        self.is_postgres = served.dialect == "postgresql"

    def make(self, start: int, end: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        for number in range(start, end):
            luck = random.Random(number)
            at = FIRST + YEAR * number / self.rows
            yield self._lead(number, luck, at), self._trace(number, luck, at)

    def _lead(self, number: int, luck: random.Random, at: datetime) -> dict[str, Any]:
        owner = luck.choice(self.owners)
        row: dict[str, Any] = {
            "id": _id(at, number),
            "version": 1,
            "created_at": at,
            "created_by": owner,
            "updated_at": at,
            "updated_by": owner,
            "owner_id": owner,
        }
        for key, value in self._values(number, luck, at).items():
            row[self.columns[key, ""]] = value
            if (key, "sort") in self.columns or (key, "norm") in self.columns:
                row |= {self.columns[key, part]: each for part, each in self.derive(key, value)}
        return row

    def _derive(self, key: str, value: Any) -> tuple[tuple[str, Any], ...]:
        return tuple(self.fields[key].derive(value).items())

    def _values(self, number: int, luck: random.Random, at: datetime) -> dict[str, Any]:
        city, trade = luck.choice(_CITIES), luck.choice(_TRADES)
        minutes, downloads = luck.randrange(30), luck.randrange(6)
        maturity = 5 + 3 * minutes + 8 * downloads
        return {
            "code": f"L{number:08}",
            "name": luck.choice(_SURNAMES) + luck.choice(_GIVEN),
            "phone": f"1{3_000_000_000 + number}",
            "email": f"lead{number}@example.com",
            "company": f"{city}{luck.choice(_SURNAMES)}氏{trade}有限公司",
            "city": city,
            "source": luck.choice(self.sources),
            "region": luck.choice(self.regions),
            "stage": luck.choices(_STAGES, _SHARES)[0],
            "budget": Decimal(luck.randrange(1, 500) * 1_000).quantize(Decimal("0.01")),
            "need": f"{city}项目需要{trade}材料，约 {luck.randrange(50, 5_000)} 平方米。",
            "site_minutes": minutes,
            "downloads": downloads,
            "appointments": 0,
            "product_page_visits": luck.randrange(5),
            "mail_opens": luck.randrange(4),
            "maturity": maturity,
            "maturity_band": "hot" if maturity >= 86 else "warm" if maturity >= 45 else "cold",
            "completeness": Decimal("0.75"),
            "captured_at": at,
            "touches": luck.randrange(4),
        }

    def _trace(self, number: int, luck: random.Random, at: datetime) -> dict[str, Any]:
        changes = {self.fields["stage"].id: [None, "captured"], self.fields["phone"].id: [None, f"1{number}"]}
        return {
            "id": _id(at, number, 1),
            "entity": self.entity,
            "record": _id(at, number),
            "at": at,
            "by": luck.choice(self.owners),
            "version": 1,
            "act": "create",
            "changes": self._json(changes),
            "cause": self._json([]),
        }

    def _json(self, value: Any) -> Any:
        return orjson.dumps(value).decode() if self.is_postgres else value


def _id(at: datetime, number: int, kind: int = 0) -> UUID:
    """A version 7 id of that moment."""
    moment = int(at.timestamp() * 1_000)
    return UUID(int=(moment << 80) | (7 << 76) | (2 << 62) | (kind << 60) | number)
