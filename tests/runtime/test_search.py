"""What is found by which words: the tokens alone, and on both databases through the rights of who asks."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.search import MOST_WORDS, reindex, tokens_of, words_of
from schema_store.database import writing
from tests.api.crm import Crm, crm

__all__ = ["crm"]


def is_found(text: str, search: str) -> bool:
    tokens = tokens_of(text)
    words = words_of(search)
    return bool(words) and all(any(token.startswith(word) for token in tokens) for word in words)


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("上海华东医疗器械", "华东"),
        ("上海华东医疗器械", "华东医疗"),
        ("上海华东医疗器械", "械"),
        ("上海华东医疗器械", "hdyl"),
        ("上海华东医疗器械", "shh"),
        ("张三", "zs"),
        ("张三", "张"),
        ("张三", "三"),
        ("+8613812345678", "138"),
        ("+8613812345678", "5678"),
        ("+8613812345678", "12345"),
        ("Siemens Healthineers AG", "healthi sie"),
        ("ＡＢＣ公司", "abc"),
        ("lead-2026-0001", "0001"),
        ("Müller", "mül"),
    ],
)
def test_what_is_found(text: str, search: str) -> None:
    assert is_found(text, search)


@pytest.mark.parametrize(
    ("text", "search"),
    [("张三", "李"), ("张三", "sz"), ("华东", "东华"), ("abc", "bc"), ("abc", "，。"), ("abc", "")],
)
def test_what_is_not_found(text: str, search: str) -> None:
    assert not is_found(text, search)


@given(st.text(max_size=60))
def test_every_text_is_found_by_its_own_beginning(text: str) -> None:
    words = words_of(text)
    assert len(words) <= MOST_WORDS
    assert not words or is_found(text, text)


@pytest.fixture(scope="module")
def found(crm: Crm) -> Crm:
    crm.insert_many(
        "lead",
        [
            {"owner": "rep1", "name": "张三丰", "phone": "+8613812345678", "company": "武当医院"},
            {
                "owner": "rep1",
                "name": "李四光",
                "phone": "+8613912340000",
                "company": 'General (East) "AND" Ltd',
            },
            {"owner": "rep3", "name": "张无忌", "phone": "+8613812349999", "company": "明教医院"},
        ],
    )
    ids = [UUID(row["id"]) for row in crm.items("admin", "/records/lead")]
    with writing(crm.engine) as connection:
        reindex(connection, crm.served, "lead", ids)
        reindex(connection, crm.served, "lead", ids)  # a second time replaces, not adds
    return crm


@pytest.mark.parametrize(
    ("who", "search", "wanted"),
    [
        ("admin", "张", ["张三丰", "张无忌"]),
        ("rep1", "张", ["张三丰"]),
        ("admin", "医院", ["张三丰", "张无忌"]),
        ("admin", "医院 138 5678", ["张三丰"]),
        ("admin", "zwj", ["张无忌"]),
        ("admin", 'east "AND" OR', []),
        ("admin", "east and ltd", ["李四光"]),
        ("admin", "'); DROP TABLE x; --", []),
        ("admin", "-", []),
        ("admin", "nothing", []),
    ],
)
def test_records_are_found_through_rights(found: Crm, who: str, search: str, wanted: list[str]) -> None:
    answer = found.get(who, f"/records/lead?sort=name&count=exact&search={quote(search)}")
    assert answer.status == 200, answer.body
    assert sorted(item["name"] for item in answer.json["items"]) == sorted(wanted)
    assert answer.json["count"] == {"value": len(wanted), "exact": True}
