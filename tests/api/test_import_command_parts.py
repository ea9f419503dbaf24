"""Parts of the commands that need no installation: mappings on the command line, the bar, what is said at the end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest

from api.commands.imports import Bar, read_maps
from runtime.imports.mapping import Source
from runtime.refusals import Invalid
from tests.api.test_import_shapes import job


def test_columns_and_files(tmp_path: Path) -> None:
    file = tmp_path / "a=b.json"
    file.write_text(json.dumps({"fields": {"name": "Kunde"}}), "utf-8")
    whole, added = read_maps((str(file), "Ort = city", "a=b=note"))
    assert whole is not None
    assert whole.fields == {"name": Source(column="Kunde")}
    assert added is not None
    assert added.fields == {"city": Source(column="Ort"), "note": Source(column="a=b")}
    assert read_maps(()) == (None, None)


@pytest.mark.parametrize("content", ["{", "", "\ufeff{}"])
def test_a_file_that_holds_no_json(tmp_path: Path, content: str) -> None:
    file = tmp_path / "map.json"
    file.write_text(content, "utf-8")
    with pytest.raises((click.ClickException, Invalid)):
        read_maps((str(file),))


def test_a_file_that_is_not_there_or_no_mapping(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException):
        read_maps((str(tmp_path / "none.json"),))
    file = tmp_path / "map.json"
    file.write_text('{"name": "Kunde"}', "utf-8")
    with pytest.raises(Invalid):
        read_maps((str(file),))


def test_a_bar_for_each_phase(capsys: pytest.CaptureFixture[str]) -> None:
    steps: list[tuple[Any, Any, int]] = [
        ("staged", "applied", 50),
        ("staged", "applied", 100),
        ("checked", "applied", 0),
        ("checked", "applied", 100),
        ("applied", "applied", 0),
        ("applied", "undone", 40),
        ("undone", "undone", 0),
    ]
    bar = Bar()
    for state, goal, done in steps:
        bar(job(state=state, goal=goal, done=done, total=100))
    bar.close()
    said = [line.strip() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert said == ["checking", "writing", "taking back"]


def test_a_job_without_work_has_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar()
    bar(job(state="staged", goal="staged", done=0, total=0))
    bar.close()
    assert capsys.readouterr().out == ""
