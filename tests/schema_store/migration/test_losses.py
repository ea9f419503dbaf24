"""Every loss is counted from live data and must be accepted by id; what nobody can accept stands in the way."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from schema_store.document import AppDocument
from schema_store.migration.acceptance import LossNotAccepted, PlanRefused
from tests.schema_store.kit import App, document, entity, field, option, pad, physical

GONE = datetime(2026, 1, 1, tzinfo=UTC)


def lead(*fields: dict[str, Any], **more: Any) -> AppDocument:
    return document(entity("lead", *fields, **more))


def with_leads(engine: Engine, *fields: dict[str, Any], rows: list[dict[str, Any]], **more: Any) -> App:
    app = App(engine)
    app.publish(lead(*fields, **more))
    app.insert("lead", *rows)
    return app


def losses(app: App, new: AppDocument, **more: Any) -> dict[str, int]:
    return {loss.id: loss.rows for loss in app.plan(new, **more).losses}


def test_a_removed_field_loses_its_values_from_view(engine: Engine) -> None:
    app = with_leads(engine, field("text", "a"), field("text", "b"), rows=[{"a": "x"}, {"a": "y"}, {}])
    new = lead(field("text", "b"))
    (loss,) = app.plan(new).losses
    assert (loss.id, loss.kind, loss.rows, len(loss.examples)) == (
        f"field_removed:{pad('a')}",
        "field_removed",
        2,
        2,
    )
    assert "『lead』的字段『a』" in loss.sentence["zh-CN"]
    assert "2 records" in loss.sentence["en"]
    before = physical(engine)
    with pytest.raises(LossNotAccepted) as refused:
        app.publish(new)
    assert [missing.id for missing in refused.value.missing] == [loss.id]
    assert physical(engine) == before
    assert app.switched == [1, 1]
    app.publish(new, accept=[loss.id])


def test_an_empty_field_is_no_loss(engine: Engine) -> None:
    app = with_leads(engine, field("text", "a"), field("text", "b"), rows=[{"b": "x"}])
    assert losses(app, lead(field("text", "b"))) == {}


def test_a_removed_entity_loses_its_records(engine: Engine) -> None:
    app = App(engine)
    both = document(entity("one", field("text", "a")), entity("two", field("links", "ones", entity="one")))
    app.publish(both)
    app.insert("two", {}, {})
    assert losses(app, document(entity("one", field("text", "a")))) == {f"entity_removed:{pad('two')}": 2}


def test_an_entity_that_is_referred_to_cannot_go(engine: Engine) -> None:
    app = App(engine)
    app.publish(document(entity("one"), entity("two", field("reference", "up", entity="one"))))
    broken = document(entity("two", field("reference", "up", entity="one")))
    with pytest.raises(PlanRefused) as refused:
        app.publish(broken, accept="all")
    assert [loss.kind for loss in refused.value.missing] == ["entity_referenced"]


def test_values_that_do_not_convert_are_named(engine: Engine) -> None:
    rows = [{"a": "12"}, {"a": "7.5"}, {"a": "x"}, {"a": "y", "deleted_at": GONE}, {"a": "007"}, {}]
    app = with_leads(engine, field("text", "a"), rows=rows)
    new = lead(field("integer", "a"))
    counted = losses(app, new)
    assert counted == {f"not_convertible:{pad('a')}": 3, f"altered:{pad('a')}": 1}
    app.publish(new, accept=list(counted))
    assert sorted(value for value in app.values("lead", "a").values() if value is not None) == [7, 12]


@pytest.mark.parametrize(
    ("old", "new", "values", "wanted"),
    [
        ("tags", "json", [("x",), ("y", "z")], [["x"], ["y", "z"]]),
        ("text", "json", ["a", "b"], ["a", "b"]),
        ("text", "tags", ["a", "b"], [("a",), ("b",)]),
        ("tags", "text", [("x",), ("y", "z")], ["x", "y, z"]),
    ],
)
def test_lists_and_json_are_written_whole(
    engine: Engine, old: str, new: str, values: list[Any], wanted: list[Any]
) -> None:
    app = with_leads(engine, field(old, "a"), rows=[{"a": value} for value in values])
    app.publish(lead(field(new, "a")), accept="all")
    found = list(app.values("lead", "a").values())
    assert sorted(found, key=repr) == sorted(wanted, key=repr)
    app.publish(lead(field(old, "a")), accept="all")
    assert sorted(app.values("lead", "a").values()) == sorted(values)


def test_a_shorter_text(engine: Engine) -> None:
    app = with_leads(engine, field("text", "a", length=20), rows=[{"a": "long enough"}, {"a": "ok"}])
    new = lead(field("text", "a", length=5))
    assert losses(app, new) == {f"not_convertible:{pad('a')}": 1}
    app.publish(new, accept="all")
    assert set(app.values("lead", "a").values()) == {None, "ok"}
    app.publish(lead(field("text", "a", length=20)), accept="all")
    assert set(app.values("lead", "a").values()) == {"long enough", "ok"}


def test_a_moment_that_becomes_a_day_is_altered(engine: Engine) -> None:
    app = with_leads(
        engine,
        field("instant", "a"),
        rows=[{"a": datetime(2026, 1, 2, 3, tzinfo=UTC)}, {"a": datetime(2026, 1, 2, tzinfo=UTC)}],
    )
    assert set(losses(app, lead(field("date", "a")))) <= {f"altered:{pad('a')}"}


def test_a_longer_text_is_no_work_at_all(engine: Engine) -> None:
    app = with_leads(engine, field("text", "a", length=20), rows=[{"a": "x"}])
    made = app.plan(lead(field("text", "a", length=200)))
    assert (made.operations, made.losses) == ((), ())


@pytest.mark.parametrize("name", ["rename", "relabel", "swap", "reorder"])
def test_names_and_order_are_no_work_at_all(engine: Engine, name: str) -> None:
    app = with_leads(engine, field("text", "a"), field("text", "b"), rows=[{"a": "x", "b": "y"}])
    new = {
        "rename": lead(field("text", "c", "a"), field("text", "b")),
        "relabel": lead({**field("text", "a"), "label": {"en": "Z"}}, field("text", "b")),
        "swap": lead(field("text", "b", "a"), field("text", "a", "b")),
        "reorder": lead(field("text", "b"), field("text", "a")),
    }[name]
    before = physical(engine)
    made = app.publish(new)
    assert made.changes
    assert made.operations == ()
    assert physical(engine) == before


def test_required_needs_values(engine: Engine) -> None:
    app = with_leads(engine, field("text", "a"), rows=[{"a": "x"}, {}, {"deleted_at": GONE}])
    with pytest.raises(PlanRefused) as refused:
        app.publish(lead(field("text", "a", required=True)), accept="all")
    (loss,) = refused.value.missing
    assert (loss.id, loss.rows) == (f"required_missing:{pad('a')}", 2)
    app.publish(lead(field("text", "a", required=True, default="d")))
    assert sorted(app.values("lead", "a").values()) == ["d", "d", "x"]


def test_a_new_required_field_takes_its_default(engine: Engine) -> None:
    app = with_leads(engine, field("text", "a"), rows=[{}, {}])
    assert losses(app, lead(field("text", "a"), field("date", "b", required=True))) == {
        f"required_missing:{pad('b')}": 2
    }
    new = lead(
        field("text", "a"),
        field("decimal", "b", required=True, default="2.50"),
        field("text", "c", required=True, default="张三", name_like=True),
        field("boolean", "d", required=True, default=False),
        field("text", "e", required=True, default="it's 50% : %s \\"),
    )
    app.publish(new)
    assert set(app.values("lead", "b").values()) == {Decimal("2.50")}
    assert set(app.values("lead", "c").values()) == {"张三"}
    assert set(app.values("lead", "d").values()) == {False}
    assert set(app.values("lead", "e").values()) == {"it's 50% : %s \\"}
    table = app.table("lead")
    assert not table.c[app.column("lead", "b")].nullable
    assert app.column("lead", "c", "sort")


def test_a_default_expression_is_computed_per_record(engine: Engine) -> None:
    app = with_leads(engine, field("integer", "a"), rows=[{"a": 2}, {"a": 5}])
    new = lead(field("integer", "a"), field("decimal", "b", required=True, default_expression="a * 1.5"))
    app.publish(new)
    assert sorted(app.values("lead", "b").values()) == [Decimal("3.00"), Decimal("7.50")]


@pytest.mark.parametrize("expression", ["a * 2", "me", "nothing +"])
def test_a_default_that_gives_nothing_names_the_records(engine: Engine, expression: str) -> None:
    app = with_leads(engine, field("integer", "a"), rows=[{}, {"a": 1}])
    new = lead(field("integer", "a"), field("integer", "b", required=True, default_expression=expression))
    assert losses(app, new) == {f"required_missing:{pad('b')}": 1 if expression == "a * 2" else 2}


def test_unique_with_twins_is_refused_and_names_them(engine: Engine) -> None:
    rows = [{"a": "x"}, {"a": "x"}, {"a": "x", "deleted_at": GONE}, {"a": "y"}, {}, {}]
    app = with_leads(engine, field("text", "a"), rows=rows)
    (loss,) = app.plan(lead(field("text", "a", unique=True))).losses
    assert (loss.kind, loss.rows, loss.blocking) == ("not_unique", 2, True)
    twins = {str(key) for key, value in app.values("lead", "a").items() if value == "x"}
    assert set(loss.examples) < twins


def test_unique_looks_at_the_normal_form(engine: Engine) -> None:
    app = with_leads(engine, field("text", "a"), rows=[{"a": "Acme"}, {"a": "ACME"}])
    assert losses(app, lead(field("text", "a", unique=True))) == {}
    assert losses(app, lead(field("text", "a", unique=True, normalise="text"))) == {
        f"not_unique:{pad('a')}": 2
    }


def test_several_fields_are_unique_together(engine: Engine) -> None:
    app = with_leads(
        engine,
        field("text", "a"),
        field("integer", "b"),
        rows=[{"a": "x", "b": 1}, {"a": "x", "b": 1}, {"a": "x"}, {"a": "x"}],
    )
    unique = {"key": "both", "id": pad("both"), "fields": ["a", "b"]}
    assert losses(app, lead(field("text", "a"), field("integer", "b"), uniques=[unique])) == {
        f"not_unique:{pad('a')}:{pad('b')}": 2
    }


def test_a_constant_in_a_unique_field_makes_twins(engine: Engine) -> None:
    app = with_leads(engine, field("text", "a"), rows=[{}, {}])
    new = lead(field("text", "a"), field("text", "b", required=True, default="x", unique=True))
    assert losses(app, new) == {f"not_unique:{pad('b')}": 2}


ABC = [option("a"), option("b"), option("c")]


@pytest.mark.parametrize("kind", ["option", "options"])
def test_a_removed_option_in_use(engine: Engine, kind: str) -> None:
    wrap = (lambda key: key) if kind == "option" else (lambda key: (key, "b"))
    app = with_leads(engine, field(kind, "s", options=ABC), rows=[{"s": wrap("a")}, {"s": wrap("c")}, {}])
    new = lead(field(kind, "s", options=ABC[:2]))
    assert losses(app, new) == {f"option_removed:{pad('s')}:c": 1}
    app.publish(new, accept="all")
    left = None if kind == "option" else ("b",)
    assert set(app.values("lead", "s").values()) == {None, wrap("a"), left}


def test_a_replacement_takes_the_place_of_an_option(engine: Engine) -> None:
    app = with_leads(engine, field("option", "s", options=ABC, required=True), rows=[{"s": "c"}, {"s": "a"}])
    new = lead(field("option", "s", options=ABC[:2], required=True))
    with pytest.raises(PlanRefused) as refused:
        app.publish(new, accept="all")
    assert [loss.id for loss in refused.value.missing] == [f"option_needed:{pad('s')}:c"]
    assert (
        "『C』" in refused.value.missing[0].sentence["zh-CN"]
        or "『c』" in refused.value.missing[0].sentence["zh-CN"]
    )
    app.publish(new, replacements={pad("optc"): pad("optb")})
    assert sorted(app.values("lead", "s").values()) == ["a", "b"]


def test_renamed_and_swapped_options_take_their_values_along(engine: Engine) -> None:
    app = with_leads(engine, field("option", "s", options=ABC), rows=[{"s": "a"}, {"s": "b"}, {"s": "c"}])
    before = app.values("lead", "s")
    new = lead(field("option", "s", options=[option("b", "opta"), option("a", "optb"), option("z", "optc")]))
    made = app.publish(new)
    assert made.losses == ()
    assert app.values("lead", "s") == {
        key: {"a": "b", "b": "a", "c": "z"}[value] for key, value in before.items()
    }
    (recode,) = made.operations
    reverse = recode.reverse()
    assert reverse is not None
    assert dict(reverse.mapping) == {"b": "a", "a": "b", "z": "c"}


def test_renamed_stages_take_their_values_along(engine: Engine) -> None:
    def sales(*stages: dict[str, Any]) -> AppDocument:
        pipeline = {
            **option("sales"),
            "entity": "lead",
            "field": "stage",
            "stages": list(stages),
            "initial": stages[0]["key"],
        }
        return document(
            entity("lead", field("text", "a"), field("stage", "stage", required=True)), pipelines=[pipeline]
        )

    app = App(engine)
    app.publish(document(entity("lead", field("text", "a"))))
    app.insert("lead", {}, {})
    app.publish(sales(option("need"), option("won")))
    assert set(app.values("lead", "stage").values()) == {"need"}
    app.publish(sales(option("wish", "optneed"), option("won")))
    assert set(app.values("lead", "stage").values()) == {"wish"}


def test_removed_links_are_counted(engine: Engine) -> None:
    app = App(engine)
    app.publish(document(entity("one", field("links", "others", entity="one"), field("text", "a"))))
    one, two = app.insert("one", {}, {})
    app.link("one", "others", (one, two), (two, one), (one, one))
    without = document(entity("one", field("text", "a")))
    assert losses(app, without) == {f"links_removed:{pad('others')}": 3}
    app.publish(without, accept="all")
    app.publish(document(entity("one", field("links", "others", entity="one"), field("text", "a"))))
    assert app.linked("one", "others") == {(one, two), (two, one), (one, one)}


def test_amounts_do_not_change_their_currency_in_silence(engine: Engine) -> None:
    app = with_leads(engine, field("money", "a"), rows=[{"a": Decimal("1.00")}])
    new = document(entity("lead", field("money", "a")), settings={"currency": "EUR"})
    assert losses(app, new) == {f"not_convertible:{pad('a')}": 1}
