"""What expressions may name follows from the document."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from expressions import types
from expressions.types import Kind, Type
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.environment import working_days
from tests.schema_store.checks.cases import changed
from tests.schema_store.sales import document

ANALYSIS = Analysis(document())
ENTITIES = ANALYSIS.environments.entities


@pytest.mark.parametrize(
    ("entity", "field", "kind"),
    [
        ("lead", "name", types.text(255)),
        ("lead", "source", types.option("web", "fair", "call")),
        ("lead", "stage", types.option("new", "offer", "won", "lost")),
        ("lead", "customer", types.reference("customer")),
        ("lead", "budget", types.money("CNY", 2, 13)),
        ("lead", "heat", types.integer(9)),
        ("lead", "late", types.BOOLEAN),
        ("lead", "expected", types.money("CNY", 2, 16)),
        ("customer", "grade", types.option("a", "b", "c")),
        ("customer", "size", types.option("big", "small")),
        ("lead", "owner", types.reference("user")),
        ("lead", "created_at", types.INSTANT),
        ("lead", "id", types.reference("lead")),
        ("lead", "partner", types.reference("user")),
    ],
)
def test_types_of_fields(entity: str, field: str, kind: Type) -> None:
    assert ENTITIES[entity].fields[field].type == kind


@pytest.mark.parametrize(
    ("entity", "children", "child", "inverse"),
    [
        ("customer", "leads", "lead", "customer"),
        ("customer", "contracts", "contract", "customer"),
        ("lead", "tags", "tag", None),
        ("tag", "leads", "lead", None),
        ("lead", "events", "lead.events", "record"),
        ("lead", "stage_changes", "lead.stage_changes", "record"),
    ],
)
def test_children(entity: str, children: str, child: str, inverse: str | None) -> None:
    info = ENTITIES[entity].fields[children]
    assert (info.type, info.inverse) == (types.records(child), inverse)


def test_histories_lead_back_to_their_record() -> None:
    changes = ENTITIES["lead.stage_changes"]
    assert changes.time_field == "at"
    assert changes.fields["record"].type == types.reference("lead")
    assert changes.fields["stage"].type == types.option("new", "offer", "won", "lost")
    assert ENTITIES["customer.events"].fields["record"].type == types.reference("customer")


def test_the_platform_is_there() -> None:
    assert ENTITIES["user"].fields["team"].type == types.reference("team")
    assert set(ENTITIES) >= {"user", "team", "region", "file"}


def test_the_time_field_of_an_entity() -> None:
    assert ENTITIES["lead"].time_field == "created_at"
    found = Analysis(changed({"/entities/3/time_field": "signed_on"}))
    assert found.environments.entities["contract"].time_field == "signed_on"


def test_a_reference_to_nowhere_leads_to_an_id_only() -> None:
    found = Analysis(changed({"/entities/2/fields/4/entity": "nowhere"}))
    assert set(found.environments.entities["nowhere"].fields) == {"id"}


def test_environments_are_shared() -> None:
    first = ANALYSIS.environments.of_entity("lead")
    assert ANALYSIS.environments.of_entity("lead") is first
    assert ANALYSIS.environments.of_entity("lead", actor=True) is not first
    assert ANALYSIS.environments.of_entity("nobody").entity is None


def test_lines_see_inputs_and_earlier_lines() -> None:
    calculation = ANALYSIS.document.calculations[0]
    env = ANALYSIS.environments.of_line(calculation, {"base": types.decimal(4, 10)})
    assert env.entity is None
    assert env.variables == {
        "amount": types.money("CNY", 2, 13),
        "years": types.integer(),
        "base": types.decimal(4, 10),
    }


@pytest.mark.parametrize("kind", ["boolean", "integer", "decimal", "money", "percent", "text", "date"])
def test_every_kind_of_input_has_a_type(kind: str) -> None:
    item = ANALYSIS.document.calculations[0].inputs[0].model_copy(update={"type": kind, "scale": 10})
    found = ANALYSIS.environments.input_type(item)
    assert found.kind is Kind(kind)
    assert found.digits + found.scale <= 15


def test_tables_hold_exact_numbers() -> None:
    assert ANALYSIS.environments.tables["commission"].rates == (Decimal("0.03"), Decimal("0.05"))


def test_working_days_of_a_calendar() -> None:
    office = working_days(ANALYSIS.document.calendars[0])
    assert office.weekdays == {1, 2, 3, 4, 5}
    assert not office.is_working(date(2026, 10, 1))
    assert office.is_working(date(2026, 10, 10))
    assert ANALYSIS.environments.calendars[""] == office


def test_a_day_that_does_not_exist_is_left_out() -> None:
    broken = Analysis(changed({"/calendars/0/days/0/date": "2026-02-30"}))
    assert broken.environments.calendars["office"].holidays == frozenset()
