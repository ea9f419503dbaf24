"""Chinese texts are set in Chinese punctuation, wherever people read them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: A Chinese character (or closing mark) with a half-width mark behind it.
HALF_WIDTH = re.compile(
    r"[\u4e00-\u9fff][,;!?](?!=)|[\u4e00-\u9fff]\(|[\u4e00-\u9fff]:(?=[\u4e00-\u9fff“『])"
)
READ = [
    *(ROOT / "templates").glob("*.json"),
    *(ROOT / "schema_store").rglob("*.py"),
    *(ROOT / "expressions").rglob("*.py"),
    *(ROOT / "api").rglob("*.py"),
    *(ROOT / "runtime").rglob("*.py"),
    ROOT / "schema_store/messages.json",
    ROOT / "README.md",
]


@pytest.mark.parametrize("path", READ, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_half_width_marks_in_chinese(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    found = [f"{number}: {line.strip()}" for number, line in enumerate(lines, 1) if HALF_WIDTH.search(line)]
    assert found == []
