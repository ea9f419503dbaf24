"""Sort keys of names: Chinese by pinyin, the rest without case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

from schema_store.normalise import normalise_text

#: Characters of a sort key; what comes later does not decide an order any more.
SORT_LENGTH = 400
#: Read otherwise in a word of the dictionary, though it has one reading alone.
_EXCEPTIONS = frozenset("燵")


class _Library(NamedTuple):
    """What is used of pypinyin: readings by code point, a reading without its tone, and the words' own readings."""

    pattern: str
    readings: Mapping[int, str]
    plain: Any
    read: Any


_importing = Lock()


@lru_cache(maxsize=1)
def _library() -> _Library:
    """The library: heavy, so it is imported where it is used first, and by one thread.

    Its modules import each other in a circle: of two threads that begin at different ones, one meets one half made.
    """
    with _importing:
        from pypinyin import Style, pinyin  # noqa: PLC0415 - see above
        from pypinyin.constants import PINYIN_DICT, RE_HANS  # noqa: PLC0415 - the same
        from pypinyin.contrib.tone_convert import to_normal  # noqa: PLC0415 - the same

        def read(part: str) -> list[list[str]]:
            found: list[list[str]] = pinyin(part, style=Style.NORMAL)
            return found

        return _Library(RE_HANS.pattern, PINYIN_DICT, to_normal, read)


@lru_cache(maxsize=8_192)
def sort_key(text: str) -> str:
    """A key whose code points sort as people expect: syllable by syllable.

    ``张三`` sorts before ``张伟`` (zhang san, zhang wei), Latin letters without case. Texts that are equal in their
    normal form (:func:`schema_store.normalise.normalise_text`) have one key.
    """
    plain = normalise_text(text)[:SORT_LENGTH]
    return " ".join(each for part in _parts(plain) for each in _syllables(part))[:SORT_LENGTH]


def initials(text: str) -> str:
    """The first letters of the syllables: ``张三`` gives ``zs``. What is no Chinese is left out."""
    chinese = (part for part in _parts(text) if not part.isascii() and _is_chinese(part))
    return "".join(syllable[0] for part in chinese for syllable in _syllables(part))


def _parts(text: str) -> list[str]:
    """Chinese and other parts in turn."""
    return [text] if text.isascii() else [found[0] for found in _chinese().finditer(text)]


@lru_cache(maxsize=1)
def _chinese() -> re.Pattern[str]:
    """A part of a text: Chinese, as the dictionary understands it, or what lies between."""
    kinds = _library().pattern.removeprefix("^(?:[").removesuffix("])+$")
    return re.compile(f"(?P<chinese>[{kinds}]+)|[^{kinds}]+")


def _is_chinese(part: str) -> bool:
    found = _chinese().match(part)
    return found is not None and found["chinese"] is not None


@lru_cache(maxsize=8_192)
def _syllables(part: str) -> tuple[str, ...]:
    """The syllables of a Chinese part, another part as it is.

    Where every character has one reading, they are looked up, many times faster than by the words of the dictionary,
    which say how a character with several readings is read.
    """
    if part.isascii():
        return (part,)
    alone = [only_reading(character) for character in part]
    if None not in alone:
        return tuple(each for each in alone if each)
    return tuple(readings[0] for readings in _library().read(part))


@lru_cache(maxsize=8_192)
def only_reading(character: str) -> str | None:
    """The syllable of a Chinese character whatever word it stands in; None where the word decides, or it is none."""
    library = _library()
    readings = library.readings.get(ord(character))
    if readings is None or character in _EXCEPTIONS:
        return None
    syllables = {library.plain(each) for each in readings.split(",")}
    return syllables.pop() if len(syllables) == 1 else None
