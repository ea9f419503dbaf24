"""Different spellings of one thing become one text, and doing it twice changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_store.normalise import (
    NORMALISERS,
    normalise_company,
    normalise_domain,
    normalise_email,
    normalise_text,
)
from schema_store.phone import normalise_phone

FULL_WIDTH = "".join(chr(ord(digit) + 0xFEE0) for digit in "13800138000")


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("\uff08上海\uff09华为有限公司", "上海华为"),
        ("华为技术有限公司", "华为技术"),
        ("华为技术(有限公司)", "华为技术"),
        (" 华为 技术 集团股份有限公司 ", "华为技术"),
        ("微软(中国)有限公司", "微软中国"),
        ("微软(中国)有限责任公司", "微软中国"),
        ("Foo-Bar Co., Ltd.", "foobar"),
        ("FOO BAR CO.,LTD", "foobar"),
        ("Foo Bar Inc.", "foobar"),
        ("Siemens AG", "siemensag"),
        ("有限公司", "有限公司"),
        ("集团", "集团"),
        ("Company", "company"),
        ("北京分公司", "北京分"),
        ("。。", ""),
    ],
)
def test_companies(spelling: str, expected: str) -> None:
    assert normalise_company(spelling) == expected


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("https://www.Example.com:8080/a?b#c", "example.com"),
        ("li@Mail.Example.com", "mail.example.com"),
        ("WWW.EXAMPLE.COM.", "example.com"),
        ("ftp://user:pw@host.cn/x", "host.cn"),
        ("华东.中国", "华东.中国"),
        ("", ""),
    ],
)
def test_domains(spelling: str, expected: str) -> None:
    assert normalise_domain(spelling) == expected


def test_texts_and_mail_addresses() -> None:
    assert normalise_text("  Foo\u3000 BAR\n") == "foo bar"
    assert normalise_email(" Li@Example.COM ") == "li@example.com"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("13800138000", "+8613800138000"),
        ("138-0013 8000", "+8613800138000"),
        (FULL_WIDTH, "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("+8613800138000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("86 13800138000", "+8613800138000"),
        ("010-12345678", "+861012345678"),
        ("(021)12345678", "+862112345678"),
        ("+86 (0)755 1234567", "+867551234567"),
        ("0755-12345678转802", "+8675512345678;ext=802"),
        ("010 12345678 ext. 5", "+861012345678;ext=5"),
        ("010 12345678 分机 5", "+861012345678;ext=5"),
        ("400-123-4567", "+864001234567"),
        ("+1 (415) 555-2671", "+14155552671"),
        ("0044 20 7946 0958", "+442079460958"),
        ("+852 2123 4567", "+85221234567"),
    ],
)
def test_phones(typed: str, expected: str) -> None:
    assert normalise_phone(typed) == expected
    assert normalise_phone(expected) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12345",
        "12345678",
        "11000000000",
        "138001380001",
        "+86138001380",
        "+0123456789",
        "1380013800a",
        "+1234567890123456",
    ],
)
def test_what_is_no_phone(typed: str) -> None:
    assert normalise_phone(typed) is None


def test_phones_of_other_countries() -> None:
    assert normalise_phone("020 7946 0958", "GB") == "+442079460958"
    assert normalise_phone("2123 4567", "HK") == "+85221234567"
    assert normalise_phone("06 1234 5678", "IT") == "+390612345678"
    assert normalise_phone("010-12345678", "XX") is None
    assert normalise_phone("+86 13800138000", "XX") == "+8613800138000"


@pytest.mark.parametrize("name", sorted(NORMALISERS))
def test_normalising_is_total_and_happens_once(name: str) -> None:
    normalise = NORMALISERS[name]

    @given(st.text(max_size=30) | st.text("有限公司集团() .,coltdinc@:/+8613", max_size=20))
    def law(value: str) -> None:
        once = normalise(value)
        assert normalise(once) == once

    law()
