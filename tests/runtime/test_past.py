"""History mode: what was keeps its moments, people, stages and numbers; the importer stays in the cause."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from uuid_utils.compat import uuid7

from runtime import save
from runtime.change import Entered, Past, Request, Saved
from runtime.people.tables import USERS
from runtime.refusals import UniqueTaken
from schema_store.database import writing
from tests.runtime.save.conftest import crm
from tests.runtime.save.kit import ACTOR, NOW, World, _user

__all__ = ["crm"]
MAY, JUNE, JULY = (datetime(2025, month, 3, 2, 0, tzinfo=UTC) for month in (5, 6, 7))


def person(world: World) -> UUID:
    made = uuid7()
    with writing(world.engine) as connection:
        connection.execute(sa.insert(USERS), _user(made, f"p{made.hex}"))
    return made


def was(world: World, past: Past, record: UUID | None = None, **wire: Any) -> Saved:
    asked = Request(wire, mode="history", past=past, rules="none")
    with world.unit() as unit:
        if record is None:
            return save.create(unit, "lead", {}, request=asked)
        return save.update(unit, "lead", record, {}, request=asked)


def test_a_record_of_the_past(crm: World) -> None:
    who = person(crm)
    stages = (Entered("stage", "captured", MAY), Entered("stage", "qualified", JUNE))
    saved = was(crm, Past(created_at=MAY, created_by=who, stages=stages), name="旧线索", stage="qualified")
    stored = crm.stored("lead", saved.id)
    assert (stored["created_at"], stored["created_by"]) == (MAY, who)
    assert (stored["updated_at"], stored["updated_by"]) == (MAY, who)
    assert stored["captured_at"] == MAY, "computed defaults look at the time when it was made"
    assert stored["code"].startswith("XS-202505-")
    changes = crm.support("stage_change", saved.id)
    assert sorted((row.at, row.previous, row.stage, row.by) for row in changes) == [
        (MAY, None, "captured", who),
        (JUNE, "captured", "qualified", who),
    ]
    row, moved = crm.support("history", saved.id)
    assert (row.at, row.by, row.version, row.act) == (MAY, who, 1, "create")
    assert (moved.at, moved.by, moved.version, moved.act) == (JUNE, who, 2, "transition")
    assert list(moved.changes.values()) == [["captured", "qualified"]]
    assert row.cause["imported"] == {"at": "2026-03-02T01:00:00Z", "by": str(ACTOR)}
    assert (row.cause["mode"], row.cause["rules"]) == ("history", "none")


def test_without_a_past_it_is_now_and_the_importer(crm: World) -> None:
    saved = was(crm, Past(), name="现在")
    stored = crm.stored("lead", saved.id)
    assert (stored["created_at"], stored["created_by"], stored["updated_at"]) == (NOW, ACTOR, NOW)
    assert [row.at for row in crm.support("stage_change", saved.id)] == [NOW]


def test_a_change_of_the_past_goes_on_from_where_the_record_stands(crm: World) -> None:
    made = was(crm, Past(created_at=MAY), name="前进").id
    stages = (Entered("stage", "contacted", JUNE), Entered("stage", "converted", JULY))
    was(crm, Past(updated_at=JULY, stages=stages), made, stage="converted")
    stored = crm.stored("lead", made)
    assert (stored["created_at"], stored["updated_at"], stored["updated_by"]) == (MAY, JULY, ACTOR)
    rows = crm.support("stage_change", made)
    assert sorted((row.at, row.previous or "", row.stage) for row in rows) == [
        (MAY, "", "captured"),
        (JUNE, "captured", "contacted"),
        (JULY, "contacted", "converted"),
    ]
    assert [row.at for row in crm.support("history", made)] == [MAY, JULY]


def test_a_change_of_today_is_of_today(crm: World) -> None:
    made = was(crm, Past(created_at=MAY), name="今天").id
    crm.update("lead", made, {"note": "x"})
    first, second = crm.support("history", made)
    assert (first.at, second.at) == (MAY, NOW)
    assert "imported" not in second.cause


def test_given_numbers_stand_and_the_sequence_goes_on_behind_them(crm: World) -> None:
    june = Past(created_at=JUNE)
    code = Past(created_at=JUNE, codes={"code": "XS-202506-00041"})
    assert was(crm, code, name="编号").values["code"] == "XS-202506-00041"
    low = Past(created_at=JUNE, codes={"code": "XS-202506-00007"})
    assert was(crm, low, name="更早").values["code"] == "XS-202506-00007"
    assert was(crm, june, name="之后").values["code"] == "XS-202506-00042"
    odd = Past(created_at=JUNE, codes={"code": "OLD/7"})
    assert was(crm, odd, name="旧系统").values["code"] == "OLD/7"
    assert was(crm, june, name="再后").values["code"] == "XS-202506-00043"
    with pytest.raises(UniqueTaken):
        was(crm, odd, name="又一次")
