"""Given numbers: the pattern ``KH-{YYYY}{MM}-{seq:5}``, its parts, and how a number is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

#: Digits a sequence may be padded to.
MAX_SEQUENCE_DIGITS = 12
_PART = re.compile(r"\{([^{}]*)\}")
_DATE_PARTS = frozenset({"YYYY", "YY", "MM", "DD"})
_SEQUENCE = re.compile(r"seq:([0-9]{1,2})")


class CodePatternError(ValueError):
    """A pattern that numbers cannot be written by.

    Attributes:
        code: ``unknown_part``, ``no_sequence``, ``two_sequences``, ``bad_width``, ``stray_brace``, ``bad_character``.
        part: the part that is wrong; empty where it is about the whole.
    """

    def __init__(self, code: str, part: str = ""):
        super().__init__(f"{code}: {part}" if part else code)
        self.code = code
        self.part = part


@dataclass(frozen=True, slots=True)
class CodePattern:
    """A pattern taken apart.

    Attributes:
        before: literals and date parts (``{YYYY}`` …) before the sequence.
        after: the same, behind it.
        width: digits the sequence is padded to; a larger number is written in full.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    width: int

    def prefix(self, day: date) -> str:
        """Everything but the number, with ``{seq}`` in its place: the sequence restarts when this changes."""
        return f"{_write(self.before, day)}{{seq}}{_write(self.after, day)}"


def parse_code_pattern(pattern: str) -> CodePattern:
    """The parts of a pattern.

    Raises:
        CodePatternError: an unknown part, not exactly one sequence, a width that is not 1 … 12, a stray brace, a
            control character or white space at an end.
    """
    if pattern != pattern.strip() or not pattern.isprintable():
        raise CodePatternError("bad_character")
    sides: list[list[str]] = [[]]
    width = 0
    for index, piece in enumerate(_PART.split(pattern)):
        if index % 2 == 0:
            if "{" in piece or "}" in piece:
                raise CodePatternError("stray_brace", piece)
            sides[-1].append(piece)
        elif piece in _DATE_PARTS:
            sides[-1].append(f"{{{piece}}}")
        else:
            width = _width(piece)
            sides.append([])
    if len(sides) != 2:
        raise CodePatternError("no_sequence" if len(sides) == 1 else "two_sequences")
    before, after = (tuple(filter(None, side)) for side in sides)
    return CodePattern(before, after, width)


def format_code(pattern: CodePattern, sequence: int, day: date) -> str:
    """The number: ``sequence`` (1 …) of the period that ``day``, a local date of the workspace, is in."""
    if sequence < 1:
        raise ValueError(f"a sequence starts at 1, not {sequence}")
    return f"{_write(pattern.before, day)}{sequence:0{pattern.width}d}{_write(pattern.after, day)}"


def _width(piece: str) -> int:
    match = _SEQUENCE.fullmatch(piece)
    if match is None:
        raise CodePatternError("unknown_part", piece)
    width = int(match[1])
    if not 1 <= width <= MAX_SEQUENCE_DIGITS:
        raise CodePatternError("bad_width", piece)
    return width


def _write(parts: tuple[str, ...], day: date) -> str:
    return "".join(_date_part(part, day) if part.startswith("{") else part for part in parts)


def _date_part(part: str, day: date) -> str:
    numbers = {"{YYYY}": f"{day.year:04d}", "{YY}": f"{day.year % 100:02d}", "{MM}": f"{day.month:02d}"}
    return numbers.get(part, f"{day.day:02d}")
