"""Saving leads of the CRM template beside a hand-written insert with an audit row, on both databases.

The hand-written side has the same tables and columns and does nothing but write: no rights, no validation, no score, no
duplicates, no search index. A lead of a fair is measured too: there a rule makes a task and sets a tag, so that three
records are written in the place of one. ``DOUGONG_BENCH_PRESENT`` sets the leads that are there already (default
20,000).
"""

from __future__ import annotations

import itertools
import os
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url

from benchmarks.processor import Meter
from benchmarks.timing import compare, show
from builder.publish import install
from expressions.context import ActorValues
from expressions.storage import Stored
from runtime import save
from runtime.access import Access, engine_access
from runtime.batching import Step
from runtime.change import Change, Request
from runtime.people.actors import Actor
from runtime.people.tables import USERS
from runtime.served import Served, serve
from runtime.unit import Unit
from schema_store.database import connect, writing
from schema_store.platform import upgrade_platform
from schema_store.structure.load import load_document
from schema_store.versions import Signature
from templates import read_template
from workflows.queue import RunQueue

SERVER = os.environ.get("DOUGONG_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
PRESENT = int(os.environ.get("DOUGONG_BENCH_PRESENT", "20000"))
NOW = datetime(2026, 3, 1, tzinfo=UTC)
WHO = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
#: Rows of one request.
MANY = 1_000
#: DESIGN 9: ours may take so many times as long.
SINGLE, BULK = 1 / 0.6, 1 / 0.5

_numbers = itertools.count()
_SURNAMES, _CITIES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗",
    ("杭州", "宁波", "温州", "上海", "苏州", "合肥"),
)


def lead(source: str = "website") -> dict[str, Any]:
    """Another lead, as JSON."""
    n = next(_numbers)
    return {
        "name": f"{_SURNAMES[n % 20]}{_SURNAMES[n // 20 % 20]}{n}",
        "phone": f"138{n:08d}",
        "company": f"{_CITIES[n % 6]}{_SURNAMES[n // 7 % 20]}{_SURNAMES[n // 3 % 20]}{n}建材有限公司",
        "source": source,
        "budget": f"{n % 1_000_000}.00",
        "site_minutes": n % 30,
        "downloads": n % 4,
        "appointments": n % 2,
        "note": "在展会上登记，想看样品",
    }


def run() -> None:
    """Both databases, or the one that is there."""
    with tempfile.TemporaryDirectory() as folder:
        _measure("SQLite", connect(f"sqlite:///{Path(folder) / 'bench.db'}"))
    try:
        with postgres() as engine:
            _measure("PostgreSQL", engine)
    except sa.exc.OperationalError as error:
        print(f"\nWrites on PostgreSQL: skipped, {str(error).splitlines()[0]}")


@contextmanager
def postgres() -> Iterator[Engine]:
    """A database of its own on the server."""
    name = f"dg_bench_{uuid.uuid4().hex[:8]}"
    server = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine = connect(make_url(SERVER).set(database=name))
    try:
        yield engine
    finally:
        engine.dispose()
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@dataclass
class World:
    """The CRM on one database, as the engine acting for a person sees it."""

    engine: Engine

    def unit(self, connection: Connection) -> Unit:
        """A unit of work of a request."""
        served = serve(connection, "crm", lock=True)
        return Unit(connection, served, self.access(served), NOW, RunQueue())

    def access(self, served: Served) -> Access:
        """Everything is allowed, history names a person."""
        actor = Actor(WHO, "amy", "Amy", "en", False, None, "", None, "", {})
        return engine_access(served, actor, ActorValues(WHO))

    def create(self, source: str = "website") -> UUID:
        """One lead."""
        with writing(self.engine) as connection:
            return save.create(self.unit(connection), "lead", lead(source)).id

    def update(self, record: UUID) -> None:
        """One field of one lead."""
        with writing(self.engine) as connection:
            save.update(self.unit(connection), "lead", record, {"note": f"n{next(_numbers)}"})

    def create_many(self, count: int, source: str = "website") -> None:
        """Many leads in one transaction."""
        with writing(self.engine) as connection:
            rows = [save.Row(Request(lead(source))) for _ in range(count)]
            refused = [each for each in save.create_many(self.unit(connection), "lead", rows) if each.refusal]
            assert not refused, refused[0]


class ByHand:
    """The same columns, an audit row, and nothing else: what a programmer writes with SQLAlchemy Core."""

    def __init__(self, engine: Engine, served: Served, sample: UUID):
        self.engine = engine
        metadata = sa.MetaData()
        self.lead = self._twin(served.entity_table("lead"), "hand_lead", metadata)
        self.audit = self._twin(served.support.history, "hand_audit", metadata)
        with writing(engine) as connection:
            metadata.create_all(connection)
            ours = served.entity_table("lead")
            found = connection.execute(sa.select(ours).where(ours.c.id == sample)).mappings().one()
            self.filled = [name for name, value in found.items() if value is not None]
            self.sample = dict(found)
            history = served.support.history
            query = sa.select(history).where(history.c.record == sample, history.c.act == "create")
            self.noted = dict(connection.execute(query).mappings().one())

    def _twin(self, table: sa.Table, name: str, metadata: sa.MetaData) -> sa.Table:
        """The same columns in the driver's own types, with the same indexes."""
        dialect = self.engine.dialect.name
        columns = []
        for column in table.c:
            kind = column.type.form(dialect) if isinstance(column.type, Stored) else column.type
            columns.append(sa.Column(column.name, kind, primary_key=column.primary_key))
        made = sa.Table(name, metadata, *columns)
        for number, index in enumerate(sorted(table.indexes, key=lambda each: str(each.name))):
            sa.Index(f"ix_{name}_{number}", *(made.c[c.name] for c in index.columns))
        return made

    def row(self, given: Mapping[str, Any] | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """A lead (this one, or another one) and its audit row in the driver's form."""
        ident = uuid.uuid4()
        wire = given or lead()
        values = dict(self.plain)
        values["id"] = self._id(ident)
        for key, column in self.named.items():
            values[column] = wire[key]
        note = {**self.plain_audit, "id": self._id(uuid.uuid4()), "record": values["id"]}
        changes = {str(column): [None, str(value)] for column, value in values.items()}
        note["changes"] = (
            changes if self.engine.dialect.name == "postgresql" else orjson.dumps(changes).decode()
        )
        return values, note

    def prepare(self, served: Served) -> None:
        """What stays the same from row to row."""
        dialect = self.engine.dialect.name
        ours, history = served.entity_table("lead"), served.support.history

        def stored(table: sa.Table, values: dict[str, Any]) -> dict[str, Any]:
            return {
                name: column.type.encode(values[name], dialect)
                if isinstance(column.type, Stored)
                else values[name]
                for name, column in table.c.items()
                if values[name] is not None
            }

        self.plain, self.plain_audit = stored(ours, self.sample), stored(history, self.noted)
        self.named = {key: served.column("lead", key) for key in ("name", "phone", "company", "note")}
        self.insert, self.note = sa.insert(self.lead), sa.insert(self.audit)
        c = self.lead.c
        self.change = (
            sa.update(self.lead)
            .where(c.id == sa.bindparam("b_id"), c.version == sa.bindparam("b_version"))
            .values({self.named["note"]: sa.bindparam("b_note"), "version": sa.bindparam("b_version") + 1})
        )

    def _id(self, ident: UUID) -> Any:
        return ident if self.engine.dialect.name == "postgresql" else ident.bytes

    def create(self) -> Any:
        """One lead with its audit row."""
        with writing(self.engine) as connection:
            record, note = self.row()
            connection.execute(self.insert, record)
            connection.execute(self.note, note)
        return record["id"]

    def create_many(self, count: int) -> None:
        """Many rows a statement."""
        self.insert_rows([lead() for _ in range(count)])

    def insert_rows(self, given: Sequence[Mapping[str, Any]]) -> None:
        """These leads, many rows a statement, in one transaction."""
        with writing(self.engine) as connection:
            rows = [self.row(each) for each in given]
            connection.execute(self.insert, [record for record, _ in rows])
            connection.execute(self.note, [note for _, note in rows])

    def update(self, record: Any, versions: Iterator[int]) -> None:
        """One field of one lead, by its version, with the audit row."""
        with writing(self.engine) as connection:
            _, note = self.row()
            given = {"b_id": record, "b_version": next(versions), "b_note": "n"}
            assert connection.execute(self.change, given).rowcount == 1
            connection.execute(self.note, {**note, "record": record})


def prepared(engine: Engine, present: int = PRESENT) -> tuple[World, ByHand]:
    """The CRM installed, with leads, and the twin tables with as many."""
    with writing(engine) as connection:
        upgrade_platform(connection)
        plain = {"username": "amy", "username_key": "amy", "name": "Amy", "sort_key": "amy", "locale": "en"}
        more = {"id": WHO, "active": True, "admin": False, "created_at": NOW, "updated_at": NOW}
        connection.execute(sa.insert(USERS), plain | more)
    document, complaints = load_document(read_template("crm"))
    assert document is not None, complaints
    install(engine, document, Signature("bench", NOW))
    world = World(engine)
    sample = world.create()
    with writing(engine) as connection:
        served = serve(connection, "crm")
    hand = ByHand(engine, served, sample)
    hand.prepare(served)
    for _ in range(present // MANY):
        world.create_many(MANY)
        hand.create_many(MANY)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    return world, hand


def _show_steps(title: str, world: World, times: int = 300) -> None:
    """Processor time of each step of the order of execution in this process, for a create; the rest is the edge's."""
    spent: dict[str, float] = defaultdict(float)
    names = ("DECODE", "PREPARE", "FINISH")
    before = {name: getattr(save, name) for name in names}

    def timed(step: Step) -> Step:
        def run(unit: Unit, changes: Sequence[Change]) -> None:
            start = time.process_time()
            step(unit, changes)
            spent[step.__name__] += time.process_time() - start

        return run

    try:
        for name, steps in before.items():
            setattr(save, name, tuple(map(timed, steps)))
        start = time.process_time()
        for _ in range(times):
            world.create()
        whole = time.process_time() - start
    finally:
        for name, steps in before.items():
            setattr(save, name, steps)
    print(f"\n{title}, a create step by step, µs of processor without the database's own processes")
    for name, seconds in sorted(spent.items(), key=lambda each: -each[1]):
        print(f"  {name:42} {seconds / times * 1e6:8.0f}")
    print(
        f"  {'transaction, version served, step 1, answer':42} {(whole - sum(spent.values())) / times * 1e6:8.0f}"
    )


def _measure(title: str, engine: Engine) -> None:
    world, hand = prepared(engine)
    ours, theirs, versions = world.create(), hand.create(), itertools.count(hand.sample["version"])
    singles: dict[str, Callable[[], object]] = {
        "by hand: a lead and its audit row": hand.create,
        "create": world.create,
        "create, a rule writes two records more": lambda: world.create("fair"),
    }
    updates: dict[str, Callable[[], object]] = {
        "by hand: one field and its audit row": lambda: hand.update(theirs, versions),
        "update": lambda: world.update(ours),
    }
    bulks: dict[str, Callable[[], object]] = {
        "by hand: 1,000 leads and audit rows": lambda: hand.create_many(MANY),
        "create_many": lambda: world.create_many(MANY),
        "create_many, rules write 2,000 records more": lambda: world.create_many(MANY, "fair"),
    }
    name = engine.url.database if engine.dialect.name == "postgresql" else None
    meter = Meter(os.getpid(), name, engine)
    for wanted, candidates, rounds, calls in (
        (SINGLE, singles, 15, 20),
        (SINGLE, updates, 15, 20),
        (BULK, bulks, 5, 1),
    ):
        baseline, mine = list(candidates)[:2]
        figures = compare(candidates, baseline, rounds=rounds, calls=calls, clock=meter.total)
        show(f"{title}, {PRESENT:,} leads present, processor time", figures, targets={mine: round(wanted, 2)})
        figures = compare(candidates, baseline, rounds=rounds, calls=calls)
        show(f"{title}, {PRESENT:,} leads present, by the clock", figures, targets={mine: round(wanted, 2)})
    _show_steps(title, world)
