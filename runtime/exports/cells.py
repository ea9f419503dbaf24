"""Cells of files that go out: a text is never a formula, a number stays a number; reading them back gives the same."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from runtime.imports.values import GUARDED

#: What a cell may hold; a number is one to the spreadsheet too.
Out = str | int | Decimal | bool | None


def guard(text: str) -> str:
    """A text with an apostrophe before what a spreadsheet would take for a formula, and before such an apostrophe."""
    return f"'{text}" if GUARDED.match(text) else text


def csv_cell(value: Out) -> str:
    """A cell of a CSV file: texts quoted and guarded, numbers bare."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return '"true"' if value else '"false"'
    if isinstance(value, int | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    return '"' + guard(value).replace('"', '""') + '"'


def csv_line(cells: Iterable[str]) -> str:
    """A line of a CSV file."""
    return ",".join(cells) + "\r\n"
