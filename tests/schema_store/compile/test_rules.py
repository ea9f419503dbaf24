"""Rules, signals, dispatches, SLAs as the runtime reads them; the index by which a save finds its rules."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schema_store.analysis.analysis import Analysis
from schema_store.compile.app import build_app
from schema_store.compile.rules import rights_of
from schema_store.compiled.app import App
from schema_store.compiled.rules import (
    CompiledAssign,
    CompiledAudience,
    CompiledBranch,
    CompiledCall,
    CompiledCreate,
    CompiledFreeze,
    CompiledNotify,
    CompiledRule,
    CompiledSet,
    CompiledStop,
    CompiledTag,
    CompiledTask,
    RuleIndex,
    actions_of,
    phrases_in,
)
from tests.schema_store.checks.cases import changed
from tests.schema_store.documents import Json
from tests.schema_store.sales import document

APP = build_app(Analysis(document()), 1)


def edited(changes: Json) -> App:
    return build_app(Analysis(changed(changes)), 1)


def action(rule: CompiledRule, key: str) -> Any:
    return next(each for each in actions_of(rule.actions) if each.key == key)


def test_a_rule_keeps_what_its_run_needs() -> None:
    rule = APP.rules["greet"]
    assert (rule.cause, rule.entity, rule.with_save) == ("rule:greet", "lead", True)
    assert rule.text == 'source in ["web", "fair"]'
    assert rule.reads == {("source",)}
    assert rule.rights == {"lead": {"update", "assign"}}
    assert [type(each) for each in rule.actions] == [
        CompiledNotify,
        CompiledBranch,
        CompiledCall,
        CompiledAssign,
    ]
    assert rule.uses == {("budget",), ("labels",), ("owner",)}


def test_actions_inside_of_branches_are_found() -> None:
    rule = APP.rules["greet"]
    assert [each.key for each in actions_of(rule.actions)] == ["say", "which", "raise", "mark", "erp", "give"]
    assert isinstance(action(rule, "raise"), CompiledSet)
    assert action(rule, "mark") == CompiledTag("mark", "labels", ("small",))
    assert action(rule, "give") == CompiledAssign("give", "by_region", None)
    assert [type(action(rule, key)) for key in ("say", "erp")] == [CompiledNotify, CompiledCall]


def test_values_are_settled_to_their_fields() -> None:
    make = action(APP.rules["contract_on_win"], "make")
    assert isinstance(make, CompiledCreate)
    assert (make.target, [each.field for each in make.values]) == (
        "contract",
        ["number", "amount", "customer"],
    )
    assert all(each.type is not None for each in make.values)
    assert isinstance(action(APP.rules["contract_on_win"], "end"), CompiledStop)


def test_a_task_knows_the_field_that_names_its_subject() -> None:
    task = action(APP.rules["remind"], "call")
    assert isinstance(task, CompiledTask)
    assert (task.about, task.due) == (None, None)  # a tag refers to no lead
    assert task.assignee == CompiledAudience("field", ("owner",), "owner")
    settings = {"entity": "contract", "title": "number"}
    rights = {"/rules/2/entity": "customer", "/rules/2/trigger": {"kind": "created"}}
    app = edited({"/settings/tasks": settings, "/rules/2/rights": ["contract:create"], **rights})
    assert action(app.rules["remind"], "call").about == "customer"


@pytest.mark.parametrize(
    ("text", "audience"),
    [
        ("role:boss", CompiledAudience("role", (), "boss")),
        ("field:partner", CompiledAudience("field", ("partner",), "field:partner")),
        ("field:customer.owner", CompiledAudience("field", ("customer", "owner"), "field:customer.owner")),
        ("created_by", CompiledAudience("field", ("created_by",), "created_by")),
        ("user:amy", CompiledAudience("other", (), "user:amy")),
    ],
)
def test_who_is_meant(text: str, audience: CompiledAudience) -> None:
    app = edited({"/rules/2/actions/0/assignee": text})
    assert action(app.rules["remind"], "call").assignee == audience


def test_a_frozen_stage() -> None:
    shut = action(APP.rules["weekly"], "shut")
    assert shut == CompiledFreeze("shut", "offer", True, {})
    app = edited({"/rules/3/actions/0/kind": "thaw"})
    assert action(app.rules["weekly"], "shut").is_closing is False


def test_rights_by_entity() -> None:
    assert rights_of(["a:create", "b:update", "a:assign"]) == {"a": {"create", "assign"}, "b": {"update"}}


def keys(found: tuple[CompiledRule, ...]) -> list[str]:
    return [rule.key for rule in found]


def index(trigger: Json | None, **more: Any) -> RuleIndex:
    changes: Json = {f"/rules/0/{name}": value for name, value in more.items()}
    return edited({"/rules/0/trigger": trigger, **changes}).triggers["lead"]


def test_the_index_of_an_app() -> None:
    found = APP.triggers["lead"]
    assert keys(found.created) == ["urgent", "greet"]  # signals first: they look at what was given
    assert keys(found.fields["note"]) == ["urgent"]
    assert keys(found.entered["won"]) == ["contract_on_win"]
    assert "customer" not in APP.triggers


@pytest.mark.parametrize(
    ("trigger", "place"),
    [
        ({"kind": "deleted"}, "deleted"),
        ({"kind": "changed"}, "changed"),
        ({"kind": "created"}, "created"),
    ],
)
def test_rules_on_records(trigger: Json, place: str) -> None:
    assert "greet" in keys(getattr(index(trigger), place))


@pytest.mark.parametrize(
    ("trigger", "place", "name"),
    [
        ({"kind": "changed", "fields": ["visits", "visits"]}, "fields", "visits"),
        ({"kind": "stage_left", "stage": "new"}, "left", "new"),
        ({"kind": "stage_entered", "stage": "offer"}, "entered", "offer"),
        ({"kind": "event", "event": "visit"}, "events", "visit"),
        ({"kind": "pattern", "pattern": "at_least", "event": "visit", "within": "2d"}, "events", "visit"),
        ({"kind": "pattern", "pattern": "consecutive", "event": "visit"}, "events", "visit"),
    ],
)
def test_rules_by_name(trigger: Json, place: str, name: str) -> None:
    found = getattr(index(trigger), place)
    assert keys(found[name]).count("greet") == 1


def test_bands_are_found_by_their_field() -> None:
    found = index({"kind": "band", "name": "hot"})
    (field,) = found.bands
    assert (field, keys(found.bands[field])) == (APP.scores["heat"].band_field, ["greet"])


@pytest.mark.parametrize(
    "trigger",
    [
        {"kind": "pattern", "pattern": "absence", "event": "visit", "within": "2d"},
        {"kind": "date", "field": "due", "offset": "1d"},
        {"kind": "schedule", "cron": "0 6 * * *"},
        {"kind": "stage_refused", "stage": "offer"},
        {"kind": "button", "name": "go"},
    ],
)
def test_what_no_save_starts_is_in_no_index(trigger: Json) -> None:
    found = index(trigger)
    named = [
        each
        for group in (found.fields, found.entered, found.left, found.events, found.bands)
        for each in group.values()
    ]
    plain = [found.created, found.deleted, found.changed]
    assert not any("greet" in keys(each) for each in [*named, *plain])


def test_a_window_of_a_pattern_is_a_length_of_time() -> None:
    trigger = {"kind": "pattern", "pattern": "at_least", "event": "visit", "within": "2d"}
    assert edited({"/rules/0/trigger": trigger}).rules["greet"].within == timedelta(days=2)


def test_a_signal_is_a_rule_that_adds_tags() -> None:
    signal = APP.signals["urgent"]
    assert (signal.cause, signal.field, signal.phrases) == ("signal:urgent", "note", ("尽快",))
    assert signal.rights == {"lead": {"update"}}
    assert signal.actions == (CompiledTag("tag", "labels", ("hot",)),)
    assert phrases_in(signal, "请尽快！") == ("尽快",)
    assert phrases_in(signal, "不急") == phrases_in(signal, None) == ()


def test_a_signal_without_a_place_for_tags_is_none() -> None:
    assert edited({"/signals/0/tags": []}).signals == {}


def test_a_dispatch() -> None:
    dispatch = APP.dispatches["by_region"]
    assert (dispatch.strategy, dispatch.capacity, dispatch.reads) == ("load", None, {("source",)})
    (row,) = dispatch.rows
    assert (row.key, row.roles, row.text) == ("east", {"seller"}, 'source == "web"')
    app = edited({"/dispatches/0/rows/0/region_field": "customer"})
    assert app.dispatches["by_region"].reads == {("source",), ("customer",)}


def test_a_pool() -> None:
    pool = APP.pools["open_sea"]
    assert (pool.claim_roles, pool.daily_quota, pool.cool_down) == ({"seller"}, None, None)
    assert pool.recycle is not None


def test_an_sla_with_its_hours_and_moments() -> None:
    (sla,) = APP.slas["lead"]
    assert [(tier.kind, tier.key) for tier in sla.tiers][-1] == ("tier", "second")
    target = next(tier for tier in sla.tiers if tier.kind == "target").after
    assert {tier.key: tier.after - target for tier in sla.tiers if tier.kind == "tier"} == {
        "first": timedelta(),
        "second": timedelta(hours=24),
    }
    assert [tier.after for tier in sla.tiers] == sorted(tier.after for tier in sla.tiers)


def test_business_hours() -> None:
    week = [
        {"weekday": 1, "windows": [{"start": "13:30", "end": "18:00"}, {"start": "09:00", "end": "12:00"}]}
    ]
    days = [
        {"date": "2026-01-01", "label": {"en": "New Year"}},
        {"date": "2026-01-04", "windows": [{"start": "09:00", "end": "24:00"}]},
    ]
    calendar = {"/calendars/0/week": week, "/calendars/0/days": days, "/calendars/0/zone": "Europe/Berlin"}
    app = edited({**calendar, "/slas/0/calendar": "office"})
    hours = app.slas["lead"][0].hours
    assert hours is not None
    assert (hours.zone, hours.week) == (ZoneInfo("Europe/Berlin"), {1: ((540, 720), (810, 1080))})
    assert hours.days[date(2026, 1, 1)].windows == ()
    assert hours.days[date(2026, 1, 1)].label == {"en": "New Year"}
    assert hours.days[date(2026, 1, 4)].windows == ((540, 1440),)
