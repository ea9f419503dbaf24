"""Files over REST: upload, read through the record that names them, list with a record, take back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from api.apps import open_app
from api.endpoint import Caller, Endpoint, Uploaded
from api.file_schemas import CONTENT, UPLOAD
from api.idempotency import Answered, once
from api.problem import Problem
from api.transaction import Call
from runtime.files.types import ACTIVE, UNKNOWN
from runtime.files.uploads import File, add_file, files_of, find_file, remove_file, require_uploader

router = APIRouter(route_class=Endpoint, tags=["files"], prefix="/apps/{app}")

#: What a browser may show in place: pictures without script, and PDF in its own viewer.
INLINE = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "application/pdf"})
_HEADERS = {
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-store",
    "accept-ranges": "bytes",
}
#: One range; several at once are answered with the whole, as the standard allows.
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


class FileShape(BaseModel):
    """A file; ``type`` is what its bytes are, whatever the sender declared."""

    id: UUID
    name: str
    size: int
    type: str


class PersonShape(BaseModel):
    """Who it was."""

    id: UUID
    name: str | None


class NamedFile(FileShape):
    """A file and the place that names it: a field, or a requirement of a gate at which it was shown."""

    field: str | None
    requirement: str | None
    at: str
    by: PersonShape | None


class FilesAnswer(BaseModel):
    """The files of a record: those of its fields, then those shown at gates, newest first."""

    items: list[NamedFile]


@router.post(
    "/files",
    status_code=201,
    operation_id="upload_file",
    response_model=FileShape,
    openapi_extra={"requestBody": UPLOAD},
)
def upload_file(call: Caller, app: str, upload: Uploaded) -> Response:
    """Take one file; only its uploader has it until a record names it, and a day later it is gone."""
    access = open_app(call, app, writing=True)
    require_uploader(access)
    content = upload.content

    def work() -> Answered:
        file = add_file(call.connection, access, call.now, call.workspace.contents, content, upload.name)
        return Answered(file.shape(), 201, {"location": f"/api/v1/apps/{app}/files/{file.id}"})

    return once(call, access.served, [upload.name, content.sha256], work)


@router.get(
    "/files/{file_id}",
    operation_id="read_file",
    response_class=Response,
    responses={200: {"content": CONTENT}, 206: {"content": CONTENT}},
)
def read_file(call: Caller, app: str, file_id: UUID) -> Response:
    """The content, whole or one range of it, to whoever may read the record and the field that name it."""
    file = find_file(call.connection, open_app(call, app), call.now, file_id)
    etag = f'"{file.sha256}"'
    start, end = _range_of(call, file, etag)
    headers = {
        **_HEADERS,
        "content-type": UNKNOWN if file.type in ACTIVE else file.type,
        "content-disposition": _disposition(file),
        "content-length": str(end - start),
        "etag": etag,
    }
    is_part = end - start < file.size
    if is_part:
        headers["content-range"] = f"bytes {start}-{end - 1}/{file.size}"
    if call.request.scope.get("is_head"):
        return Response(None, 206 if is_part else 200, headers)
    chunks: Iterator[bytes] = call.workspace.contents.read(file.sha256, start, end - start)
    return StreamingResponse(chunks, 206 if is_part else 200, headers)


@router.delete("/files/{file_id}", status_code=204, operation_id="remove_file")
def take_back(call: Caller, app: str, file_id: UUID) -> None:
    """Take an upload back that no record names yet; a file of a record goes only by changing the record."""
    remove_file(call.connection, open_app(call, app, writing=True), call.now, file_id)


@router.get("/records/{entity}/{record_id}/files", operation_id="list_files")
def list_files(call: Caller, app: str, entity: str, record_id: UUID) -> FilesAnswer:
    """Every file that the record shows to the actor: of its fields, and shown at its gates."""
    found = files_of(call.connection, open_app(call, app, entity), call.now, entity, record_id)
    return FilesAnswer.model_validate({"items": found})


def _disposition(file: File) -> str:
    """Shown in place or saved, with the name in both notations of RFC 6266."""
    kind = "inline" if file.type in INLINE else "attachment"
    plain = "".join(each if each.isascii() and each not in '"\\%' else "_" for each in file.name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"


def _range_of(call: Call, file: File, etag: str) -> tuple[int, int]:
    """The first byte that is asked for, and the one behind the last.

    Raises:
        Problem: 416, there is nothing of the file in the range.
    """
    headers = call.request.headers
    found = _RANGE.fullmatch(headers.get("range", ""))
    if found is None or not any(found.groups()) or headers.get("if-range", etag) != etag:
        return 0, file.size
    first, last = found.groups()
    if not first:
        start, end = max(0, file.size - int(last)), file.size
    else:
        start, end = int(first), min(file.size, int(last) + 1 if last else file.size)
    if start >= end:
        if last and first and int(last) < int(first):
            return 0, file.size  # no range at all
        raise Problem(416, "bad_range", headers={"content-range": f"bytes */{file.size}"})
    return start, end
