"""What the builder asks of a draft beside saving it: where something is used, and what would come out."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi import Query as QueryMark
from pydantic import BaseModel, Field

from api.apps import open_app
from api.endpoint import Body, Caller, Endpoint, QueryWords, runs
from api.json import LARGE
from api.problem import Problem
from api.routes.apps import require_right
from api.routes.drafts import diagnostic_shape, draft_document
from api.unmet import unmet_shapes
from builder.publish import own_document
from builder.trying import MOST_RECORDS, PartKind, Unready, try_part
from builder.usage import where_used
from schema_store.versions import load_draft

router = APIRouter(route_class=Endpoint, tags=["building"], prefix="/apps/{app}/draft")
Wire = dict[Annotated[str, Field(max_length=100)], Any]


class UsageWords(QueryWords):
    """The id of an element."""

    of: str = Field(min_length=1, max_length=100)


class UsageAnswer(BaseModel):
    """An element of the draft, and every place that names it."""

    element: dict[str, Any]
    uses: list[dict[str, Any]]


class TryBody(Body):
    """What is tried, and on what.

    ``of`` is the id of a field (a formula or roll-up), stage or transition (``gate``), rule or signal, score,
    calculation, or form; an ``expression`` needs its ``entity`` instead. ``values`` stand over what the records have.
    """

    kind: PartKind
    of: str = Field(default="", max_length=100)
    entity: str = Field(default="", max_length=100)
    expression: str = Field(default="", max_length=4_000)
    records: list[UUID] = Field(default=[], max_length=MOST_RECORDS)
    values: Wire = Field(default={}, max_length=200)
    inputs: Wire = Field(default={}, max_length=200)


class TryAnswer(BaseModel):
    """What would come out, by record, with every step; ``problems`` of an expression that cannot be tried."""

    kind: PartKind
    entity: str | None
    results: list[dict[str, Any]]
    problems: list[dict[str, Any]]


@router.get("/usage", operation_id="find_usage")
@runs(scope="build", unit="none")
def find_usage(call: Caller, app: str, query: Annotated[UsageWords, QueryMark()]) -> UsageAnswer:
    """Where an element of the draft is used: by which elements, in which text, at which place of it."""
    document = own_document(draft_document(call, app, "build"), app)
    return UsageAnswer(**where_used(document, query.of))


@router.post("/try", operation_id="try_draft")
@runs(scope="build", unit="read", most=LARGE)  # in a thread: a draft is compiled for it
def try_draft(call: Caller, app: str, body: TryBody) -> TryAnswer:
    """Try a part of the draft on records, step by step; nothing is written, and nothing hidden is shown."""
    require_right(call, call.connection, app, "build")
    access = open_app(call, app)
    document = own_document(load_draft(call.connection, app).document, app)
    try:
        tried = try_part(call.connection, access, call.now, document, **dict(body))
    except Unready as error:
        shown = [diagnostic_shape(each) for each in error.diagnostics]
        raise Problem(422, "invalid", detail="not_publishable", extra={"diagnostics": shown}) from error
    results = [
        result | {"unmet": unmet_shapes(tried.unmet[result["record"]], call.locale)}
        if result.get("record") in tried.unmet
        else result
        for result in tried.results
    ]
    return TryAnswer(kind=tried.kind, entity=tried.entity, results=results, problems=list(tried.problems))
