"""Import jobs over REST: a file comes in, is looked at, applied, taken back; the work goes on behind the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi import Query as QueryMark
from pydantic import Field, field_validator

from api.apps import open_app
from api.endpoint import Body, Caller, Endpoint, QueryWords, runs
from api.importing import ImportRunner
from api.imports import comparison_report, error_file, job_shape, row_shape, target_shapes
from api.json import json_response
from api.transaction import Call
from runtime.access import Access
from runtime.imports.files import MOST_BYTES, open_sheet
from runtime.imports.jobs import Asked, Job, State, drop_job, list_jobs, load_job, rows_after, save_job
from runtime.imports.mapping import ColumnMap, read_mapping
from runtime.imports.planning import Work
from runtime.imports.running import aim, require_import
from runtime.imports.staging import Wish, remap, rules_of, stage
from runtime.refusals import Conflict, FieldError, Invalid, NotFound

router = APIRouter(route_class=Endpoint, tags=["imports"], prefix="/apps/{app}/imports")
FILE_TYPES = frozenset(
    {
        "text/csv",
        "application/octet-stream",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)


class ImportWords(QueryWords):
    """What is asked of a new job; the body is the file.

    ``kind``: rows are records, events, or to be compared. ``match``: the unique field, code or id by which a row finds
    the record that it changes. ``mode``: ``history`` for what was. ``rules``: what rules do about it. ``blank``: what
    a blank cell does to a record that is there. ``atomic``: all rows or none. ``mapping``: JSON, see the mapping route.
    """

    entity: str | None = Field(default=None, max_length=100)
    kind: Literal["records", "events", "compare"] = "records"
    name: str = Field(default="", max_length=200)
    match: str | None = Field(default=None, max_length=100)
    mode: Literal["normal", "history"] = "normal"
    rules: Literal["run", "simulate", "none"] | None = None
    blank: Literal["keep", "clear"] = "keep"
    atomic: bool = False
    sheet: str | None = Field(default=None, max_length=100)
    mapping: str | None = Field(default=None, max_length=16_000)


@router.post("", status_code=201, operation_id="create_import", response_model=dict[str, Any])
@runs(unit="none", most=MOST_BYTES, file=FILE_TYPES)
def create_import(call: Caller, app: str, query: Annotated[ImportWords, QueryMark()]) -> Response:
    """Bring a file in: its rows are kept, a mapping is proposed, and the check begins."""
    if query.entity is None and query.kind != "events":
        raise Invalid([FieldError("/entity", "required")])
    file = call.file
    assert file is not None, "the route takes a file"
    wish = Wish(
        kind=query.kind,
        entity=query.entity,
        name=query.name,
        mapping=None if query.mapping is None else _mapping(query.mapping),
        match=query.match,
        mode=query.mode,
        rules=query.rules,
        clears=query.blank == "clear",
        atomic=query.atomic,
    )
    _require_app(call, app, query.entity)
    sheet = open_sheet(file, sheet=query.sheet)
    job = stage(call.workspace.engine, app, call.actor.id, wish, sheet, call.workspace.clock)
    _wake(call, app, job)
    call.headers.append(("location", f"/api/v1/apps/{app}/imports/{job.id}"))
    return json_response(job_shape(job, app, call.locale), 201)


def _require_app(call: Call, app: str, entity: str | None) -> None:
    """The app and entity have to be there before the file is looked at: what may not be seen is not there."""
    with call.transaction("read"):
        open_app(call, app, entity)


def _mapping(text: str) -> ColumnMap:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid([FieldError("/mapping", "not_json")]) from error
    return read_mapping(given)


def _runner(call: Call) -> ImportRunner:
    runner: ImportRunner = call.request.app.state.imports
    return runner


def _wake(call: Call, app: str, job: Job) -> None:
    if job.is_busy:
        call.afterwards.append(lambda: _runner(call).wake(app, job.id))


def open_job(call: Call, app: str, id_: UUID, *, lock: bool = False) -> tuple[Access, Job]:
    """A job of whoever asks.

    Raises:
        NotFound: it is not there, or somebody else's.
    """
    access = open_app(call, app, writing=lock)
    job = load_job(call.connection, access.served, id_, lock=lock)
    if job.by != call.actor.id or job.state == "staging":
        raise NotFound
    return access, job


class PageWords(QueryWords):
    """A page of jobs, newest first; ``before`` is the ``created_at`` of the last one seen."""

    before: datetime | None = None
    limit: int = Field(default=50, ge=1, le=200)

    @field_validator("before")
    @classmethod
    def _has_zone(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value


@router.get("", operation_id="list_imports", response_model=dict[str, Any])
def list_imports(call: Caller, app: str, query: Annotated[PageWords, QueryMark()]) -> Response:
    """The jobs of whoever asks: ``{items}``."""
    access = open_app(call, app)
    jobs = list_jobs(call.connection, access.served, call.actor.id, before=query.before, limit=query.limit)
    return json_response({"items": [job_shape(job, app, call.locale) for job in jobs]})


@router.get("/{import_id}", operation_id="read_import", response_model=dict[str, Any])
def read_import(call: Caller, app: str, import_id: UUID) -> Response:
    """A job: where it is, what it found, how far it is."""
    _, job = open_job(call, app, import_id)
    _wake(call, app, job)
    return json_response(job_shape(job, app, call.locale))


class RowWords(QueryWords):
    """A page of rows behind row ``after``, all or of one kind."""

    kind: (
        Literal["new", "changed", "same", "refused", "undone", "kept", "different", "only_file", "only_app"]
        | None
    ) = None
    after: int = Field(default=0, ge=0, le=10**9)
    limit: int = Field(default=50, ge=1, le=500)


@router.get("/{import_id}/rows", operation_id="list_import_rows", response_model=dict[str, Any])
def list_import_rows(
    call: Caller, app: str, import_id: UUID, query: Annotated[RowWords, QueryMark()]
) -> Response:
    """Rows as they came, were understood, and what became of them: ``{items, next}``."""
    access, job = open_job(call, app, import_id)
    kinds = None if query.kind is None else (query.kind,)
    rows = rows_after(call.connection, access.served, job.id, query.after, query.limit + 1, kinds)
    shown = rows[: query.limit]
    following = shown[-1].number if len(rows) > query.limit else None
    items = [row_shape(row, job.header, call.locale) for row in shown]
    return json_response({"items": items, "next": following})


class MappingBody(Body):
    """Sources by target: the name of a column, or ``{"column"}``, ``{"value"}`` (a constant), ``{"expression"}``.

    ``columns`` says how expressions see a column (``text`` where nothing is said). ``match`` as for a new job; so are
    ``mode``, ``rules`` and ``blank``, which stay as they are where nothing is said.
    """

    fields: dict[str, Any] = Field(max_length=1_000)
    columns: dict[str, str] = Field(default={}, max_length=1_000)
    match: str | None = Field(default=None, max_length=100)
    mode: Literal["normal", "history"] | None = None
    rules: Literal["run", "simulate", "none"] | None = None
    blank: Literal["keep", "clear"] | None = None

    def over(self, asked: Asked) -> Asked:
        """What was asked of the job, with this instead."""
        mode = self.mode or asked.mode
        return replace(
            asked,
            mapping=read_mapping({"fields": self.fields, "columns": self.columns}),
            match=self.match,
            mode=mode,
            rules=self.rules or (asked.rules if mode == asked.mode else rules_of(mode)),
            clears=asked.clears if self.blank is None else self.blank == "clear",
        )


class TargetWords(QueryWords):
    """Which mode is thought of; that of the job where nothing is said."""

    mode: Literal["normal", "history"] | None = None


@router.get("/{import_id}/mapping", operation_id="read_import_mapping", response_model=dict[str, Any])
def read_import_mapping(
    call: Caller, app: str, import_id: UUID, query: Annotated[TargetWords, QueryMark()]
) -> Response:
    """What the columns of the file may be brought into: ``{targets}``."""
    access, job = open_job(call, app, import_id)
    job.asked = replace(job.asked, mode=query.mode or job.asked.mode)
    require_import(access, job)
    work = Work(call.connection, access, job, call.now)
    return json_response({"targets": target_shapes(work)})


@router.put("/{import_id}/mapping", operation_id="map_import", response_model=dict[str, Any])
def map_import(call: Caller, app: str, import_id: UUID, body: MappingBody) -> Response:
    """Give a job that was not applied another mapping; it is checked and previewed again."""
    access, job = open_job(call, app, import_id, lock=True)
    work = Work(call.connection, access, job, call.now)
    remap(work, body.over(job.asked))
    return _saved(call, app, access, job)


def _saved(call: Call, app: str, access: Access, job: Job) -> Response:
    save_job(call.connection, access.served, job, call.now)
    _wake(call, app, job)
    return json_response(job_shape(job, app, call.locale), 202)


def _aim(call: Call, app: str, import_id: UUID, goal: State) -> Response:
    access, job = open_job(call, app, import_id, lock=True)
    aim(job, goal)
    return _saved(call, app, access, job)


@router.post(
    "/{import_id}/apply", status_code=202, operation_id="apply_import", response_model=dict[str, Any]
)
def apply_import(call: Caller, app: str, import_id: UUID) -> Response:
    """Write the rows that are not refused."""
    return _aim(call, app, import_id, "applied")


@router.post("/{import_id}/undo", status_code=202, operation_id="undo_import", response_model=dict[str, Any])
def undo_import(call: Caller, app: str, import_id: UUID) -> Response:
    """Take back what was written; records that were changed since stay, and their rows say so."""
    return _aim(call, app, import_id, "undone")


@router.post(
    "/{import_id}/cancel", status_code=202, operation_id="cancel_import", response_model=dict[str, Any]
)
def cancel_import(call: Caller, app: str, import_id: UUID) -> Response:
    """Go no further; what was written stays, and can be taken back."""
    return _aim(call, app, import_id, "cancelled")


@router.delete("/{import_id}", status_code=204, operation_id="delete_import")
def delete_import(call: Caller, app: str, import_id: UUID) -> None:
    """Forget a job and the rows of its file; what it wrote stays, and cannot be taken back any more."""
    access, job = open_job(call, app, import_id, lock=True)
    if job.is_busy:
        raise Conflict("import_state")
    drop_job(call.connection, access.served, job.id)


@router.get("/{import_id}/errors.csv", operation_id="read_import_errors", response_class=Response)
def read_import_errors(call: Caller, app: str, import_id: UUID) -> Response:
    """The refused rows as they came, with a column that says why; mended, it can be brought in."""
    access, job = open_job(call, app, import_id)
    return _csv(error_file(call.connection, access.served, job, call.locale), "errors.csv")


@router.get("/{import_id}/report.csv", operation_id="read_import_report", response_class=Response)
def read_import_report(call: Caller, app: str, import_id: UUID) -> Response:
    """The differences that a comparison found, a line each."""
    access, job = open_job(call, app, import_id)
    if job.kind != "compare":
        raise NotFound
    return _csv(comparison_report(call.connection, access.served, job, call.locale), "report.csv")


def _csv(lines: Iterator[bytes], name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(b"".join(lines), media_type="text/csv; charset=utf-8", headers=headers)
