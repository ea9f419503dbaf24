"""Values that a publish changes are computed in batches that survive whoever computes them, on both databases."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from builder.publish import publish
from runtime import save
from runtime.change import Request, Row
from runtime.computed import backfill, sweep
from schema_store.database import reading, writing
from schema_store.document import AppDocument
from schema_store.versions import Signature, current_version
from tests.conftest import Databases
from tests.runtime.save import shop as documents
from tests.runtime.save.kit import NOW, World, build
from tests.runtime.save.test_save_publish import _with_expression
from tests.runtime.save.test_save_rollups import from_scratch

SIGNATURE = Signature("test", NOW)


@pytest.fixture(params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A shop with twelve customers and two orders each, computed in portions of five."""
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    monkeypatch.setattr(sweep, "MOST", 5)
    monkeypatch.setattr(sweep, "MOST_IN_PYTHON", 5)
    made = build(databases, request.param, documents.shop())
    with made.unit() as unit:
        rows = [Row(Request({"name": f"C{number}"})) for number in range(12)]
        customers = [each.saved for each in save.create_many(unit, "customer", rows)]
        orders = [
            Row(Request({"customer": str(customer.id), "amount": amount, "stage": stage}))
            for customer in customers
            if customer is not None
            for amount, stage in (("40.00", "open"), ("2.00", "cancelled"))
        ]
        assert all(each.refusal is None for each in save.create_many(unit, "order", orders))
    yield made
    databases.remove(made.engine)


def with_all_orders() -> AppDocument:
    """Cancelled orders count too: totals, what is left, scores and shares are others."""
    return _with_expression(documents.shop(), "customer", "total", "SUM(orders, amount)")


def totals(world: World) -> list[Decimal]:
    table = world.served.entity_table("customer")
    column = table.c[world.served.column("customer", "total")]
    with reading(world.engine) as connection:
        return sorted(connection.execute(sa.select(column)).scalars())


def left(world: World) -> list[backfill.Pending]:
    with reading(world.engine) as connection:
        return backfill.pending(connection)


class Crash(BaseException):
    """The process dies: nobody catches it."""


def crashing_after(batches: int) -> Any:
    """A batch that works so many times and dies the next time, inside of its transaction."""
    done = 0
    whole = backfill._batch

    def batch(*args: Any) -> int | None:
        nonlocal done
        found = whole(*args)
        done += 1
        if done > batches:
            raise Crash
        return found

    return batch


@pytest.mark.parametrize("batches", [0, 1, 2])
def test_a_crash_between_batches_is_gone_on_with(
    world: World, batches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(backfill, "_batch", crashing_after(batches))
        with pytest.raises(Crash):
            publish(world.engine, "shop", with_all_orders(), SIGNATURE)
    assert world.served.app.version == 2
    assert totals(world) == [Decimal("40.00")] * (12 - 5 * batches) + [Decimal("42.00")] * 5 * batches
    (waiting,) = left(world)
    fields = world.served.app.entities["customer"].fields
    assert (waiting.app, waiting.at) == ("shop", NOW)
    assert fields["total"].id in waiting.fields
    assert backfill.resume(world.engine) > 0
    assert totals(world) == [Decimal("42.00")] * 12
    assert left(world) == []
    assert from_scratch(world) == {}
    assert backfill.resume(world.engine) == 0


def test_who_saves_meanwhile_leaves_right_values(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(backfill, "_batch", crashing_after(1))
        with pytest.raises(Crash):
            publish(world.engine, "shop", with_all_orders(), SIGNATURE)
    table = world.served.entity_table("customer")
    with reading(world.engine) as connection:
        first, *_, last = sorted(connection.execute(sa.select(table.c.id)).scalars())
    for customer in (first, last):
        world.create("order", {"customer": str(customer), "amount": "1.00", "stage": "cancelled"})
        assert world.stored("customer", customer)["total"] == Decimal("43.00")
    backfill.resume(world.engine, "shop")
    assert from_scratch(world) == {}


def test_the_next_publish_takes_what_was_left_along(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(backfill, "_batch", crashing_after(1))
        with pytest.raises(Crash):
            publish(world.engine, "shop", with_all_orders(), SIGNATURE)
    again = _with_expression(with_all_orders(), "customer", "left", "credit * 2 - COALESCE(total, 0)")
    later = Signature("test", NOW + timedelta(hours=1))
    assert publish(world.engine, "shop", again, later) == 3
    assert left(world) == []
    assert totals(world) == [Decimal("42.00")] * 12
    assert from_scratch(world) == {}


def test_a_field_that_is_gone_is_done(world: World) -> None:
    with writing(world.engine) as connection:
        backfill.note(connection, world.served.layout.schema, ["no-such-field"], NOW)
    assert len(left(world)) == 1
    assert backfill.resume(world.engine) == 0
    assert left(world) == []


def test_nothing_to_compute_leaves_nothing(world: World) -> None:
    plain = documents.shop().model_dump(by_alias=True, mode="json")
    plain["label"]["en"] = "Another"
    publish(world.engine, "shop", AppDocument.model_validate(plain), SIGNATURE)
    assert left(world) == []


def test_a_database_that_fails_afterwards_does_not_take_the_version_back(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: Any) -> int | None:
        raise OperationalError("SELECT", {}, RuntimeError("gone"))

    with monkeypatch.context() as patch:
        patch.setattr(backfill, "_batch", broken)
        assert publish(world.engine, "shop", with_all_orders(), SIGNATURE) == 2
    assert "left to the next start" in caplog.text
    assert len(left(world)) == 1
    backfill.resume(world.engine)
    assert from_scratch(world) == {}


_CHILD = """
    import sys, time
    from runtime.computed import backfill, sweep
    from schema_store.database import connect
    sweep.MOST = sweep.MOST_IN_PYTHON = 1
    whole = backfill._batch
    def slow(*args):
        found = whole(*args)
        print("batch", flush=True)
        time.sleep(0.05)
        return found
    backfill._batch = slow
    backfill.resume(connect(sys.argv[1]))
"""


def test_a_process_that_is_killed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(backfill, "_batch", crashing_after(0))
        with pytest.raises(Crash):
            publish(world.engine, "shop", with_all_orders(), SIGNATURE)
    url = world.engine.url.render_as_string(hide_password=False)
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_CHILD), url], stdout=subprocess.PIPE, env=dict(os.environ)
    )
    assert child.stdout is not None
    for _ in range(3):
        child.stdout.readline()
    time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    with reading(world.engine) as connection:
        assert current_version(connection, "shop") == 2
    assert totals(world).count(Decimal("42.00")) >= 2
    assert len(left(world)) == 1
    backfill.resume(world.engine)
    assert totals(world) == [Decimal("42.00")] * 12
    assert from_scratch(world) == {}
