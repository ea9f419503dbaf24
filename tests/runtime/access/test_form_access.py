"""What a public form may do: make records of its entity with the fields that it lists, and see nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from runtime import save
from runtime.access import form_access
from runtime.query.records import get
from runtime.refusals import Duplicate, Forbidden, Invalid, NotFound
from runtime.served import serve
from runtime.unit import Unit
from schema_store.database import reading, writing
from tests.api.crm import NOW, Crm, crm
from workflows.queue import RunQueue

__all__ = ["crm"]


@contextmanager
def form_unit(crm: Crm) -> Iterator[Unit]:
    with writing(crm.engine) as connection:
        served = serve(connection, "crm", lock=True)
        form = served.app.public_forms["fair_lead"]
        access = form_access(served, form)
        yield Unit(connection, served, access, NOW, RunQueue(), cause=(f"form:{form.key}",))


def test_a_record_of_nobody_is_made_and_given_to_somebody(crm: Crm) -> None:
    with form_unit(crm) as unit:
        wire = {"name": "李娜", "phone": "13900001111", "source": "fair", "landing_action": "scan"}
        made = save.create(unit, "lead", wire)
    seen = crm.get("director", f"/records/lead/{made.id}").json
    assert (seen["name"], seen["source"], seen["created_by"]) == ("李娜", "fair", None)
    assert seen["owner_id"] is not None
    first = crm.get("director", f"/records/lead/{made.id}/history").json["items"][-1]
    assert first["by"] is None
    assert first["cause"]["chain"] == ["form:fair_lead"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("budget", "1", "unknown_field"),
        ("grade", "A", "unknown_field"),
        ("no_such", "1", "unknown_field"),
        ("created_at", "2026-01-01T00:00:00Z", "system_field"),
    ],
)
def test_what_the_form_does_not_list_does_not_exist_for_it(
    crm: Crm, name: str, value: str, code: str
) -> None:
    with form_unit(crm) as unit, pytest.raises(Invalid) as refused:
        save.create(unit, "lead", {"name": "x", name: value})
    assert [each.code for each in refused.value.errors] == [code]


def test_it_makes_nothing_else_and_changes_and_reads_nothing(crm: Crm) -> None:
    lead = crm.insert("lead", name="赵敏", phone="+8613900002222", stage="captured")
    with form_unit(crm) as unit:
        with pytest.raises((Forbidden, NotFound)):
            save.create(unit, "account", {"name": "x"})
        with pytest.raises((Forbidden, NotFound)):
            save.update(unit, "lead", lead, {"name": "y"})
        assert not unit.access.can("lead", "read")
        assert not unit.access.can("lead", "delete")
        access = unit.access
    with reading(crm.engine) as connection, pytest.raises(NotFound):
        get(connection, access, NOW, "lead", lead)


def test_a_duplicate_names_no_record_to_it(crm: Crm) -> None:
    crm.insert("lead", name="周杰", phone="+8613900003333", stage="captured")
    with form_unit(crm) as unit, pytest.raises(Duplicate) as refused:
        save.create(unit, "lead", {"name": "周杰", "phone": "13900003333"})
    assert [match["records"] for match in refused.value.matches] == [[]]
