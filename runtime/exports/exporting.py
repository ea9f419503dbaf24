"""The records that may be exported, page by page, as the lines of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import IO, Any, Literal

from runtime.exports.cells import Out, csv_cell, csv_line
from runtime.exports.columns import OptionSets, Style, columns_of, names_of
from runtime.imports.values import GUARDED
from runtime.query import ListQuery, list_page
from runtime.query.columns import wanted_fields
from runtime.query.records import require_fields
from runtime.unit import Unit

Format = Literal["csv", "xlsx"]

_PAGE = 500
_BOM = "\ufeff"
#: Digits that a number of a spreadsheet keeps.
_DIGITS = 15
#: What XML cannot hold, though a text can.
_NO_XML = dict.fromkeys((0xFFFE, 0xFFFF), "\ufffd")


@dataclass(frozen=True, slots=True)
class ExportQuery:
    """What is asked of an export.

    Attributes:
        fields: names on the wire, in the order of the columns; None for all that may be read.
        filter, sort, search: as for a list.
        labels: labels, names and local times, for people; else keys, ids and UTC, which an import reads back exactly.
        locale: of labels; where it is given, translated texts have one column in it, else one for each language.
        reader: the language of labels where ``locale`` is not given.
        sets: labels of the options of shared sets.
    """

    fields: Sequence[str] | None = None
    filter: str = ""
    sort: str = ""
    search: str | None = None
    labels: bool = False
    locale: str | None = None
    reader: str = "zh-CN"
    sets: OptionSets = field(default_factory=dict)


def export_lines(unit: Unit, entity: str, query: ExportQuery) -> Iterator[list[Out]]:
    """The header, then a line per record that the actor may read and export.

    Raises:
        NotFound, Forbidden: nothing of the entity is readable; it may not be exported.
        BadQuery, BadExpression, TooExpensive: as for a list.
    """
    access = unit.access
    access.require(entity, "export")
    require_fields(access, entity, query.fields)
    known = wanted_fields(access, entity, query.fields)
    shown = known if query.fields is None else tuple(dict.fromkeys(query.fields))
    style = Style(
        query.labels,
        query.locale or query.reader,
        query.locale is not None,
        access.served.app.zone,
        query.sets,
    )
    columns = columns_of(access, entity, shown, style)
    asked = ListQuery(query.filter, query.sort, known, search=query.search, limit=_PAGE, act="export")
    page = list_page(unit.connection, access, unit.now, entity, asked)
    yield [column.header for column in columns]
    while True:
        names = names_of(unit, columns, page.items)
        for record in page.items:
            yield [column.show(record.get(column.key), names) for column in columns]
        if page.next is None:
            return
        asked = ListQuery(
            query.filter, query.sort, known, search=query.search, limit=_PAGE, act="export", cursor=page.next
        )
        page = list_page(unit.connection, access, unit.now, entity, asked)


def write_file(lines: Iterable[list[Out]], kind: Format, file: IO[bytes]) -> int:
    """Write lines as a file; how many behind the header. What they raise comes before anything is written."""
    whole = iter(lines)
    first = next(whole)
    return (
        _write_csv(chain([first], whole), file) if kind == "csv" else _write_xlsx(chain([first], whole), file)
    )


def _write_csv(lines: Iterable[list[Out]], file: IO[bytes]) -> int:
    file.write(_BOM.encode())
    count = -1
    for line in lines:
        file.write(csv_line(map(csv_cell, line)).encode("utf-8"))
        count += 1
    return count


def _write_xlsx(lines: Iterable[list[Out]], file: IO[bytes]) -> int:
    from openpyxl import Workbook  # noqa: PLC0415 - heavy, and most processes never need it
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet("records")

    def cell(value: Out) -> Any:
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | Decimal) and (number := spreadsheet_number(value)) is not None:
            return number
        made = WriteOnlyCell(
            sheet, value=plain_text(format(value, "f") if isinstance(value, Decimal) else str(value))
        )
        made.data_type = "s"  # a text stays one, whatever it begins with
        return made

    count = -1
    for line in lines:
        sheet.append([cell(value) for value in line])
        count += 1
    book.save(file)
    return count


def spreadsheet_number(value: int | Decimal) -> int | float | None:
    """The number that a spreadsheet keeps with all its digits; None where it has too many of them."""
    digits = Decimal(value).normalize().as_tuple().digits
    if len(digits) > _DIGITS:
        return None
    return int(value) if value == int(value) and abs(value) < 10**_DIGITS else float(value)


def plain_text(text: str) -> str:
    """A text for a cell that is a text anyway: only an apostrophe that reading would take off is doubled."""
    text = text.translate(_NO_XML)
    return f"'{text}" if text.startswith("'") and GUARDED.match(text[1:]) else text
