"""Many records in one request: made, changed, deleted; all or none, or each by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import IntegrityError

from api.apps import open_app
from api.endpoint import Body, Caller, Endpoint, runs
from api.idempotency import Answered, once
from api.json import LARGE
from api.problem import Problem, problem_body, problem_of
from api.routes.saving import take_id, unit_of
from api.transaction import Call
from runtime import save
from runtime.refusals import Conflict, FieldError, Invalid, Refused
from runtime.unit import Unit
from schema_store.field_types.base import FieldValueError
from schema_store.field_types.relations import require_uuid

router = APIRouter(route_class=Endpoint, tags=["records"], prefix="/apps/{app}/records/{entity}")
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


#: What is done with a row, the status it answers with, and the id.
_Act = Callable[[], tuple[int, UUID]]


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
        run = _all if body.atomic else _each
        return Answered({"results": list(run(call, _acts(unit, entity, body)))})

    return once(call, access.served, body.model_dump(mode="json"), work)


def _acts(unit: Unit, entity: str, body: BulkBody) -> Iterator[_Act]:
    for row in body.create:
        yield _creating(unit, entity, row)
    for row in body.update:
        yield _changing(unit, entity, row)
    for named in body.delete:
        yield _deleting(unit, entity, {"id": named} if isinstance(named, str) else named)


def _creating(unit: Unit, entity: str, row: dict[str, Any]) -> _Act:
    def act() -> tuple[int, UUID]:
        record_id, wire = take_id(row)
        return 201, save.create(unit, entity, wire, record_id=record_id).id

    return act


def _changing(unit: Unit, entity: str, row: dict[str, Any]) -> _Act:
    def act() -> tuple[int, UUID]:
        record_id, version = _named(row)
        wire = {key: value for key, value in row.items() if key not in ("id", "version")}
        return 200, save.update(unit, entity, record_id, wire, version=version).id

    return act


def _deleting(unit: Unit, entity: str, row: dict[str, Any]) -> _Act:
    def act() -> tuple[int, UUID]:
        record_id, version = _named(row)
        save.delete(unit, entity, record_id, version=version)
        return 204, record_id

    return act


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


def _all(_call: Call, acts: Iterator[_Act]) -> Iterator[dict[str, Any]]:
    """Every row, or the first refusal, which takes back all of them."""
    for index, act in enumerate(acts):
        try:
            status, record_id = act()
        except (Refused, IntegrityError) as refusal:
            problem = _problem(refusal)
            problem.extra["index"] = index
            raise problem from refusal
        yield {"index": index, "status": status, "id": str(record_id)}


def _each(call: Call, acts: Iterator[_Act]) -> Iterator[dict[str, Any]]:
    """Every row by itself: a refused one leaves nothing and stops nobody."""
    for index, act in enumerate(acts):
        try:
            with call.connection.begin_nested():
                status, record_id = act()
        except (Refused, IntegrityError) as refusal:
            call.refused.append(refusal)
            body = problem_body(_problem(refusal), call.locale)
            yield {"index": index, "status": body["status"], "error": body}
        else:
            yield {"index": index, "status": status, "id": str(record_id)}


def _problem(refusal: Refused | IntegrityError) -> Problem:
    return problem_of(refusal if isinstance(refusal, Refused) else Conflict())
