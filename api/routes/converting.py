"""Converting a record over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, RootModel

from api.apps import open_app
from api.endpoint import Caller, Endpoint
from api.idempotency import Answered, once
from api.routes.saving import unit_of
from runtime.converting import convert

router = APIRouter(route_class=Endpoint, tags=["records"], prefix="/apps/{app}/records/{entity}")


class ConversionBody(RootModel[dict[str, dict[str, Any] | str | bool | None]]):
    """Wishes by target: values, the id of a record, or null or false to leave it out."""

    model_config = ConfigDict(strict=True)


class MadeShape(BaseModel):
    """A record that was made (``created``) or found."""

    id: UUID
    created: bool


class ConversionAnswer(RootModel[dict[str, MadeShape | None]]):
    """The record that was converted under the key of its entity, and each target under its own."""


@router.post("/{record_id}/convert", operation_id="convert_record", response_model=ConversionAnswer)
def convert_record(call: Caller, app: str, entity: str, record_id: UUID, body: ConversionBody) -> Response:
    """Make what the record is converted to and move it to its stage, in one transaction."""
    access = open_app(call, app, entity, writing=True)

    def work() -> Answered:
        made = convert(unit_of(call, access), entity, record_id, body.root)
        answer: dict[str, Any] = {entity: {"id": str(record_id), "created": False}}
        for key, each in made.items():
            answer[key] = None if each is None else {"id": str(each.id), "created": each.created}
        return Answered(answer)

    return once(call, access.served, body.root, work)
