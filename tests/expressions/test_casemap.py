"""The case table against Unicode's own mapping."""

from __future__ import annotations

import pytest

from expressions.casemap import TO_LOWER, TO_UPPER, lower_text, upper_text


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        ("Straße", "straße", "STRAßE"),
        ("ÀÉÿ", "àéÿ", "ÀÉŸ"),
        ("Σίσυφος", "σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("ЖЁж", "жёж", "ЖЁЖ"),
        ("ＡｂＣ", "ａｂｃ", "ＡＢＣ"),
        ("İıI", "iıi", "İII"),
        ("ǅ ʰ ﬁ Ⅷ ⓐ", "ǆ ʰ ﬁ Ⅷ ⓐ".replace("ǆ", "ǅ"), "ǅ ʰ ﬁ Ⅷ ⓐ"),
        ("华东 1-2", "华东 1-2", "华东 1-2"),
        ("", "", ""),
    ],
)
def test_examples(text: str, lower: str, upper: str) -> None:
    assert lower_text(text) == lower
    assert upper_text(text) == upper


@pytest.mark.parametrize("table", [TO_LOWER, TO_UPPER])
def test_one_character_for_one(table: dict[str, str]) -> None:
    assert all(len(one) == len(other) == 1 and one != other for one, other in table.items())


def test_only_the_named_blocks_change() -> None:
    changed = {ord(character) for character in TO_LOWER | TO_UPPER}
    blocks = [(0x41, 0x17F), (0x370, 0x52F), (0xFF21, 0xFF5A)]
    assert all(any(first <= code <= last for first, last in blocks) for code in changed)
    assert all(chr(code) in changed_by_python() for code in changed)


def changed_by_python() -> set[str]:
    return {
        chr(code)
        for code in range(0x10000)
        if chr(code).lower() != chr(code) or chr(code).upper() != chr(code)
    }


def test_lowering_twice_changes_nothing() -> None:
    everything = "".join(map(chr, range(0x20, 0x3000)))
    assert lower_text(lower_text(everything)) == lower_text(everything)
    assert upper_text(upper_text(everything)) == upper_text(everything)
