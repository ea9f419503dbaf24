"""Laws of migrations on real databases: any document can become any other, and be taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from schema_store.document import AppDocument
from schema_store.layout import Layout
from schema_store.migration.acceptance import PlanRefused
from schema_store.migration.shape import shape_of
from tests.conftest import Databases
from tests.schema_store.kit import App, active_shape
from tests.schema_store.pairs import related, value_of


def wipe(engine: Engine) -> None:
    """Drop everything that a test has made."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA IF EXISTS toy CASCADE")
        # Prepared statements would outlive columns of the same name and another type, which only a test can make.
        engine.dispose()
        return
    engine.dispose()
    for ending in ("", "-wal", "-shm"):
        Path(f"{engine.url.database}{ending}").unlink(missing_ok=True)


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def shared(request: pytest.FixtureRequest, databases: Databases) -> Any:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    made = databases.engine(request.param)
    yield made
    databases.remove(made)


@given(related(), related())
def test_a_migrated_app_is_like_a_fresh_one(shared: Engine, old: AppDocument, new: AppDocument) -> None:
    wipe(shared)
    fresh = App(shared)
    fresh.publish(new)
    wanted = active_shape(shared, fresh.layout)
    wipe(shared)
    app = App(shared)
    app.publish(old)
    app.publish(new, accept="all")
    assert active_shape(shared, app.layout) == wanted
    assert app.plan(new).operations == ()
    assert Layout.from_json(app.layout.to_json()) == app.layout


def fill(app: App, picks: list[int]) -> None:
    """Records in every table, with whatever values its fields take."""
    shape = shape_of(app.document)
    for entity in app.document.entities:
        rows = []
        for place, pick in enumerate(picks):
            row = {}
            for spec in entity.fields:
                value = value_of(spec, shape.around[spec.id], pick + place)
                if value is None and spec.required:
                    value = value_of(spec, shape.around[spec.id], 0)
                if value is not None:
                    row[spec.key] = value
            rows.append(row)
        app.insert(entity.key, *rows)


def held(app: App) -> dict[tuple[Any, str], Any]:
    """Every value of every record by record and field id."""
    found = {}
    for entity in app.document.entities:
        for spec in entity.fields:
            if app.layout.table(entity.id).column(spec.id) is not None:
                found |= {(r, spec.id): v for r, v in app.values(entity.key, spec.key).items()}
    return found


@given(
    related(), related(), st.lists(st.integers(0, 5), min_size=1, max_size=4), st.sampled_from([1, 50_000])
)
def test_the_way_back_restores_what_was_there(
    shared: Engine, old: AppDocument, new: AppDocument, picks: list[int], large: int
) -> None:
    wipe(shared)
    app = App(shared)
    app.large = large
    app.publish(old)
    fill(app, picks)
    before = held(app)
    there = app.plan(new)
    if there.is_blocked:
        with pytest.raises(PlanRefused):
            app.publish(new, accept="all")
        assert held(app) == before
        return
    app.publish(new, accept="all")
    back = app.plan(old)
    assume(not back.is_blocked)
    app.publish(old, accept="all")
    assert app.plan(old).operations == ()
    gone = {loss.id.split(":")[1] for loss in (*there.losses, *back.losses) if loss.kind == "option_removed"}
    # Where a value did not convert and the field is required, its default took the place and is a value of its own.
    fields = shape_of(new).fields
    dropped = {loss.id.split(":")[1] for loss in there.losses if loss.kind == "not_convertible"}
    gone |= {key for key in dropped if fields[key].required}
    after = held(app)
    assert after.keys() == before.keys()
    for place, value in before.items():
        if value is not None and place[1] not in gone:
            assert after[place] == value
