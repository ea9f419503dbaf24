"""A small app with a past that is sealed; tests edit it in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from uuid_utils.compat import uuid7

from expressions.storage import Instant, JsonValue, Text, Uuid
from runtime.auditing.acts import PlatformAct, note_act
from runtime.auditing.anchor import Anchored
from runtime.auditing.chain import Chain, Sealer, app_chain, platform_chain
from runtime.auditing.refusals import Knock, note_refusals
from runtime.auditing.sealing import SETTLED, Seal, seal_all
from runtime.auditing.verifying import Verdict, verify
from runtime.events import Told, record_events
from runtime.refusals import Forbidden
from tests.conftest import Databases
from tests.runtime.save import shop as documents
from tests.runtime.save.kit import ACTOR, World, build

KEY = bytes(range(32))


@dataclass
class Past:
    """What happened, sealed in several seals."""

    world: World
    sealer: Sealer
    chain: Chain
    platform: Chain
    seals: list[Seal]

    @property
    def anchor(self) -> Anchored:
        return Anchored(self.seals[-1].number, self.seals[-1].hash)

    def verify(self, connection: Connection, chain: Chain | None = None, anchor: bool = True) -> Verdict:
        known = self.anchor if anchor and chain is None else None
        return verify(connection, self.sealer, chain or self.chain, known)

    @contextmanager
    def tampering(self) -> Iterator[Connection]:
        """A transaction of somebody who owns the database: no trigger, no trace."""
        with self.world.engine.connect() as connection:
            transaction = connection.begin()
            drop_triggers(connection, self.chain)
            drop_triggers(connection, self.platform)
            yield connection
            transaction.rollback()

    def seal_of(self, connection: Connection, name: str, id_: UUID) -> int:
        """The number of the seal that holds a row."""
        sealed = (self.platform if name == "audit" else self.chain).sealed
        mine = sa.select(sealed.c.seal).where(sealed.c.source == name, sealed.c.id == id_)
        return int(connection.execute(mine).scalar_one())

    def ids(self, connection: Connection, name: str) -> list[UUID]:
        table = next(source.table for source in self.chain.sources if source.name == name)
        return list(connection.execute(sa.select(table.c.id).order_by(table.c.id)).scalars())


def drop_triggers(connection: Connection, chain: Chain) -> None:
    for table in (*(source.table for source in chain.sources), chain.seal, chain.sealed):
        for suffix in ("fixed", "kept"):
            on = f" ON {table.fullname}" if connection.dialect.name == "postgresql" else ""
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table.name}_{suffix}{on}")


def other_value(column: sa.Column[Any], value: Any) -> Any:
    """Something else that the column may hold, as near as can be."""
    match column.type:
        case Uuid():
            return UUID(int=value.int ^ 1) if value is not None else uuid4()
        case Instant():
            return value + timedelta(microseconds=1)
        case JsonValue():
            return {"edited": value}
        case Text() | sa.String():
            return "edited" if value is None else value + " "
        case sa.LargeBinary():
            return bytes([value[0] ^ 1]) + value[1:]
    return (value or 0) + 1


def make_past(world: World, records: int = 4) -> None:
    """Records with changes, stages, events, evidence; refusals; acts on the platform."""
    for number in range(records):
        made = world.create("order", {"amount": str(number)})
        world.update("order", made.id, {"stage": "done"})
        with world.unit() as unit:
            record_events(unit, [Told("call", "order", made.id, None, None, "t", {"n": number}, None)])
            evidence = {"id": uuid7(), "entity": "e", "record": made.id, "at": unit.now, "by": ACTOR}
            table = unit.served.support.evidence
            unit.connection.execute(sa.insert(table), {**evidence, "requirement": "r", "file": uuid4()})
            long_ago = datetime.now(UTC) - SETTLED * 2
            knock = Knock(unit.access, "order", made.id, "update", long_ago)
            note_refusals(unit.connection, knock, [Forbidden()])
            note_act(unit.connection, PlatformAct("user_changed", by=ACTOR, subject=str(number)), unit.now)


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def past(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Past]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    world = build(databases, request.param, documents.shop())
    sealer = Sealer(KEY)
    chain = app_chain(world.app, world.served.layout.schema, request.param)
    seals = []
    later = datetime.now(UTC) + SETTLED * 2
    for _ in range(3):
        make_past(world, 2)
        seals += seal_all(world.engine, sealer, chain, later)
    seal_all(world.engine, sealer, platform_chain(), later)
    yield Past(world, sealer, chain, platform_chain(), seals)
    databases.remove(world.engine)
