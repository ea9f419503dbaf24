"""A file on its way: staged, checked, previewed, applied, undone."""

from __future__ import annotations

from tests.runtime.imports.kit import bring, complaints, rows, to
from tests.runtime.save.conftest import crm
from tests.runtime.save.kit import World

__all__ = ["crm"]


def test_from_file_to_records_and_back(crm: World) -> None:
    text = '姓名,手机,线索来源,预算范围,备注\n张三,13911110001,官网询盘,¥3.5万,一\n李四,13911110002,展会,"1,200",\n'
    job = bring(crm, text, rules="none")  # to-dos that rules make would hang on the leads
    assert (job.state, job.goal, job.error) == ("previewed", "previewed", None), rows(crm, job)
    assert job.counts == {"new": 2}
    job = to(crm, job, "applied")
    assert (job.state, job.counts["new"]) == ("applied", 2)
    assert job.counts["fields"] == {"name": 2, "phone": 2, "source": 2, "budget": 2, "note": 1}
    first = rows(crm, job)[0]
    assert first.record is not None
    stored = crm.stored("lead", first.record)
    assert (stored["name"], str(stored["budget"]), stored["source"]) == ("张三", "35000.00", "website")
    job = to(crm, job, "undone")
    assert (job.state, job.counts["undone"]) == ("undone", 2)
    assert crm.stored("lead", first.record)["deleted_at"] is not None


def test_every_complaint_of_every_row_at_once(crm: World) -> None:
    text = "name,source,budget,region,wake_on\n,官网,abc,火星,2026/2/30\n好,展会,1,,\n坏,官网寻盘,-5,,3/4/5\n"
    job = bring(crm, text)
    assert complaints(crm, job) == [
        (2, "source", "source", "not_an_option"),
        (2, "budget", "budget", "not_a_number"),
        (2, "region", "region", "unknown_record"),
        (2, "wake_on", "wake_on", "no_such_date"),
        (2, "name", "name", "required"),
        (4, "source", "source", "not_an_option"),
        (4, "budget", "budget", "too_small"),
        (4, "wake_on", "wake_on", "not_a_date"),
    ]
    assert rows(crm, job)[2].errors[0]["params"]["near"] == "官网询盘"
