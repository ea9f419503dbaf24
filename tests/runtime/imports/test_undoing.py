"""Taking an import back: new records go, changed ones get back every value; what moved on since stays and is named."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from runtime.imports.jobs import Job
from tests.runtime.imports.everything import every
from tests.runtime.imports.kit import bring, rows, to
from tests.runtime.save.kit import World

__all__ = ["every"]
WIRE: dict[str, Any] = {
    "story": "vorher",
    "pieces": 3,
    "price": "12.50",
    "fragile": True,
    "made_on": "2026-01-02",
    "size": "s",
    "colours": ["red"],
    "tags": ["alt"],
    "title": {"zh-CN": "旧", "en": "old"},
    "phone": "+8613800138000",
}
HEADER = "code,story,pieces,price,fragile,made_on,size,colours,tags,title@en,phone,stage"
CHANGED = "nachher,4,99,否,2026/2/3,大号,Blue,neu,new,13900139000,进行中"


def thing(world: World, **more: Any) -> tuple[UUID, str]:
    saved = world.create("thing", {"name": "回", **WIRE, **more})
    return saved.id, saved.values["code"]


def changed(world: World, *codes: str, line: str = CHANGED) -> Job:
    text = "\n".join([HEADER, *(f"{code},{line}" for code in codes)])
    job = bring(world, text, "thing", match="code", goal="applied")
    assert job.counts.get("changed") == len(codes), [row.errors for row in rows(world, job)]
    return job


VOLATILE = {"version", "updated_at", "updated_by"}


def same(world: World, id_: UUID) -> dict[str, Any]:
    return {key: value for key, value in world.stored("thing", id_).items() if key not in VOLATILE}


def test_every_value_comes_back(every: World) -> None:
    friend = every.create("owner", {"name": "友"}).id
    id_, code = thing(every, friends=[str(friend)], owner_of=str(friend))
    before = same(every, id_)
    job = changed(every, code)
    after = same(every, id_)
    different = {key for key in before if before[key] != after[key]}
    assert different >= {
        "story",
        "pieces",
        "price",
        "fragile",
        "made_on",
        "size",
        "colours",
        "tags",
        "title",
        "stage",
    }
    assert after["title"] == {"zh-CN": "旧", "en": "new"}, "the other language stays"
    job = to(every, job, "undone")
    assert (job.counts["undone"], job.counts.get("kept")) == (1, None)
    assert same(every, id_) == before
    assert every.stored("thing", id_)["version"] == 3
    last = every.support("history", id_)[-1]
    assert last.cause["mode"] == "undo"
    assert last.cause["chain"] == [f"import:{job.id}"]
    assert [row.reason for row in every.support("stage_change", id_)][-1] in (None, "undo")


def test_the_counts_of_the_import_are_kept(every: World) -> None:
    _, code = thing(every)
    job = to(every, changed(every, code), "undone")
    assert job.counts["applied"]["changed"] == 1
    assert job.counts["applied"]["fields"]["price"] == 1


def test_a_record_that_somebody_changed_since_stays(every: World) -> None:
    (first, one), (second, two) = thing(every), thing(every)
    job = changed(every, one, two)
    every.update("thing", first, {"story": "von Hand"})
    job = to(every, job, "undone")
    assert (job.counts["undone"], job.counts["kept"]) == (1, 1)
    (kept,) = rows(every, job, ("kept",))
    assert (kept.record, kept.errors[0]["code"]) == (first, "stale")
    assert every.stored("thing", first)["story"] == "von Hand"
    assert every.stored("thing", second)["story"] == "vorher"


def test_two_imports_are_taken_back_the_last_one_first(every: World) -> None:
    id_, code = thing(every)
    first = changed(every, code)
    second = changed(every, code, line=CHANGED.replace("nachher", "zweitens"))
    early = to(every, first, "undone")
    assert early.counts["kept"] == 1
    late = to(every, second, "undone")
    assert late.counts["undone"] == 1
    assert every.stored("thing", id_)["story"] == "nachher"


def test_a_new_record_goes_and_one_that_is_gone_is_no_trouble(every: World) -> None:
    job = bring(every, "name\n新一\n新二\n", "thing", goal="applied")
    one, two = (row.record for row in rows(every, job))
    assert one is not None
    assert two is not None
    every.delete("thing", two)
    job = to(every, job, "undone")
    assert (job.counts["undone"], job.counts["kept"]) == (1, 1)
    assert every.stored("thing", one)["deleted_at"] is not None
    (kept,) = rows(every, job, ("kept",))
    assert kept.errors[0]["code"] == "not_found"


@pytest.mark.parametrize("field", ["owner_of", "friends"])
def test_what_others_refer_to_stays(every: World, field: str) -> None:
    job = bring(every, f"name,sign\n被引用,{field}\n", "owner", goal="applied")
    owner = rows(every, job)[0].record
    value = [str(owner)] if field == "friends" else str(owner)
    user = every.create("thing", {"name": "用", field: value}).id
    job = to(every, job, "undone")
    if field == "owner_of":
        assert job.counts["kept"] == 1
        assert rows(every, job)[0].errors[0]["params"] == {"by": "thing.owner_of (1)"}
        every.delete("thing", user)
    else:
        assert job.counts["undone"] == 1, "a link lets go"


def test_a_large_job_is_taken_back_in_batches_from_its_end(every: World) -> None:
    text = "name\n" + "".join(f"批{number}\n" for number in range(7))
    job = bring(every, text, "thing", goal="applied")
    records = [row.record for row in rows(every, job)]
    job = to(every, job, "undone", most=3)
    assert job.counts["undone"] == 7
    assert all(every.stored("thing", id_)["deleted_at"] is not None for id_ in records if id_)
    assert {row.kind for row in rows(every, job)} == {"undone"}
