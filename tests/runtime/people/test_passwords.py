"""Passwords."""

from __future__ import annotations

import statistics
import threading
import time

import argon2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.people import passwords
from runtime.people.passwords import (
    check_password,
    hash_password,
    is_common,
    needs_rehash,
    normalise,
    verify_password,
)
from runtime.refusals import TooMany


def _codes(password: str, *known: str) -> list[str]:
    return [error.code for error in check_password(password, *known)]


def test_length_is_counted_in_characters_after_normalising() -> None:
    assert _codes("Ab3$efghi") == ["too_short"]
    assert _codes("钥匙在第三个抽屉里面吗") == []
    assert _codes("x7!" * 67) == ["too_long"]
    assert _codes("\ufb03-\ufb01-xy-\ufb02") == [], "eight signs that stand for twelve"


@pytest.mark.parametrize(
    "password",
    [
        "password12", "Password123!", "P@ssw0rd2026", "qwertyuiop", "1234567890", "0987654321", "aaaaaaaaaaaa",
        "1212121212", "letmein!!!!", "Dougong2026", "admin12345", "administrator", "iloveyou!!", "woaini1314520",
        "welcome@123", "adminadmin", "changeme!!", "zhangwei888", "abcdefghij", "asdfghjkl;", "Summer-2026",
        "20260302!!",
    ],
)  # fmt: skip
def test_what_is_tried_first_is_refused(password: str) -> None:
    assert is_common(password)
    assert _codes(password) == ["common_password"]


@pytest.mark.parametrize(
    "password",
    ["correct horse 42 staple", "三更灯火五更鸡叫99", "vK8#tq-Lm2pZ", "green ladders float upward"],
)
def test_good_ones_pass(password: str) -> None:
    assert _codes(password, "rep1", "张三") == []


def test_the_own_name_is_no_password() -> None:
    assert _codes("xx-Kowalska-81", "kowalska") == ["common_password"]
    assert _codes("xx-li-81-kettle", "li") == [], "a name of two letters is in everything"


def test_the_whole_password_counts() -> None:
    """Row 142: nothing is cut off, at 72 bytes or anywhere."""
    long = "长" * 100 + "a" * 100
    stored = hash_password(long)
    assert verify_password(stored, long)
    assert not verify_password(stored, long[:-1])
    assert not verify_password(stored, long[:-1] + "b")
    assert not verify_password(stored, long + "a")


def test_one_password_from_every_keyboard() -> None:
    stored = hash_password("Ａﬁne-café-42")
    assert verify_password(stored, "Afine-cafe\u0301-42")
    assert not verify_password(stored, "afine-café-42")


@given(st.text(max_size=60))
def test_normalising_is_stable(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    check_password(text)


def test_the_parameters_are_those_of_the_paper() -> None:
    stored = hash_password("correct horse 42 staple")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not needs_rehash(stored)
    assert needs_rehash(argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))


def test_nobody_and_nonsense_do_not_match() -> None:
    assert not verify_password(None, "no password of anyone")
    assert not verify_password("", "x")
    assert not verify_password("$argon2id$broken", "x")


def test_unknown_people_take_as_long_as_known_ones() -> None:
    """Row 148: the time tells nothing about who exists."""
    stored = hash_password("correct horse 42 staple")
    verify_password(None, "warm up")

    def median(stored: str | None) -> float:
        times = []
        for _ in range(15):
            begin = time.perf_counter()
            verify_password(stored, "wrong password")
            times.append(time.perf_counter() - begin)
        return statistics.median(times)

    known, unknown = median(stored), median(None)
    print(f"known {known * 1e3:.1f} ms, unknown {unknown * 1e3:.1f} ms")
    assert 0.4 < unknown / known < 2.5


def test_at_most_two_hashes_at_once_and_a_short_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock, release = 0, 0, threading.Lock(), threading.Event()

    class Slow:
        def hash(self, _password: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            release.wait(10)
            with lock:
                running -= 1
            return "done"

    monkeypatch.setattr(passwords, "_HASHER", Slow())
    places = passwords.AT_ONCE + passwords.WAITING
    done: list[str] = []
    threads = [threading.Thread(target=lambda: done.append(hash_password("x"))) for _ in range(places)]
    for thread in threads:
        thread.start()
    while passwords._places._value > 0:
        time.sleep(0.001)
    with pytest.raises(TooMany):
        hash_password("one too many")
    release.set()
    for thread in threads:
        thread.join()
    assert len(done) == places
    assert most == passwords.AT_ONCE
    assert hash_password("free again") == "done"
