"""What a good engineer writes by hand for leads: FastAPI, SQLAlchemy Core, asyncpg (on SQLite: threads), orjson.

The same physical table and history table as ours, columns and indexes equal; one statement per read, an audit row per
write; nobody signs in and nobody's rights are looked at. ``REFERENCE_PLAN`` names a JSON file with the table
(:func:`benchmarks.installation.reference_plan`); ``REFERENCE_AUTOCOMMIT=1`` reads without transactions.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from fastapi import FastAPI, HTTPException, Query, Response
from pydantic import BaseModel, Field
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.concurrency import run_in_threadpool
from uuid_utils.compat import uuid7

from schema_store.database import connect, reading, writing

PLAN: dict[str, Any] = orjson.loads(Path(os.environ["REFERENCE_PLAN"]).read_bytes())
IS_POSTGRES = PLAN["url"].startswith("postgresql")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TYPES: dict[str, Callable[[], Any]] = {
    "uuid": lambda: postgresql.UUID() if IS_POSTGRES else sa.LargeBinary(),
    "text": sa.Text,
    "integer": sa.BigInteger,
    "decimal": lambda: sa.Numeric(20, 4) if IS_POSTGRES else sa.BigInteger(),
    "instant": lambda: sa.DateTime(timezone=True) if IS_POSTGRES else sa.BigInteger(),
    "date": lambda: sa.Date() if IS_POSTGRES else sa.Text(),
    "boolean": lambda: sa.Boolean() if IS_POSTGRES else sa.Integer(),
    "list": lambda: sa.ARRAY(sa.Text) if IS_POSTGRES else sa.Text(),
    "json": lambda: postgresql.JSONB() if IS_POSTGRES else sa.Text(),
}


def _table(name: str, columns: list[dict[str, Any]]) -> sa.Table:
    made = (sa.Column(each["name"], _TYPES[each["kind"]](), key=each["key"]) for each in columns)
    return sa.Table(name, sa.MetaData(schema=PLAN["schema"]), *made)


lead, history = _table(PLAN["table"], PLAN["columns"]), _table(PLAN["history_table"], PLAN["history"])
SHOWN = [each for each in PLAN["columns"] if each["key"] != "deleted_at" and not each["part"]]
_IDLE_SINCE = sa.func.coalesce(lead.c.last_activity_at, lead.c.captured_at)


def _days_idle() -> sa.ColumnElement[Any]:
    """Whole days since the last activity."""
    if IS_POSTGRES:
        seconds = sa.extract("epoch", sa.func.now() - _IDLE_SINCE)
        return sa.cast(sa.func.floor(seconds / 86_400), sa.Integer()).label("idle")
    now = int(datetime.now(UTC).timestamp() * 1_000_000)
    return ((sa.literal(now) - _IDLE_SINCE) // 86_400_000_000).label("idle")


def _columns() -> list[sa.ColumnElement[Any]]:
    return [_days_idle() if each["key"] == "days_idle" else lead.c[each["key"]] for each in SHOWN]


def _scaled(scale: int) -> Callable[[Any], str]:
    return lambda stored: f"{stored // 10**scale}.{stored % 10**scale:0{scale}}"


def _decoder(column: dict[str, Any]) -> Callable[[Any], Any] | None:
    if IS_POSTGRES:
        return str if column["kind"] in ("decimal", "uuid") else None
    match column["kind"]:
        case "uuid":
            return lambda stored: str(UUID(bytes=stored))
        case "instant":
            return lambda stored: EPOCH + timedelta(microseconds=stored)
        case "decimal":
            return _scaled(column["scale"])
        case "boolean":
            return bool
        case "list":
            return orjson.loads
    return None


_DECODERS = [(each["key"], _decoder(each)) for each in SHOWN]


def _shown(row: Any) -> dict[str, Any]:
    return {
        key: value if decode is None or value is None else decode(value)
        for (key, decode), value in zip(_DECODERS, row, strict=True)
    }


def _stored(key: str, value: Any) -> Any:
    """A value as SQLite keeps it."""
    if IS_POSTGRES or value is None:
        return value
    match value:
        case UUID():
            return value.bytes
        case datetime():
            return (value - EPOCH) // timedelta(microseconds=1)
        case Decimal():
            return int(value.scaleb(_SCALES[key]))
        case dict() | list():
            return orjson.dumps(value).decode()
    return value


_SCALES = {each["key"]: each["scale"] for each in PLAN["columns"]}


class LeadIn(BaseModel):
    """A lead as people send it."""

    model_config = {"extra": "forbid"}
    name: Annotated[str, Field(min_length=1, max_length=200)]
    phone: Annotated[str | None, Field(max_length=40)] = None
    email: Annotated[str | None, Field(max_length=200)] = None
    company: Annotated[str | None, Field(max_length=200)] = None
    source: str | None = None
    region: UUID | None = None
    city: str | None = None
    budget: Annotated[Decimal | None, Field(ge=0, max_digits=15, decimal_places=2)] = None
    need: Annotated[str | None, Field(max_length=10_000)] = None
    site_minutes: int = 0
    downloads: int = 0
    appointments: int = 0
    note: Annotated[str | None, Field(max_length=10_000)] = None


class LeadChange(BaseModel):
    """Fields of a lead to change."""

    model_config = {"extra": "forbid"}
    name: str | None = None
    company: str | None = None
    city: str | None = None
    budget: Decimal | None = None
    note: str | None = None


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value, option=orjson.OPT_UTC_Z), status, media_type="application/json")


def _one(record: UUID) -> sa.Select[Any]:
    return sa.select(*_columns()).where(lead.c.id == _stored("id", record), lead.c.deleted_at.is_(None))


def _page(stage: str, budget: Decimal | None, after: str, limit: int) -> sa.Select[Any]:
    query = sa.select(*_columns()).where(lead.c.deleted_at.is_(None))
    if stage:
        query = query.where(lead.c.stage == stage)
    if budget is not None:
        query = query.where(lead.c.budget >= _stored("budget", budget))
    if after:
        moment, _, last = after.partition("~")
        place = (_stored("created_at", datetime.fromisoformat(moment)), _stored("id", UUID(last)))
        query = query.where(
            sa.tuple_(lead.c.created_at, lead.c.id)
            < sa.tuple_(
                *(
                    sa.literal(value, column.type)
                    for value, column in zip(place, (lead.c.created_at, lead.c.id), strict=True)
                )
            )
        )
    return query.order_by(lead.c.created_at.desc(), lead.c.id.desc()).limit(limit + 1)


def _answer_page(rows: list[Any], limit: int) -> Response:
    items = [_shown(row) for row in rows[:limit]]
    last = items[-1] if len(rows) > limit else None
    return _json({"items": items, "next": f"{last['created_at'].isoformat()}~{last['id']}" if last else None})


def _new(body: LeadIn, now: datetime) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Row, audit row, and the answer."""
    sent = body.model_dump()
    system = {
        "id": uuid7(),
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "stage": "captured",
        "captured_at": now,
    }
    whole = {**sent, **system}
    row = {key: _stored(key, value) for key, value in whole.items()}
    wire = orjson.loads(body.model_dump_json(exclude_none=True))
    return (
        row,
        _audit(system["id"], 1, "create", {key: [None, value] for key, value in wire.items()}, now),
        whole,
    )


def _audit(record: UUID, version: int, act: str, changes: dict[str, Any], now: datetime) -> dict[str, Any]:
    made = {"id": uuid7(), "entity": "lead", "record": record, "at": now, "by": None}
    made |= {"version": version, "act": act, "changes": changes, "cause": []}
    return {key: _stored(key, value) for key, value in made.items()}


def _text(value: Any) -> str:
    return str(value)


def _created(whole: dict[str, Any]) -> Response:
    full = {each["key"]: whole.get(each["key"]) for each in SHOWN}
    return Response(
        orjson.dumps(full, default=_text, option=orjson.OPT_UTC_Z),
        201,
        {"location": f"/leads/{whole['id']}"},
        "application/json",
    )


def _changing(row: Any, body: LeadChange, now: datetime) -> tuple[sa.Update, dict[str, Any]]:
    """The UPDATE that gives the row back, and the audit row, for a lead as it stands."""
    before = _shown(row)
    sent = body.model_dump(exclude_unset=True)
    wire = orjson.loads(body.model_dump_json(exclude_unset=True))
    values = {key: _stored(key, value) for key, value in sent.items()}
    values |= {"version": before["version"] + 1, "updated_at": _stored("updated_at", now)}
    record = UUID(before["id"])
    changes = {key: [before[key], value] for key, value in wire.items()}
    update = (
        sa.update(lead)
        .where(lead.c.id == _stored("id", record), lead.c.version == before["version"])
        .values(values)
        .returning(*_columns())
    )
    return update, _audit(record, before["version"] + 1, "update", changes, now)


Limit = Annotated[int, Query(ge=1, le=500)]


def _found(row: Any) -> Any:
    if row is None:
        raise HTTPException(404)
    return row


def postgres_app() -> FastAPI:
    """On asyncpg."""
    engine = create_async_engine(PLAN["url"].replace("+psycopg", "+asyncpg"), pool_size=16, max_overflow=0)
    plain = engine
    if os.environ.get("REFERENCE_AUTOCOMMIT"):
        plain = engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)

    @app.get("/leads/{record}")
    async def get(record: UUID) -> Response:
        async with plain.connect() as connection:
            row = (await connection.execute(_one(record))).first()
        return _json(_shown(_found(row)))

    @app.get("/leads")
    async def page(
        stage: str = "", budget: Decimal | None = None, after: str = "", limit: Limit = 50
    ) -> Response:
        async with plain.connect() as connection:
            rows = (await connection.execute(_page(stage, budget, after, limit))).all()
        return _answer_page(list(rows), limit)

    @app.post("/leads")
    async def create(body: LeadIn) -> Response:
        row, audit, whole = _new(body, datetime.now(UTC))
        async with engine.begin() as connection:
            await connection.execute(sa.insert(lead), row)
            await connection.execute(sa.insert(history), audit)
        return _created(whole)

    @app.post("/leads/bulk")
    async def bulk(body: list[LeadIn]) -> Response:
        now = datetime.now(UTC)
        made = [_new(each, now) for each in body]
        async with engine.begin() as connection:
            await connection.execute(sa.insert(lead), [row for row, _, _ in made])
            await connection.execute(sa.insert(history), [audit for _, audit, _ in made])
        return _json({"ids": [whole["id"] for _, _, whole in made]})

    @app.patch("/leads/{record}")
    async def change(record: UUID, body: LeadChange) -> Response:
        async with engine.begin() as connection:
            row = (await connection.execute(_one(record).with_for_update())).first()
            update, audit = _changing(_found(row), body, datetime.now(UTC))
            changed = (await connection.execute(update)).one()
            await connection.execute(sa.insert(history), audit)
        return _json(_shown(changed))

    return app


def sqlite_app() -> FastAPI:
    """On SQLite: the driver blocks, so each request runs in a thread, whole."""
    engine = connect(PLAN["url"])
    app = FastAPI()

    def rows_of(query: sa.Select[Any]) -> list[Any]:
        with reading(engine) as connection:
            return list(connection.execute(query))

    def store(rows: list[dict[str, Any]], audits: list[dict[str, Any]]) -> None:
        with writing(engine) as connection:
            connection.execute(sa.insert(lead), rows)
            connection.execute(sa.insert(history), audits)

    @app.get("/leads/{record}")
    def get(record: UUID) -> Response:
        rows = rows_of(_one(record))
        return _json(_shown(_found(rows[0] if rows else None)))

    @app.get("/leads")
    def page(stage: str = "", budget: Decimal | None = None, after: str = "", limit: Limit = 50) -> Response:
        return _answer_page(rows_of(_page(stage, budget, after, limit)), limit)

    @app.post("/leads")
    async def create(body: LeadIn) -> Response:
        row, audit, whole = _new(body, datetime.now(UTC))
        await run_in_threadpool(store, [row], [audit])
        return _created(whole)

    @app.post("/leads/bulk")
    def bulk(body: list[LeadIn]) -> Response:
        now = datetime.now(UTC)
        made = [_new(each, now) for each in body]
        store([row for row, _, _ in made], [audit for _, audit, _ in made])
        return _json({"ids": [whole["id"] for _, _, whole in made]})

    @app.patch("/leads/{record}")
    def change(record: UUID, body: LeadChange) -> Response:
        with writing(engine) as connection:
            row = connection.execute(_one(record)).first()
            update, audit = _changing(_found(row), body, datetime.now(UTC))
            changed = connection.execute(update).one()
            connection.execute(sa.insert(history), audit)
        return _json(_shown(changed))

    return app


def application() -> FastAPI:
    """What uvicorn serves."""
    return postgres_app() if IS_POSTGRES else sqlite_app()
