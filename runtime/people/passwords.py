"""Passwords: what makes a good one, and Argon2id hashes of them, two at once at most.

Hashing takes some 20 ms and 19 MiB; callers run it in a thread and outside of any transaction.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from runtime.refusals import FieldError, TooMany

SHORTEST, LONGEST = 10, 200
#: Hashes at once, and callers that may wait for one.
AT_ONCE, WAITING = 2, 20

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_turns = threading.BoundedSemaphore(AT_ONCE)
_places = threading.BoundedSemaphore(AT_ONCE + WAITING)
_BUSY = timedelta(seconds=2)

_LEET = str.maketrans("@4301!$5789", "aaeoiisstbg")
_KEYBOARD = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qazwsxedcrfvtgbyhnujm",
)
_FEWEST_CHARACTERS = 5
#: As many common words end to end are still guessed; a phrase of more is not.
_STRUNG_WORDS = 3


@cache
def _common_words() -> frozenset[str]:
    text = (files("runtime.people") / "common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def normalise(password: str) -> str:
    """The form that is hashed: NFKC, so that every keyboard gives the same bytes."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *known: str) -> list[FieldError]:
    """What is wrong with a new password.

    Args:
        password: as it was typed.
        known: what anyone would guess first, e.g. the user name; a password may not contain it.
    """
    plain = normalise(password)
    if len(plain) < SHORTEST:
        return [FieldError("/password", "too_short", {"limit": str(SHORTEST)})]
    if len(plain) > LONGEST:
        return [FieldError("/password", "too_long", {"limit": str(LONGEST)})]
    folded = plain.casefold()
    if is_common(plain) or any(len(word) > 3 and word.casefold() in folded for word in known):
        return [FieldError("/password", "common_password")]
    return []


def is_common(password: str) -> bool:
    """Whether it is one of the passwords that are tried first.

    That is: few different characters, a common word with digits or signs around it, such words strung together, or
    a walk over the keyboard.
    """
    folded = password.casefold()
    if len(set(folded)) < _FEWEST_CHARACTERS:
        return True
    inner = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    cores = {re.sub(r"[\W\d_]+", "", form) for form in (folded, inner.translate(_LEET))}
    return any(_is_strung(core) for core in cores) or _is_walk(re.sub(r"[\W_]+", "", folded))


def _is_strung(core: str) -> bool:
    """Whether at most three common words, end to end, make up all of it."""
    reached = {0}
    for _ in range(_STRUNG_WORDS):
        reached |= {
            end
            for start in reached
            for end in range(start + 1, len(core) + 1)
            if core[start:end] in _common_words()
        }
    return len(core) in reached


def _is_walk(folded: str) -> bool:
    """Whether runs of four and more along the keyboard make up all of it."""
    rows = [row * 2 for row in _KEYBOARD] + [row[::-1] * 2 for row in _KEYBOARD]
    position = 0
    while position < len(folded):
        run = max(_run_length(folded[position:], row) for row in rows)
        if run < 4:
            return False
        position += run
    return True


def _run_length(text: str, row: str) -> int:
    length = 0
    while length < len(text) and text[: length + 1] in row:
        length += 1
    return length


@contextmanager
def _turn() -> Iterator[None]:
    """One of the two hashes at once; refuses where too many wait already."""
    if not _places.acquire(blocking=False):
        raise TooMany(_BUSY)
    try:
        with _turns:
            yield
    finally:
        _places.release()


def hash_password(password: str) -> str:
    """The Argon2id hash of a password, with its parameters.

    Raises:
        TooMany: too many wait for a hash already.
    """
    with _turn():
        return _HASHER.hash(normalise(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the one of ``stored``; takes the same time where there is none.

    Raises:
        TooMany: too many wait for a hash already.
    """
    with _turn():
        try:
            matches = _HASHER.verify(stored or _dummy(), normalise(password[: 4 * LONGEST]))
        except (VerificationError, InvalidHashError):
            return False
    return matches and stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether a hash was made with other parameters than those of today."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _dummy() -> str:
    """A hash of nothing anyone knows, against which unknown users are verified."""
    return _HASHER.hash("no password of anyone")
