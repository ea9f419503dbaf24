"""Refusals go into the audit, in a transaction of their own, whatever the door."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from api.problem import Problem
from api.transaction import Call, Door
from runtime.auditing import refusals
from runtime.auditing.acts import PlatformAct, count_act
from runtime.refusals import BadExpression, BadQuery, Conflict, Forbidden, NotSignedIn, Refused, TooExpensive
from schema_store.database import writing

#: Questions that cannot be asked, and not knowing who asks: nothing was refused to anybody.
_NOT_NOTED = (BadQuery, BadExpression, TooExpensive, NotSignedIn)
#: What is done at a door, by the operation of OpenAPI; others are called by their operation.
_ACTS = {
    "create_record": "create",
    "change_record": "update",
    "delete_record": "delete",
    "restore_record": "restore",
    "move_record": "transition",
    "put_record": "upsert",
    "write_records": "bulk",
    "list_records": "read",
    "read_record": "read",
}


def note_refusals(call: Call) -> None:
    """Write down what the request was refused: at the door of a record, or a right that somebody has not."""
    noted = [each for refusal in call.refused if (each := _refusal(refusal)) is not None]
    if call.door is None:
        noted = [each for each in noted if isinstance(each, Forbidden) and call.is_signed_in]
    if not noted:
        return
    with writing(call.writes) as connection:
        if call.door is not None:
            refusals.note_refusals(connection, _knock(call, call.door), noted)
            return
        for refusal in noted:
            count_act(connection, _platform_act(call, refusal), call.now)


def _refusal(raised: Exception) -> Refused | None:
    """The engine's refusal behind what was raised; None for what is not noted."""
    if isinstance(raised, Problem):
        raised = raised.__cause__ if isinstance(raised.__cause__, Exception) else raised
    if isinstance(raised, IntegrityError):
        return Conflict()
    return raised if isinstance(raised, Refused) and not isinstance(raised, _NOT_NOTED) else None


def _knock(call: Call, door: Door) -> refusals.Knock:
    act = _ACTS.get(_operation(call), _operation(call))
    return refusals.Knock(door.access, door.entity, _record(call), act, call.now)


def _platform_act(call: Call, refusal: Refused) -> PlatformAct:
    path = call.request.path_params
    subject = next((str(path[name]) for name in ("user_id", "token_id", "node_id") if name in path), None)
    details = {"operation": _operation(call), "code": refusal.code}
    app = str(path["app"])[:60] if "app" in path else None
    return PlatformAct(
        "refused", by=call.actor.id, app=app, subject=subject and subject[:36], details=details
    )


def _operation(call: Call) -> str:
    route = call.request.scope["route"]
    return str(route.operation_id or route.name)


def _record(call: Call) -> UUID | None:
    """The record that the path names."""
    try:
        return UUID(str(call.request.path_params["record_id"]))
    except (KeyError, ValueError):
        return None
