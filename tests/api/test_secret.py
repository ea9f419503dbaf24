"""The secret key of an installation."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.problem import Problem
from api.secret import WeakSecret, load_secret, read_cursor, sign_cursor
from api.settings import Settings

KEY = bytes(32)


def _settings(home: Path, secret: str = "") -> Settings:
    return Settings(home=home, secret_key=secret, _env_file=None)


def test_a_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "new"
    key = load_secret(_settings(home))
    assert len(key) == 32
    assert load_secret(_settings(home)) == key
    assert load_secret(_settings(tmp_path / "other")) != key
    assert stat.S_IMODE((home / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["secret-key"]


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    keys: list[bytes] = []
    start = threading.Barrier(8)

    def load() -> None:
        start.wait()
        keys.append(load_secret(_settings(tmp_path / "home")))

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


@pytest.mark.parametrize("weak", ["secret", "changeme" * 8, "a" * 64, "0123456789" * 4, "x"])
def test_a_weak_key_is_refused(tmp_path: Path, weak: str) -> None:
    """Row 136."""
    with pytest.raises(WeakSecret):
        load_secret(_settings(tmp_path, weak))


def test_a_good_key_of_the_settings_is_used(tmp_path: Path) -> None:
    good = "f0Uq-8zKp2mW4xLrT7vYbN1cDsE6gHjA"
    assert load_secret(_settings(tmp_path, good)) == load_secret(_settings(tmp_path, good))
    assert not (tmp_path / "secret-key").exists()


@given(
    st.lists(st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8"), max_size=20) | st.none())
)
def test_a_cursor_comes_back_as_it_went(place: list[object]) -> None:
    assert read_cursor(KEY, "users", sign_cursor(KEY, "users", place)) == place


@given(st.text(max_size=60))
def test_a_cursor_cannot_be_made_up(text: str) -> None:
    with pytest.raises(Problem) as caught:
        read_cursor(KEY, "users", text)
    assert caught.value.status == 400


def test_a_cursor_belongs_to_its_list_and_its_key() -> None:
    cursor = sign_cursor(KEY, "users", ["a", 1])
    for key, kind in ((KEY, "teams"), (b"x" * 32, "users")):
        with pytest.raises(Problem):
            read_cursor(key, kind, cursor)
