"""Files of what was: moments, people, stages and numbers as they were; events; who brought it in stays known."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from runtime.people.tables import USERS
from schema_store.database import writing
from tests.runtime.imports.kit import bring, complaints, rows
from tests.runtime.save.conftest import crm
from tests.runtime.save.kit import World, _user

__all__ = ["crm"]


def person(world: World, name: str) -> str:
    id_ = uuid7()
    with writing(world.engine) as connection:
        connection.execute(sa.insert(USERS), _user(id_, name))
    return str(id_)


def local(day: int) -> datetime:
    """The first moment of a day of April 2025 in the workspace's zone."""
    return datetime(2025, 4, day, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_records_keep_their_past(crm: World) -> None:
    who = person(crm, "wang")
    text = (
        "线索编号,姓名,创建时间,创建人,负责人,stage@captured,阶段@确认有效,stage@converted\n"
        "XS-202504-00009,老赵,2025/4/1,wang,Wang,2025-04-01,2025年4月2日,2025-04-03 10:00\n"
        ",老钱,2025/4/5,,,,,\n"
    )
    job = bring(crm, text, mode="history", goal="applied")
    assert (job.state, job.counts["new"], job.asked.rules) == ("applied", 2, "none"), rows(crm, job)
    first, second = (crm.stored("lead", row.record) for row in rows(crm, job) if row.record)
    assert (first["code"], first["stage"], str(first["created_by"])) == ("XS-202504-00009", "converted", who)
    assert str(first["owner"]) == who
    assert first["created_at"] == local(1)
    assert second["code"] == "XS-202504-00010"
    assert second["stage"] == "captured"
    changes = sorted(crm.support("stage_change", first["id"]), key=lambda row: row.at)
    assert [(row.previous, row.stage, row.at) for row in changes] == [
        (None, "captured", local(1)),
        ("captured", "qualified", local(2)),
        ("qualified", "converted", datetime(2025, 4, 3, 2, tzinfo=UTC)),
    ]
    history, *moved = crm.support("history", first["id"])
    assert [(row.act, row.version) for row in moved] == [("transition", 2), ("transition", 3)]
    assert first["version"] == 3
    assert history.cause["chain"] == [f"import:{job.id}"]
    assert (history.cause["mode"], history.cause["rules"]) == ("history", "none")


def test_a_stage_that_contradicts_its_history_is_a_complaint(crm: World) -> None:
    job = bring(crm, "name,stage,stage@qualified\n甲,captured,2025-04-01\n", mode="history")
    assert complaints(crm, job) == [(2, "", "stage", "stage_not_last")]


def test_events_of_the_past(crm: World) -> None:
    who = person(crm, "li")
    lead = bring(crm, "name,site_minutes\n事件线索,0\n", goal="applied")
    record = rows(crm, lead)[0].record
    assert record is not None
    code = crm.stored("lead", record)["code"]
    text = (
        "实体,记录,事件,时间,主题,数据,人员\n"
        f'lead,{code},download,2025-04-01 09:00,手册,"{{""pages"": 3}}",li\n'
        f"lead,{record},product_page_visit,2025/4/2,,,\n"
        "lead,没有,download,2025/4/2,,,\n"
        f"lead,{code},,2025/4/2,,x,\n"
    )
    job = bring(crm, text, "", kind="events", mode="history")
    assert job.error is None
    assert [(number, field, code) for number, _, field, code in complaints(crm, job)] == [
        (4, "record", "unknown_record"), (5, "kind", "required"), (5, "data", "not_json")
    ]  # fmt: skip
    assert crm.support("event", record) == []
    job = bring(crm, text, "", kind="events", mode="history", goal="applied")
    assert (job.state, job.counts) == ("applied", {"new": 2, "refused": 2})
    told = sorted(crm.support("event", record), key=lambda row: row.at)
    assert [(row.kind, row.topic, row.data, str(row.by)) for row in told] == [
        ("download", "手册", {"pages": 3}, who),
        ("product_page_visit", None, None, "None"),
    ]
    assert told[0].at == datetime(2025, 4, 1, 1, tzinfo=UTC)
