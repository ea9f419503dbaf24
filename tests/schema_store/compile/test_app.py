"""From a document to what the runtime reads."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from schema_store.compile.app import compile_app
from schema_store.compiled.app import App, CompiledFormula
from schema_store.compiled.scoring import CompiledScore
from schema_store.diagnostics import has_errors
from schema_store.field_types.base import FieldValueError
from tests.schema_store.checks.cases import changed
from tests.schema_store.documents import field
from tests.schema_store.sales import document, item, sales

NOW = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
SOMEONE = UUID("30000000-0000-4000-8000-000000000001")


def compiled(**changes: object) -> App:
    app, found = compile_app(changed(changes), 7)
    assert app is not None, [(each.code, each.path) for each in found]
    return app


APP = compiled()
CONTEXT = APP.context(NOW)


def test_the_app_has_its_settings() -> None:
    assert (APP.key, APP.version, str(APP.zone), APP.currency, APP.locales) == (
        "sales", 7, "Asia/Shanghai", "CNY", ("zh-CN", "en"),
    )  # fmt: skip
    assert set(APP.entities) == {"customer", "contact", "lead", "contract", "tag"}
    assert APP.calendars[""] is APP.calendars["office"]


def test_things_are_found_by_key_and_by_id() -> None:
    lead = APP.entities["lead"]
    assert APP.entities_by_id[lead.id] is lead
    budget = lead.fields["budget"]
    assert APP.fields_by_id[budget.id] is budget
    assert (budget.entity, budget.computed, budget.is_volatile) == ("lead", None, False)


def test_errors_give_no_app_but_all_complaints() -> None:
    app, found = compile_app(changed({"/views/0/filter": "x", "/pools/0/recycle": "y"}), 1)
    assert app is None
    assert {each.path for each in found} == {"/views/0/filter", "/pools/0/recycle"}


def test_warnings_come_with_the_app() -> None:
    app, found = compile_app(changed({"/roles/0/label": {"en": "x"}}), 1)
    assert app is not None
    assert [each.code for each in found] == ["name.missing_label"]
    assert not has_errors(found)


def test_fields_decode_and_encode() -> None:
    fields = APP.entities["lead"].fields
    assert fields["budget"].decode("12.5") == Decimal("12.50")
    assert fields["budget"].encode(Decimal("12.50")) == "12.50"
    assert fields["stage"].decode("won") == "won"
    with pytest.raises(FieldValueError):
        fields["source"].decode("tv")
    assert fields["name"].derive("张三")["sort"]


@pytest.mark.parametrize(
    ("entity", "key", "computed", "volatile"),
    [
        ("lead", "code", "code", False),
        ("lead", "expected", "formula", False),
        ("lead", "late", "formula", True),
        ("lead", "heat", "score", True),
        ("lead", "heat_band", "band", False),
        ("customer", "contract_total", "rollup", False),
    ],
)
def test_computed_fields(entity: str, key: str, computed: str, volatile: bool) -> None:
    found = APP.entities[entity].fields[key]
    assert (found.computed, found.is_volatile) == (computed, volatile)


def test_a_volatile_formula_has_no_column() -> None:
    late = APP.entities["lead"].fields["late"]
    assert late.kind.columns(late.spec, late.around) == ()


def test_the_derivation_is_in_order() -> None:
    steps = APP.entities["lead"].derivation
    assert [step.field for step in steps] == ["expected", "weight", "late", "heat"]
    assert isinstance(steps[3], CompiledScore)
    assert APP.order.index(("customer", "size")) < APP.order.index(("lead", "heat"))


def test_a_formula_rounds_half_up_at_its_boundary() -> None:
    expected = APP.entities["lead"].derivation[0]
    assert isinstance(expected, CompiledFormula)
    row = {"budget": Decimal("0.30"), "chance": Decimal("0.5500")}
    assert expected.program.eval(row, CONTEXT) == Decimal("0.165")
    assert str(expected.value(row, CONTEXT)) == "0.17"
    assert expected.value({"budget": None, "chance": Decimal("0.5")}, CONTEXT) is None


def test_defaults_are_computed_in_order() -> None:
    app = compiled(
        **{
            "/entities/4/fields": [
                *sales()["entities"][4]["fields"],
                field("integer", "b", default_expression="a + 1"),
                field("integer", "a", default_expression="1 + 1"),
            ]
        }
    )
    assert [each.field for each in app.entities["tag"].defaults] == ["a", "b"]
    due = APP.entities["lead"].defaults[0]
    assert due.value({}, CONTEXT) == date(2026, 3, 31)


def test_validations_conditions_duplicates_uniques() -> None:
    lead = APP.entities["lead"]
    rule = lead.validations[0]
    assert rule.program.eval({"stage": "offer", "budget": None}, CONTEXT) is False
    assert (lead.conditions[0].field, lead.conditions[0].effect) == ("note", "required")
    assert lead.conditions[0].program.eval({"source": "call"}, CONTEXT) is True
    assert [part.field for part in lead.duplicates[0].fields] == ["phone"]
    assert lead.duplicates[0].when is None
    assert APP.entities["customer"].uniques[0].fields == ("name",)


def test_children_of_both_kinds() -> None:
    customer, lead, tag = (APP.entities[key].children for key in ("customer", "lead", "tag"))
    contracts = customer["contracts"]
    assert (contracts.entity, contracts.field, contracts.is_link) == ("contract", "customer", False)
    assert (lead["tags"].owner, lead["tags"].entity, lead["tags"].is_link) == ("lead", "tag", True)
    assert (tag["leads"].owner, tag["leads"].field, tag["leads"].entity) == ("lead", "tags", "lead")


def test_refreshes_stand_at_the_field_that_changes() -> None:
    assert [each.field for each in APP.entities["contract"].refreshes["amount"]] == [
        "contract_total",
        "bonus",
    ]
    assert APP.entities["lead"].refreshes["visits"][0].field == "heat"


def test_a_pipeline() -> None:
    [pipeline] = APP.entities["lead"].pipelines["stage"]
    assert (pipeline.initial, list(pipeline.stages)) == ("new", ["new", "offer", "won", "lost"])
    gate = pipeline.stages["offer"].gate
    assert gate is not None
    assert gate.fields == ("budget",)
    assert gate.criteria[0].program.eval({"budget": Decimal("1000.00")}, CONTEXT) is False
    assert pipeline.stages["offer"].required_fields == ("due",)


@pytest.mark.parametrize(
    ("start", "to", "may"),
    [
        ("new", "offer", True),
        ("new", "won", False),
        ("offer", "won", True),
        ("won", "lost", True),
        (None, "lost", True),
        (None, "offer", False),
        ("new", "nowhere", False),
    ],
)
def test_ways_through_a_pipeline(start: str | None, to: str, may: bool) -> None:
    [pipeline] = APP.entities["lead"].pipelines["stage"]
    assert pipeline.can_move(start, to) is may


def test_a_way_that_names_its_start_comes_before_one_from_anywhere() -> None:
    ways = [*sales()["pipelines"][0]["transitions"], {"key": "again", "from": ["won"], "to": "lost"}]
    [pipeline] = compiled(**{"/pipelines/0/transitions": ways}).entities["lead"].pipelines["stage"]
    found = [pipeline.transition(start, "lost") for start in ("won", "new")]
    assert [way.key for way in found if way] == ["again", "lose"]


def test_without_transitions_every_stage_is_open() -> None:
    [pipeline] = compiled(**{"/pipelines/0/transitions": []}).entities["lead"].pipelines["stage"]
    assert pipeline.can_move("won", "new")
    assert not pipeline.can_move("won", "elsewhere")


ROW = {"visits": 0, "events": [], "budget": None, "customer.size": None}


@pytest.mark.parametrize(
    ("row", "value", "band"),
    [
        ({}, 0, "cold"),
        ({"visits": 3}, 30, "warm"),  # the bound belongs to the band
        ({"visits": 9}, 40, "warm"),  # the cap of the factor
        ({"visits": 3, "budget": Decimal("50000.00")}, 60, "warm"),  # exclusive: the bound is below
        ({"visits": 4, "budget": Decimal("50000.00")}, 70, "hot"),
        ({"visits": 4, "budget": Decimal("50000.00"), "customer.size": "big"}, 90, "hot"),
        ({"visits": -9}, 0, "cold"),  # the cap bounds the size, the minimum the sum
        ({"visits": None}, 0, "cold"),
        ({"events": [{"kind": "download", "at": NOW, "id": SOMEONE}] * 2}, 16, "cold"),
        (
            {"events": [{"kind": "download", "at": datetime(2025, 1, 1, tzinfo=UTC), "id": SOMEONE}]},
            0,
            "cold",
        ),
    ],
)
def test_a_score(row: dict[str, object], value: int, band: str) -> None:
    result = APP.scores["heat"].evaluate({**ROW, **row}, CONTEXT)
    assert (result.value, result.band) == (value, band)


def test_a_score_gives_its_reasons_and_says_what_it_reads() -> None:
    score = APP.scores["heat"]
    points = score.evaluate({**ROW, "visits": -9}, CONTEXT).points
    assert points == {"visited": Decimal(-40), "downloads": 0, "rich": 0, "big": 0}
    assert {path[0] for path in score.reads} == {"visits", "events", "budget", "customer"}


def test_a_score_of_a_text_of_the_field_of_the_business() -> None:
    """Completeness +5, 4 site minutes, 2 downloads, 1 appointment: 5 + 12 + 16 + 15 = 48."""
    factors = [
        item("complete", points="5", condition='note == "ok"'),
        item("minutes", points="3", per="visits"),
        item("downloads", points="8", per='COUNT(events, kind == "download")'),
        item("visit", points="15", per='COUNT(events, kind == "appointment")'),
    ]
    score = compiled(**{"/scores/0/factors": factors, "/tests": []}).scores["heat"]
    kinds = ["download", "download", "appointment"]
    row = {"note": "ok", "visits": 4, "events": [{"kind": kind, "id": SOMEONE, "at": NOW} for kind in kinds]}
    assert score.evaluate(row, CONTEXT).value == 48


def test_a_calculation_line_by_line() -> None:
    result = APP.calculations["rebate"].evaluate({"amount": Decimal("33333.33"), "years": 3}, CONTEXT)
    assert result.lines == {
        "base": Decimal("999.9999"),
        "loyalty": Decimal("99.99999"),
        "total": Decimal("1099.99989"),
    }
    assert str(result.value) == "1100.00"


def test_an_input_that_is_not_given_is_null() -> None:
    result = APP.calculations["rebate"].evaluate({"years": 3}, CONTEXT)
    assert (result.value, result.lines["base"]) == (None, None)


def test_a_calculation_takes_its_inputs_from_a_record() -> None:
    assert APP.calculations["rebate"].take({"amount": Decimal("5.00")}, CONTEXT) == {
        "amount": Decimal("5.00")
    }


def test_inputs_are_decoded_like_fields() -> None:
    amount, years = APP.calculations["rebate"].inputs
    assert amount.decode("5") == Decimal("5.00")
    with pytest.raises(FieldValueError, match="required"):
        years.decode(None)
    with pytest.raises(FieldValueError, match="too_precise"):
        amount.decode("0.001")


@pytest.mark.parametrize(
    ("kind", "wire", "value"),
    [
        ("boolean", True, True),
        ("decimal", "1.25", Decimal("1.25")),
        ("percent", "0.25", Decimal("0.25")),
        ("text", "x", "x"),
        ("date", "2026-03-01", date(2026, 3, 1)),
    ],
)
def test_every_kind_of_input_takes_a_value(kind: str, wire: object, value: object) -> None:
    given = item("given", type=kind)
    inputs = [*sales()["calculations"][0]["inputs"], given]
    app = compiled(**{"/calculations/0/inputs": inputs, "/tests": []})
    assert app.calculations["rebate"].inputs[2].decode(wire) == value


def test_the_compiled_app_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        APP.version = 8  # type: ignore[misc]  # that is the point
    with pytest.raises(dataclasses.FrozenInstanceError):
        APP.entities["lead"].fields["name"].key = "x"  # type: ignore[misc]  # that is the point


def test_compiling_does_not_change_the_document() -> None:
    source = document()
    before = source.model_dump_json()
    compile_app(source, 1)
    assert source.model_dump_json() == before


def test_a_document_without_ids_is_given_them() -> None:
    bare = type(document()).model_validate(sales())
    app, _ = compile_app(bare, 1)
    assert app is not None
    assert app.entities["lead"].id == APP.entities["lead"].id


def test_a_failing_test_of_the_document_gives_no_app() -> None:
    app, found = compile_app(changed({"/tests/2/expect/value": "250.01"}), 1)
    assert app is None
    assert [(each.code, each.path) for each in found] == [("test.failed", "/tests/2/expect/value")]
    assert found[0].params["got"] == '"250.00"'
