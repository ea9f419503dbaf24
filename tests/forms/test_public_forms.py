"""The public form of the shipped template and one with every kind of field: questions, answers, pages."""

from __future__ import annotations

from typing import Any

import pytest

from forms.answering import TICKET, TRAP, UnknownName, gather, wire_of
from forms.asking import Choice, Question, questions_of
from forms.pages import Frame, form_page, said_page
from schema_store.analysis.analysis import Analysis
from schema_store.compile.app import build_app
from schema_store.compiled.app import App
from schema_store.compiled.forms import CompiledPublicForm
from schema_store.document import AppDocument
from schema_store.ids import with_ids
from schema_store.structure.load import load_document
from templates import read_template
from tests.schema_store.documents import field, label

OPTIONS = [
    {"key": "tile", "label": label("tile")},
    {"key": "glass", "label": label("glass")},
    {"key": "old", "label": label("old"), "active": False},
]
FIELDS = [
    field("text", "name", required=True, length=80),
    field("phone", "phone"),
    field("long_text", "need", length=400, help={"zh-CN": "请写明用途", "en": "What for"}),
    field("integer", "count", default=1),
    field("money", "budget"),
    field("percent", "share"),
    field("date", "day"),
    field("instant", "visit"),
    field("boolean", "agree"),
    field("option", "kind", options=OPTIONS),
    field("options", "kinds", options=OPTIONS),
    field("region", "region"),
]
KEYS = [each["key"] for each in FIELDS]
REGIONS = (Choice("r1", "上海", "华东"), Choice("r3", "北京", "华北"), Choice("r2", "杭州", "华东"))


def made(**more: Any) -> tuple[App, CompiledPublicForm]:
    entity = {"key": "lead", "label": label("lead"), "fields": FIELDS}
    form = {"key": "ask", "label": label("ask"), "entity": "lead", "fields": KEYS, **more}
    document = {"key": "toy", "label": label("toy"), "entities": [entity], "public_forms": [form]}
    app = build_app(Analysis(with_ids(AppDocument.model_validate(document))), 1)
    return app, app.public_forms["ask"]


def asked(**more: Any) -> dict[str, Question]:
    app, form = made()
    return {each.key: each for each in questions_of(app, form, "zh-CN", REGIONS, **more)}


def test_each_type_has_its_input() -> None:
    found = asked()
    assert list(found) == KEYS
    kinds = {key: (each.kind, each.input) for key, each in found.items()}
    assert kinds["phone"] == ("line", "tel")
    assert kinds["day"] == ("line", "date")
    assert kinds["visit"] == ("line", "datetime-local")
    assert [kinds[key][0] for key in ("need", "kind", "kinds", "region", "agree")] == [
        "text",
        "choice",
        "choices",
        "choice",
        "tick",
    ]
    assert found["phone"].attributes["inputmode"] == found["phone"].attributes["autocomplete"] == "tel"
    assert found["budget"].attributes["inputmode"] == "decimal"
    assert (found["budget"].unit, found["share"].unit) == ("元", "%")
    assert found["name"].required
    assert not found["phone"].required
    assert found["name"].attributes["maxlength"] == "80"
    assert found["need"].help == "请写明用途"


def test_choices_are_those_in_use_and_regions_stand_under_their_headings_in_order() -> None:
    found = asked()
    assert [each.value for each in found["kind"].choices] == ["tile", "glass"]
    assert {
        heading: [each.label for each in choices] for heading, choices in found["region"].groups.items()
    } == {
        "华东": ["上海", "杭州"],
        "华北": ["北京"],
    }


def test_defaults_are_shown_until_something_was_typed() -> None:
    assert asked()["count"].value == "1"
    assert asked(typed={})["count"].value == ""


def test_what_was_typed_becomes_json_values() -> None:
    app, form = made()
    typed = {
        "name": [" 王芳 "],
        "phone": ["138 0000 0000"],
        "need": [""],
        "count": ["１２"],
        "budget": ["￥12,000.50"],
        "share": ["15%"],
        "day": ["2026-03-05"],
        "visit": ["2026-03-05T09:30"],
        "agree": ["1"],
        "kind": ["tile"],
        "kinds": ["tile", "glass"],
    }
    assert wire_of(app, form, typed) == {
        "name": "王芳",
        "phone": "138 0000 0000",
        "count": "12",
        "budget": "12000.50",
        "share": "0.15",
        "day": "2026-03-05",
        "visit": "2026-03-05T09:30:00+08:00",
        "agree": True,
        "kind": "tile",
        "kinds": ["tile", "glass"],
    }
    assert wire_of(app, form, {}) == {}


@pytest.mark.parametrize("text", ["1e5", "Infinity", "NaN", "abc", "--1", "12.3.4"])
def test_a_number_that_is_none_is_left_for_the_engine_to_refuse(text: str) -> None:
    app, form = made()
    found = wire_of(app, form, {"budget": [text], "count": [text]})
    fields = app.entities["lead"].fields
    for key in ("budget", "count"):
        with pytest.raises(ValueError, match=r"bad_format|wrong_type"):
            fields[key].decode(found[key])


def test_names_that_the_form_does_not_ask_for_are_refused() -> None:
    _, form = made()
    typed, ticket, is_trapped = gather(form, [("name", "a"), (TICKET, "t"), ("kinds", "tile"), (TRAP, " ")])
    assert (typed, ticket, is_trapped) == ({"name": ["a"], "kinds": ["tile"]}, "t", False)
    assert gather(form, [(TRAP, "http://x")])[2]
    for name in ("owner_id", "stage", "id", "__proto__"):
        with pytest.raises(UnknownName):
            gather(form, [(name, "x")])
    with pytest.raises(UnknownName):
        gather(form, [("kinds", "tile")] * 201)


def test_a_page_keeps_what_was_typed_escaped_with_the_complaint_beside_it() -> None:
    app, form = made(autocomplete={"name": "name"})
    evil = '<script>alert(1)</script>" onfocus="x'
    typed = {"name": [evil], "need": ["</textarea><b>"], "region": ["r2"], "kinds": ["glass"]}
    questions = questions_of(app, form, "en", REGIONS, typed, {"phone": "This is needed"})
    page = form_page(Frame("en", "Toy", "Register", "Leave your contact", "?lang=zh-CN"), questions, "ticket")
    assert "<script" not in page
    assert 'onfocus="' not in page
    assert "</textarea><b>" not in page
    assert "&lt;script&gt;" in page
    assert 'autocomplete="name"' in page
    assert '<option value="r2" selected>' in page
    assert 'name="kinds" value="glass" checked' in page
    assert 'id="f_phone_error">This is needed' in page
    assert 'aria-invalid="true" aria-describedby="f_phone_error' in page
    assert "Please look at what is marked: 1" in page
    assert f'name="{TICKET}" value="ticket"' in page
    assert "style=" not in page
    assert "<style" not in page


def test_the_template_asks_at_the_fair_in_both_languages() -> None:
    document, complaints = load_document(read_template("crm"))
    assert document is not None, complaints
    app = build_app(Analysis(with_ids(document)), 1)
    form = app.public_forms["fair_lead"]
    zh = form_page(Frame("zh-CN", "", "展会登记"), questions_of(app, form, "zh-CN"), "t")
    en = form_page(Frame("en", "", "Trade fair"), questions_of(app, form, "en"), "t")
    assert '<label for="f_name">姓名<b class="star" title="必填">*</b></label>' in zh
    assert '<label for="f_phone">Phone</label>' in en
    assert 'lang="en"' in en


def test_a_page_that_only_says_something() -> None:
    page = said_page(Frame("zh-CN", "斗拱", "提交成功", "谢谢"), again=("?s=stand-3&lang=en", "再登记一位"))
    assert 'href="?s=stand-3&amp;lang=en"' in page
    assert "提交成功" in page
    assert "再登记" not in said_page(Frame("zh-CN", "斗拱", "页面不存在"), tone="sorry")
