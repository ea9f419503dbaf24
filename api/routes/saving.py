"""Writing one record over REST: create, change, delete, restore, move to a stage, put by a unique field."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi import Query as QueryMark
from pydantic import BaseModel, ConfigDict, Field, RootModel

from api.apps import matched_version, open_app
from api.endpoint import Again, Body, Caller, Endpoint, QueryWords, runs
from api.idempotency import Answered, once
from api.json import json_response
from api.routes.shapes import DryRunShape, RecordShape
from api.transaction import Call
from api.unmet import unmet_shapes
from runtime import save
from runtime.access import Access
from runtime.change import DryRun, Request
from runtime.query import find_by, get
from runtime.refusals import Duplicate, FieldError, Invalid, NotFound, UniqueTaken
from runtime.saved import Saved
from runtime.unit import Unit
from schema_store.field_types.base import FieldValueError
from schema_store.field_types.relations import require_uuid
from workflows.queue import RunQueue

router = APIRouter(route_class=Endpoint, tags=["records"], prefix="/apps/{app}/records/{entity}")


class RecordBody(RootModel[dict[str, Any]]):
    """Fields by key in wire form."""

    model_config = ConfigDict(strict=True)


class SaveWords(QueryWords):
    """The form that was filled in; it may only add to what the entity asks for."""

    form: str | None = Field(default=None, max_length=100)


class EvidenceShape(Body):
    """A file that shows what a gate asks for."""

    key: str = Field(max_length=100)
    file_id: str = Field(max_length=36)


class Transition(Body):
    """A move to a stage.

    ``values`` are further fields to write with it, ``field`` names the stage field where there are several,
    ``override`` is the reason for passing a gate by right, ``dry_run`` only asks what is missing.
    """

    to: str = Field(max_length=100)
    field: str | None = Field(default=None, max_length=100)
    values: dict[str, Any] | None = None
    evidence: list[EvidenceShape] = Field(default=[], max_length=50)
    note: str | None = Field(default=None, max_length=2_000)
    override: str | None = Field(default=None, min_length=1, max_length=2_000)
    dry_run: bool = False


def unit_of(call: Call, access: Access) -> Unit:
    """The unit of work of a request."""
    return Unit(call.connection, access.served, access, call.now, RunQueue())


def take_id(wire: dict[str, Any]) -> tuple[UUID | None, dict[str, Any]]:
    """The id that a client chose for a new record, and the rest of what it sent.

    Raises:
        Invalid: it is no id.
    """
    if "id" not in wire:
        return None, wire
    try:
        return require_uuid(wire["id"]), {key: value for key, value in wire.items() if key != "id"}
    except FieldValueError as error:
        raise Invalid([FieldError("/id", error.code, {"wanted": "id"})]) from error


def shown(call: Call, access: Access, entity: str, saved: Saved) -> dict[str, Any]:
    """The record as its author may see it after the save; where they may not, only which one it is."""
    try:
        record = get(call.connection, access, call.now, entity, saved.id)
    except NotFound:
        record = {"id": str(saved.id), "version": saved.version}
    return record | ({"warnings": list(saved.warnings)} if saved.warnings else {})


def answered(call: Call, access: Access, entity: str, saved: Saved, status: int = 200) -> Answered:
    """The answer to a save; a new record tells where it is."""
    headers = {"etag": f'"{saved.version}"'}
    if status == 201:
        headers["location"] = f"/api/v1/apps/{call.request.path_params['app']}/records/{entity}/{saved.id}"
    return Answered(shown(call, access, entity, saved), status, headers)


@router.post("", status_code=201, operation_id="create_record", response_model=RecordShape)
def create_record(
    call: Caller, app: str, entity: str, body: RecordBody, query: Annotated[SaveWords, QueryMark()]
) -> Response:
    """Make a record; ``id`` may be chosen by the client."""
    access = open_app(call, app, entity, writing=True)

    def work() -> Answered:
        record_id, wire = take_id(body.root)
        saved = save.create(unit_of(call, access), entity, wire, record_id=record_id, form=query.form)
        return answered(call, access, entity, saved, 201)

    return once(call, access.served, body.root, work)


class AlikeBody(Body):
    """Values that somebody types; ``record_id`` where they change a record that is there."""

    values: dict[str, Any]
    record_id: UUID | None = None


class AlikeShape(BaseModel):
    """A rule that takes records for the same one; only those that the actor may see are named."""

    code: str
    rule: str
    label: dict[str, str]
    records: list[UUID]


class AlikeAnswer(BaseModel):
    """All of them, in the author's order."""

    duplicates: list[AlikeShape]


@router.post("/duplicates", operation_id="find_duplicates", response_model=AlikeAnswer)
@runs(scope="read")
def find_duplicates(call: Caller, app: str, entity: str, body: AlikeBody) -> Response:
    """The records that what is being typed would be taken for; nothing is written."""
    access = open_app(call, app, entity)
    found = save.look_alikes(unit_of(call, access), entity, body.values, body.record_id)
    return json_response({"duplicates": [dict(each) for each in found]})


@router.patch("/{record_id}", operation_id="change_record", response_model=RecordShape)
def change_record(
    call: Caller,
    app: str,
    entity: str,
    record_id: UUID,
    body: RecordBody,
    query: Annotated[SaveWords, QueryMark()],
) -> Response:
    """Change the fields that are named; with If-Match only where nobody else has changed the record."""
    version = matched_version(call)
    access = open_app(call, app, entity, writing=True)
    saved = save.update(unit_of(call, access), entity, record_id, body.root, version=version, form=query.form)
    return answered(call, access, entity, saved).response()


@router.delete("/{record_id}", status_code=204, operation_id="delete_record")
def delete_record(call: Caller, app: str, entity: str, record_id: UUID) -> None:
    """Put a record into the bin."""
    version = matched_version(call)
    access = open_app(call, app, entity, writing=True)
    save.delete(unit_of(call, access), entity, record_id, version=version)


@router.post("/{record_id}/restore", operation_id="restore_record", response_model=RecordShape)
def restore_record(call: Caller, app: str, entity: str, record_id: UUID) -> Response:
    """Take a record out of the bin."""
    access = open_app(call, app, entity, writing=True)

    def work() -> Answered:
        return answered(call, access, entity, save.restore(unit_of(call, access), entity, record_id))

    return once(call, access.served, None, work)


@router.post("/{record_id}/transition", operation_id="move_record", response_model=RecordShape | DryRunShape)
def move_record(call: Caller, app: str, entity: str, record_id: UUID, body: Transition) -> Response:
    """Move a record to a stage; a dry run answers ``{allowed, unmet}``."""
    version = matched_version(call)
    access = open_app(call, app, entity, writing=True)

    def work() -> Answered:
        moved = save.transition(
            unit_of(call, access),
            entity,
            record_id,
            body.to,
            field=body.field,
            wire=body.values,
            evidence=[each.model_dump() for each in body.evidence],
            note=body.note,
            override=body.override,
            version=version,
            dry_run=body.dry_run,
        )
        if isinstance(moved, DryRun):
            unmet = unmet_shapes(moved.unmet, call.locale)
            return Answered({"allowed": moved.allowed, "unmet": unmet})
        return answered(call, access, entity, moved)

    if body.dry_run:
        return work().response()
    return once(call, access.served, body.model_dump(mode="json"), work)


@router.put("/by/{unique_field}/{value}", operation_id="put_record", response_model=RecordShape)
def put_record(
    call: Caller, app: str, entity: str, unique_field: str, value: str, body: RecordBody
) -> Response:
    """Change the record that has this value in a unique field, or make it."""
    version = matched_version(call)
    access = open_app(call, app, entity, writing=True)
    found = find_by(call.connection, access, call.now, entity, unique_field, value)
    unit = unit_of(call, access)
    if found is not None:
        request = Request(body.root, version=version)
        return answered(
            call, access, entity, save.update(unit, entity, found, {}, request=request)
        ).response()
    record_id, wire = take_id(body.root)
    try:
        saved = save.create(unit, entity, {unique_field: value, **wire}, record_id=record_id)
    except (UniqueTaken, Duplicate) as taken:
        # Somebody may have made it since it was looked for: then it is there to be changed.
        raise Again(taken) from taken
    return answered(call, access, entity, saved, 201).response()
