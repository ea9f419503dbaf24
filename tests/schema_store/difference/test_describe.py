"""Changes in words: every word of the document has a Chinese and an English one, and sentences read as meant."""

from __future__ import annotations

import typing
from typing import Any

import pytest
from hypothesis import given

from schema_store.difference.describe import describe_changes
from schema_store.difference.diff import diff
from schema_store.difference.vocabulary import ATTRIBUTES, FIELD_TYPE_WORDS, SECTIONS
from schema_store.document import AppDocument
from schema_store.document.base import Element, Model
from schema_store.field_types import FIELD_TYPES
from tests.schema_store.kit import document, entity, field, option, pad
from tests.schema_store.pairs import related


def _models(annotation: Any) -> typing.Iterator[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _models(argument)


def _vocabulary() -> tuple[set[str], set[str]]:
    """Sections and attributes that some document can hold."""
    sections: set[str] = set()
    attributes: set[str] = set()
    waiting, seen = [AppDocument], set()
    while waiting:
        model = waiting.pop()
        if model in seen:
            continue
        seen.add(model)
        for name, info in model.model_fields.items():
            below = list(_models(info.annotation))
            holds_elements = any(issubclass(kind, Element) for kind in below)
            (sections if holds_elements else attributes).add(info.alias or name)
            waiting += below
    return sections, attributes - {"id"}


def test_every_word_of_the_document_has_words() -> None:
    sections, attributes = _vocabulary()
    assert sections <= SECTIONS.keys()
    assert attributes <= ATTRIBUTES.keys()
    assert FIELD_TYPES.types.keys() == FIELD_TYPE_WORDS.keys()


NAMED = {"zh-CN": "客户", "en": "Customer"}


def customer(*fields: dict[str, Any], **more: Any) -> AppDocument:
    return document({**entity("customer", *fields), "label": NAMED}, **more)


def stages(*keys: str, **gates: Any) -> list[dict[str, Any]]:
    return [{**option(key), **({"gate": gates[key]} if key in gates else {})} for key in keys]


def sales(gate: dict[str, Any] | None) -> AppDocument:
    staged = stages("need", "quote", **({"quote": gate} if gate else {}))
    staged[1]["label"] = {"zh-CN": "报价", "en": "Quote"}
    pipeline = {
        **option("sales"),
        "label": {"zh-CN": "销售", "en": "Sales"},
        "entity": "customer",
        "field": "stage",
        "stages": staged,
        "initial": "need",
    }
    return customer(field("stage", "stage"), pipelines=[pipeline])


PHOTO = {"key": "photo", "id": pad("photo"), "label": {"zh-CN": "现场照片", "en": "Site photo"}}
PHONE = {"label": {"zh-CN": "电话", "en": "Phone"}}
MOBILE = {"label": {"zh-CN": "手机", "en": "Mobile"}}


@pytest.mark.parametrize(
    ("old", "new", "chinese", "english"),
    [
        (
            customer({**field("text", "phone"), **PHONE}),
            customer({**field("text", "phone"), **MOBILE}),
            "实体『客户』的字段『电话』改名为『手机』",
            "entity “Customer” › field “Phone” renamed to “Mobile”",
        ),
        (
            customer({**field("text", "phone"), **PHONE}),
            customer({**field("phone", "phone"), **PHONE}),
            "实体『客户』的字段『电话』的类型由单行文本改为电话",
            "entity “Customer” › field “Phone”: type changed from text to phone",
        ),
        (
            customer({**field("text", "phone"), **PHONE}),
            customer({**field("text", "mobile", "phone"), **PHONE}),
            "实体『客户』的字段『电话』的键由 phone 改为 mobile",
            "entity “Customer” › field “Phone”: key changed from phone to mobile",
        ),
        (
            customer({**field("text", "phone"), **PHONE}),
            customer({**field("text", "phone", required=True), **PHONE}),
            "实体『客户』的字段『电话』设为必填",
            "entity “Customer” › field “Phone”: required switched on",
        ),
        (
            customer({**field("text", "phone"), **PHONE}),
            customer(),
            "实体『客户』删除字段『电话』",
            "entity “Customer”: field “Phone” removed",
        ),
        (
            sales({"evidence": []}),
            sales({"evidence": [PHOTO]}),
            "流程『销售』的阶段『报价』新增证据『现场照片』",
            "pipeline “Sales” › stage “Quote”: new evidence “Site photo”",
        ),
        (
            sales(None),
            sales({"evidence": [PHOTO]}),
            "流程『销售』的阶段『报价』新增证据『现场照片』",
            "pipeline “Sales” › stage “Quote”: new evidence “Site photo”",
        ),
        (
            customer({**field("text", "a", length=20), **PHONE}),
            customer({**field("text", "a", length=30), **PHONE}),
            "实体『客户』的字段『电话』的长度由20改为30",
            "entity “Customer” › field “Phone”: length changed from 20 to 30",
        ),
        (
            customer(field("text", "a"), field("text", "b")),
            customer(field("text", "b"), field("text", "a")),
            "实体『客户』调整了字段的顺序",
            "entity “Customer”: the order of field changed",
        ),
        (
            customer(),
            customer(settings={"currency": "EUR"}),
            "应用的币种由『CNY』改为『EUR』",
            "App: currency changed from “CNY” to “EUR”",
        ),
    ],
)
def test_sentences(old: AppDocument, new: AppDocument, chinese: str, english: str) -> None:
    assert describe_changes(diff(old, new), "zh-CN") == [chinese]
    assert describe_changes(diff(old, new), "en") == [english]


@given(related(), related())
def test_every_change_has_a_sentence(old: AppDocument, new: AppDocument) -> None:
    changes = diff(old, new)
    for locale in ("zh-CN", "en"):
        sentences = describe_changes(changes, locale)
        assert len(sentences) >= len(changes)
        assert all(sentence and "{" not in sentence for sentence in sentences)
