"""What the actor has to do, over all apps."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi import Query as QueryMark
from pydantic import BaseModel, Field

from api.endpoint import Caller, Endpoint, QueryWords
from runtime.access import access_for
from runtime.people.actors import actor_values
from runtime.query.tasks import tasks_of
from runtime.served import serve
from schema_store.versions import list_apps

router = APIRouter(route_class=Endpoint, tags=["notifications"])


class TaskWords(QueryWords):
    """How many at most."""

    limit: int = Field(default=50, ge=1, le=200)


class AboutShape(BaseModel):
    """The record that a to-do is about."""

    entity: str
    id: UUID
    name: str | None


class TaskShape(BaseModel):
    """A to-do; ``late``: its due has passed."""

    app: str
    entity: str
    id: UUID
    name: str | None
    stage: str | None
    due: str | None
    late: bool
    about: AboutShape | None


class TasksAnswer(BaseModel):
    """By due, those without one last; ``late``: how many of these are; ``more``: there are more than these."""

    items: list[TaskShape]
    late: int
    more: bool


@router.get("/tasks", operation_id="list_tasks")
def list_tasks(call: Caller, query: Annotated[TaskWords, QueryMark()]) -> TasksAnswer:
    """Open to-dos of the actor in every app that they use, with what each is about."""
    found: list[TaskShape] = []
    for installed in list_apps(call.connection):
        served = serve(call.connection, installed.key)
        access = access_for(served, call.actor, actor_values(call.actor, installed.key))
        tasks = tasks_of(call.connection, access, call.now, query.limit + 1)
        found += [TaskShape(app=installed.key, **each) for each in tasks]
    found.sort(key=lambda task: (task.due is None, task.due or "", task.id))
    items = found[: query.limit]
    return TasksAnswer(items=items, late=sum(task.late for task in items), more=len(found) > query.limit)
