"""The reference page of the field types, written from the registry (``docs/reference/field-types.md``)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from expressions.types import Kind, Type
from schema_store.document.base import LocaleText
from schema_store.document.fields import BaseField
from schema_store.field_types import FIELD_TYPES
from schema_store.field_types.base import Capability, FieldType, Surroundings
from schema_store.field_types.words import VALUE_SENTENCES, WORDS

_CAPABILITIES: tuple[tuple[Capability, str, str], ...] = (
    ("filter", "筛选", "Filter"),
    ("sort", "排序", "Sort"),
    ("unique", "唯一", "Unique"),
    ("index", "索引", "Index"),
)
_SHARED = frozenset(BaseField.model_fields) | {"type"}
_HEAD = """# 字段类型 / Field types

<!-- Written by schema_store/field_types/reference.py; do not edit. -->

每种字段的写法、存储和能力。空值一律是 `null`（空文本、空列表也算空）。
How each type of field is written, stored, and what may be asked of it. Empty is `null` everywhere (an empty text or
list counts as empty).
"""


def reference_page() -> str:
    """The whole page, Markdown, zh-CN and en side by side."""
    parts = [
        _HEAD,
        _overview(),
        *(_section(kind) for kind in FIELD_TYPES.types.values()),
        _conversions(),
        _errors(),
    ]
    return "\n".join(parts)


def write_page(path: Path) -> Path:
    """Write the page over the committed copy; gives the path back."""
    path.write_text(reference_page(), "utf-8")
    return path


def _overview() -> str:
    rows = []
    for key, kind in FIELD_TYPES.types.items():
        (zh, en), marks = WORDS[key].title, []
        spec = example_of(kind)
        for capability, _, _ in _CAPABILITIES:
            marks.append("–" if kind.refusal(spec, Surroundings(), capability) else "✓")
        rows.append([f"[`{key}`](#{key})", zh, en, f"`{WORDS[key].wire}`", *marks])
    names = [f"{zh} / {en}" for _, zh, en in _CAPABILITIES]
    return _table(["type", "名称", "name", "JSON", *names], rows)


def _section(kind: FieldType[Any]) -> str:
    words, spec = WORDS[kind.key], example_of(kind)
    attributes = [name for name in kind.spec.model_fields if name not in _SHARED]
    lines = [
        f"## {kind.key}",
        "",
        f"**{words.title[0]} / {words.title[1]}.** {words.about[0]}。{words.about[1]}.",
        "",
        f"- JSON: `{words.wire}`",
        f"- 表达式中的类型 / type in expressions: {_type(kind.language_type(spec, Surroundings()))}",
        f"- 列 / columns: {_columns(kind, spec)}",
    ]
    if attributes:
        lines.append(f"- 属性 / attributes: {', '.join(f'`{name}`' for name in attributes)}")
    for capability, zh, en in _CAPABILITIES:
        refusal = kind.refusal(spec, Surroundings(), capability)
        if refusal:
            lines.append(
                f"- 不能{zh} / no {en.lower()}: {refusal.sentence['zh-CN']} {refusal.sentence['en']}"
            )
    return "\n".join([*lines, ""])


def example_of(kind: FieldType[Any]) -> BaseField:
    """A field of the type with nothing but what is required."""
    label: LocaleText = {"zh-CN": "例", "en": "Example"}
    needed: dict[str, dict[str, Any]] = {
        "reference": {"entity": "account"},
        "links": {"entity": "account"},
        "code": {"pattern": "KH-{YYYY}{MM}-{seq:5}"},
        "formula": {"expression": "amount", "result": {"type": "decimal"}},
        "rollup": {"expression": "SUM(orders, amount)", "result": {"type": "decimal"}},
    }
    more = needed.get(kind.key, {})
    return kind.spec.model_validate({"type": kind.key, "key": "example", "label": label, **more})


def _type(kind: Type | None) -> str:
    if kind is None:
        return "–"
    if kind.kind is Kind.LIST:
        return f"list of {_type(kind.item)}"
    sizes = {
        Kind.DECIMAL: f"({kind.scale})",
        Kind.MONEY: f"({kind.currency}, {kind.scale})",
        Kind.PERCENT: f"({kind.scale})",
        Kind.TEXT: f"({kind.length})",
        Kind.REFERENCE: f"({kind.entity})",
        Kind.RECORDS: f"({kind.entity})",
    }
    return f"{kind.kind}{sizes.get(kind.kind, '')}"


def _columns(kind: FieldType[Any], spec: BaseField) -> str:
    columns = kind.columns(spec, Surroundings())
    found = [f"{'value' if not one.part else one.part} {_type(one.type)}" for one in columns]
    return ", ".join(found) or "无，存放在单独的表中 / none, a table of its own"


def _conversions() -> str:
    rows = []
    for key, kind in FIELD_TYPES.types.items():
        taken = sorted(getattr(kind, "takes", ()), key=list(FIELD_TYPES.types).index)
        rows.append([f"`{key}`", ", ".join(f"`{old}`" for old in taken) or "–"])
    head = """## 更换类型 / Retype

已有的值可以由右边的类型转换而来；不能转换的值在发布前逐条计数，确认后才会丢弃。公式和汇总按结果类型、编号按文本、评分按数字转换。
Values of the types on the right can become the type on the left; those that cannot are counted before publishing and
given up only when someone accepts that. Formulas and roll-ups convert as their result, codes as text, scores as
numbers.
"""
    return f"{head}\n{_table(['type', '来自 / from'], rows)}"


def _errors() -> str:
    rows = [[f"`{code}`", zh, en] for code, (zh, en) in VALUE_SENTENCES.items()]
    return f"## 错误代码 / Errors\n\n{_table(['code', '中文', 'English'], rows)}"


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return (
        "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
        + "\n"
    )
