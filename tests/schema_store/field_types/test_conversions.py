"""What a value becomes when its field changes type, and that nothing is lost where that is promised."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_store.field_types import FIELD_TYPES
from schema_store.field_types.base import Conversion, FieldValueError, Refusal, Surroundings
from tests.schema_store.field_samples import AROUND, KEYS, NOON, OPTIONS, SAMPLES, A, B, spec_of

MORE = [*OPTIONS, {"key": "mail", "label": {"en": "Mail"}}]
TEXT, LONG, CHOICE = spec_of("text"), spec_of("long_text"), spec_of("option", options=OPTIONS)


def conversion(old: Any, new: Any, around: Surroundings = AROUND) -> Conversion:
    outcome = FIELD_TYPES.of(new).convert_from(old, new, around)
    assert isinstance(outcome, Conversion), outcome
    return outcome


@pytest.mark.parametrize(
    ("old", "new", "value", "expected"),
    [
        (spec_of("integer"), spec_of("decimal"), 5, Decimal("5.00")),
        (spec_of("decimal"), spec_of("integer"), Decimal("5.00"), 5),
        (spec_of("money"), spec_of("percent"), Decimal("0.15"), Decimal("0.1500")),
        (TEXT, spec_of("decimal"), "-12.5", Decimal("-12.50")),
        (spec_of("decimal"), TEXT, Decimal("-12.50"), "-12.50"),
        (spec_of("boolean"), spec_of("integer"), True, 1),
        (spec_of("boolean"), TEXT, False, "false"),
        (TEXT, spec_of("boolean"), "是", True),
        (TEXT, spec_of("boolean"), "No", False),
        (spec_of("integer"), spec_of("boolean"), 0, False),
        (spec_of("date"), TEXT, date(2026, 3, 31), "2026-03-31"),
        (TEXT, spec_of("date"), "2026-03-31", date(2026, 3, 31)),
        (spec_of("date"), spec_of("instant"), date(2026, 3, 31), datetime(2026, 3, 30, 16, tzinfo=UTC)),
        (spec_of("instant"), spec_of("date"), datetime(2026, 3, 30, 16, tzinfo=UTC), date(2026, 3, 31)),
        (spec_of("instant"), TEXT, NOON, "2026-03-31T04:00:00Z"),
        (LONG, TEXT, "一\n二", "一 二"),
        (TEXT, CHOICE, "web", "web"),
        (TEXT, CHOICE, " 网络", "web"),
        (TEXT, CHOICE, "TRADE FAIR", "fair"),
        (TEXT, CHOICE, "old", "old"),
        (CHOICE, TEXT, "web", "web"),
        (TEXT, spec_of("options", options=OPTIONS), "展会、web;fair\uff1bweb", ("fair", "web")),
        (spec_of("options", options=OPTIONS), CHOICE, ("web",), "web"),
        (CHOICE, spec_of("tags"), "web", ("web",)),
        (TEXT, spec_of("tags"), "高意向, 展会\uff0c高意向", ("高意向", "展会")),
        (spec_of("tags"), TEXT, ("a", "b"), "a, b"),
        (TEXT, spec_of("stage"), "赢单", "won"),
        (spec_of("reference", entity="a"), spec_of("links", entity="a"), A, (A,)),
        (spec_of("links", entity="a"), spec_of("reference", entity="a"), (B,), B),
        (spec_of("image"), spec_of("files"), A, (A,)),
        (spec_of("integer"), spec_of("phone"), 13800138000, "+8613800138000"),
        (TEXT, spec_of("email"), "Li@Example.com", "Li@example.com"),
        (TEXT, spec_of("translated_text"), "阀门", {"zh-CN": "阀门"}),
        (spec_of("translated_text"), TEXT, {"en": "Valve", "zh-CN": "阀门"}, "阀门"),
        (spec_of("translated_text"), TEXT, {"en": "Valve"}, "Valve"),
        (spec_of("translated_text"), spec_of("json"), {"en": "Valve"}, {"en": "Valve"}),
        (spec_of("decimal"), spec_of("json"), Decimal("1.50"), "1.50"),
        (spec_of("tags"), spec_of("json"), ("a", "b"), ["a", "b"]),
        (spec_of("json"), TEXT, {"b": [1], "a": None}, '{"a": null, "b": [1]}'),
        (spec_of("json"), TEXT, "plain", "plain"),
        (spec_of("code", pattern="K{seq:3}"), TEXT, "K001", "K001"),
        (spec_of("score"), spec_of("integer"), 85, 85),
        (SAMPLES["formula"].spec, spec_of("money"), Decimal("1.00"), Decimal("1.00")),
    ],
)
def test_values(old: Any, new: Any, value: Any, expected: Any) -> None:
    converted = conversion(old, new).convert(value)
    assert converted == expected
    assert str(converted) == str(expected)


@pytest.mark.parametrize(
    ("old", "new", "value", "code"),
    [
        (spec_of("decimal"), spec_of("integer"), Decimal("5.50"), "too_precise"),
        (spec_of("decimal", scale=4), spec_of("decimal", scale=2), Decimal("1.2345"), "too_precise"),
        (spec_of("decimal"), spec_of("decimal", digits=3), Decimal("123.00"), "too_many_digits"),
        (spec_of("integer"), spec_of("integer", maximum=3), 4, "too_big"),
        (TEXT, spec_of("integer"), "twelve", "bad_format"),
        (TEXT, spec_of("date"), "31.3.2026", "bad_format"),
        (TEXT, spec_of("boolean"), "maybe", "bad_format"),
        (spec_of("integer"), spec_of("boolean"), 2, "bad_format"),
        (TEXT, spec_of("text", length=3), "abcd", "too_long"),
        (TEXT, spec_of("text", pattern="[a-z]+"), "ABC", "bad_format"),
        (TEXT, CHOICE, "elsewhere", "not_an_option"),
        (spec_of("options", options=OPTIONS), CHOICE, ("web", "fair"), "too_many"),
        (spec_of("links", entity="a"), spec_of("reference", entity="a"), (A, B), "too_many"),
        (spec_of("files"), spec_of("file"), (A, B), "too_many"),
        (spec_of("files"), spec_of("files", maximum=1), (A, B), "too_many"),
        (spec_of("date"), spec_of("instant"), date(1, 1, 1), "out_of_range"),
        (spec_of("instant"), spec_of("date"), datetime(9999, 12, 31, 20, tzinfo=UTC), "out_of_range"),
        (TEXT, spec_of("phone"), "call me", "bad_phone"),
        (TEXT, spec_of("json", json_schema={"type": "object"}), "x", "schema_mismatch"),
    ],
)
def test_values_that_do_not_convert(old: Any, new: Any, value: Any, code: str) -> None:
    outcome = conversion(old, new)
    assert not outcome.lossless
    with pytest.raises(FieldValueError, match=code):
        outcome.convert(value)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (TEXT, spec_of("reference", entity="a"), "no_conversion"),
        (spec_of("user"), TEXT, "no_conversion"),
        (spec_of("user"), spec_of("team"), "no_conversion"),
        (spec_of("boolean"), CHOICE, "no_conversion"),
        (spec_of("file"), spec_of("image"), "no_conversion"),
        (spec_of("reference", entity="a"), spec_of("reference", entity="b"), "other_entity"),
        (spec_of("links", entity="a"), spec_of("reference", entity="b"), "other_entity"),
        (spec_of("money", currency="USD"), spec_of("money"), "other_currency"),
        (TEXT, SAMPLES["formula"].spec, "derived"),
        (SAMPLES["formula"].spec, SAMPLES["formula"].spec, "derived"),
        (TEXT, SAMPLES["code"].spec, "derived"),
    ],
)
def test_refusals(old: Any, new: Any, code: str) -> None:
    outcome = FIELD_TYPES.of(new).convert_from(old, new, AROUND)
    assert isinstance(outcome, Refusal)
    assert outcome.code == code


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (TEXT, spec_of("text", length=300), True),
        (TEXT, spec_of("text", length=200), False),
        (TEXT, spec_of("text", pattern=".*"), False),
        (TEXT, LONG, True),
        (LONG, spec_of("text", length=1000), False),
        (spec_of("integer"), spec_of("decimal"), False),
        (spec_of("decimal", digits=10, scale=2), spec_of("decimal", digits=15, scale=4), True),
        (spec_of("decimal", digits=15, scale=2), spec_of("decimal", digits=15, scale=4), False),
        (spec_of("decimal"), spec_of("decimal", minimum="0"), False),
        (CHOICE, spec_of("option", options=MORE), True),
        (spec_of("option", options=MORE), CHOICE, False),
        (CHOICE, spec_of("options", options=OPTIONS), True),
        (spec_of("option", option_set="x"), spec_of("option", option_set="x"), True),
        (spec_of("option", option_set="x"), spec_of("option", option_set="y"), False),
        (spec_of("option", option_set="x"), spec_of("stage"), False),
        (spec_of("stage"), spec_of("stage"), True),
        (spec_of("files"), spec_of("files", maximum=30), True),
        (spec_of("image"), spec_of("file"), False),
        (spec_of("json"), spec_of("json", json_schema={"type": "object"}), False),
        (spec_of("json", json_schema={"type": "object"}), spec_of("json"), True),
        (SAMPLES["formula"].spec, spec_of("money"), False),
    ],
)
def test_what_counts_as_lossless(old: Any, new: Any, expected: bool) -> None:
    assert conversion(old, new).lossless is expected


@pytest.mark.parametrize("key", KEYS)
def test_lossless_conversions_lose_nothing(key: str) -> None:
    """There and back again is the same value; and where the storage is the same, so is the value itself."""
    before = SAMPLES[key]
    targets = [
        (after, outcome)
        for after in SAMPLES.values()
        if isinstance(outcome := after.kind.convert_from(before.spec, after.spec, AROUND), Conversion)
        and outcome.lossless
    ]
    if not targets:
        assert key in ("code", "formula", "rollup", "score"), key
        return

    @given(before.values(), st.sampled_from(targets))
    def law(value: Any, target: Any) -> None:
        after, outcome = target
        converted = outcome.convert(value)
        back = before.kind.convert_from(after.spec, before.spec, AROUND)
        assert isinstance(back, Conversion)
        assert back.convert(converted) == value
        types = (one.kind.language_type(one.spec, AROUND) for one in (before, after))
        if len(set(types)) == 1:
            assert converted == value

    law()


@pytest.mark.parametrize("old", KEYS)
def test_no_value_breaks_a_conversion(old: str) -> None:
    """Every value of every type converts or is refused with the one error that is counted as a loss."""
    before = SAMPLES[old]

    @given(before.values(), st.sampled_from(list(SAMPLES.values())))
    def law(value: Any, after: Any) -> None:
        outcome = after.kind.convert_from(before.spec, after.spec, AROUND)
        if isinstance(outcome, Refusal):
            return
        try:
            converted = outcome.convert(value)
        except FieldValueError:
            assert not outcome.lossless
            return
        json.dumps(after.kind.encode(after.spec, AROUND, converted), allow_nan=False)

    law()
