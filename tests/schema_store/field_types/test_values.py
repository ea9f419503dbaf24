"""What each type takes, what it makes of it, and which code it refuses the rest with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressions.storage import column_type
from expressions.types import JSON
from schema_store.field_types import FIELD_TYPES
from schema_store.field_types.base import FieldTypeRegistry, FieldValueError, Surroundings
from schema_store.field_types.codes import CodePatternError, format_code, parse_code_pattern
from schema_store.field_types.structured import check_json_schema
from schema_store.field_types.text import check_pattern
from schema_store.field_types.words import VALUE_SENTENCES, WORDS
from tests.schema_store.field_samples import AROUND, OPTIONS, SAMPLES, A, spec_of

CHOICE = {"options": OPTIONS}


@pytest.mark.parametrize(
    ("spec", "wire", "expected"),
    [
        (spec_of("text"), " a\u0301\u3000", "á"),
        (spec_of("text"), " \t", None),
        (spec_of("long_text"), "a\r\nb\rc\n", "a\nb\nc"),
        (spec_of("text", pattern="[A-Z]{2}[0-9]+"), "AB12", "AB12"),
        (spec_of("integer"), "0012", 12),
        (spec_of("integer"), 5.0, 5),
        (spec_of("integer"), "-0", 0),
        (spec_of("decimal"), 12, Decimal("12.00")),
        (spec_of("decimal"), 0.1, Decimal("0.10")),
        (spec_of("decimal"), "-0.0", Decimal("0.00")),
        (spec_of("decimal", scale=1), "1.50", Decimal("1.5")),
        (spec_of("money", scale=0, digits=15), 999999999999999, Decimal(999999999999999)),
        (spec_of("percent"), "0.15", Decimal("0.1500")),
        (spec_of("date"), "2028-02-29", date(2028, 2, 29)),
        (spec_of("instant"), "2026-03-31t12:00:00.5+08:00", datetime(2026, 3, 31, 4, 0, 0, 500_000, UTC)),
        (spec_of("instant"), "2026-03-31 12:00Z", datetime(2026, 3, 31, 12, tzinfo=UTC)),
        (spec_of("instant"), "2026-03-31T12:00:00.123456000Z", datetime(2026, 3, 31, 12, 0, 0, 123_456, UTC)),
        (spec_of("options", **CHOICE), [], None),
        (spec_of("options", **CHOICE), ["web", "fair"], ("web", "fair")),
        (spec_of("tags"), [" 展会 ", ""], ("展会",)),
        (spec_of("links", entity="a"), [str(A).upper()], (A,)),
        (spec_of("url"), "HTTPS://Example.com/ä?b=c#d", "https://Example.com/ä?b=c#d"),
        (spec_of("url"), "http://[::1]:8080/", "http://[::1]:8080/"),
        (spec_of("email"), "Li.Si+x@MAIL.Example.COM", "Li.Si+x@mail.example.com"),
        (spec_of("phone", country="US"), "415 555 2671", "+14155552671"),
        (spec_of("translated_text"), {"en": " x ", "zh-CN": ""}, {"en": "x"}),
        (spec_of("json"), False, False),
        (spec_of("json", json_schema={"type": "object", "required": ["w"]}), {"w": 1}, {"w": 1}),
    ],
)
def test_taken(spec: Any, wire: Any, expected: Any) -> None:
    value = FIELD_TYPES.of(spec).decode(spec, AROUND, wire)
    assert value == expected
    assert str(value) == str(expected)


@pytest.mark.parametrize(
    ("spec", "wire", "code"),
    [
        (spec_of("text"), 5, "wrong_type"),
        (spec_of("text"), "a\nb", "contains_control"),
        (spec_of("text"), "a\0", "contains_control"),
        (spec_of("text"), "\ud800", "contains_control"),
        (spec_of("text", length=2), "abc", "too_long"),
        (spec_of("text", pattern="[A-Z]"), "AB", "bad_format"),
        (spec_of("text", pattern="a|b"), "ab", "bad_format"),
        (spec_of("integer"), True, "wrong_type"),
        (spec_of("integer"), 10**15, "too_many_digits"),
        (spec_of("integer"), 5.5, "too_precise"),
        (spec_of("integer"), "1e3", "bad_format"),
        (spec_of("integer"), "1,000", "bad_format"),
        (spec_of("integer", minimum=1), 0, "too_small"),
        (spec_of("decimal", maximum="9.99"), "10", "too_big"),
        (spec_of("decimal"), 0.1 + 0.2, "too_precise"),
        (spec_of("decimal"), "1.005", "too_precise"),
        (spec_of("decimal"), "1" * 14, "too_many_digits"),
        (spec_of("decimal"), float("nan"), "bad_format"),
        (spec_of("boolean"), "true", "wrong_type"),
        (spec_of("boolean"), 1, "wrong_type"),
        (spec_of("date"), "2026-02-29", "no_such_date"),
        (spec_of("date"), "2026-3-1", "bad_format"),
        (spec_of("date"), "2026-03-31T00:00:00Z", "bad_format"),
        (spec_of("instant"), "2026-03-31T12:00:00", "bad_format"),
        (spec_of("instant"), "2026-03-31T12:00:00.1234567Z", "too_precise"),
        (spec_of("instant"), "0001-01-01T00:00:00+08:00", "out_of_range"),
        (spec_of("instant"), "2026-02-29T00:00:00Z", "no_such_date"),
        (spec_of("option", **CHOICE), "nowhere", "not_an_option"),
        (spec_of("option", **CHOICE), "old", "inactive_option"),
        (spec_of("option", **CHOICE), "展会", "not_an_option"),
        (spec_of("option", **CHOICE), ["web"], "wrong_type"),
        (spec_of("options", **CHOICE), "web", "wrong_type"),
        (spec_of("options", **CHOICE), ["web", "web"], "twice"),
        (spec_of("stage"), "gone", "not_an_option"),
        (spec_of("reference", entity="a"), "01890a5dac96774bbcceb302099a8057", "not_a_uuid"),
        (spec_of("reference", entity="a"), 7, "wrong_type"),
        (spec_of("files", maximum=1), [str(A), str(A)], "too_many"),
        (spec_of("images"), [str(A), str(A)], "twice"),
        (spec_of("tags"), ["x" * 41], "too_long"),
        (spec_of("phone"), "12345", "bad_phone"),
        (spec_of("email"), "li@localhost", "bad_email"),
        (spec_of("email"), "li si@example.com", "bad_email"),
        (spec_of("email"), "@example.com", "bad_email"),
        (spec_of("email"), ".li@example.com", "bad_email"),
        (spec_of("url"), "ftp://example.com", "bad_url"),
        (spec_of("url"), "https:///path", "bad_url"),
        (spec_of("url"), "https://user:pw@example.com", "bad_url"),
        (spec_of("url"), "https://a b.com", "bad_url"),
        (spec_of("url"), "javascript:alert(1)//http://a", "bad_url"),
        (spec_of("translated_text"), {"fr": "x"}, "unknown_locale"),
        (spec_of("translated_text"), "x", "wrong_type"),
        (spec_of("json"), {"a": "\0"}, "contains_control"),
        (spec_of("json"), ["x" * 200_001], "too_long"),
        (spec_of("json"), 10**61, "too_many_digits"),
        (spec_of("json", json_schema={"type": "object"}), [], "schema_mismatch"),
        (spec_of("json", json_schema={"$ref": "http://example.invalid/x"}), [], "schema_mismatch"),
        (spec_of("json", json_schema={"$ref": "#"}), [], "schema_mismatch"),
        (SAMPLES["formula"].spec, "1.00", "computed"),
        (SAMPLES["code"].spec, "KH-001", "computed"),
    ],
)
def test_refused(spec: Any, wire: Any, code: str) -> None:
    with pytest.raises(FieldValueError) as caught:
        FIELD_TYPES.of(spec).decode(spec, AROUND, wire)
    assert caught.value.code == code
    assert all(sentence.format(**caught.value.params) for sentence in VALUE_SENTENCES[code])


def test_every_type_has_its_words() -> None:
    assert set(WORDS) == set(FIELD_TYPES.types)
    assert all(
        kind.key == key and kind.spec is type(SAMPLES[key].spec) for key, kind in FIELD_TYPES.types.items()
    )


def test_a_key_is_registered_once() -> None:
    registry = FieldTypeRegistry()
    registry.add(FIELD_TYPES.types["text"])
    with pytest.raises(ValueError, match="twice"):
        registry.add(FIELD_TYPES.types["text"])


def test_parts_beside_the_value() -> None:
    spec = spec_of("text", name_like=True, normalise="company")
    kind = FIELD_TYPES.of(spec)
    assert kind.derive(spec, AROUND, "华为技术有限公司") == {
        "sort": "hua wei ji shu you xian gong si",
        "norm": "华为技术",
    }
    assert kind.derive(spec, AROUND, "。") == {"sort": "。", "norm": None}
    mail = spec_of("email")
    assert FIELD_TYPES.of(mail).derive(mail, AROUND, "Li@example.com") == {"norm": "li@example.com"}


def test_volatile_formulas_have_no_column_and_no_index() -> None:
    spec, now = SAMPLES["formula"].spec, Surroundings(volatile=True)
    kind = FIELD_TYPES.of(spec)
    assert kind.columns(spec, now) == ()
    assert kind.language_type(spec, now) == kind.language_type(spec, AROUND)
    refusal = kind.refusal(spec, now, "index")
    assert refusal is not None
    assert refusal.code == "volatile"


def test_references_are_foreign_keys_of_the_app_only() -> None:
    targets = {
        key: [column.references for column in sample.kind.columns(sample.spec, AROUND)]
        for key, sample in SAMPLES.items()
    }
    assert {key: names for key, names in targets.items() if any(names)} == {"reference": ["account"]}


def test_patterns_take_time_in_proportion_to_the_text() -> None:
    spec = spec_of("text", length=1_000, pattern="(a+)+b")
    with pytest.raises(FieldValueError, match="bad_format"):
        FIELD_TYPES.of(spec).decode(spec, AROUND, "a" * 1_000)


@pytest.mark.parametrize("pattern", ["(", "(?=a)", r"(a)\1", "a)|(b", "a{1000000000}"])
def test_patterns_that_cannot_be_run_are_found(pattern: str) -> None:
    assert check_pattern(pattern)


def test_good_patterns() -> None:
    assert check_pattern(r"[A-Z]{2}-\d+|无") is None


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({"type": "object", "properties": {"w": {"type": "integer"}}}, None),
        ({"$defs": {"x": {"type": "integer"}}, "items": {"$ref": "#/$defs/x"}}, None),
        ({"type": "objekt"}, "objekt"),
        ({"$ref": "http://example.invalid/x"}, "#/$defs/"),
        ({"properties": {"a": {"pattern": "(a+)+"}}}, "pattern"),
        ({"patternProperties": {"(a+)+": {}}}, "patternProperties"),
    ],
)
def test_json_schemas(schema: dict[str, Any], problem: str | None) -> None:
    found = check_json_schema(schema)
    assert (found is None) if problem is None else (found is not None and problem in found)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_json_with_backslashes_is_stored(dialect: str) -> None:
    spec = spec_of("json")
    value = FIELD_TYPES.of(spec).decode(spec, AROUND, {"path": "C:\\u0000"})
    assert column_type(JSON).encode(value, dialect)
    with pytest.raises(ValueError, match="U\\+0000"):
        column_type(JSON).encode({"path": "\\\0"}, dialect)


class TestCodes:
    def test_written(self) -> None:
        pattern = parse_code_pattern("KH-{YYYY}{MM}-{seq:5}")
        assert format_code(pattern, 42, date(2026, 3, 1)) == "KH-202603-00042"
        assert pattern.prefix(date(2026, 3, 1)) == "KH-202603-{seq}"
        assert format_code(pattern, 123_456, date(2026, 3, 1)) == "KH-202603-123456"

    def test_the_sequence_restarts_when_the_rest_changes(self) -> None:
        pattern = parse_code_pattern("{seq:4}/{YY}{MM}{DD}")
        assert pattern.prefix(date(2026, 3, 1)) != pattern.prefix(date(2026, 3, 2))
        yearly = parse_code_pattern("{YYYY}-{seq:4}")
        assert yearly.prefix(date(2026, 3, 1)) == yearly.prefix(date(2026, 12, 31))

    @pytest.mark.parametrize(
        ("pattern", "code"),
        [
            ("KH-{YYYY}", "no_sequence"),
            ("{seq:2}-{seq:3}", "two_sequences"),
            ("{seq}", "unknown_part"),
            ("{week}{seq:3}", "unknown_part"),
            ("{seq:0}", "bad_width"),
            ("{seq:13}", "bad_width"),
            ("{{seq:3}}", "stray_brace"),
            ("KH}{seq:3}", "stray_brace"),
            (" KH-{seq:3}", "bad_character"),
            ("K\n{seq:3}", "bad_character"),
        ],
    )
    def test_bad_patterns(self, pattern: str, code: str) -> None:
        with pytest.raises(CodePatternError) as caught:
            parse_code_pattern(pattern)
        assert caught.value.code == code

    @given(
        st.lists(st.sampled_from(["K", "-", "{YYYY}", "{MM}", "{DD}", "7"]), max_size=5),
        st.integers(1, 10**6),
        st.integers(1, 10**6),
        st.dates(),
        st.dates(),
    )
    def test_two_numbers_are_never_the_same(
        self, parts: list[str], one: int, two: int, first: date, second: date
    ) -> None:
        pattern = parse_code_pattern("".join([*parts, "{seq:3}", *parts]))
        same_place = (one, pattern.prefix(first)) == (two, pattern.prefix(second))
        assert (format_code(pattern, one, first) == format_code(pattern, two, second)) == same_place

    def test_it_starts_at_one(self) -> None:
        with pytest.raises(ValueError, match="starts at 1"):
            format_code(parse_code_pattern("{seq:3}"), 0, date(2026, 1, 1))
