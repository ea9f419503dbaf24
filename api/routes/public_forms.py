"""Public forms for those who look after them: where each is, whether it is on, and its code to scan."""

from __future__ import annotations

import io
from typing import Annotated
from urllib.parse import urlencode

import segno
from fastapi import APIRouter, Response
from fastapi import Query as QueryMark
from pydantic import BaseModel, Field

from api.endpoint import Caller, Endpoint, QueryWords
from api.routes.apps import require_right
from api.transaction import Call
from runtime.refusals import NotFound

router = APIRouter(route_class=Endpoint, tags=["building"], prefix="/apps/{app}/public-forms")


class PublicFormShape(BaseModel):
    """A form, and the address of its page."""

    key: str
    label: dict[str, str]
    entity: str
    on: bool
    address: str


class PublicFormsAnswer(BaseModel):
    """All of them, in the order of the document."""

    items: list[PublicFormShape]


class CodeWords(QueryWords):
    """``s``: what the records that come in by this code say of their source, e.g. a stand."""

    s: str | None = Field(default=None, min_length=1, max_length=100)


@router.get("", operation_id="list_public_forms")
def list_public_forms(call: Caller, app: str) -> PublicFormsAnswer:
    """The public forms of an app; they are switched as ``public_form`` by ``PUT …/switches/{kind}/{key}``."""
    served = require_right(call, call.connection, app, "build").served
    return PublicFormsAnswer(
        items=[
            PublicFormShape(
                key=form.key,
                label=dict(form.label),
                entity=form.entity,
                on=form.id not in served.off,
                address=_address(call, app, form.key),
            )
            for form in served.app.public_forms.values()
        ]
    )


@router.get(
    "/{key}/qr.svg",
    operation_id="draw_public_form_code",
    response_class=Response,
    responses={
        200: {"description": "A picture", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}
    },
)
def draw_code(call: Caller, app: str, key: str, query: Annotated[CodeWords, QueryMark()]) -> Response:
    """The address of a form as a QR code, to be printed; it holds a third of damage."""
    served = require_right(call, call.connection, app, "build").served
    if key not in served.app.public_forms:
        raise NotFound
    words = f"?{urlencode({'s': query.s})}" if query.s else ""
    drawn = io.BytesIO()
    code = segno.make(_address(call, app, key) + words, error="h", micro=False)
    code.save(drawn, kind="svg", scale=8, border=4, xmldecl=False)
    return Response(drawn.getvalue(), media_type="image/svg+xml")


def _address(call: Call, app: str, key: str) -> str:
    return f"{call.workspace.settings.address}/f/{app}/{key}"
