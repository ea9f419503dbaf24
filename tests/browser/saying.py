"""The words of screens in the language of whoever sits there, from the texts of the web part and of the template."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from tests.browser.finding import ROOT


@lru_cache(maxsize=1)
def _english() -> dict[str, str]:
    """The English of each Chinese text; of the same Chinese the first."""
    screens = [
        dict(_texts(json.loads((ROOT / f"web/src/locales/{name}.json").read_text("utf-8"))))
        for name in ("zh-CN", "en")
    ]
    found = {text: screens[1][key] for key, text in screens[0].items()}
    template = json.loads((ROOT / "templates/crm_template.json").read_text("utf-8"))
    # Of the same Chinese, what entities and stages are called goes before figures, pages and options.
    named = [*template["entities"], *(stage for each in template["pipelines"] for stage in each["stages"])]
    labels = {each["label"]["zh-CN"]: each["label"]["en"] for each in reversed(named)}
    for chinese, english in _labels(template):
        labels.setdefault(chinese, english)
    return labels | found


def _texts(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if isinstance(value, dict):
            yield from _texts(value, f"{path}{key}.")
        else:
            yield path + key, value


def _labels(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict) and {"en", "zh-CN"} <= node.keys():
        yield node["zh-CN"], node["en"]
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for each in children:
        yield from _labels(each)


def said(locale: str, chinese: str, **words: str) -> str:
    """A text as it stands on the screen; ``words`` are Chinese too. Names that are data are the same everywhere."""
    text = chinese if locale.startswith("zh") else _english().get(chinese, chinese)
    for name, word in words.items():
        own = word if locale.startswith("zh") else _english().get(word, word)
        text = text.replace("{{" + name + "}}", own)
    return text
