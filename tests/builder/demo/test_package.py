"""Reading demo data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builder.demo.package import DemoPackage, Move, read_package
from templates import UnknownTemplate

LEADS = """_key,_group,_at,_by,_owner,_moves,name,note
l1,250:-9,-9 10:00,,rep1,contacted@-8 09:30;invalid@-7 11:00@manager,王芳,"逗号, 换行
也在"
l2,,-3 08:00,ops,rep2,,李强,
"""


def package(folder: Path) -> DemoPackage:
    (folder / "lead.csv").write_text(LEADS, "utf-8")
    (folder / "event.csv").write_text("record,kind,at,topic\nl1,download,-8 20:00,手册\n", "utf-8")
    return DemoPackage(folder, {"entities": ["lead"], "events": "event.csv"}, {"people": []})


def test_rows(tmp_path: Path) -> None:
    first, second = package(tmp_path).rows("lead")
    assert (first.key, first.group, first.at, first.by, first.owner) == (
        "l1",
        (250, -9),
        "-9 10:00",
        "rep1",
        "rep1",
    )
    assert first.moves == (Move("contacted", "-8 09:30", "rep1"), Move("invalid", "-7 11:00", "manager"))
    assert first.values == {"name": "王芳", "note": "逗号, 换行\n也在"}
    assert (second.group, second.by, second.owner, second.moves) == (None, "ops", "rep2", ())
    assert second.values == {"name": "李强"}, "what is empty is not given"


def test_events(tmp_path: Path) -> None:
    (event,) = package(tmp_path).events()
    assert (event.record, event.kind, event.at, event.topic) == ("l1", "download", "-8 20:00", "手册")


def test_a_template_without_a_demo_and_a_format_of_tomorrow(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(UnknownTemplate, match="nothing"):
        read_package("nothing")
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 2}), "utf-8")
    monkeypatch.setattr("builder.demo.package.demo_folder", lambda _template: tmp_path)
    with pytest.raises(ValueError, match="format 2"):
        read_package("crm")
