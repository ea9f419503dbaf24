"""Secrets and tokens as text."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from runtime.people.secrets import digest, new_secret, new_token, token_prefix


def test_secrets_are_long_and_different() -> None:
    many = {new_secret() for _ in range(1000)}
    assert len(many) == 1000
    assert all(re.fullmatch(r"[0-9A-Za-z]{43}", secret) for secret in many)
    assert 62**43 > 2**256
    assert len(digest(new_secret())) == 64


def test_a_token_tells_its_prefix() -> None:
    token, prefix = new_token()
    assert re.fullmatch(r"dgt_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}", token)
    assert token_prefix(token) == prefix


def test_one_letter_off_is_no_token() -> None:
    token, _ = new_token()
    for index in range(len(token)):
        other = "x" if token[index] != "x" else "y"
        assert token_prefix(token[:index] + other + token[index + 1 :]) is None


@given(st.text(max_size=80))
def test_any_text_is_answered(text: str) -> None:
    assert token_prefix(text) is None
    assert token_prefix(f"dgt_{text}") is None
    assert token_prefix(f"dgt_12345678_{text}") is None
