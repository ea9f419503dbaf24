"""Working on an app: its draft, checks, publishing, versions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, RootModel
from sqlalchemy.engine import Connection

from api.apps import matched_version
from api.endpoint import Body, Caller, Endpoint, runs
from api.json import LARGE, json_response
from api.problem import Problem
from api.routes.apps import require_right
from api.transaction import Call
from builder.json_patch import BadPatch, apply_patch
from builder.publish import (
    CheckResult,
    Preview,
    PublishConflict,
    PublishRefused,
    own_document,
    preview,
    publish,
    restore_version,
)
from runtime.auditing.acts import PlatformAct, note_act
from runtime.refusals import Conflict, NotFound
from schema_store.canonical import canonical_bytes, document_hash
from schema_store.database import reading, writing
from schema_store.diagnostics import Diagnostic
from schema_store.difference.describe import describe_changes
from schema_store.difference.diff import diff
from schema_store.document import AppDocument
from schema_store.migration.acceptance import LossNotAccepted
from schema_store.migration.apply import TooOld
from schema_store.migration.plan import MigrationPlan
from schema_store.structure.load import load_document
from schema_store.versions import (
    Draft,
    Signature,
    StaleDraft,
    UnknownVersion,
    list_versions,
    load_draft,
    load_version,
    save_draft,
)

router = APIRouter(route_class=Endpoint, tags=["building"], prefix="/apps/{app}")


class DraftBody(Body):
    """A whole document."""

    document: dict[str, Any]
    note: str = Field(default="", max_length=2_000)


class PatchBody(RootModel[list[dict[str, Any]]]):
    """Operations of JSON Patch (RFC 6902) on the document."""


class PublishBody(Body):
    """The losses that are accepted, by id, and why."""

    accepted_losses: list[str] = Field(default=[], max_length=1_000)
    note: str = Field(default="", max_length=2_000)


class PublishAnswer(BaseModel):
    """The version that is served now."""

    version: int


def _sign(call: Call, note: str = "") -> Signature:
    return Signature(call.actor.username, call.now, note, call.actor.id)


def _draft_response(call: Call, draft: Draft) -> Response:
    call.headers.append(("etag", f'"{draft.revision}"'))
    body = {
        "revision": draft.revision,
        "base_version": draft.base_version,
        "author": draft.author,
        "document": orjson.loads(canonical_bytes(draft.document)),
    }
    return json_response(body)


@router.get("/draft", operation_id="read_draft", response_model=dict[str, Any])
@runs(scope="build", unit="none")
def read_draft(call: Caller, app: str) -> Response:
    """What is being worked on; before anyone saved, the served document at revision 0. The ETag is the revision."""
    with reading(call.workspace.engine) as connection:
        require_right(call, connection, app, "build")
        return _draft_response(call, load_draft(connection, app))


@router.put("/draft", operation_id="write_draft", response_model=dict[str, Any])
@runs(scope="build", unit="none", most=LARGE)
def write_draft(call: Caller, app: str, body: DraftBody) -> Response:
    """Replace the draft; If-Match names the revision that was looked at."""
    with writing(call.workspace.engine) as connection:
        require_right(call, connection, app, "build")
        revision = _named_revision(call)
        return _save(call, connection, app, body.document, revision, body.note)


@router.patch("/draft", operation_id="patch_draft", response_model=dict[str, Any])
@runs(scope="build", unit="none", most=LARGE)
def patch_draft(call: Caller, app: str, body: PatchBody) -> Response:
    """Change the draft by JSON Patch; If-Match names the revision that was looked at."""
    with writing(call.workspace.engine) as connection:
        require_right(call, connection, app, "build")
        revision = _named_revision(call)
        standing = load_draft(connection, app)
        _require_revision(standing.revision, revision)
        try:
            patched = apply_patch(orjson.loads(canonical_bytes(standing.document)), body.root)
        except BadPatch as error:
            raise Problem(422, "invalid", detail="bad_patch", params={"reason": str(error)}) from error
        return _save(call, connection, app, patched, revision, "")


def _named_revision(call: Call) -> int:
    revision = matched_version(call)
    if revision is None:
        raise Problem(428, "precondition_required")
    return revision


def _require_revision(standing: int, named: int) -> None:
    if standing != named:
        raise Problem(
            412,
            "stale",
            detail="draft_stale",
            params={"revision": str(standing)},
            extra={"revision": standing},
        )


def _save(call: Call, connection: Connection, app: str, document: Any, revision: int, note: str) -> Response:
    loaded, complaints = load_document(orjson.dumps(document))
    if loaded is None:
        raise _not_a_document(complaints)
    try:
        save_draft(connection, app, own_document(loaded, app), _sign(call, note), revision=revision)
    except StaleDraft as error:
        _require_revision(error.revision, revision)
        raise
    saved = load_draft(connection, app)
    _note_draft(call, connection, app, saved)
    return _draft_response(call, saved)


def _note_draft(call: Call, connection: Connection, app: str, draft: Draft) -> None:
    details = {"hash": document_hash(draft.document)}
    act = PlatformAct("draft_saved", by=call.actor.id, app=app, subject=str(draft.revision), details=details)
    note_act(connection, act, call.now)


def _not_a_document(complaints: Iterable[Diagnostic]) -> Problem:
    shown = [diagnostic_shape(each) for each in complaints]
    return Problem(422, "invalid", detail="not_publishable", extra={"diagnostics": shown})


def diagnostic_shape(found: Diagnostic) -> dict[str, Any]:
    """A complaint about a document on the wire."""
    return {
        "code": found.code,
        "severity": found.severity.value,
        "path": found.path,
        "id": found.id,
        "span": None if found.span is None else {"start": found.span.start, "end": found.span.end},
        "message": found.message,
        "hint": found.hint,
    }


def plan_shape(plan: MigrationPlan) -> dict[str, Any]:
    """What publishing would do to the tables, and what would be lost."""
    described = plan.to_json()
    for shape, operation in zip(described["operations"], plan.operations, strict=True):
        shape["sentence"] = operation.describe()
    changes = {locale: describe_changes(plan.changes, locale) for locale in ("zh-CN", "en")}
    return {"changes": changes, **{name: described[name] for name in ("version", "operations", "losses")}}


def _tests(checked: CheckResult) -> dict[str, Any]:
    failed = [
        {
            "key": test.key,
            "wrong": test.wrong,
            "expected": test.expected,
            "got": test.got,
            "failure": test.failure,
        }
        for test in checked.failed_tests
    ]
    return {"passed": checked.passed_tests, "failed": len(failed), "failures": failed}


def _preview_shape(shown: Preview) -> dict[str, Any]:
    return {
        "diagnostics": [diagnostic_shape(each) for each in shown.checked.diagnostics],
        "plan": None if shown.plan is None else plan_shape(shown.plan),
        "tests": _tests(shown.checked),
    }


def draft_document(call: Call, app: str, right: str) -> AppDocument:
    """The draft, read by itself, for those who have a right of the app.

    Raises:
        NotFound, Forbidden: they have not.
    """
    with reading(call.workspace.engine) as connection:
        require_right(call, connection, app, right)
        return load_draft(connection, app).document


@router.post("/draft/check", operation_id="check_draft", response_model=dict[str, Any])
@runs(scope="build", unit="none")
def check_draft(call: Caller, app: str) -> Response:
    """Complaints, the plan with counted losses, and the document's own tests; changes nothing."""
    document = draft_document(call, app, "build")
    return json_response(_preview_shape(preview(call.workspace.engine, app, document)))


@router.post("/publish", operation_id="publish_draft")
@runs(scope="build", unit="none")
def publish_draft(call: Caller, app: str, body: PublishBody) -> PublishAnswer:
    """Serve the draft from now on; 409 with the plan where a loss is not accepted."""
    document = draft_document(call, app, "publish")
    try:
        number = publish(
            call.workspace.engine, app, document, _sign(call, body.note), accepted=body.accepted_losses
        )
    except PublishRefused as error:
        raise _not_a_document(error.checked.diagnostics) from error
    except LossNotAccepted as error:
        raise Problem(409, "loss_not_accepted", extra={"plan": plan_shape(error.plan)}) from error
    except PublishConflict as error:
        raise Conflict from error
    except TooOld as error:
        raise Conflict("database_too_old") from error
    return PublishAnswer(version=number)


@router.get("/versions", operation_id="list_versions", response_model=dict[str, Any])
@runs(scope="build", unit="none")
def list_all(call: Caller, app: str) -> Response:
    """What was published when by whom, newest first."""
    with reading(call.workspace.engine) as connection:
        require_right(call, connection, app, "build")
        found = list_versions(connection, app)
    items = [
        {"version": each.number, "author": each.author, "note": each.note, "published_at": each.created_at}
        for each in found
    ]
    return json_response({"items": items})


@router.get("/versions/{number}", operation_id="read_version", response_model=dict[str, Any])
@runs(scope="build", unit="none")
def read_version(call: Caller, app: str, number: str) -> Response:
    """A version, and in words what it changed."""
    with reading(call.workspace.engine) as connection:
        require_right(call, connection, app, "build")
        try:
            found = load_version(connection, app, _number(number))
            before = load_version(connection, app, found.number - 1).document if found.number > 1 else None
        except UnknownVersion as error:
            raise NotFound from error
    changes = list(diff(before, found.document))
    body = {
        "version": found.number,
        "author": found.author,
        "note": found.note,
        "published_at": found.created_at,
        "changes": {locale: describe_changes(changes, locale) for locale in ("zh-CN", "en")},
        "plan": found.plan,
        "document": orjson.loads(canonical_bytes(found.document)),
    }
    return json_response(body)


@router.post("/versions/{number}/restore", operation_id="restore_version", response_model=dict[str, Any])
@runs(scope="build", unit="none")
def restore(call: Caller, app: str, number: str) -> Response:
    """An earlier version as the new draft, to be checked and published like any other."""
    with writing(call.workspace.engine) as connection:
        require_right(call, connection, app, "build")
        try:
            draft = restore_version(connection, app, _number(number), _sign(call))
        except UnknownVersion as error:
            raise NotFound from error
        _note_draft(call, connection, app, draft)
        return _draft_response(call, draft)


def _number(text: str) -> int:
    """A version's number; what can be none is not there."""
    if not (text.isascii() and text.isdigit() and len(text) < 10) or text.startswith("0"):
        raise NotFound
    return int(text)
