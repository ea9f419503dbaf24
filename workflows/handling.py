"""What people do with runs by hand: have one done again that failed, or one that waits not done at all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Row
from uuid_utils.compat import uuid7

from runtime.query.records import read_by_ids
from runtime.refusals import Conflict, NotFound
from runtime.rules.acting import paths_of
from runtime.unit import Unit
from workflows.queue import ask

#: What may be done again, and what may be cancelled.
_ENDED_BADLY, _OPEN = ("failed", "dead"), ("waiting",)


def replay(unit: Unit, id_: UUID) -> None:
    """Do a run again from where it failed, with the rule as it is now; what a rule failed to do with the save, whole.

    Raises:
        NotFound: no such run on a record that the actor may read.
        Conflict: ``run_not_failed``; ``rule_gone``.
    """
    run = _find(unit, id_)
    if run.state not in _ENDED_BADLY:
        raise Conflict("run_not_failed", state=run.state)
    rules = {rule.id: rule for rule in (*unit.served.app.rules.values(), *unit.served.app.signals.values())}
    if run.rule not in rules:
        raise Conflict("rule_gone")
    left = run.why.get("left") or [path for path, _ in paths_of(rules[run.rule].actions) if "/" not in path]
    why = {name: value for name, value in run.why.items() if name not in ("failures", "refusal", "steps")}
    again = {"at": unit.now.isoformat(), "by": str(unit.person), "state": run.state}
    for name in ("failures", "refusal"):
        if name in run.why:
            again[name] = run.why[name]
    steps = [step for step in run.why.get("steps", ()) if step["state"] == "done" and "left" in run.why]
    job, table = str(uuid7()), unit.served.support.run
    values = {
        "state": "waiting",
        "attempts": 0,
        "next_at": None,
        "job": job,
        "why": {**why, "left": left, "steps": steps, "again": [*run.why.get("again", ()), again]},
    }
    unit.connection.execute(sa.update(table).where(table.c.id == id_).values(**values))
    ask(unit.connection, unit.served.key, [run.record], job)


def cancel(unit: Unit, id_: UUID) -> None:
    """Have a run that waits not done; what it has done stays.

    Raises:
        NotFound: no such run on a record that the actor may read.
        Conflict: ``run_not_waiting``.
    """
    run = _find(unit, id_)
    if run.state not in _OPEN:
        raise Conflict("run_not_waiting", state=run.state)
    table, timer = unit.served.support.run, unit.served.support.timer
    why = {**run.why, "cancelled": {"at": unit.now.isoformat(), "by": str(unit.person)}}
    values = {"state": "cancelled", "next_at": None, "why": why}
    unit.connection.execute(sa.update(table).where(table.c.id == id_).values(**values))
    mine = timer.c.tier == str(id_), timer.c.record == run.record, timer.c.ended.is_(None)
    unit.connection.execute(sa.update(timer).where(*mine).values(state="stopped", ended=unit.now))


def _find(unit: Unit, id_: UUID) -> Row[Any]:
    """The run, locked."""
    table, served, access = unit.served.support.run, unit.served, unit.access
    run = unit.connection.execute(sa.select(table).where(table.c.id == id_).with_for_update()).first()
    if run is None or run.entity not in served.app.entities_by_id:
        raise NotFound
    entity = served.app.entities_by_id[run.entity].key
    if not access.can(entity, "read"):
        raise NotFound
    if not read_by_ids(unit.connection, access, access.parameters(unit.now), entity, ("id",), [run.record]):
        raise NotFound
    return run
