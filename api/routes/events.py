"""Events from programs, and calculations on demand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, RootModel

from api.apps import open_app
from api.endpoint import Body, Caller, Endpoint, runs
from api.json import LARGE, json_response
from api.problem import Problem
from api.routes.saving import unit_of
from api.routes.shapes import Moment
from runtime.calculating import calculate
from runtime.events import Told, record_events
from runtime.refusals import FieldError, require_valid

router = APIRouter(route_class=Endpoint, tags=["records"], prefix="/apps/{app}")
MOST_EVENTS = 1_000
#: How far a clock that tells events may be ahead of ours.
_AHEAD = timedelta(minutes=5)


class EventShape(Body):
    """What somebody did with a record: of ``record_id``, or of the one record with the values of ``match``.

    ``id`` is its id with whoever tells it: told again under it, the event is a duplicate.
    """

    kind: str = Field(min_length=1, max_length=40, pattern=r"^[\p{L}\p{N}._-]+$")
    entity: str = Field(max_length=100)
    record_id: UUID | None = None
    match: dict[str, Any] | None = Field(default=None, min_length=1, max_length=5)
    at: Moment | None = None
    topic: str | None = Field(default=None, max_length=200)
    data: dict[str, Any] | None = None
    id: str | None = Field(default=None, min_length=1, max_length=200)


class EventsBody(RootModel[EventShape | list[EventShape]]):
    """One event or many."""


class EventsAnswer(BaseModel):
    """How many are new, and how many were known."""

    accepted: int
    duplicates: int


@router.post("/events", status_code=202, operation_id="tell_events")
@runs(most=LARGE)
def tell_events(call: Caller, app: str, body: EventsBody) -> EventsAnswer:
    """Keep events at least once told, once each; all of them or none."""
    shapes = body.root if isinstance(body.root, list) else [body.root]
    if len(shapes) > MOST_EVENTS:
        raise Problem(413, "too_large", detail="too_many_rows", params={"limit": str(MOST_EVENTS)})
    errors = []
    for index, shape in enumerate(shapes):
        if (shape.record_id is None) == (shape.match is None):
            errors.append(FieldError(f"/{index}/record_id", "required"))
        if shape.at is not None and shape.at > call.now + _AHEAD:
            errors.append(FieldError(f"/{index}/at", "out_of_range"))
    require_valid(errors)
    access = open_app(call, app, writing=True)
    told = [
        Told(
            shape.kind,
            shape.entity,
            shape.record_id,
            shape.match,
            shape.at,
            shape.topic,
            shape.data,
            shape.id,
        )
        for shape in shapes
    ]
    accepted, duplicates = record_events(unit_of(call, access), told) if told else (0, 0)
    return EventsAnswer(accepted=accepted, duplicates=duplicates)


class CalculationBody(Body):
    """Inputs by key in wire form, and the record that gives the others."""

    inputs: dict[str, Any] = Field(default={})
    record_id: UUID | None = None


class CalculationLine(BaseModel):
    """A step of a calculation: its text and what came out."""

    key: str
    label: dict[str, str]
    expression: str
    value: Any


class CalculationAnswer(BaseModel):
    """What came out, and every line that led to it."""

    value: Any
    lines: list[CalculationLine]


@router.post("/calculations/{key}", operation_id="calculate", response_model=CalculationAnswer)
@runs(unit="read", scope="read")
def run_calculation(call: Caller, app: str, key: str, body: CalculationBody) -> Response:
    """The value of a calculation with every line that led to it."""
    access = open_app(call, app)
    return json_response(calculate(call.connection, access, call.now, key, body.inputs, body.record_id))
