"""Records as a file: CSV or XLSX, what the list would show, by the right to export."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import IO, Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi import Query as QueryMark
from fastapi.responses import StreamingResponse
from pydantic import Field

from api.apps import open_app
from api.endpoint import Caller, Endpoint, QueryWords
from api.exports import export_view, option_sets
from api.routes.records import split_names
from api.routes.saving import unit_of
from api.transaction import Call
from runtime.auditing.acts import PlatformAct, note_act
from runtime.exports.exporting import ExportQuery, Format, export_lines, write_file
from runtime.refusals import TooMany
from runtime.unit import Unit
from schema_store.database import writing

router = APIRouter(route_class=Endpoint, tags=["records"], prefix="/apps/{app}/records/{entity}")
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: Bytes up to which a file is kept in memory; bytes sent at once.
_IN_MEMORY, _CHUNK = 2**20, 2**16
#: Exports of a process at the same time; each holds a connection while it reads.
_AT_ONCE = threading.BoundedSemaphore(4)


class ExportWords(QueryWords):
    """What is asked of an export: as for a list, and how it looks.

    ``labels``: for people (labels, names, local times) instead of for programs, which an import reads back exactly.
    ``locale``: of labels, and the only language of translated texts. ``view``: columns, filter and order of a view;
    what else is given stands over it, a filter narrows it.
    """

    format: Literal["csv", "xlsx"] = "csv"
    fields: str | None = Field(default=None, max_length=8_000)
    filter: str = Field(default="", max_length=20_000)
    sort: str = Field(default="", max_length=1_000)
    search: str | None = Field(default=None, max_length=200)
    locale: str | None = Field(default=None, max_length=20)
    labels: bool = False
    view: str | None = Field(default=None, max_length=100)


@router.get("/export", operation_id="export_records", response_class=Response)
def export_records(
    call: Caller, app: str, entity: str, query: Annotated[ExportWords, QueryMark()]
) -> Response:
    """The records that may be read and exported, as a file."""
    access = open_app(call, app, entity)
    asked = ExportQuery(
        fields=split_names(query.fields),
        filter=query.filter.strip(),
        sort=query.sort.strip(),
        search=query.search,
        labels=query.labels,
        locale=query.locale,
        reader=call.locale,
        sets=option_sets(call.connection, access.served, app),
    )
    if query.view is not None:
        asked = export_view(call.connection, access, app, entity, query.view, asked)
    file, count = _written(unit_of(call, access), entity, asked, query.format)
    details = {"records": count, "filter": asked.filter, "search": asked.search, "view": query.view}
    call.afterwards.append(lambda: _note(call, app, entity, details))
    name = f"{query.view or entity}-{call.now:%Y%m%d}.{query.format}"
    size = file.tell()
    file.seek(0)
    headers = {
        "content-disposition": f"attachment; filename=\"export.{query.format}\"; filename*=UTF-8''{quote(name)}",
        "content-length": str(size),
    }
    return StreamingResponse(_sent(file), media_type=TYPES[query.format], headers=headers)


def _note(call: Call, app: str, entity: str, details: dict[str, Any]) -> None:
    """What leaves is an act, written down before the first byte is sent."""
    act = PlatformAct("records_exported", by=call.actor.id, app=app, subject=entity, details=details)
    with writing(call.writes) as connection:
        note_act(connection, act, call.now)


def _written(unit: Unit, entity: str, asked: ExportQuery, kind: Format) -> tuple[IO[bytes], int]:
    """The file, and how many records are in it: written whole before the first byte is sent, so that no slow reader
    holds a connection.
    """
    if not _AT_ONCE.acquire(blocking=False):
        raise TooMany(timedelta(seconds=5))
    file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed when it was sent
    try:
        count = write_file(export_lines(unit, entity, asked), kind, file)
    except BaseException:
        file.close()
        raise
    finally:
        _AT_ONCE.release()
    return file, count


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
