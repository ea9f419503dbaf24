"""Sort keys of names: Chinese by pinyin, the rest without case."""

from __future__ import annotations

import unicodedata

#: Characters of a sort key; what comes later does not decide an order any more.
SORT_LENGTH = 400


def sort_key(text: str) -> str:
    """A key whose code points sort as people expect: syllable by syllable.

    ``张三`` sorts before ``张伟`` (zhang san, zhang wei), Latin letters by their lower case.
    """
    from pypinyin import Style, pinyin  # noqa: PLC0415 - a heavy third-party library: imported where it is used

    plain = unicodedata.normalize("NFKC", text[:SORT_LENGTH]).lower()
    syllables = [readings[0] for readings in pinyin(plain, style=Style.NORMAL)]
    return " ".join(syllables)[:SORT_LENGTH]


def initials(text: str) -> str:
    """The first letters of the syllables: ``张三`` gives ``zs``. What is no Chinese is left out."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 - a heavy third-party library: imported where it is used

    found = pinyin(text, style=Style.FIRST_LETTER, errors="ignore")
    return "".join(readings[0] for readings in found)
