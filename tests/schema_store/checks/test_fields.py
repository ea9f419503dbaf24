"""Fields one by one."""

from __future__ import annotations

import pytest

from schema_store.checks.fields import has_nested_repetition
from tests.schema_store.checks.cases import Case, at, complaints, verify
from tests.schema_store.documents import Json, field
from tests.schema_store.sales import item, options

TAG = "/entities/4/fields/-"
NEW = "/entities/4/fields/1"


def new(code: str, at: str, added: Json) -> Case:
    """A field added to the tag entity, and the complaint about it."""
    return Case(code, {TAG: added}, NEW + at)


CASES = [
    new("field.range", "/minimum", field("integer", "n", minimum=2, maximum=1)),
    new("field.range", "/minimum", field("decimal", "n", minimum="0.2", maximum="0.1")),
    new("field.digits", "/scale", field("decimal", "n", digits=2, scale=3)),
    new("field.bad_pattern", "/pattern", field("text", "t", pattern="(")),
    new("field.bad_pattern", "/pattern", field("text", "t", pattern="[[a]")),
    new("field.slow_pattern", "/pattern", field("text", "t", pattern="^(a+)+$")),
    Case(
        "field.options_twice",
        {f"{at('customer', 'grade')}/options": options("x")},
        f"{at('customer', 'grade')}/option_set",
    ),
    new("field.no_options", "", field("option", "o")),
    new(
        "field.no_options",
        "/result/options",
        field("formula", "f", expression="null", result={"type": "option"}),
    ),
    new("field.no_active_option", "", field("options", "o", options=[item("a", active=False)])),
    new("field.code_word", "/pattern", field("code", "code", pattern="T{YEAR}{seq:3}")),
    new("field.code_word", "/pattern", field("code", "code", pattern="T{seq:3")),
    new("field.code_sequence", "/pattern", field("code", "code", pattern="T{YY}")),
    new("field.code_sequence", "/pattern", field("code", "code", pattern="{seq:2}{seq:2}")),
    new("field.bad_schema", "/json_schema/type", field("json", "j", json_schema={"type": "objekt"})),
    new(
        "field.clear_required",
        "/on_delete",
        field(
            "reference",
            "r",
            entity="lead",
            required=True,
            on_delete="clear",
            purpose={"action": {"en": "x", "zh-CN": "x"}},
        ),
    ),
    new(
        "field.default_twice", "/default_expression", field("integer", "n", default=1, default_expression="1")
    ),
    new(
        "field.default_computed",
        "/default",
        field("formula", "f", expression="1 + 1", result={"type": "integer"}, default=3),
    ),
    new(
        "field.completion_search", "/completion/source", field("text", "t", completion={"source": "contract"})
    ),
    new(
        "field.completion_like",
        "/completion/values/t",
        field("text", "t", completion={"source": "lead", "values": {"t": "customer"}}),
    ),
    new(
        "field.completion_link",
        "/completion/link",
        field("text", "t", completion={"source": "lead", "link": "t"}),
    ),
    new(
        "field.phrases_text",
        "/phrases/text",
        field("long_text", "t", phrases={"entity": "lead", "text": "customer"}),
    ),
    new("field.no_unique", "/unique", field("text", "t", length=1000, unique=True)),
    new("field.no_index", "/indexed", field("json", "j", indexed=True)),
    new("value.invalid", "/default", field("integer", "n", default="many")),
    new("value.invalid", "/default", field("option", "o", options=options("a"), default="b")),
    new("field.unused_required", "/required", field("text", "t", required=True)),
    Case(
        "field.no_unique",
        {"/entities/2/uniques": [{"key": "u", "fields": ["note"]}]},
        "/entities/2/uniques/0/fields/0",
    ),
    Case("field.no_index", {"/entities/2/indexes/0/fields/0": "extra"}, "/entities/2/indexes/0/fields/0"),
    Case("entity.time_field", {"/entities/2/time_field": "name"}, "/entities/2/time_field"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    verify(case)


@pytest.mark.parametrize("pattern", ["(a+)+", "(a*)*", "((ab)*c){2,}", r"^(\w+\s?)*$", "(a|b+)+", "((a+))*"])
def test_a_repetition_of_a_repetition(pattern: str) -> None:
    assert has_nested_repetition(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r"^\S+$", "(ab)+", r"(a{1,3}){1,3}", r"[a+]+([*+]x)+", r"(\+)+", "a+b+c*", "([]+])+", r"(a+)b+"],
)
def test_no_repetition_of_a_repetition(pattern: str) -> None:
    assert not has_nested_repetition(pattern)


@pytest.mark.parametrize("kind", ["date", "instant"])
def test_windows_look_at_dates_and_instants_computed_ones_too(kind: str) -> None:
    formula = field(
        "formula",
        "day",
        expression="DATE(created_at)" if kind == "date" else "created_at",
        result={"type": kind},
    )
    assert complaints({TAG: formula, "/entities/4/time_field": "day"}) == []


def test_a_deeply_nested_json_schema_is_a_complaint_and_no_crash() -> None:
    schema: Json = {"type": "object"}
    for _ in range(300):
        schema = {"items": schema}
    codes = {each.code for each in complaints({TAG: field("json", "j", json_schema=schema)})}
    assert codes <= {"field.bad_schema"}


def test_a_use_of_any_kind_is_a_use() -> None:
    required = field("text", "t", required=True)
    assert complaints({TAG: required, "/entities/4/search_fields/-": "t"}) == []
    assert complaints({TAG: {**required, "purpose": {"action": {"zh-CN": "看", "en": "look"}}}}) == []
