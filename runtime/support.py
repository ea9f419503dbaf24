"""Tables that every app has beside its records: what happened to them, what belongs to them, what they count.

They stand in the schema of the app (with its prefix on SQLite), so that an app is backed up and moved as a whole.
Entities, fields and stages are named by id, so that a rename leaves history as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.storage import Instant, JsonValue, Text, Uuid


@dataclass(frozen=True, slots=True)
class SupportTables:
    """The support tables of one app.

    Attributes:
        metadata: all of them.
        history: one row per record change: before and after by field id, who, why. The truth of the timeline and audit.
        stage_change: one row per stage entered.
        event: behaviour: what people and programs did with a record; append-only, deduplicated by ``key``.
        evidence: files shown at a gate.
        file: uploaded files; ``record`` is empty until a record names it.
        sequence: the last number given, by field id and prefix.
        freeze: stages that take no more records.
        refusal: what was refused to whom and why.
        idempotency: answers kept for repeated requests.
    """

    metadata: sa.MetaData
    history: sa.Table
    stage_change: sa.Table
    event: sa.Table
    evidence: sa.Table
    file: sa.Table
    sequence: sa.Table
    freeze: sa.Table
    refusal: sa.Table
    idempotency: sa.Table


def _id() -> sa.Column[Any]:
    return sa.Column("id", Uuid(), primary_key=True)


def _uuid(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, Uuid(), nullable=nullable)


def _text(name: str, *, nullable: bool = False, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, Text(), nullable=nullable, primary_key=key)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, Instant(), nullable=False)


def _json(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, JsonValue(), nullable=nullable)


def _whole(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _of_record() -> tuple[sa.Column[Any], sa.Column[Any], sa.Column[Any], sa.Column[Any]]:
    """Which record, when, by whom."""
    return _text("entity"), _uuid("record"), _moment("at"), _uuid("by", nullable=True)


@lru_cache(maxsize=256)
def support_tables(schema: str, dialect: str) -> SupportTables:
    """The support tables of the app whose schema (or prefix) is ``schema``."""
    metadata = sa.MetaData(schema=schema if dialect == "postgresql" else None)
    prefix = f"{schema}__" if dialect == "sqlite" else ""

    def table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
        return sa.Table(f"{prefix}_{name}", metadata, *parts)

    def by_record(name: str) -> sa.Index:
        return sa.Index(f"ix_{schema}_{name}_record", "record", "at")

    return SupportTables(
        metadata=metadata,
        history=table(
            "history",
            _id(),
            *_of_record(),
            _whole("version"),
            _text("act"),
            _json("changes"),
            _json("cause"),
            by_record("history"),
        ),
        stage_change=table(
            "stage_change",
            _id(),
            *_of_record(),
            _text("field"),
            _text("stage", nullable=True),
            _text("previous", nullable=True),
            _text("reason", nullable=True),
            by_record("stage_change"),
            sa.Index(f"ix_{schema}_stage_change_stage", "entity", "stage", "at"),
        ),
        event=table(
            "event",
            _id(),
            *_of_record(),
            _text("kind"),
            _text("topic", nullable=True),
            _json("data", nullable=True),
            _text("key", nullable=True),
            by_record("event"),
            sa.Index(f"ux_{schema}_event_key", "key", unique=True),
        ),
        evidence=table(
            "evidence", _id(), *_of_record(), _text("requirement"), _uuid("file"), by_record("evidence")
        ),
        file=table(
            "file",
            _id(),
            _text("entity", nullable=True),
            _uuid("record", nullable=True),
            _moment("at"),
            _uuid("by", nullable=True),
            _text("name"),
            _text("type"),
            _whole("size"),
            _text("sha256"),
            by_record("file"),
        ),
        sequence=table("sequence", _text("field", key=True), _text("prefix", key=True), _whole("last")),
        freeze=table(
            "freeze", _text("stage", key=True), _moment("at"), _uuid("by", nullable=True), _json("reason")
        ),
        refusal=table(
            "refusal",
            _id(),
            _text("entity"),
            _uuid("record", nullable=True),
            _moment("at"),
            _uuid("by", nullable=True),
            _text("act"),
            _text("code"),
            _json("why"),
            by_record("refusal"),
        ),
        idempotency=table(
            "idempotency",
            sa.Column("user", Uuid(), primary_key=True),
            _text("key", key=True),
            _text("route", key=True),
            _text("body"),
            _whole("status"),
            _json("answer", nullable=True),
            _moment("at"),
        ),
    )


def create_support(connection: Connection, schema: str) -> None:
    """Make the support tables that are not there yet, in the caller's transaction; the schema must exist."""
    support_tables(schema, connection.dialect.name).metadata.create_all(connection)
