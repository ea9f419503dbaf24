"""The case mapping of ``LOWER`` and ``UPPER``: one character to one character, the same on every engine.

Unicode's simple mapping of Basic Latin, Latin-1, Latin Extended-A, Greek and Coptic, Cyrillic and full-width letters.
Both databases and the browser use these tables, never a locale of their own.
"""

from __future__ import annotations

_BLOCKS = ((0x0041, 0x0180), (0x0370, 0x0530), (0xFF21, 0xFF5B))
_LETTERS = [chr(code) for start, end in _BLOCKS for code in range(start, end)]


def _simple(mapped: dict[str, str]) -> dict[str, str]:
    """Only what changes, and only one character to one: the sharp s has no simple capital."""
    return {one: other for one, other in mapped.items() if one != other and len(other) == 1}


#: Each capital with its small letter. Python gives the dotted capital I two; the simple mapping is ``i``.
TO_LOWER = _simple({letter: letter.lower() for letter in _LETTERS} | {"\u0130": "i"})
#: Each small letter with its capital.
TO_UPPER = _simple({letter: letter.upper() for letter in _LETTERS})

_LOWER_TABLE = str.maketrans(TO_LOWER)
_UPPER_TABLE = str.maketrans(TO_UPPER)


def lower_text(text: str) -> str:
    """``LOWER`` of a text; characters outside the table stay."""
    return text.translate(_LOWER_TABLE)


def upper_text(text: str) -> str:
    """``UPPER`` of a text; characters outside the table stay."""
    return text.translate(_UPPER_TABLE)
