"""Names sort as people look them up."""

from __future__ import annotations

import ast
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from schema_store import pinyin
from schema_store.pinyin import SORT_LENGTH, sort_key


def test_order() -> None:
    names = ["张伟", "李四", "Zhang San", "张三", "阿里", "Bosch", "重庆银行", "长江", "123"]
    assert sorted(names, key=sort_key) == [
        "123", "阿里", "Bosch", "长江", "重庆银行", "李四", "Zhang San", "张三", "张伟",
    ]  # fmt: skip


def test_forms() -> None:
    assert sort_key("张三") == "zhang san"
    assert sort_key("重庆银行") == "chong qing yin hang"
    assert sort_key("Bosch") == "bosch"


@given(st.text(max_size=1_000))
def test_any_text_has_a_key(text: str) -> None:
    assert len(sort_key(text)) <= SORT_LENGTH


def test_the_library_is_imported_in_one_place_that_one_thread_enters() -> None:
    """Its modules import each other in a circle; a server that starts under load imported it half, and stayed so."""
    tree = ast.parse(Path(str(pinyin.__file__)).read_text("utf-8"))
    (guarded,) = [each for each in ast.walk(tree) if isinstance(each, ast.With)]
    assert ast.unparse(guarded.items[0].context_expr) == "_importing"

    def imports(node: ast.AST) -> list[str]:
        found = [each.module or "" for each in ast.walk(node) if isinstance(each, ast.ImportFrom)]
        return [module for module in found if module.startswith("pypinyin")]

    assert imports(tree) == imports(guarded) != []
