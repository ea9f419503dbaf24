"""What goes out comes in as the same: any values of any field, CSV and workbook, for programs and for people."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.change import Saved
from runtime.exports.exporting import ExportQuery, export_lines, write_file
from runtime.imports.files import open_sheet
from runtime.refusals import Refused
from tests.runtime.imports.everything import every
from tests.runtime.imports.kit import bring, rows, to
from tests.runtime.save.kit import World

__all__ = ["every"]
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn")), max_size=12)
SIGNS = ["=1+1", "'=1+1", "+86", "-5", "@x", "'", "''", '"', "＝x"]
HARMFUL = st.sampled_from([*SIGNS, '["a"]', "a;b", "46086", "是", "007", "1,5"])
LINE = st.one_of(TEXT, HARMFUL)
THINGS = st.fixed_dictionaries(
    {"name": LINE.filter(lambda text: bool(text.strip()))},
    optional={
        "story": st.lists(LINE, min_size=1, max_size=3).map("\n".join),
        "pieces": st.integers(-1000, 10**12),
        "weight": st.decimals(-9999, 9999, places=4).map(str),
        "price": st.decimals(-(10**9), 10**9, places=2).map(str),
        "share": st.decimals(-2, 2, places=4).map(str),
        "fragile": st.booleans(),
        "made_on": st.dates(date(1900, 3, 1), date(2200, 1, 1)).map(str),
        "seen_at": st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda at: f"{at.isoformat()}Z"),
        "size": st.sampled_from(["s", "l"]),
        "colours": st.lists(st.sampled_from(["red", "blue"]), unique=True),
        "tags": st.lists(LINE.map(str.strip).filter(bool), unique=True, max_size=3),
        "title": st.dictionaries(st.sampled_from(["zh-CN", "en"]), LINE),
        "extra": st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | TEXT, st.lists, max_leaves=4).map(
            lambda value: {"value": value}
        ),
        "mail": st.just("a@b.cn"),
        "phone": st.just("+8613800138000"),
    },
)  # fmt: skip


def export(world: World, kind: Literal["csv", "xlsx"], labels: bool, saved: list[Saved]) -> bytes:
    out = io.BytesIO()
    with world.unit() as unit:
        codes = ", ".join(f'"{each.values["code"]}"' for each in saved)
        query = ExportQuery(filter=f"code in [{codes}]", sort="code", labels=labels, sets=SETS)
        write_file(export_lines(unit, "thing", query), kind, out)
    return out.getvalue()


SETS = {"colours": {"red": {"zh-CN": "红色", "en": "Red"}, "blue": {"zh-CN": "蓝色", "en": "Blue"}}}


def make(world: World, values: dict[str, Any]) -> Saved | None:
    try:
        return world.create("thing", values)
    except Refused:
        return None  # a value that no field takes: a text too wide, a tag told twice


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("labels", [False, True])
@given(st.lists(THINGS, min_size=1, max_size=6))
def test_what_goes_out_comes_in_as_the_same(
    every: World, kind: Literal["csv", "xlsx"], labels: bool, things: list[dict[str, Any]]
) -> None:
    saved = [made for values in things if (made := make(every, values)) is not None]
    if not saved:
        return
    job = bring(every, export(every, kind, labels, saved), "thing", match="code", clears=True)
    found = {key: count for key, count in job.counts.items() if key != "fields"}
    assert found == {"same": len(saved)}, [(row.cells, row.changes, row.errors) for row in rows(every, job)]


def test_records_with_relations_into_a_place_where_they_are_not(every: World) -> None:
    """Exported, deleted, brought in again in history mode with their numbers and moments: the file is the same."""
    friends = [
        every.create("owner", {"name": f"友{number}", "sign": f"R-{number}"}).id for number in range(3)
    ]
    wire = {
        "name": "往返",
        "friends": [str(each) for each in friends],
        "owner_of": str(friends[0]),
        "pieces": 3,
    }
    saved = [every.create("thing", wire), every.create("thing", {"name": "往返二", "title": {"en": "T"}})]
    before = export(every, "csv", False, saved)
    for each in saved:
        every.delete("thing", each.id)
    text = before.decode("utf-8-sig").replace('"id"', '"old id"')
    job = bring(every, text, "thing", mode="history", goal="applied")
    assert job.counts["new"] == 2, [row.errors for row in rows(every, job)]
    after = export(every, "csv", False, saved)
    assert without_ids(after) == without_ids(before)


def without_ids(raw: bytes) -> list[list[Any]]:
    sheet = open_sheet(io.BytesIO(raw))
    place = sheet.header.index("id")
    return [cells[:place] + cells[place + 1 :] for _, cells in sheet.rows]


def test_a_changed_cell_is_the_only_change(every: World) -> None:
    saved = [
        every.create("thing", {"name": f"改{number}", "pieces": number, "price": "1.50"})
        for number in range(4)
    ]
    text = export(every, "csv", True, saved).decode("utf-8-sig").replace('"改2"', '"改了"')
    job = to(every, bring(every, text, "thing", match="id"), "applied")
    assert {key: job.counts[key] for key in ("changed", "same")} == {"changed": 1, "same": 3}
    (row,) = rows(every, job, ("changed",))
    assert row.changes == {"name": ["改2", "改了"]}
    assert every.stored("thing", saved[2].id)["version"] == 2
    assert every.stored("thing", saved[1].id)["version"] == 1
