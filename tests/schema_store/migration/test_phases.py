"""Publishing onto large tables: nobody waits, what is written meanwhile is converted too, nothing is left behind."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from schema_store.database import writing
from schema_store.document import AppDocument
from schema_store.migration import phases, rewrite
from schema_store.migration.acceptance import LossNotAccepted, PlanRefused
from schema_store.migration.expansion import PublishUnderWay, abandon, sweep
from tests.schema_store.kit import App, active_shape, document, entity, field, physical


def old_document() -> AppDocument:
    return document(
        entity("account", field("text", "name")),
        entity(
            "lead",
            field("text", "amount"),
            field("integer", "size"),
            field("reference", "account", "leadacc", entity="account", on_delete="clear"),
        ),
    )


def new_document(**amount: Any) -> AppDocument:
    account = {"on_delete": "restrict", "indexed": True}
    return document(
        entity("account", field("text", "name")),
        entity(
            "lead",
            field("integer", "amount", **amount),
            field("integer", "size", required=True, default=0),
            field("reference", "account", "leadacc", entity="account", **account),
            field("decimal", "half", required=True, default_expression="IF(ISBLANK(size), 0, size) * 0.5"),
            field("text", "origin", required=True, default="old", indexed=True),
        ),
    )


def prepared(engine: Engine, records: int = 10) -> App:
    app = App(engine)
    app.large = 1
    app.publish(old_document())
    accounts = app.insert("account", {"name": "a"}, {"name": "b"})
    app.insert(
        "lead",
        *(
            {"amount": str(n), "size": n if n % 2 else None, "account": accounts[n % 2]}
            for n in range(records)
        ),
    )
    return app


def during(monkeypatch: pytest.MonkeyPatch, act: Callable[[int], None], size: int = 3) -> None:
    """Do something after every batch of the backfill, as other people would."""
    batch, done = phases.Phases._backfill, 0
    one = phases.Phases._batch

    def acting(self: phases.Phases, connection: Any, expansion: Any, entity: str) -> None:
        one(self, connection, expansion, entity)
        waiting.append(1)

    waiting: list[int] = []

    def backfill(self: phases.Phases, expansion: Any) -> None:
        nonlocal done
        for key in self.expandable.values:
            while expansion.cursors[key]:
                with writing(self.engine) as connection:
                    self._batch(connection, expansion, key)
                done += 1
                act(done)
        batch(self, expansion)

    monkeypatch.setattr(phases.Phases, "_batch", acting)
    monkeypatch.setattr(phases.Phases, "_backfill", backfill)
    monkeypatch.setattr(phases, "BATCH", size)


def test_what_is_written_meanwhile_is_converted_too(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    app = prepared(engine)
    writer = App(engine)
    writer.document, writer.layout = app.document, app.layout
    lead, account = writer.table("lead"), writer.table("account")
    amount, size = (lead.c[writer.column("lead", name)] for name in ("amount", "size"))
    leads = sorted(writer.values("lead", "amount"))
    accounts = sorted(writer.values("account", "name"))
    first, last = uuid.UUID(int=1), uuid.UUID(int=2**128 - 1)

    def act(batch: int) -> None:
        with writing(engine) as connection:
            if batch == 1:
                connection.execute(
                    sa.update(lead).where(lead.c.id == leads[0]).values({amount: "1000", size: 9})
                )
                connection.execute(sa.delete(lead).where(lead.c.id == leads[1]))
            elif batch == 2:
                connection.execute(sa.delete(account).where(account.c.id == accounts[0]))
                connection.execute(sa.update(lead).where(lead.c.id == leads[-1]).values({amount: None}))
        if batch == 2:
            writer.insert("lead", {"id": first, "amount": "77"}, {"id": last, "amount": "78", "size": 4})

    during(monkeypatch, act)
    typed = {}
    switch = app._switch

    def look(connection: Any, layout: Any) -> None:
        typed.update(dict(map(tuple, connection.execute(sa.select(lead.c.id, amount)))))
        switch(connection, layout)

    monkeypatch.setattr(app, "_switch", look)
    app.publish(new_document())
    wanted = {key: None if text is None else int(text) for key, text in typed.items()}
    assert app.values("lead", "amount") == wanted
    assert wanted[leads[0]] == 1000
    assert wanted[first] == 77
    assert leads[1] not in wanted
    sizes = app.values("lead", "size")
    assert {key: half * 2 for key, half in app.values("lead", "half").items()} == sizes
    assert set(app.values("lead", "origin").values()) == {"old"}
    assert accounts[0] not in app.values("lead", "account").values()


def test_phases_end_in_the_tables_of_a_fresh_install(engine: Engine, databases: Any) -> None:
    app = prepared(engine)
    app.publish(new_document())
    other = databases.engine(engine.dialect.name)
    fresh = App(other)
    fresh.publish(new_document())
    assert active_shape(engine, app.layout) == active_shape(other, fresh.layout)
    databases.remove(other)
    left = [row for row in physical(engine)["schema"] if "dg_" in str(row)]
    assert left == []


def test_a_loss_that_nobody_foresaw_takes_all_back(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    app = prepared(engine)
    lead = app.table("lead")
    amount = lead.c[app.column("lead", "amount")]
    victim = min(app.values("lead", "amount"))

    def act(batch: int) -> None:
        if batch == 2:
            with writing(engine) as connection:
                connection.execute(sa.update(lead).where(lead.c.id == victim).values({amount: "no number"}))

    during(monkeypatch, act)
    before = physical(engine)["schema"]
    with pytest.raises(LossNotAccepted) as refused:
        app.publish(new_document())
    assert [(loss.kind, loss.rows) for loss in refused.value.missing] == [("not_convertible", 1)]
    assert physical(engine)["schema"] == before
    assert app.values("lead", "amount")[victim] == "no number"


@pytest.mark.parametrize("rule", ["required", "unique"])
def test_a_rule_that_is_broken_meanwhile_takes_all_back(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, rule: str
) -> None:
    app = prepared(engine)
    lead = app.table("lead")
    amount = lead.c[app.column("lead", "amount")]
    victim = min(app.values("lead", "amount"))
    value = {"required": None, "unique": "5"}[rule]
    other = [key for key, text in app.values("lead", "amount").items() if text != "5"]

    def act(batch: int) -> None:
        if batch == 2:
            chosen = victim if rule == "required" else other[0]
            with writing(engine) as connection:
                connection.execute(sa.update(lead).where(lead.c.id == chosen).values({amount: value}))

    during(monkeypatch, act)
    before = physical(engine)["schema"]
    with pytest.raises(PlanRefused) as refused:
        app.publish(new_document(**{rule: True}))
    assert {loss.kind for loss in refused.value.missing} == {
        "required_missing" if rule == "required" else "not_unique"
    }
    assert physical(engine)["schema"] == before


def test_only_one_publishes(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    app = prepared(engine)
    other = App(engine)
    other.document, other.layout, other.version, other.large = app.document, app.layout, app.version, 1
    tried: list[bool] = []

    def act(batch: int) -> None:
        if not tried:
            tried.append(True)
            with pytest.raises(PublishUnderWay):
                other.publish(document(entity("lead", field("integer", "size"))), accept="all")
            assert sweep(engine, "toy") == "running"

    during(monkeypatch, act)
    app.publish(new_document())
    assert tried


def test_abandoning_nothing_is_nothing(engine: Engine) -> None:
    app = prepared(engine)
    before = physical(engine)
    assert not abandon(engine, "toy")
    assert sweep(engine, "toy") == "nothing"
    assert physical(engine) == before
    assert app.version == 1


def test_values_are_written_in_batches(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewrite, "BATCH", 4)
    monkeypatch.setattr(phases, "BATCH", 4)
    app = prepared(engine, 11)
    app.publish(new_document())
    assert sorted(app.values("lead", "amount").values()) == list(range(11))


@pytest.mark.slow
def test_readers_never_wait(databases: Any) -> None:
    """On PostgreSQL, 200,000 records: a reader that may wait 250 ms for a lock, and no longer, reads on and on."""
    engine = databases.engine("postgresql")
    app = prepared(engine, 2)
    app.bulk("lead", 200_000, {"amount": "n::text", "size": "n"})
    stop, waits, failures = threading.Event(), [], []
    lead = app.table("lead")
    query = sa.select(lead.c.id, lead.c.version).order_by(lead.c.id).limit(50)

    def read() -> None:
        while not stop.is_set():
            began = time.perf_counter()
            try:
                with engine.connect() as connection:
                    connection.exec_driver_sql("SET lock_timeout = '250ms'")
                    connection.execute(query).all()
            except sa.exc.OperationalError as problem:
                failures.append(str(problem))
            waits.append(time.perf_counter() - began)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        app.publish(new_document())
        if os.environ.get("HYPOTHESIS_PROFILE") in ("long", "hunt"):
            app.publish(old_document(), accept="all")
    finally:
        stop.set()
        reader.join()
    databases.remove(engine)
    assert failures == []
    assert len(waits) > 100
    print(f"{len(waits)} reads during the publish, longest {max(waits) * 1000:.0f} ms")


@pytest.mark.parametrize("large", [1, 50_000])
def test_a_publish_waits_for_a_long_reader_without_holding_others_up(databases: Any, large: int) -> None:
    """A reader in a long transaction keeps DDL out; other readers pass, and the publish comes through after it."""
    engine = databases.engine("postgresql")
    app = prepared(engine)
    app.large = large
    lead = app.table("lead")
    holding, release = threading.Event(), threading.Event()

    def hold() -> None:
        with engine.begin() as connection:
            connection.execute(sa.select(lead.c.id)).all()
            holding.set()
            release.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    holding.wait(30)
    publisher = threading.Thread(target=lambda: app.publish(new_document()))
    publisher.start()
    longest = 0.0
    for _ in range(20):
        began = time.perf_counter()
        with engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
            connection.execute(sa.select(lead.c.id)).all()
        longest = max(longest, time.perf_counter() - began)
        time.sleep(0.05)
    assert publisher.is_alive()
    release.set()
    holder.join()
    publisher.join()
    databases.remove(engine)
    assert app.version == 2
    print(f"longest read beside a publish that waits: {longest * 1000:.0f} ms")
