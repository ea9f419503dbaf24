"""Runs that wait are worked off, record by record, the oldest first; each in one transaction with all that it does.

A run that is refused has failed, as with the save. What goes wrong otherwise is tried again, later and later, and put
aside as ``dead`` when it went wrong too often, or took too many processes with it; others of the record go on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from expressions.storage import microseconds
from runtime.access import Access, engine_access, rule_access
from runtime.people.actors import actor_of, actor_values, person_query
from runtime.people.tables import USERS
from runtime.refusals import BudgetSpent, Refused
from runtime.rules.acting import paths_of
from runtime.rules.reasons import refusal_shape
from runtime.rules.running import settled_steps
from runtime.save import DOORS
from runtime.served import Served, serve
from runtime.unit import Unit
from schema_store.compiled.rules import CompiledRule
from schema_store.database import is_unavailable, reading, writing
from schema_store.versions import UnknownApp, list_apps
from workflows.executors import LeaseLost
from workflows.finishing import Finishing
from workflows.queue import RunQueue, ask

_LOG = logging.getLogger("dougong.runs")
#: How often a run may go wrong; seconds until it is tried again, the last for all further ones.
TRIES, PAUSES = 5, (5.0, 60.0, 300.0, 1_800.0)
#: After this time a run that waits for nothing should have been done.
OVERDUE = timedelta(minutes=5)
_PERSON = person_query().where(USERS.c.id == sa.bindparam("person"))
#: What a process does first in the transaction of each step: make sure that the work is still its own.
Fence = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Runs:
    """The waiting runs of all apps on one database.

    Attributes:
        engine: of the database.
        clock: the moment.
        fence: raises where the work is another's by now.
        between: around each step; for tests that stop there.
    """

    engine: Engine
    clock: Callable[[], datetime]
    fence: Fence = lambda _connection: None
    between: Callable[[], AbstractContextManager[object]] = nullcontext

    def work_off(self, app: str, record: UUID) -> int:
        """Do the runs of a record that wait and are due; how many.

        Raises:
            LeaseLost: in the middle, this process was taken for dead.
        """
        done = 0
        while self._next(app, record):
            done += 1
        return done

    def _next(self, app: str, record: UUID) -> bool:
        found: Row[Any] | None = None
        try:
            with self.between(), writing(self.engine) as connection:
                self.fence(connection)
                served = serve(connection, app, lock=True)
                found = _oldest(connection, served, record, self.clock())
                if found is None:
                    return False
                self._do(connection, served, found)
        except UnknownApp:
            return False
        except LeaseLost:
            raise
        except BudgetSpent as spent:
            assert found is not None, "a run that was found spent it"
            self._spent(app, found, spent)
        except DBAPIError as error:
            if found is None or is_unavailable(error):
                raise  # the database is away: the job is done again when it is back
            self._went_wrong(app, found.id, error)
        except Exception as error:
            if found is None:
                raise
            self._went_wrong(app, found.id, error)
        return True

    def _do(self, connection: Connection, served: Served, run: Row[Any]) -> None:
        rules = {rule.id: rule for rule in (*served.app.rules.values(), *served.app.signals.values())}
        rule = rules.get(run.rule)
        if rule is None or run.entity not in served.app.entities_by_id:
            _settle(connection, served, run, "skipped", {**run.why, "reason": "rule_gone"})
            return
        if rule.id in served.off:
            _settle(connection, served, run, "skipped", {**run.why, "reason": "switched_off"})
            return
        access = _access(connection, served, run.by)
        unit = Unit(connection, served, access, self.clock(), RunQueue(), f"run:{run.id}", tuple(run.cause))
        unit.drain(partial(_finish, unit.caused_by(rule.cause), rule, run))

    def _spent(self, app: str, run: Row[Any], spent: BudgetSpent) -> None:
        """All that the run did was taken back with it; that it failed is written down behind that."""
        with writing(self.engine) as connection:
            self.fence(connection)
            served = serve(connection, app, lock=True)
            why = {**run.why, "refusal": {"code": spent.code, "chain": list(spent.chain)}}
            _settle(connection, served, run, "failed", why)

    def _went_wrong(self, app: str, run: UUID, error: Exception) -> None:
        number = uuid4().hex[:12]
        _LOG.exception("a run went wrong: %s", number, exc_info=error)
        with writing(self.engine) as connection:
            self.fence(connection)
            served = serve(connection, app, lock=True)
            count_failure(connection, served, run, self.clock(), {"code": "internal", "id": number})

    def spread(self, app: str, job: str) -> None:
        """Give the runs of a batch to their records, a job for each; again is no harm."""
        with self.between(), writing(self.engine) as connection:
            self.fence(connection)
            try:
                served = serve(connection, app, lock=True)
            except UnknownApp:
                return
            table = served.support.run
            mine = table.c.job == job, table.c.state == "waiting"
            records = connection.execute(sa.select(table.c.record).where(*mine).distinct()).scalars()
            for record in sorted(records):
                ask(connection, app, [record], f"{job}:{record}")

    def note_rescue(self, app: str, place: str, *, is_batch: bool) -> None:
        """A process died while it did a job: count it with the run that it must have been doing."""
        if is_batch:
            return
        with writing(self.engine) as connection:
            try:
                served = serve(connection, app, lock=True)
            except UnknownApp:
                return
            found = _oldest(connection, served, UUID(place), self.clock())
            if found is not None:
                count_failure(
                    connection, served, found.id, self.clock(), {"code": "worker_died"}, again=False
                )

    def ask_again(self) -> int:
        """Ask for runs that should have been done long ago, whose job is gone as after a restore; for how many records.

        None is lost, whatever becomes of the tables of the queue.
        """
        asked = 0
        with reading(self.engine) as connection:
            apps = [app.key for app in list_apps(connection)]
        for app in apps:
            with reading(self.engine) as connection:
                records = _overdue(connection, serve(connection, app), self.clock() - OVERDUE)
            for record in records:
                with writing(self.engine) as connection:
                    self.fence(connection)
                    ask(connection, app, [record], f"again:{uuid7()}")
            asked += len(records)
        return asked


def _overdue(connection: Connection, served: Served, before: datetime) -> list[UUID]:
    table = served.support.run
    since = sa.func.coalesce(table.c.next_at, table.c.at)
    overdue = table.c.state == "waiting", since < sa.literal(before, table.c.at.type)
    return list(connection.execute(sa.select(table.c.record).where(*overdue).distinct().limit(100)).scalars())


def _oldest(connection: Connection, served: Served, record: UUID, now: datetime) -> Row[Any] | None:
    """The run of a record that is to be done next, locked."""
    kept = served.statements
    if "oldest run" not in kept:
        kept["oldest run"] = _oldest_statement(served.support.run)
    return connection.execute(kept["oldest run"], {"record": record, "now": now}).first()


def _oldest_statement(table: sa.Table) -> sa.Select[Any]:
    is_due = sa.or_(table.c.next_at.is_(None), table.c.next_at <= sa.bindparam("now", type_=table.c.at.type))
    return (
        sa.select(table)
        .where(table.c.record == sa.bindparam("record"), table.c.state == "waiting", is_due)
        .order_by(table.c.at, table.c.id)
        .limit(1)
        .with_for_update()
    )


def _access(connection: Connection, served: Served, by: UUID | None) -> Access:
    """The engine's own, in the name of whoever caused it."""
    rows = [] if by is None else connection.execute(_PERSON, {"person": by}).all()
    if not rows:
        return engine_access(served)
    actor = actor_of(rows)
    return engine_access(served, actor, actor_values(actor, served.key))


def _finish(unit: Unit, rule: CompiledRule, run: Row[Any]) -> None:
    inner = replace(unit, access=rule_access(rule, unit.access))
    before = list(run.why.get("steps", ()))
    acting = Finishing(inner, DOORS, rule, run.record, run.id, before)
    actions = dict(paths_of(rule.actions))
    mark, failure = unit.mark(), None
    try:
        with unit.connection.begin_nested():
            acting.resume([(path, actions[path]) for path in run.why["left"] if path in actions])
    except BudgetSpent:
        raise
    except Refused as refusal:
        unit.back_to(mark)
        failure = refusal_shape(refusal)
    fresh = acting.steps[len(before) :]
    steps = [*before, *settled_steps(fresh, failure)]
    waits = acting.wakes_at is not None and failure is None
    why = {**run.why, "steps": steps, "left": acting.left if waits else []}
    if failure is not None:
        why = {**why, "left": run.why["left"], "refusal": failure}
    state = "failed" if failure is not None else "waiting" if waits else "done"
    _settle(unit.connection, unit.served, run, state, why, acting.wakes_at if waits else None)
    if waits and acting.wakes_at is not None:
        unit.connection.execute(
            sa.insert(unit.served.support.timer), _alarm(unit, rule, run, acting.wakes_at)
        )


def _alarm(unit: Unit, rule: CompiledRule, run: Row[Any], due: datetime) -> Mapping[str, Any]:
    """The moment that wakes a run which waits; its tier is the run."""
    return {
        "id": uuid7(),
        "entity": run.entity,
        "record": run.record,
        "at": unit.now,
        "by": run.by,
        "sla": rule.id,
        "kind": "wait",
        "tier": str(run.id),
        "zone": unit.served.app.zone.key,
        "left": microseconds(due - unit.now),
        "since": unit.now,
        "due": due,
        "ended": None,
        "calendar": None,
        "calendar_version": unit.served.app.version,
        "generation": 1,
        "state": "running",
        "why": {},
    }


def _settle(
    connection: Connection,
    served: Served,
    run: Row[Any],
    state: str,
    why: Mapping[str, Any],
    next_at: datetime | None = None,
) -> None:
    table = served.support.run
    values = {"state": state, "why": dict(why), "next_at": next_at}
    connection.execute(sa.update(table).where(table.c.id == run.id).values(**values))


def count_failure(
    connection: Connection,
    served: Served,
    run: UUID,
    now: datetime,
    failure: Mapping[str, Any],
    *,
    again: bool = True,
) -> None:
    """Write down that a run went wrong: it is dead, or tried again (``again``: by a job of its own)."""
    table = served.support.run
    row = connection.execute(sa.select(table).where(table.c.id == run).with_for_update()).one()
    if row.state != "waiting":
        return
    attempts = row.attempts + 1
    is_dead = attempts >= TRIES
    pause = PAUSES[min(attempts, len(PAUSES)) - 1]
    next_at = now + timedelta(seconds=pause) if again and not is_dead else None
    failures = [*row.why.get("failures", ()), {"at": now.isoformat(), **failure}]
    connection.execute(
        sa.update(table)
        .where(table.c.id == run)
        .values(
            attempts=attempts,
            state="dead" if is_dead else "waiting",
            next_at=next_at,
            why={**row.why, "failures": failures},
        )
    )
    if next_at is not None:
        ask(connection, served.key, [row.record], f"{run}:{attempts}:{uuid4().hex[:8]}", delay=pause)
