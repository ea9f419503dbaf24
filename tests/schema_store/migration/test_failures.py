"""A failure anywhere in a publish leaves the database exactly as it was; a crash is swept up at the next start."""

from __future__ import annotations

import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine

from schema_store import database
from schema_store.database import writing
from schema_store.document import AppDocument
from schema_store.migration import phases
from schema_store.migration.apply import TooOld
from schema_store.migration.expansion import Expansion, is_alive, sweep
from tests.schema_store.kit import App, active_shape, document, entity, field, option, physical

#: Every statement in a long session, else every third.
STEP = 1 if os.environ.get("HYPOTHESIS_PROFILE") in ("long", "hunt") else 3


class Injected(sa.exc.SQLAlchemyError):
    """The failure that a test makes."""


class Killed(BaseException):
    """The end of the process: nothing of ours runs any more."""


@contextmanager
def failing(engine: Engine, number: int) -> Iterator[Callable[[], bool]]:
    """Make the statement of that number fail; gives a function that says whether it was reached."""
    seen = 0

    def before(*_args: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            raise Injected(str(number))

    event.listen(engine, "before_cursor_execute", before)
    try:
        yield lambda: seen >= number
    finally:
        event.remove(engine, "before_cursor_execute", before)


def before_and_after() -> tuple[AppDocument, AppDocument]:
    """Two documents between which every kind of operation lies."""
    old = document(
        entity("account", field("text", "name", required=True, unique=True), field("integer", "size")),
        entity(
            "lead",
            field("text", "title", normalise="text", length=200),
            field("text", "amount"),
            field("option", "state", options=[option("new"), option("old"), option("gone")]),
            field("reference", "account", "leadacc", entity="account", on_delete="restrict"),
            field("reference", "partner", entity="account", on_delete="clear"),
            field("date", "due", indexed=True),
            field("links", "others", entity="account"),
        ),
        entity(
            "note",
            field("text", "body"),
            field("reference", "lead", "notelead", entity="lead", on_delete="cascade"),
        ),
    )
    new = document(
        entity("account", field("text", "name", "name"), field("integer", "size", required=True, default=1)),
        entity(
            "lead",
            field("text", "title", normalise="phone", length=200),
            field("decimal", "amount", indexed=True),
            field(
                "option",
                "state",
                required=True,
                default="fresh",
                options=[option("fresh", "optnew"), option("old")],
            ),
            field("reference", "account", "leadacc", entity="account", on_delete="cascade", required=False),
            field("text", "source", required=True, default="web", unique=False),
            field("date", "due"),
            field("reference", "task", "leadtask", entity="task"),
        ),
        entity("task", field("text", "what"), field("links", "leads", entity="lead")),
    )
    return old, new


def prepared(engine: Engine) -> App:
    app = App(engine)
    old, _ = before_and_after()
    app.publish(old)
    accounts = app.insert("account", *({"name": f"a{n}", "size": n or None} for n in range(3)))
    leads = app.insert(
        "lead",
        *(
            {
                "title": f"t{n}",
                "amount": ["12", "x", "3.50"][n % 3],
                "state": ["new", "old", "gone"][n % 3],
                "account": accounts[n % 3],
                "partner": accounts[0],
            }
            for n in range(7)
        ),
    )
    app.insert("note", *({"body": "b", "lead": lead} for lead in leads))
    return app


@pytest.mark.parametrize("large", [1, 50_000], ids=["phases", "one_transaction"])
def test_a_failure_at_any_statement_changes_nothing(engine: Engine, large: int) -> None:
    app = prepared(engine)
    app.large = large
    _, new = before_and_after()
    accepted = [loss.id for loss in app.plan(new).losses]
    assert len(accepted) >= 5
    before, number = physical(engine), 0
    while True:
        number += STEP
        with failing(engine, number) as reached:
            try:
                app.publish(new, accept=accepted)
            except Injected:
                assert physical(engine) == before, number
            if not reached():
                break
        if app.version == 2:
            # The failure fell behind the switch: the version stands, the next start finishes.
            assert sweep(engine, "toy") in ("finished", "nothing")
            break
    assert number > 30
    assert app.plan(new).operations == ()
    assert sweep(engine, "toy") == "nothing"


def test_children_are_untouched_whatever_their_rule(engine: Engine) -> None:
    """Changing a parent's table must not fire any rule of a foreign key."""
    app = prepared(engine)
    parent = app.document.entities[0]
    before = [app.values(*place) for place in (("lead", "account"), ("lead", "partner"), ("note", "lead"))]
    changed = app.document.model_copy(
        update={
            "entities": [
                parent.model_copy(
                    update={"fields": [parent.fields[0].model_copy(update={"required": False})]}
                ),
                *app.document.entities[1:],
            ]
        }
    )
    app.publish(changed, accept="all")
    after = [app.values(*place) for place in (("lead", "account"), ("lead", "partner"), ("note", "lead"))]
    assert after == before
    assert [len(values) for values in after] == [7, 7, 7]
    assert all(None not in values.values() for values in after)


@pytest.mark.parametrize("rule", ["restrict", "clear", "cascade"])
def test_another_rule_of_a_foreign_key_takes_effect(engine: Engine, rule: str) -> None:
    app = prepared(engine)
    old, _ = before_and_after()
    for start in ("restrict", "clear", "cascade"):
        app.publish(_with_rule(old, start), accept="all")
    before = app.values("note", "lead")
    app.publish(_with_rule(old, rule), accept="all")
    assert app.values("note", "lead") == before
    victim = next(iter(before.values()))
    lead = app.table("lead")
    erase = sa.delete(lead).where(lead.c.id == victim)
    if rule == "restrict":
        with pytest.raises(sa.exc.IntegrityError), writing(engine) as connection:
            connection.execute(erase)
        return
    with writing(engine) as connection:
        connection.execute(erase)
    after = app.values("note", "lead")
    expected = {key: (None if value == victim else value) for key, value in before.items()}
    assert after == ({k: v for k, v in expected.items() if v is not None} if rule == "cascade" else expected)


def _with_rule(old: AppDocument, rule: str) -> AppDocument:
    note = old.entities[2]
    fields = [note.fields[0], note.fields[1].model_copy(update={"on_delete": rule})]
    return old.model_copy(
        update={"entities": [*old.entities[:2], note.model_copy(update={"fields": fields})]}
    )


def killed_after(monkeypatch: pytest.MonkeyPatch, engine: Engine, batches: int) -> None:
    """The process dies after so many batches: no clean-up runs."""
    batch = phases.Phases._batch
    done = 0

    def dying(self: phases.Phases, *args: Any) -> None:
        nonlocal done
        batch(self, *args)
        done += 1
        if done > batches:
            raise Killed

    monkeypatch.setattr(phases.Phases, "_batch", dying)
    monkeypatch.setattr(phases.Phases, "_take_back", lambda self, problem: None)
    monkeypatch.setattr(phases, "BATCH", 2)


def test_a_crash_is_swept_up(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    app = prepared(engine)
    app.large = 1
    _, new = before_and_after()
    before = physical(engine)
    killed_after(monkeypatch, engine, 2)
    with pytest.raises(Killed):
        app.publish(new, accept="all")
    engine.dispose()
    assert physical(engine) != before
    assert sweep(engine, "toy") == "abandoned"
    assert physical(engine) == before
    assert sweep(engine, "toy") == "nothing"


def test_a_crashed_publish_is_resumed(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    app = prepared(engine)
    _, new = before_and_after()
    other = App(engine)
    other.document, other.layout, other.version = app.document, app.layout, app.version
    app.large = other.large = 1
    with monkeypatch.context() as patch:
        killed_after(patch, engine, 2)
        with pytest.raises(Killed):
            app.publish(new, accept="all")
    (late,) = app.insert("lead", {"title": "late", "amount": "99", "state": "new"})
    batches = []
    batch = phases.Phases._batch
    monkeypatch.setattr(
        phases.Phases, "_batch", lambda self, *args: (batches.append(1), batch(self, *args))[1]
    )
    other.publish(new, accept="all")
    assert other.values("lead", "amount")[late] == 99
    assert active_shape(engine, other.layout)["tables"].keys() == {e.id for e in new.entities}
    assert isinstance(late, uuid.UUID)
    assert batches


def test_a_process_that_is_gone_is_not_alive(engine: Engine) -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    gone = Expansion("plan", process=process.pid)
    assert not is_alive(engine, "toy", gone, time.time())
    parent = Expansion("plan", process=os.getppid())
    assert is_alive(engine, "toy", parent, time.time())
    assert not is_alive(engine, "toy", parent, time.time() - 601)
    assert not is_alive(engine, "toy", Expansion("plan"), time.time())


def test_an_old_sqlite_is_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    app = prepared(engine)
    _, new = before_and_after()
    monkeypatch.setattr(database, "sqlite_version", lambda: (3, 45, 1))
    if engine.dialect.name == "postgresql":
        app.publish(new, accept="all")
        return
    before = physical(engine)
    with pytest.raises(TooOld, match=r"3\.45\.1"):
        app.publish(new, accept="all")
    assert physical(engine) == before
    app.publish(app.document)
