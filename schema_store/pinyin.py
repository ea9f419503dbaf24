"""Sort keys of names: Chinese by pinyin, the rest without case."""

from __future__ import annotations

import re
from functools import lru_cache

from schema_store.normalise import normalise_text

#: Characters of a sort key; what comes later does not decide an order any more.
SORT_LENGTH = 400
#: Read otherwise in a word of the dictionary, though it has one reading alone.
_EXCEPTIONS = frozenset("燵")


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
    from pypinyin.constants import RE_HANS  # noqa: PLC0415 - a heavy third-party library: imported where it is used

    kinds = RE_HANS.pattern.removeprefix("^(?:[").removesuffix("])+$")
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
    from pypinyin import Style, pinyin  # noqa: PLC0415 - a heavy third-party library: imported where it is used

    return tuple(readings[0] for readings in pinyin(part, style=Style.NORMAL))


@lru_cache(maxsize=8_192)
def only_reading(character: str) -> str | None:
    """The syllable of a Chinese character whatever word it stands in; None where the word decides, or it is none."""
    from pypinyin.constants import PINYIN_DICT  # noqa: PLC0415 - a heavy third-party library: imported where it is used
    from pypinyin.contrib.tone_convert import to_normal  # noqa: PLC0415 - the same

    readings = PINYIN_DICT.get(ord(character))
    if readings is None or character in _EXCEPTIONS:
        return None
    syllables = {to_normal(each) for each in readings.split(",")}
    return syllables.pop() if len(syllables) == 1 else None
