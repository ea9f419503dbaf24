"""Closing a stage to records that want in, by hand, with a reason; and opening it again."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from api.apps import open_app
from api.auditing import note
from api.endpoint import Body, Caller, Endpoint, runs
from api.routes.saving import unit_of
from api.transaction import Call
from runtime.access import Access
from runtime.freezes import freeze_stage, thaw_stage
from runtime.refusals import NotFound
from schema_store.compiled.process import CompiledStage

router = APIRouter(
    route_class=Endpoint, tags=["rules"], prefix="/apps/{app}/pipelines/{pipeline}/stages/{stage}/freeze"
)


class FreezeBody(Body):
    """Why the stage is closed; who is refused reads it."""

    reason: str = Field(min_length=1, max_length=2_000, pattern=r"\S")


@router.put("", status_code=204, operation_id="freeze_stage")
@runs(scope="write")
def put_freeze(call: Caller, app: str, pipeline: str, stage: str, body: FreezeBody) -> None:
    """Close a stage, for those who may override its gates; what is inside may leave."""
    access, found = _open(call, app, pipeline, stage)
    freeze_stage(unit_of(call, access), found, {"text": body.reason})
    note(call, "stage_frozen", found.id, app=app, pipeline=pipeline, stage=stage, reason=body.reason)


@router.delete("", status_code=204, operation_id="thaw_stage")
@runs(scope="write")
def delete_freeze(call: Caller, app: str, pipeline: str, stage: str) -> None:
    """Open a stage again."""
    access, found = _open(call, app, pipeline, stage)
    thaw_stage(unit_of(call, access), found)
    note(call, "stage_thawed", found.id, app=app, pipeline=pipeline, stage=stage)


def _open(call: Call, app: str, pipeline: str, stage: str) -> tuple[Access, CompiledStage]:
    """The stage of a pipeline, for those who may override its gates.

    Raises:
        NotFound: there is none, or not for the actor.
        Forbidden: they may read the records, but not override.
    """
    access = open_app(call, app, writing=True)
    for entity in access.served.app.entities.values():
        for group in entity.pipelines.values():
            for each in group:
                if each.key == pipeline and stage in each.stages:
                    access.require(entity.key, "override")
                    return access, each.stages[stage]
    raise NotFound
