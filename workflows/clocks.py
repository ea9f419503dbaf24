"""Clocks that are due fire: claimed in batches by one update, all that they bring about in the same transaction.

Moments of SLAs tell people and start rules; alarms wake runs that wait; each rule with a schedule or a date has one
clock of its own (:mod:`workflows.occurrences`). A clock never fires early. What would break a batch is done alone, and
what breaks alone is put aside with the reason.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from runtime.access import engine_access
from runtime.computed.rows import Rows
from runtime.loading import want_of
from runtime.rules.matching import Candidate, start_rules
from runtime.save import DOORS
from runtime.served import Served, serve
from runtime.unit import Root, Unit
from schema_store.compiled.timing import CompiledSla, CompiledTier
from schema_store.database import is_unavailable, reading, writing
from schema_store.versions import list_apps
from workflows.executors import LeaseLost
from workflows.occurrences import OWN, Occurrences
from workflows.queue import RunQueue, ask
from workflows.runs import Fence
from workflows.telling import Teller, Telling

_LOG = logging.getLogger("dougong.clocks")
#: Clocks in one transaction.
BATCH = 200
Moment = tuple[Row[Any], CompiledSla, CompiledTier]


@dataclass(slots=True)
class Clocks:
    """The clocks of all apps on one database.

    Attributes:
        engine: of the database.
        clock: the moment.
        fence: raises where the work is another's by now.
    """

    engine: Engine
    clock: Callable[[], datetime]
    fence: Fence = lambda _connection: None
    _known: dict[str, tuple[int, frozenset[str]]] = field(default_factory=dict)

    def fire(self) -> int:
        """Fire what is due; how many clocks."""
        with reading(self.engine) as connection:
            apps = [app.key for app in list_apps(connection)]
        return sum(self._fire(app) for app in apps)

    def _fire(self, app: str) -> int:
        fired = 0
        with reading(self.engine) as connection:
            served = serve(connection, app)
            is_new = self._known.get(app) != (served.app.version, served.off)
            is_due = bool(_due(connection, served, self.clock(), 1))
        if is_new:
            with writing(self.engine) as connection:
                self.fence(connection)
                Occurrences(self._unit(connection, app)).set_up()
            self._known[app] = (served.app.version, served.off)
        while is_due:
            count = self._batch(app, BATCH)
            fired += count
            is_due = count == BATCH
        return fired

    def _unit(self, connection: Connection, app: str) -> Unit:
        served = serve(connection, app, lock=True)
        return Unit(connection, served, engine_access(served), self.clock(), RunQueue(), f"clocks:{uuid7()}")

    def _batch(self, app: str, size: int) -> int:
        """Fire a batch; where something breaks it, one after the other."""
        try:
            with writing(self.engine) as connection:
                self.fence(connection)
                unit = self._unit(connection, app)
                rows = _claim(unit, size)
                self._do(unit, rows)
                return len(rows)
        except LeaseLost:
            raise
        except Exception as error:
            if isinstance(error, DBAPIError) and is_unavailable(error):
                raise
            if size == 1:
                self._put_aside(app, error)
                return 1
        for _ in range(size):
            if not self._batch(app, 1):
                break
        return size

    def _put_aside(self, app: str, error: Exception) -> None:
        number = uuid4().hex[:12]
        _LOG.exception("a clock could not fire: %s", number, exc_info=error)
        with writing(self.engine) as connection:
            self.fence(connection)
            unit = self._unit(connection, app)
            for row in _claim(unit, 1):
                _note(unit, row, "failed", {"failure": {"code": "internal", "id": number}})

    def _do(self, unit: Unit, rows: Sequence[Row[Any]]) -> None:
        _wake(unit, [row for row in rows if row.kind == "wait"])
        own = [row for row in rows if row.kind in OWN]
        if own:
            Occurrences(unit).happen(own)
        _tiers(unit, [row for row in rows if row.kind != "wait" and row.kind not in OWN])


def _due(connection: Connection, served: Served, now: datetime, limit: int) -> list[UUID]:
    table = served.support.timer
    is_due = table.c.state == "running", table.c.due <= sa.literal(now, table.c.due.type)
    return list(connection.execute(sa.select(table.c.id).where(*is_due).limit(limit)).scalars())


def _claim(unit: Unit, size: int) -> list[Row[Any]]:
    """Due clocks, the oldest first; nobody else gets them."""
    table = unit.served.support.timer
    is_due = table.c.state == "running", table.c.due <= sa.literal(unit.now, table.c.due.type)
    due = sa.select(table.c.id).where(*is_due).order_by(table.c.due, table.c.id).limit(size)
    # A CTE is looked at once; PostgreSQL may run a subquery with SKIP LOCKED again and again, past its limit.
    chosen = due.with_for_update(skip_locked=True).cte("due_now")
    claimed = (
        sa.update(table)
        .where(table.c.id.in_(sa.select(chosen.c.id)), table.c.state == "running")
        .values(state="fired")
        .returning(table)
    )
    return sorted(unit.connection.execute(claimed), key=lambda row: (row.due, row.id))


def _note(unit: Unit, row: Row[Any], state: str, why: Mapping[str, Any]) -> None:
    table = unit.served.support.timer
    values = {"state": state, "why": {**row.why, **why}}
    unit.connection.execute(sa.update(table).where(table.c.id == row.id).values(**values))


def _wake(unit: Unit, alarms: Sequence[Row[Any]]) -> None:
    """The runs that waited until now are asked for, with one job for all of them."""
    if not alarms:
        return
    table, job = unit.served.support.run, str(uuid7())
    waited = table.c.id.in_([UUID(row.tier) for row in alarms]), table.c.state == "waiting"
    unit.connection.execute(sa.update(table).where(*waited).values(job=job))
    ask(unit.connection, unit.served.key, {row.record for row in alarms}, job)


def _tiers(unit: Unit, rows: Sequence[Row[Any]]) -> None:
    """Tell people and start rules; a moment of an SLA that is gone or off says so."""
    slas = {sla.id: sla for each in unit.served.app.slas.values() for sla in each}
    moments: list[Moment] = []
    for row in rows:
        sla = slas.get(row.sla)
        tier = (
            next((each for each in sla.tiers if (each.kind, each.key) == (row.kind, row.tier)), None)
            if sla
            else None
        )
        if sla is None or tier is None:
            _note(unit, row, "skipped", {"skipped": "sla_gone"})
        elif sla.id in unit.served.off:
            _note(unit, row, "skipped", {"skipped": "switched_off"})
        else:
            moments.append((row, sla, tier))
    candidates = list(_candidates(unit, moments))
    if candidates:
        unit.drain(partial(start_rules, unit, candidates, DOORS))
    _tell(unit, moments)


def _candidates(unit: Unit, moments: Iterable[Moment]) -> Iterator[Candidate]:
    app = unit.served.app
    for row, sla, tier in moments:
        index = app.triggers.get(sla.entity)
        name = sla.key if tier.kind == "target" else tier.key
        waiting = index.tiers.get(name, ()) if index and tier.kind != "warning" else ()
        rules = {rule.id: rule for rule in (*waiting, *(app.rules[key] for key in tier.rules))}
        happened = {"kind": "sla_tier", "sla": sla.key, "tier": tier.key, "due": row.due.isoformat()}
        yield from (Candidate(rule, row.record, Root(), happened, None) for rule in rules.values())


def _tell(unit: Unit, moments: Iterable[Moment]) -> None:
    by_sla: dict[str, list[Moment]] = {}
    for moment in moments:
        if moment[2].notice is not None:
            by_sla.setdefault(moment[1].id, []).append(moment)
    for each in by_sla.values():
        sla = each[0][1]
        want = want_of(unit.served.app, sla.entity, sla.uses | {("id",)})
        loader = Rows(unit.connection, unit.served, unit.context)
        known = loader.load(want, {row.record for row, _, _ in each})
        for row, _, tier in each:
            if row.record not in known:
                _note(unit, row, "skipped", {"skipped": "record_gone"})
            elif tier.notice is not None:
                teller = Teller(unit, Telling(sla.entity, row.record, sla.id, None))
                _note(unit, row, "fired", {"told": teller.notify(tier.notice, known[row.record])})
