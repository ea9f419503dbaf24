"""A file as rows of cells: CSV in the encodings and with the delimiters that are met, and XLSX behind guards.

Everything is read as a stream; what is too large, is no such file, or unpacks to more than it may is refused before.
"""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any, Literal

from runtime.imports.values import Cell, is_blank
from runtime.refusals import Refused

Format = Literal["csv", "xlsx"]

#: Bytes of a file; rows, columns and cells of a sheet.
MOST_BYTES, MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 50 * 2**20, 1_000_000, 500, 20_000_000
#: Of a workbook: parts, bytes of all parts and of the texts that are kept in memory, times that a part may unpack to.
MOST_PARTS, MOST_UNPACKED, MOST_SHARED, MOST_RATIO = 2_000, 256 * 2**20, 48 * 2**20, 150
#: Parts below this size may have any ratio: an empty sheet packs well.
_SMALL_PART = 2**20
_CHUNK = 2**18
_LONGEST_LINE = 2**22
_DELIMITERS = (",", "\t", ";", "|")
_XLSX = b"PK\x03\x04"


class BadFile(Refused):
    """A file that cannot be read; ``code`` says why, ``params`` where."""

    code = "bad_file"


@dataclass(frozen=True)
class Sheet:
    """A file that was opened.

    Attributes:
        format: of the file.
        encoding, delimiter: of a CSV file; empty for a workbook.
        header: names of the columns, each once.
        rows: the number of each row in the file (the header is row 1) and its cells, blank rows left out.
    """

    format: Format
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    rows: Iterator[tuple[int, list[Cell]]]


def open_sheet(file: IO[bytes], *, sheet: str | None = None) -> Sheet:
    """The sheet of a file, whatever it calls itself: a workbook is known by its first bytes.

    Raises:
        BadFile: ``bad_file``, ``bad_encoding``, ``bad_csv``, ``bad_workbook``, ``too_big_unpacked``, ``no_header``,
            ``no_such_sheet``, ``too_many_columns``; while rows are read also ``too_many_rows``.
    """
    file.seek(0)
    is_workbook = file.read(4) == _XLSX
    file.seek(0)
    if is_workbook:
        return _of_rows("xlsx", "", "", _workbook_rows(file, sheet))
    encoding = _encoding_of(file)
    delimiter = _delimiter_of(file, encoding)
    return _of_rows("csv", encoding, delimiter, _csv_rows(file, encoding, delimiter))


def sheet_of(rows: Iterable[Sequence[Cell]]) -> Sheet:
    """A sheet of rows that a program has; the first one is the header."""
    return _of_rows("csv", "", "", enumerate((list(row) for row in rows), start=1))


def _of_rows(kind: Format, encoding: str, delimiter: str, rows: Iterable[tuple[int, list[Cell]]]) -> Sheet:
    filled = ((number, cells) for number, cells in rows if not all(map(is_blank, cells)))
    _, first = next(filled, (0, None))
    if first is None:
        raise BadFile("no_header")
    while first and is_blank(first[-1]):
        first.pop()
    if len(first) > MOST_COLUMNS:
        raise BadFile("too_many_columns", limit=str(MOST_COLUMNS))
    return Sheet(kind, encoding, delimiter, _names(first), _counted(filled, len(first)))


def _counted(rows: Iterable[tuple[int, list[Cell]]], width: int) -> Iterator[tuple[int, list[Cell]]]:
    """The rows without blank cells at the end and at least as wide as the header."""
    total = 0
    for count, (number, cells) in enumerate(rows, start=1):
        total += len(cells)
        if count > MOST_ROWS or total > MOST_CELLS:
            raise BadFile("too_many_rows", limit=str(MOST_ROWS))
        while len(cells) > width and is_blank(cells[-1]):
            cells.pop()
        yield number, cells + [None] * (width - len(cells))


def _names(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Names of the columns; a nameless one is called by its place, a doubled one counted."""
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = " ".join(str(cell).split())[:200] if not is_blank(cell) else f"#{place}"
        taken, count = name, 2
        while taken in names:
            taken, count = f"{name} ({count})", count + 1
        names.append(taken)
    return tuple(names)


def _encoding_of(file: IO[bytes]) -> str:
    """UTF-16 and UTF-8 by their marks, UTF-8 by its form, else GB18030.

    Raises:
        BadFile: ``bad_encoding``; ``null_character``.
    """
    start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates: tuple[str, ...] = ("utf-16",)
    else:
        candidates = ("utf-8-sig", "gb18030")
    for encoding in candidates:
        file.seek(0)
        if _decodes(file, encoding):
            file.seek(0)
            return encoding
    raise BadFile("bad_encoding")


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK):
            if "\0" in decoder.decode(chunk):
                raise BadFile("bad_file")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines(file: IO[bytes], encoding: str) -> Iterator[str]:
    """The lines of a text file, with their ends.

    Raises:
        BadFile: ``bad_csv``: a line is longer than any row may be.
    """
    file.seek(0)
    decoder, rest, count = codecs.getincrementaldecoder(encoding)(), "", 0
    while chunk := file.read(_CHUNK):
        *whole, rest = (rest + decoder.decode(chunk)).split("\n")
        count += len(whole)
        yield from (f"{line}\n" for line in whole)
        if len(rest) > _LONGEST_LINE:
            raise BadFile("bad_csv", row=str(count + 1), reason="line too long")
    if rest:
        yield rest


def _delimiter_of(file: IO[bytes], encoding: str) -> str:
    """The delimiter that the first line has most of, outside of quotes."""
    first = next((line for line in _lines(file, encoding) if line.strip()), "")
    parts = first.split('"')[::2]
    counts = {each: sum(part.count(each) for part in parts) for each in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda each: counts[each])
    return best if counts[best] else ","


def _csv_rows(file: IO[bytes], encoding: str, delimiter: str) -> Iterator[tuple[int, list[Cell]]]:
    number = 0
    try:
        reader = csv.reader(_lines(file, encoding), delimiter=delimiter, strict=True)
        for number, cells in enumerate(reader, start=1):
            yield number, list(cells)
    except csv.Error as problem:
        raise BadFile("bad_csv", row=str(number + 1), reason=str(problem)) from problem


def _require_harmless(file: IO[bytes]) -> None:
    """Look at the parts of a workbook before anything is unpacked; what is read later cannot pass the sizes it names.

    Raises:
        BadFile: ``bad_workbook``, ``too_big_unpacked``.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as problem:
        raise BadFile("bad_workbook") from problem
    if not any(part.filename == "xl/workbook.xml" for part in parts) or any(
        part.flag_bits & 1 for part in parts
    ):
        raise BadFile("bad_workbook")
    shared = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
    packs = any(
        part.file_size > _SMALL_PART and part.file_size > MOST_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if packs or len(parts) > MOST_PARTS or shared > MOST_SHARED:
        raise BadFile("too_big_unpacked")
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise BadFile("too_big_unpacked")


def _workbook_rows(file: IO[bytes], name: str | None) -> Iterator[tuple[int, list[Cell]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy, and most processes never need it

    _require_harmless(file)
    file.seek(0)
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Exception as problem:
        raise BadFile("bad_workbook") from problem
    try:
        yield from _cells_of(_choose(book, name))
    finally:
        book.close()


def _choose(book: Any, name: str | None) -> Any:
    """The sheet of this name, else the first one that is shown."""
    if name is not None:
        if name not in book.sheetnames:
            raise BadFile("no_such_sheet", sheet=name[:60], sheets=", ".join(book.sheetnames)[:300])
        return book[name]
    return next((each for each in book.worksheets if each.sheet_state == "visible"), None)


def _cells_of(sheet: Any) -> Iterator[tuple[int, list[Cell]]]:
    if sheet is None:
        raise BadFile("no_header")
    sheet.reset_dimensions()  # what a file says about its own size is not believed
    rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1, max_row=MOST_ROWS + 100)
    number = 0
    while True:
        try:
            cells = next(rows, None)
        except Exception as problem:
            raise BadFile("bad_workbook", row=str(number + 1)) from problem
        if cells is None:
            return
        number += 1
        yield number, [_cell(each) for each in cells]


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, bool | int | float | date | datetime):
        return value
    text = str(value)
    if "\0" in text:
        raise BadFile("bad_file")
    return text[:100_000]


def to_json(cell: Cell) -> Any:
    """A cell as it is kept with its row."""
    if isinstance(cell, datetime):
        return {"moment": cell.isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    return cell


def from_json(kept: Any) -> Cell:
    """A cell of what :func:`to_json` made of it."""
    if not isinstance(kept, dict):
        cell: Cell = kept
        return cell
    if "date" in kept:
        return date.fromisoformat(kept["date"])
    return datetime.fromisoformat(kept["moment"])
