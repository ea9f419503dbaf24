"""The reference page of operators and functions, written from the registry.

Run as a program it writes ``docs/reference/functions.md`` (zh-CN) and ``functions.en.md`` anew.
"""

from __future__ import annotations

from pathlib import Path

from expressions.library import entries
from expressions.messages import Locale
from expressions.overloads import name_of, signature_of
from expressions.registry import Entry, Overload, Parameter

#: File of the page per locale, below the folder of the documentation.
PAGES: dict[Locale, str] = {"zh-CN": "reference/functions.md", "en": "reference/functions.en.md"}

_FAMILIES = {
    "operators": ("运算符", "Operators"),
    "logic": ("判断", "Choosing"),
    "numbers": ("数字", "Numbers"),
    "text": ("文本", "Text"),
    "dates": ("日期与时刻", "Dates and instants"),
    "tables": ("阶梯表", "Tier tables"),
    "aggregates": ("汇总", "Aggregates"),
}
_KINDS = {
    "any": ("任意单值", "any single value"),
    "number": ("数字", "number"),
    "plain": ("数字（金额除外）", "number but money"),
    "boolean": ("是否", "boolean"),
    "integer": ("整数", "integer"),
    "decimal": ("小数", "decimal"),
    "money": ("金额", "money"),
    "text": ("文本", "text"),
    "option": ("选项", "option"),
    "date": ("日期", "date"),
    "instant": ("时刻", "instant"),
    "duration": ("时长", "duration"),
    "reference": ("关联", "reference"),
    "list": ("列表", "list"),
    "records": ("下级记录", "children"),
    "json": ("JSON", "JSON"),
    "unit": ("单位", "unit"),
    "places": ("位数", "places"),
    "table": ("阶梯表的键", "key of a tier table"),
    "calendar": ("日历的键", "key of a calendar"),
    "mode": ("方式", "mode"),
}


_HEADS: dict[Locale, tuple[str, str]] = {
    "zh-CN": (
        "# 函数与运算符",
        "本页由登记表生成，请勿手改；含义以 [expressions.md](../expressions.md) 为准。",
    ),
    "en": (
        "# Functions and operators",
        "Generated from the registry, not to be edited; the meaning is in [expressions.md](../expressions.md).",
    ),
}


def reference_page(locale: Locale) -> str:
    """The whole page as Markdown, families and entries in the order of the registry."""
    title, note = _HEADS[locale]
    lines = [title, "", note]
    families = list(dict.fromkeys(entry.family for entry in entries()))
    for family in families:
        lines += ["", f"## {_FAMILIES[family][locale == 'en']}"]
        for entry in entries():
            if entry.family == family:
                lines += ["", *_section(entry, locale)]
    return "\n".join(lines) + "\n"


def _section(entry: Entry, locale: Locale) -> list[str]:
    lines = [f"### `{name_of(entry)}`", "", entry.doc[locale], ""]
    lines += [
        f"- `{signature_of(entry, overload)}`{_types(overload, entry, locale)}"
        for overload in entry.overloads
    ]
    lines += [f"- `{example.text}` → `{example.value}`" for example in entry.examples]
    return lines


def _types(overload: Overload, entry: Entry, locale: Locale) -> str:
    parameters = (*overload.parameters, *entry.keywords.values())
    described = [f"{parameter.name}: {_kinds(parameter, locale)}" for parameter in parameters]
    return f" ({', '.join(described)})" if described else ""


def _kinds(parameter: Parameter, locale: Locale) -> str:
    names = " / ".join(_KINDS[kind][locale == "en"] for kind in parameter.kinds.split("|"))
    if not parameter.choices:
        return names
    if isinstance(parameter.choices[0], int):
        return f"{names} {parameter.choices[0]} … {parameter.choices[-1]}"
    return f"{names} {' '.join(str(choice) for choice in parameter.choices)}"


def write_pages(folder: Path) -> None:
    """Write every page below ``folder``."""
    for locale, name in PAGES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(reference_page(locale), encoding="utf-8")


if __name__ == "__main__":
    write_pages(Path(__file__).parents[1] / "docs")
