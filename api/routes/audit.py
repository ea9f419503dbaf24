"""The audit: of an app for those who have the right ``audit`` there, of the platform for administrators."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi import Query as QueryMark
from pydantic import BaseModel, Field

from api.endpoint import Caller, Endpoint
from api.messages import PROBLEMS, say
from api.routes.apps import require_right
from api.routes.shapes import Moment, PageWords
from api.secret import read_cursor, sign_cursor
from api.transaction import Call
from runtime.auditing.reading import AuditPage, AuditQuery, Kind, app_audit, platform_audit
from runtime.refusals import Forbidden

router = APIRouter(route_class=Endpoint, tags=["audit"])


class PlatformWords(PageWords):
    """Whose, and since when."""

    actor: UUID | None = None
    since: Moment | None = None


class AuditWords(PlatformWords):
    """Also about what."""

    kind: Kind | None = None
    entity: str | None = Field(default=None, max_length=100)
    record: UUID | None = None


class AuditAnswer(BaseModel):
    """Entries, newest first: ``kind`` is ``change``, ``refusal`` or ``act``; ``next`` is the cursor of those before."""

    items: list[dict[str, Any]]
    next: str | None


@router.get("/apps/{app}/audit", operation_id="read_app_audit")
def read_app_audit(call: Caller, app: str, query: Annotated[AuditWords, QueryMark()]) -> AuditAnswer:
    """Every change and refusal of records and every act on the app: who, when, before and after, why."""
    access = require_right(call, call.connection, app, "audit")
    words = query.model_dump(exclude={"cursor", "limit"})
    kind = f"audit {app} {words}"
    asked = AuditQuery(**words, limit=query.limit, before=_place(call, kind, query))
    return _answer(call, kind, app_audit(call.connection, access, app, asked))


@router.get("/audit", operation_id="read_audit")
def read_audit(call: Caller, query: Annotated[PlatformWords, QueryMark()]) -> AuditAnswer:
    """Every act on the platform and its apps, sign-ins that failed and rights that were refused."""
    if not call.actor.admin:
        raise Forbidden
    words = query.model_dump(exclude={"cursor", "limit"})
    kind = f"audit of the platform {words}"
    asked = AuditQuery(**words, limit=query.limit, before=_place(call, kind, query))
    return _answer(call, kind, platform_audit(call.connection, asked))


def _place(call: Call, kind: str, query: PageWords) -> UUID | None:
    return None if query.cursor is None else UUID(read_cursor(call.workspace.key, kind, query.cursor)[0])


def _answer(call: Call, kind: str, page: AuditPage) -> AuditAnswer:
    following = None if page.next is None else sign_cursor(call.workspace.key, kind, [str(page.next)])
    for entry in page.items:
        if entry["kind"] == "refusal" and entry["code"] in PROBLEMS:
            entry["message"] = say(PROBLEMS, entry["code"], call.locale, {})
    return AuditAnswer(items=page.items, next=following)
