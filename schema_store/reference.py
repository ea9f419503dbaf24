"""The reference page of complaints about documents, written from the catalogues of sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from expressions.messages import CATALOGUE as EXPRESSIONS
from schema_store.messages import CATALOGUE as DOCUMENTS
from schema_store.structure.messages import SENTENCES as STRUCTURE

_HEAD = """# 诊断 / Diagnostics

每一条诊断都有固定的代码、位置（JSON Pointer）和一句话；`error` 阻止发布，`warning` 会显示，`info` 是建议。
Every complaint about a document has a stable code, a place and a sentence; `error` blocks publishing.

This page is generated (`make reference`).
"""


def diagnostics_page() -> str:
    """The whole page: structure, then document, then expressions, each by code."""
    parts = [_HEAD]
    parts += _section("结构 / Structure", _structure())
    parts += _section("文档 / Document", _document())
    parts += _section("表达式 / Expressions", _expressions())
    return "\n".join(parts) + "\n"


def write_page(path: Path) -> None:
    """Write the page."""
    path.write_text(diagnostics_page(), "utf-8")


def _section(title: str, rows: Iterable[tuple[str, str, str, str]]) -> Iterator[str]:
    yield f"\n## {title}\n\n| code | | 中文 | English |\n|---|---|---|---|"
    yield "\n".join(f"| `{code}` | {level} | {_cell(zh)} | {_cell(en)} |" for code, level, zh, en in rows)


def _structure() -> Iterator[tuple[str, str, str, str]]:
    for word, (zh, en) in sorted(STRUCTURE.items()):
        yield f"structure.{word}", "error", zh, en


def _document() -> Iterator[tuple[str, str, str, str]]:
    for code, said in sorted(DOCUMENTS.items()):
        yield code, said.severity.value, _with_hint(said.zh, said.zh_hint), _with_hint(said.en, said.en_hint)


def _expressions() -> Iterator[tuple[str, str, str, str]]:
    for code, said in sorted(EXPRESSIONS.items()):
        yield code, "error", _with_hint(said.zh, said.zh_hint), _with_hint(said.en, said.en_hint)


def _with_hint(sentence: str, hint: str) -> str:
    return f"{sentence} → {hint}" if hint else sentence


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
