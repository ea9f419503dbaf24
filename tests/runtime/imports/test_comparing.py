"""Two sets of data by key, batch by batch, with the rights of whoever asks."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.imports.jobs import Job
from runtime.refusals import Conflict, Invalid
from tests.runtime.imports.everything import every
from tests.runtime.imports.kit import bring, go_on, rows, to
from tests.runtime.save.kit import World

__all__ = ["every"]


@pytest.fixture(autouse=True)
def empty(every: World) -> None:
    """The records of earlier tests are not part of a comparison."""
    job = bring(every, "sign\nx\n", "owner", kind="compare", match="sign")
    for row in rows(every, job, ("only_app",)):
        assert row.record is not None
        every.delete("owner", row.record)


def owners(world: World, **signs: str) -> None:
    for sign, name in signs.items():
        world.create("owner", {"name": name, "sign": sign})


def compared(world: World, text: str, **wish: Any) -> Job:
    job = bring(world, text, "owner", kind="compare", match="sign", **wish)
    assert job.error is None
    return job


def kinds(world: World, job: Job) -> dict[str, str]:
    return {row.key or "": row.kind or "" for row in rows(world, job)}


def test_each_key_has_its_kind(every: World) -> None:
    owners(every, a="甲", b="乙", c="丙")
    job = compared(every, "sign,name\na,甲\nb,已\nd,丁\n")
    assert job.state == "previewed"
    assert kinds(every, job) == {"a": "same", "b": "different", "d": "only_file", "c": "only_app"}
    (row,) = rows(every, job, ("different",))
    assert row.changes == {"name": ["乙", "已"]}
    (row,) = rows(every, job, ("only_app",))
    assert row.read is not None
    assert row.read["wire"] == {"name": "丙", "sign": "c"}
    assert job.counts["fields"] == {"name": 1}


def test_nothing_is_written_and_nothing_can_be(every: World) -> None:
    owners(every, a="甲")
    job = compared(every, "sign,name\na,乙\nb,丙\n")
    for goal in ("applied", "undone"):
        with pytest.raises(Conflict):
            to(every, job, goal)
    assert kinds(every, compared(every, "sign,name\na,甲\n")) == {"a": "same"}


def test_a_field_that_is_not_mapped_is_not_compared(every: World) -> None:
    owners(every, a="甲")
    assert kinds(every, compared(every, "sign\na\n")) == {"a": "same"}


def test_values_are_compared_not_how_they_are_written(every: World) -> None:
    thing = every.create(
        "thing", {"name": "比", "price": "1200.00", "made_on": "2026-03-05", "fragile": True}
    )
    text = f'code,price,made_on,fragile\n{thing.values["code"]},"¥1,200",2026年3月5日,是\n'
    job = bring(every, text, "thing", kind="compare", match="code")
    assert rows(every, job, ("same",))[0].record == thing.id


def test_in_batches_on_both_sides(every: World) -> None:
    owners(every, **{f"k{number}": "x" for number in range(5)})
    text = "sign,name\n" + "".join(f"k{number},x\n" for number in range(3, 9))
    job = bring(every, text, "owner", kind="compare", match="sign", goal="staged")
    job = to(every, job, "previewed", most=2)
    job = go_on(every, job, most=2)
    counts = {key: count for key, count in job.counts.items() if key != "fields"}
    assert counts == {"same": 2, "only_file": 4, "only_app": 3}
    assert "place" not in job.file


def test_a_row_without_a_key_or_with_one_twice(every: World) -> None:
    owners(every, a="甲")
    job = compared(every, "sign,name\na,甲\na,乙\n,丙\n")
    assert [row.kind for row in rows(every, job)] == ["same", "refused", "only_file"]


def test_a_comparison_needs_a_key(every: World) -> None:
    for match in (None, "name", "nothing"):
        job = bring(every, "sign,name\na,b\n", "owner", kind="compare", match=match)
        assert (job.state, job.error and job.error["code"]) in {
            ("staged", "required"),
            ("staged", "no_such_unique"),
            ("staged", "match_not_mapped"),
        }
    mapping = {"fields": {"name": "name"}}
    with pytest.raises(Invalid):
        bring(every, "sign,name\na,b\n", "owner", kind="compare", match="sign", mapping=mapping)
