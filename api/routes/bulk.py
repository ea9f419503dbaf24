"""Many records in one request: made, changed, deleted; all or none, or each by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api.apps import open_app
from api.endpoint import Body, Caller, Endpoint, runs
from api.idempotency import Answered, once
from api.json import LARGE
from api.problem import Problem, problem_body, problem_of
from api.routes.saving import take_id, unit_of
from api.transaction import Call
from runtime import save
from runtime.change import Outcome, Request, Row
from runtime.refusals import FieldError, Invalid, Refused
from runtime.unit import Unit
from schema_store.field_types.base import FieldValueError
from schema_store.field_types.relations import require_uuid

router = APIRouter(route_class=Endpoint, tags=["records"], prefix="/apps/{app}/records/{entity}")
G = TypeVar("G")
#: Rows of one request.
MOST_ROWS = 1_000


class BulkBody(Body):
    """Rows to make (as for create), to change (``id``, ``version`` where it matters, fields), to delete (ids).

    ``atomic`` (true where nothing is said): all or none; the first refusal is the answer, with its index.
    """

    create: list[dict[str, Any]] = Field(default=[])
    update: list[dict[str, Any]] = Field(default=[])
    delete: list[str | dict[str, Any]] = Field(default=[])
    atomic: bool = True


class BulkResult(BaseModel):
    """What became of a row; ``index`` counts the rows made, then those changed, then those deleted."""

    index: int
    status: int
    id: UUID | None = None
    error: dict[str, Any] | None = None


class BulkAnswer(BaseModel):
    """A result per row."""

    results: list[BulkResult] = Field(max_length=MOST_ROWS)


@router.post("/bulk", operation_id="write_records", response_model=BulkAnswer)
@runs(most=LARGE)
def write_records(call: Caller, app: str, entity: str, body: BulkBody) -> Response:
    """Write up to 1,000 records."""
    rows = len(body.create) + len(body.update) + len(body.delete)
    if rows > MOST_ROWS:
        raise Problem(413, "too_large", detail="too_many_rows", params={"limit": str(MOST_ROWS)})
    access = open_app(call, app, entity, writing=True)
    access.require(entity, "read")
    unit = unit_of(call, access)

    def work() -> Answered:
        outcomes = [
            *_created(unit, entity, body),
            *_updated(unit, entity, body),
            *_deleted(unit, entity, body),
        ]
        results = [_result(call, body, index, *each) for index, each in enumerate(outcomes)]
        return Answered({"results": results})

    return once(call, access.served, body.model_dump(mode="json"), work)


#: The status of a row that is done, which record it is about, and why it was refused.
_Done = tuple[int, UUID | None, Refused | None]
#: Saves rows that could be read.
_SaveMany = Callable[[Sequence[Row]], list[Outcome]]


def _created(unit: Unit, entity: str, body: BulkBody) -> list[_Done]:
    def read(row: dict[str, Any]) -> Row:
        record_id, wire = take_id(row)
        return Row(Request(wire), record_id)

    return _save(201, body.create, read, partial(save.create_many, unit, entity))


def _updated(unit: Unit, entity: str, body: BulkBody) -> list[_Done]:
    def read(row: dict[str, Any]) -> Row:
        record_id, version = _named(row)
        wire = {key: value for key, value in row.items() if key not in ("id", "version")}
        return Row(Request(wire, version=version), record_id)

    return _save(200, body.update, read, partial(save.update_many, unit, entity))


def _deleted(unit: Unit, entity: str, body: BulkBody) -> list[_Done]:
    def read(named: str | dict[str, Any]) -> Row:
        record_id, version = _named({"id": named} if isinstance(named, str) else named)
        return Row(Request(version=version), record_id)

    return _save(204, body.delete, read, partial(save.delete_many, unit, entity))


def _save(status: int, given: Sequence[G], read: Callable[[G], Row], save_many: _SaveMany) -> list[_Done]:
    """What became of each row; one that cannot be read is refused without asking the engine."""
    rows: list[Row | Invalid] = []
    for each in given:
        try:
            rows.append(read(each))
        except Invalid as refusal:
            rows.append(refusal)
    saved = iter(save_many([row for row in rows if isinstance(row, Row)]))
    done: list[_Done] = []
    for row in rows:
        if isinstance(row, Invalid):
            done.append((status, None, row))
            continue
        outcome = next(saved)
        record_id = outcome.saved.id if outcome.saved is not None else row.record_id
        done.append((status, record_id, outcome.refusal))
    return done


def _result(
    call: Call, body: BulkBody, index: int, status: int, record_id: UUID | None, refusal: Refused | None
) -> dict[str, Any]:
    """How a row is answered; the first refusal of an atomic bulk is the answer to all of it."""
    if refusal is None:
        return {"index": index, "status": status, "id": str(record_id)}
    problem = problem_of(refusal)
    if body.atomic:
        problem.extra["index"] = index
        raise problem from refusal
    call.refused.append(refusal)
    shown = problem_body(problem, call.locale)
    return {"index": index, "status": shown["status"], "error": shown}


def _named(row: dict[str, Any]) -> tuple[UUID, int | None]:
    """Which record a row is about, and the version that was looked at.

    Raises:
        Invalid: it does not say so.
    """
    version = row.get("version")
    if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
        raise Invalid([FieldError("/version", "wrong_type")])
    if "id" not in row:
        raise Invalid([FieldError("/id", "required")])
    try:
        return require_uuid(row["id"]), version
    except FieldValueError as error:
        raise Invalid([FieldError("/id", error.code)]) from error
