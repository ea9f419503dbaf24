"""What rules did and which clocks run, each with its reason; switching elements on and off."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from fastapi import Query as QueryMark
from pydantic import BaseModel, Field

from api.apps import open_app
from api.auditing import note
from api.endpoint import Body, Caller, Endpoint, QueryWords, runs
from api.problem import Problem
from api.routes.apps import require_right
from api.routes.saving import unit_of
from api.routes.shapes import Moment, PageWords
from api.secret import read_cursor, sign_cursor
from api.transaction import Call
from runtime.query import deeds
from runtime.query.clocks import standing
from runtime.query.histories import Entries
from runtime.query.why import why_not
from runtime.refusals import FieldError
from runtime.rules.rows import RunState
from runtime.switches import SwitchKind, list_switches, switch
from runtime.unit import Unit
from workflows.handling import cancel, replay

router = APIRouter(route_class=Endpoint, tags=["rules"], prefix="/apps/{app}")
#: Records whose clocks are asked for at once.
MOST_CLOCKED = 500


class RunWords(PageWords):
    """Which runs: of one rule or signal, on one record, in one state."""

    rule: str | None = Field(default=None, max_length=100)
    record: UUID | None = None
    state: RunState | None = None


class TimerWords(PageWords):
    """Which moments: of one SLA, on one record, in one state."""

    sla: str | None = Field(default=None, max_length=100)
    record: UUID | None = None
    state: Literal["running", "paused", "stopped", "fired", "skipped", "failed"] | None = None


class DeliveryWords(PageWords):
    """Which deliveries: of one rule or SLA, about one record, in one state."""

    rule: str | None = Field(default=None, max_length=100)
    record: UUID | None = None
    state: Literal["done", "skipped", "waiting", "failed", "dead"] | None = None


class DeedsAnswer(BaseModel):
    """Newest first; ``next`` is the cursor of those before."""

    items: list[dict[str, Any]]
    next: str | None


class WhyWords(QueryWords):
    """A rule or signal, and a record of its entity."""

    rule: str = Field(max_length=100)
    record: UUID


class WhyAnswer(BaseModel):
    """What starts the rule, whether it is on, and its condition on the record as it is now, part by part."""

    rule: str
    label: dict[str, str]
    entity: str
    on: bool
    with_save: bool
    trigger: dict[str, Any]
    condition: dict[str, Any] | None


@router.get("/runs", operation_id="list_runs")
def list_runs(call: Caller, app: str, query: Annotated[RunWords, QueryMark()]) -> DeedsAnswer:
    """What rules did with records that the actor may read, and what waits to be done; each with its reason."""
    wanted = deeds.Wanted(query.rule, query.record, query.state)
    return _answer(call, app, deeds.runs, wanted, query)


@router.get("/runs/why", operation_id="explain_rule")
def explain_rule(call: Caller, app: str, query: Annotated[WhyWords, QueryMark()]) -> WhyAnswer:
    """Why a rule would run on a record as it is now, or why it would not."""
    access = open_app(call, app)
    return WhyAnswer(**why_not(call.connection, access, call.now, query.rule, query.record))


@router.post("/runs/{run_id}/replay", status_code=204, operation_id="replay_run")
@runs(scope="build")
def replay_run(call: Caller, app: str, run_id: UUID) -> None:
    """Have a run that failed done again after the commit, by the rule as it is now; for those who build the app."""
    replay(_unit(call, app), run_id)
    note(call, "run_replayed", run_id, app=app)


@router.post("/runs/{run_id}/cancel", status_code=204, operation_id="cancel_run")
@runs(scope="build")
def cancel_run(call: Caller, app: str, run_id: UUID) -> None:
    """Have a run that waits not done; what it did already stays. For those who build the app."""
    cancel(_unit(call, app), run_id)
    note(call, "run_cancelled", run_id, app=app)


def _unit(call: Call, app: str) -> Unit:
    """The unit of somebody who may handle runs.

    Raises:
        NotFound, Forbidden: they may not.
    """
    require_right(call, call.connection, app, "build")
    return unit_of(call, open_app(call, app, writing=True))


@router.get("/deliveries", operation_id="list_deliveries")
def list_deliveries(call: Caller, app: str, query: Annotated[DeliveryWords, QueryMark()]) -> DeedsAnswer:
    """Who was told about records that the actor may read, by which channel, or why they were not."""
    wanted = deeds.Wanted(query.rule, query.record, query.state)
    return _answer(call, app, deeds.deliveries, wanted, query)


class RuleWords(QueryWords):
    """Rules of one entity only."""

    entity: str | None = Field(default=None, max_length=100)


class RuleShape(BaseModel):
    """A rule or signal; ``trigger`` is the kind of what starts it."""

    kind: Literal["rule", "signal"]
    key: str
    label: dict[str, str]
    entity: str
    on: bool
    trigger: str


class RulesAnswer(BaseModel):
    """All of them, in the order of the document."""

    items: list[RuleShape]


@router.get("/rules", operation_id="list_rules")
def list_rules(call: Caller, app: str, query: Annotated[RuleWords, QueryMark()]) -> RulesAnswer:
    """The rules on what the actor may read, and whether they are on."""
    return RulesAnswer(
        items=[RuleShape(**each) for each in deeds.rules_of(open_app(call, app), query.entity)]
    )


class ClockWords(QueryWords):
    """Records of an entity, by id with commas between."""

    entity: str = Field(max_length=100)
    records: str = Field(max_length=MOST_CLOCKED * 37)


class ClockShape(BaseModel):
    """How a clock stands; ``left`` and ``over``: seconds of working time up to the target and past it."""

    record_id: UUID
    sla: str
    label: dict[str, str]
    state: Literal["ok", "warning", "overdue", "paused"]
    due: Moment | None
    left: int
    over: int


class ClocksAnswer(BaseModel):
    """Those that run, the one that is due first before the others."""

    items: list[ClockShape]


@router.get("/clocks", operation_id="list_clocks")
def list_clocks(call: Caller, app: str, query: Annotated[ClockWords, QueryMark()]) -> ClocksAnswer:
    """How the clocks of up to 500 records stand, e.g. of those that a list shows; one statement for all of them."""
    access = open_app(call, app)
    try:
        ids = [UUID(each) for each in query.records.split(",") if each]
    except ValueError as error:
        raise Problem(
            400, "bad_request", [FieldError("/records", "bad_value")], detail="unknown_query"
        ) from error
    if len(ids) > MOST_CLOCKED:
        raise Problem(400, "bad_request", [FieldError("/records", "too_long")], detail="unknown_query")
    found = standing(call.connection, access, call.now, query.entity, ids)
    return ClocksAnswer(items=[ClockShape(**each) for each in found])


@router.get("/timers", operation_id="list_timers")
def list_timers(call: Caller, app: str, query: Annotated[TimerWords, QueryMark()]) -> DeedsAnswer:
    """The moments of clocks on records that the actor may read, each with how it was counted."""
    wanted = deeds.Wanted(query.sla, query.record, query.state)
    return _answer(call, app, deeds.timers, wanted, query)


def _answer(call: Call, app: str, read: Any, wanted: deeds.Wanted, query: PageWords) -> DeedsAnswer:
    access = open_app(call, app)
    key, kind = call.workspace.key, f"{read.__name__} {app} {wanted}"
    after = read_cursor(key, kind, query.cursor) if query.cursor else None
    found: Entries = read(call.connection, access, call.now, wanted, limit=query.limit, after=after)
    following = None if found.next is None else sign_cursor(key, kind, found.next)
    return DeedsAnswer(items=found.items, next=following)


class SwitchShape(BaseModel):
    """Something that can be switched; without a moment nobody has switched it."""

    kind: SwitchKind
    key: str
    on: bool
    at: Moment | None
    by: UUID | None


class SwitchesAnswer(BaseModel):
    """All of them, in the order of the document."""

    items: list[SwitchShape]


class SwitchBody(Body):
    """On or off."""

    on: bool


@router.get("/switches", operation_id="list_switches")
def show_switches(call: Caller, app: str) -> SwitchesAnswer:
    """What is on and what is off here; for those who build the app."""
    access = require_right(call, call.connection, app, "build")
    items = [SwitchShape(**each) for each in list_switches(call.connection, access.served)]
    return SwitchesAnswer(items=items)


@router.put("/switches/{kind}/{key}", status_code=204, operation_id="switch_element")
@runs(scope="build")
def put_switch(call: Caller, app: str, kind: str, key: str, body: SwitchBody) -> None:
    """Switch a rule, signal, SLA or public form on or off, from the next request on; for those who may publish."""
    access = require_right(call, call.connection, app, "publish")
    switch(call.connection, access.served, app, kind, key, on=body.on, by=call.actor.id, now=call.now)
    note(call, "switched_on" if body.on else "switched_off", app=app, kind=kind, key=key)
