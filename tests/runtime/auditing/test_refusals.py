"""What is kept of each kind of refusal, and what of it is shown to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from uuid_utils.compat import uuid7

from runtime.auditing.acts import PlatformAct, changed_columns, count_act
from runtime.auditing.counting import MOST_A_MINUTE
from runtime.auditing.refusals import why_of
from runtime.auditing.showing import shown_why
from runtime.auditing.tables import AUDIT
from runtime.refusals import (
    BudgetSpent,
    Conflict,
    Duplicate,
    FieldError,
    FieldReadOnly,
    Forbidden,
    GateClosed,
    Invalid,
    NotFound,
    Referred,
    Refused,
    StageFrozen,
    Stale,
    UniqueTaken,
    Unmet,
)
from tests.runtime.auditing.conftest import Past

GATE = [Unmet("amount", "field", needed="5", seen="secret value"), Unmet("offer", "evidence")]
SHOWN_GATE = {"unmet": [{"key": "amount", "kind": "field"}, {"key": "offer", "kind": "evidence"}]}


@pytest.mark.parametrize(
    ("refusal", "why"),
    [
        (Invalid([FieldError("/amount", "big", {"limit": "9"})]), {"errors": [{"field": "/amount", "code": "big"}]}),
        (FieldReadOnly(["total"]), {"fields": ["total"]}),
        (UniqueTaken(["name", "code"]), {"fields": ["name", "code"]}),
        (GateClosed(GATE), SHOWN_GATE),
        (StageFrozen(GATE), SHOWN_GATE),
        (Stale(3, {"amount": ["1", "secret value"]}), {"version": 3}),
        (Duplicate([{"rule": "same_phone", "records": [{"id": "secret value"}]}]), {"rules": ["same_phone"]}),
        (Referred({"order.customer": 2}), {"by": {"order.customer": 2}}),
        (BudgetSpent("depth", ["a", "b"]), {"limit": "depth", "chain": ["a", "b"]}),
        (Forbidden(), {"roles": ["mover"]}),
        (NotFound(), {}),
        (Conflict(), {}),
    ],
)  # fmt: skip
def test_why_says_names_and_codes_but_no_values(past: Past, refusal: Refused, why: dict[str, Any]) -> None:
    with past.world.unit(("mover",)) as unit:
        found = why_of(refusal, unit.access)
    assert found == why
    assert "secret value" not in str(found)


def test_why_is_bounded(past: Past) -> None:
    many = Invalid(FieldError("/" + "x" * 5_000, "unknown_field") for _ in range(500))
    with past.world.unit(()) as unit:
        found = why_of(many, unit.access)
    assert len(found["errors"]) == 20
    assert len(found["errors"][0]["field"]) == 200


def test_fields_that_may_not_be_read_are_not_shown(past: Past) -> None:
    order = past.world.served.app.entities["order"]
    readable = {"remark", "stage"}
    errors = [{"field": f"/{key}", "code": "x"} for key in ("amount", "remark", "nonsense")]
    assert shown_why(order, readable, {"errors": errors}) == {"errors": errors[1:]}
    assert shown_why(order, readable, {"fields": ["amount", "stage"]}) == {"fields": ["stage"]}
    assert shown_why(order, readable, SHOWN_GATE) == {"unmet": [{"key": "offer", "kind": "evidence"}]}
    assert shown_why(None, set(), {"exists": True}) == {"exists": True}


def test_what_changed_is_plain_json_without_what_always_changes() -> None:
    id_, moment = uuid7(), datetime(2026, 1, 1, tzinfo=UTC)
    before = {"name": "a", "team_id": None, "updated_at": moment, "roles": {"crm": frozenset({"b", "a"})}}
    after = {"name": "a", "team_id": id_, "updated_at": moment + timedelta(1), "absent_from": moment}
    assert changed_columns(before, after) == {
        "before": {"absent_from": None, "roles": {"crm": ["a", "b"]}, "team_id": None},
        "after": {"absent_from": "2026-01-01T00:00:00+00:00", "roles": None, "team_id": str(id_)},
    }


def test_acts_that_come_in_floods_are_bounded_for_nobody_too(past: Past) -> None:
    """Of wrong passwords nobody is the actor; different subjects still make no more than so many rows a minute."""
    at = datetime(2020, 5, 5, 5, 5, 5, tzinfo=UTC)
    with past.tampering() as connection:  # rolled back
        for number in range(MOST_A_MINUTE + 7):
            count_act(connection, PlatformAct("sign_in_failed", subject=str(number)), at)
        rows = connection.execute(sa.select(AUDIT.c.act, AUDIT.c.count).where(AUDIT.c.at == at)).all()
    assert len(rows) == MOST_A_MINUTE + 1
    assert [row.count for row in rows if row.act == "many"] == [7]
