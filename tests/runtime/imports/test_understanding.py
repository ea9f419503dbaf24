"""Rows as what they ask for, without a database: values, blanks, languages, stages, keys, complaints, warnings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from expressions.context import Context
from runtime.imports.lookups import Lookups
from runtime.imports.mapping import Source, compile_mapping, read_mapping
from runtime.imports.targets import Target, event_targets
from runtime.imports.understanding import Reader, Understood, complaint
from runtime.imports.values import Cell
from schema_store.field_types.base import FieldValueError
from tests.runtime.imports.test_cells import FIELDS

CONTEXT = Context(datetime(2026, 3, 2, 1, 0, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))
WANG = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


class Known:
    """Look-ups that know one word."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def ask(self, entity: str, word: str) -> None:
        self.asked.append((entity, word))

    def resolve(self) -> None:
        pass

    def find(self, _entity: str, word: str) -> UUID:
        if word != "wang":
            raise FieldValueError("unknown_record", value=word)
        return WANG


def targets() -> dict[str, Target]:
    found = {key: Target(key, "field", field) for key, field in FIELDS.items() if field.computed is None}
    found["code"] = Target("code", "code", FIELDS["code"])
    found |= {
        f"title@{each}": Target(f"title@{each}", "locale", FIELDS["title"], each) for each in ("en", "zh-CN")
    }
    found |= {
        f"stage@{each}": Target(f"stage@{each}", "stage", FIELDS["stage"], each)
        for each in ("open", "busy", "done")
    }
    found |= {"id": Target("id", "id"), "owner_id": Target("owner_id", "person")}
    found |= {"created_at": Target("created_at", "moment"), "created_by": Target("created_by", "person")}
    return found


def understand(
    header: Sequence[str], *rows: Sequence[Cell], known: Known | None = None, **settings: Any
) -> list[Understood]:
    fields: dict[str, Any] = {name: name for name in header}
    mapping = read_mapping(
        {"fields": fields | settings.pop("fields", {}), "columns": settings.pop("columns", {})}
    )
    compiled = compile_mapping(mapping, header, settings.pop("targets", None) or targets(), "CNY")
    asked = {"match": None, "clears": False, "history": False, **settings}
    reader = Reader(compiled, CONTEXT, **asked)
    return reader.read(list(enumerate(rows, start=2)), cast(Lookups, known or Known()))


def codes(row: Understood) -> list[tuple[str, str, str]]:
    return [(error["column"], error["field"], error["code"]) for error in row.errors]


def test_values_and_the_rows_they_stand_in() -> None:
    first, second = understand(("name", "pieces"), ["甲", "1,000"], ["乙", None])
    assert (first.number, first.wire) == (2, {"name": "甲", "pieces": 1000})
    assert (second.number, second.wire) == (3, {"name": "乙"})
    assert first.to_json() == {"wire": {"name": "甲", "pieces": 1000}}


def test_a_blank_cell_is_nothing_or_clears() -> None:
    (kept,) = understand(("name", "pieces", "title@en"), ["甲", " ", ""])
    assert kept.wire == {"name": "甲"}
    (cleared,) = understand(("name", "pieces", "title@en"), ["甲", " ", ""], clears=True)
    assert cleared.wire == {"name": "甲", "pieces": None}, (
        "one language of several is never cleared by a blank"
    )


def test_languages_of_a_text_come_together() -> None:
    (row,) = understand(("title@en", "title@zh-CN"), ["Chair", "椅子"])
    assert row.wire == {"title": {"en": "Chair", "zh-CN": "椅子"}}
    assert row.partial == ["title"]
    (row,) = understand(("title",), ["椅子"])
    assert (row.wire, row.partial) == ({"title": {"zh-CN": "椅子"}}, [])


@pytest.mark.parametrize(
    ("match", "header", "cells", "key"),
    [
        ("name", ("name",), ["甲"], "甲"),
        ("name", ("name",), [None], None),
        ("pieces", ("name", "pieces"), ["甲", "1,000"], "1000"),
        ("code", ("code",), [" T-0001 "], "T-0001"),
        ("id", ("id",), [str(WANG).upper()], str(WANG)),
        (None, ("name",), ["甲"], None),
    ],
)
def test_the_key_of_a_row(
    match: str | None, header: tuple[str, ...], cells: list[Cell], key: str | None
) -> None:
    (row,) = understand(header, cells, match=match)
    assert row.key == key
    assert row.errors == []


def test_a_number_is_the_records_own_in_history_mode_only() -> None:
    (now,) = understand(("code", "name"), ["T-0007", "x"])
    (then,) = understand(("code", "name"), ["T-0007", "x"], history=True)
    assert "codes" not in now.past
    assert then.past == {"codes": {"code": "T-0007"}}


def test_people_are_looked_up() -> None:
    known = Known()
    good, bad = understand(
        ("owner_id", "created_by", "keeper"), ["wang", "wang", "wang"], ["li", None, "li"], known=known
    )
    assert good.wire == {"owner_id": str(WANG), "keeper": str(WANG)}
    assert good.past == {"created_by": str(WANG)}
    assert codes(bad) == [("owner_id", "owner_id", "unknown_record"), ("keeper", "keeper", "unknown_record")]
    assert set(known.asked) == {("user", "wang"), ("user", "li")}


def test_each_member_of_a_list_is_looked_up() -> None:
    known = Known()
    good, bad = understand(("friends",), ["wang；wang"], ["wang、li"], known=known)
    assert good.wire == {"friends": [str(WANG)]}
    assert codes(bad) == [("friends", "friends", "unknown_record")]
    assert ("owner", "li") in known.asked


def test_stages_in_the_order_of_time_and_where_the_record_stands() -> None:
    header = ("stage@done", "stage@open", "stage@busy")
    (row,) = understand(header, ["2025-03-03", "2025-03-01", "2025-03-02"], history=True)
    assert [each[1] for each in row.past["stages"]] == ["open", "busy", "done"]
    assert row.wire == {"stage": "done"}
    (row,) = understand(header, [None, "2025-03-01", None], history=True)
    assert row.wire == {"stage": "open"}
    (row,) = understand(("stage", *header), ["busy", "2025-03-03", None, None], history=True)
    assert codes(row) == [("", "stage", "stage_not_last")]
    assert row.errors[0]["params"] == {"value": "busy", "near": "done"}


def test_every_complaint_of_a_row() -> None:
    (row,) = understand(("name", "pieces", "price", "size", "id"), ["x" * 300, "viel", "1.234", "紫", "7"])
    assert codes(row) == [
        ("name", "name", "too_long"),
        ("pieces", "pieces", "not_a_number"),
        ("price", "price", "too_precise"),
        ("size", "size", "not_an_option"),
        ("id", "id", "not_a_uuid"),
    ]


def test_a_row_that_is_too_long() -> None:
    (row,) = understand(("name",), ["甲", "乙"])
    assert codes(row) == [("", "", "too_many_cells")]
    assert row.wire == {}


def test_an_expression_over_a_cell_that_cannot_be_read() -> None:
    fields = {"story": {"expression": "pieces * 2"}}
    good, bad = understand(("pieces",), ["2"], ["zwei"], fields=fields, columns={"pieces": "integer"})
    assert good.wire == {"pieces": 2, "story": "4"}
    assert ("pieces", "", "not_a_number") in codes(bad)


def test_a_number_in_a_text_is_warned_of() -> None:
    (row,) = understand(("name", "phone", "pieces"), [42, 13800138000, 7])
    assert row.errors == []
    assert [(each["field"], each["code"]) for each in row.warnings] == [
        ("name", "number_as_text"),
        ("phone", "number_as_text"),
    ]
    assert row.to_json()["warnings"] == row.warnings


def test_parts_of_an_event() -> None:
    header = ("record", "kind", "at", "by")
    (row,) = understand(header, ["T-1", "call", "2025-03-01 09:00", "wang"], targets=event_targets())
    assert row.event == {"record": "T-1", "kind": "call", "at": "2025-03-01T01:00:00Z", "by": str(WANG)}


def test_a_complaint_as_it_is_kept() -> None:
    problem = FieldValueError("too_long", limit=5)
    assert complaint("列", "name", problem) == {
        "column": "列",
        "field": "name",
        "code": "too_long",
        "params": {"limit": "5"},
    }
    assert complaint("", "", "x", near="y")["params"] == {"near": "y"}


def test_a_constant_fills_every_row() -> None:
    rows = understand(("name",), ["甲"], ["乙"], fields={"size": {"value": "小号"}})
    assert [row.wire["size"] for row in rows] == ["s", "s"]
    assert Source(value="小号") == Source(None, "小号", None)
