"""One search over everything that somebody may read."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.api.crm import Crm, crm

__all__ = ["crm"]


def made(crm: Crm, who: str, entity: str, values: dict[str, Any]) -> str:
    answer = crm.as_(who).post(f"/apps/crm/records/{entity}", values)
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


def found(crm: Crm, who: str, text: str, words: str = "") -> list[dict[str, Any]]:
    return crm.items(who, f"/search?text={quote(text)}{words}")


@pytest.fixture(scope="module")
def ids(crm: Crm) -> dict[str, str]:
    """Records of three people in which somebody looks for 瓷砖胶."""
    body = "先问基层再问工期。旧墙翻新要先做界面处理，瓷砖胶推荐 C2 型，客户嫌贵时讲返工的钱。"
    return {
        "lead": made(crm, "rep1", "lead", {"name": "瓷砖胶采购张工", "phone": "13800009001"}),
        "foreign": made(crm, "rep3", "lead", {"name": "瓷砖胶王工", "phone": "13800009002"}),
        "script": made(crm, "service", "article", {"name": "翻新话术", "kind": "script", "body": body}),
    }


def test_titles_and_texts_are_found_with_the_place(crm: Crm, ids: dict[str, str]) -> None:
    hits = {each["id"]: each for each in found(crm, "rep1", "瓷砖胶")}
    assert set(hits) == {ids["lead"], ids["script"]}
    assert hits[ids["lead"]] == {
        "entity": "lead", "id": ids["lead"], "name": "瓷砖胶采购张工", "excerpt": None,
    }  # fmt: skip
    excerpt = hits[ids["script"]]["excerpt"]
    assert excerpt["field"] == "body"
    assert excerpt["text"].startswith("…")
    assert "瓷砖胶推荐 C2 型" in excerpt["text"]
    assert {each["id"] for each in found(crm, "rep3", "瓷砖胶")} == {ids["foreign"], ids["script"]}


def test_so_many_of_each_and_none_of_nothing(crm: Crm, ids: dict[str, str]) -> None:
    assert [each["entity"] for each in found(crm, "admin", "瓷砖胶", "&each=1")] == ["lead", "article"]
    assert found(crm, "rep1", "没有这样的词") == []
    assert found(crm, "rep1", "  ") == []


def test_for_whom_there_is_no_app_there_is_no_search(crm: Crm, ids: dict[str, str]) -> None:
    none = crm.get("nobody", f"/search?text={quote('瓷砖胶')}")
    unknown = crm.as_("nobody").get(f"/apps/none/search?text={quote('瓷砖胶')}")
    assert (none.status, none.body) == (404, unknown.body)
    for words in ("", "?text=", f"?text={'x' * 201}", "?text=x&each=11", "?text=x&entity=lead"):
        assert crm.get("rep1", f"/search{words}").status == 400
