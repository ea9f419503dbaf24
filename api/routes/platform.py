"""All routes of the platform under one base path, and their OpenAPI description."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from api.json import json_response
from api.problem import ProblemShape
from api.routes import (
    apps,
    audit,
    building,
    bulk,
    converting,
    drafts,
    events,
    exports,
    files,
    freezes,
    histories,
    imports,
    metrics,
    notices,
    people,
    public_forms,
    records,
    roles,
    rules,
    saved_views,
    saving,
    searching,
    session,
    streaming,
    tasks,
    tokens,
    trees,
)

BASE = "/api/v1"
_REFUSED: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "Refused, and why",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemShape"}}},
    },
    "default": {"model": ProblemShape, "description": "A problem"},
}


#: In the order in which they are asked.
GROUPS = (
    session.router,
    tokens.router,
    people.router,
    roles.router,
    trees.teams,
    trees.regions,
    apps.router,
    drafts.router,
    building.router,
    public_forms.router,
    exports.router,
    imports.router,
    records.router,
    searching.router,
    bulk.router,
    saving.router,
    converting.router,
    histories.router,
    events.router,
    metrics.router,
    files.router,
    rules.router,
    audit.router,
    freezes.router,
    saved_views.router,
    notices.router,
    streaming.router,
    tasks.router,
)


def add_routes(app: FastAPI) -> None:
    """Put the routes of the platform into ``app``."""
    router = APIRouter(prefix=BASE, responses=_REFUSED)
    for group in GROUPS:
        router.include_router(group)
    app.include_router(router)

    def openapi(_request: Request) -> Response:
        """The description of the platform, the same for everyone: it names no app and nobody."""
        return json_response(app.openapi())

    app.add_route(f"{BASE}/openapi.json", openapi, include_in_schema=False)
