"""Named metrics over REST."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from api.apps import open_app
from api.endpoint import Body, Caller, Endpoint, runs
from api.json import json_response
from runtime.metrics import MOST_DIMENSIONS, MOST_ROWS, MetricQuery, run_metric

#: Days that have a midnight in every zone.
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(9998, 12, 31))]
router = APIRouter(route_class=Endpoint, tags=["metrics"], prefix="/apps/{app}/metrics")


class MetricBody(Body):
    """How a metric is split, over which local days (both included), of which records, in what order.

    ``order`` is by the dimensions (``groups``), or the greatest (``most``) or least (``least``) figure first.
    """

    dimensions: list[str] = Field(default=[], max_length=MOST_DIMENSIONS)
    since: Day | None = None
    until: Day | None = None
    filter: str = Field(default="", max_length=20_000)
    order: Literal["groups", "most", "least"] = "groups"
    limit: int = Field(default=MOST_ROWS, ge=1, le=MOST_ROWS)


@router.post("/{key}", operation_id="run_metric", response_model=dict[str, Any])
@runs(unit="read", scope="read")
def answer_metric(call: Caller, app: str, key: str, body: MetricBody) -> Response:
    """The figures: ``{metric, dimensions, rows, truncated}``; each row has the filter that leads to its records."""
    access = open_app(call, app)
    asked = MetricQuery(
        dimensions=tuple(body.dimensions),
        since=body.since,
        until=body.until,
        filter=body.filter.strip(),
        order=body.order,
        limit=body.limit,
    )
    return json_response(run_metric(call.connection, access, call.now, key, asked))
