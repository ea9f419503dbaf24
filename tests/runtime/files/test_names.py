"""Names of files are words for people: nothing in them can be a place, a command or a disguise."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.files.names import MOST_LETTERS, clean_name

LONG = "长" * 300


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("现场照片.jpg", "现场照片.jpg"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("C:\\Users\\王\\报价.xlsx", "报价.xlsx"),
        ("/", "file"),
        ("", "file"),
        ("..", "file"),
        (".htaccess", "htaccess"),
        ("a\x00b\x1b[31m.png", "ab[31m.png"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\u200bb\ufeff.png", "ab.png"),
        ("a\r\nSet-Cookie: x=1.png", "a Set-Cookie_ x=1.png"),
        ('a"b<c>d|e?f*g.png', "a_b_c_d_e_f_g.png"),
        ("  a   b .png. ", "a b .png"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("\ud800x.png", "x.png"),
        (f"{LONG}.docx", "长" * 195 + ".docx"),
        (LONG, "长" * 200),
        ("a." + "b" * 300, "a." + "b" * 198),
        ("." * 300 + "x", "x"),
    ],
)
def test_a_name_is_cleaned(given_name: str, name: str):
    assert clean_name(given_name) == name


@given(st.text(max_size=400))
def test_any_name_becomes_one_that_may_be_shown_and_saved(text: str):
    name = clean_name(text)
    assert 0 < len(name) <= MOST_LETTERS
    assert not set(name) & set('/\\<>:"|?*\r\n\0')
    assert all(unicodedata.category(each)[0] != "C" for each in name)
    assert name not in (".", "..")
    assert clean_name(name) == name
