"""A purge drops what is retired, what was chosen, and nothing else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from schema_store.database import reading, writing
from schema_store.migration.purge import count_retired, purge
from tests.schema_store.kit import App, document, entity, field, pad


def retired_app(engine: Engine) -> App:
    app = App(engine)
    one = entity("one", field("text", "a"), field("text", "b"))
    app.publish(
        document(
            one,
            entity("two", field("text", "c"), field("reference", "two", "twoself", entity="two")),
            entity(
                "three",
                field("reference", "two", "threetwo", entity="two"),
                field("links", "twos", entity="two"),
            ),
        )
    )
    app.insert("one", {"a": "x", "b": "y"}, {"b": "z"})
    (two,) = app.insert("two", {"c": "w"})
    app.insert("two", {"two": two})
    (three,) = app.insert("three", {"two": two})
    app.link("three", "twos", (three, two))
    app.publish(document(entity("one", field("text", "b")), entity("three")), accept="all")
    return app


def columns(app: App) -> dict[str, set[str]]:
    inspector = sa.inspect(app.engine)
    schema = app.layout.schema if app.engine.dialect.name == "postgresql" else None
    return {
        name: {c["name"] for c in inspector.get_columns(name, schema)}
        for name in inspector.get_table_names(schema)
    }


def test_what_is_retired_is_counted(engine: Engine) -> None:
    app = retired_app(engine)
    with reading(engine) as connection:
        found = {(r.kind, r.element): (r.rows, r.version) for r in count_retired(connection, app.layout)}
    assert found == {
        ("column", pad("a")): (1, 2),
        ("table", pad("two")): (2, 2),
        ("column", pad("threetwo")): (1, 2),
        ("links", pad("twos")): (1, 2),
    }


def test_a_purge_drops_what_was_chosen(engine: Engine) -> None:
    app = retired_app(engine)
    table = app.layout.table(pad("one"))
    (gone,) = (column.name for column in table.columns if column.retired)
    before = columns(app)
    with writing(engine) as connection:
        app.layout = purge(connection, app.layout, [f"{table.name}.{gone}"])
    after = columns(app)
    name = app.layout.physical(table.name, engine.dialect.name)
    assert before[name] - after[name] == {gone}
    assert {key: value for key, value in after.items() if key != name} == {
        k: v for k, v in before.items() if k != name
    }
    assert set(app.values("one", "b").values()) == {"y", "z"}
    assert app.plan(app.document).operations == ()


def test_a_table_takes_along_what_refers_to_it(engine: Engine) -> None:
    app = retired_app(engine)
    with writing(engine) as connection:
        app.layout = purge(connection, app.layout, [app.layout.table(pad("two")).name])
    assert [t.entity for t in app.layout.tables] == [pad("one"), pad("three")]
    assert app.layout.links == ()
    assert len(columns(app)) == 2
    with reading(engine) as connection:
        assert [found.element for found in count_retired(connection, app.layout)] == [pad("a")]
    again = document(entity("one", field("text", "b")), entity("three"), entity("two", field("text", "c")))
    app.publish(again)
    assert app.values("two", "c") == {}


def test_what_is_in_use_cannot_be_purged(engine: Engine) -> None:
    app = retired_app(engine)
    with pytest.raises(ValueError, match="not retired"), writing(engine) as connection:
        purge(connection, app.layout, [app.layout.table(pad("one")).name])
    assert len(app.values("one", "b")) == 2
