"""Rules one by one."""

from __future__ import annotations

import pytest

from schema_store.checks.rules import is_cron
from tests.schema_store.checks.cases import GONE, Case, complaints, verify

PATTERN = {"kind": "pattern", "event": "visit", "pattern": "at_least", "count": 3}
CASES = [
    Case("rule.date_field", {"/rules/2/trigger/field": "name"}, "/rules/2/trigger/field"),
    Case("rule.date_field", {"/rules/2/trigger/field": "owner"}, "/rules/2/trigger/field"),
    Case("message.bad_text", {"/messages/0/body/zh-CN": "{{ name() }}"}, "/messages/0/body/zh-CN"),
    Case("message.bad_text", {"/messages/0/subject": {"en": "{{ name"}}, "/messages/0/subject/en"),
    Case("message.unknown_name", {"/messages/0/body/zh-CN": "{{ nothing }}"}, "/messages/0/body/zh-CN"),
    Case("rule.bad_cron", {"/rules/3/trigger/cron": "0 25 * * *"}, "/rules/3/trigger/cron"),
    Case("rule.no_window", {"/rules/3/trigger": PATTERN}, "/rules/3/trigger/within"),
    Case("rule.assign_target", {"/rules/0/actions/3/pool": "open_sea"}, "/rules/0/actions/3"),
    Case("rule.assign_target", {"/rules/0/actions/3/dispatch": GONE}, "/rules/0/actions/3"),
    Case("rule.missing_required", {"/rules/1/actions/0/values/amount": GONE}, "/rules/1/actions/0/values"),
    Case("value.computed", {"/rules/1/actions/0/values/bonus": "budget"}, "/rules/1/actions/0/values/bonus"),
    Case("value.computed", {"/rules/1/actions/0/values/version": "1"}, "/rules/1/actions/0/values/version"),
    Case(
        "rule.tags_field",
        {"/rules/0/actions/1/otherwise/0/field": "name"},
        "/rules/0/actions/1/otherwise/0/field",
    ),
    Case(
        "rule.after_stop",
        {"/rules/1/actions/-": {"kind": "stop", "key": "again"}},
        "/rules/1/actions/2",
    ),
    Case(
        "rule.after_stop",
        {
            "/rules/0/actions/1/then": [
                {"kind": "stop", "key": "a"},
                {"kind": "stop", "key": "b"},
                {"kind": "stop", "key": "c"},
            ]
        },
        "/rules/0/actions/1/then/1",
    ),
    Case("rule.missing_right", {"/rules/1/rights": ["contract:update"]}, "/rules/1/actions/0"),
    Case("rule.missing_right", {"/rules/0/rights": ["lead:update"]}, "/rules/0/actions/3"),
    Case("rule.no_tasks", {"/settings/tasks": GONE}, "/rules/2/actions/0"),
    Case("signal.text_field", {"/signals/0/field": "budget"}, "/signals/0/field"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    verify(case)


@pytest.mark.parametrize("text", ["* * * * *", "*/15 9-18 * * 1-5", "0,30 0 1 1 0,7", "59 23 31 12 7"])
def test_a_cron_text(text: str) -> None:
    assert is_cron(text)


@pytest.mark.parametrize(
    "text",
    ["", "* * * *", "60 * * * *", "* 24 * * *", "5-1 * * * *", "*/0 * * * *", "a * * * *", "* * 0 * *"],
)
def test_no_cron_text(text: str) -> None:
    assert not is_cron(text)


def test_a_rule_may_hand_a_record_to_someone() -> None:
    give = {"kind": "set", "key": "give", "values": {"owner": "partner"}}
    assert complaints({"/rules/3/actions/0": give}) == []


def test_a_consecutive_pattern_needs_no_window() -> None:
    trigger = {**PATTERN, "pattern": "consecutive"}
    assert complaints({"/rules/3/trigger": trigger}) == []


def test_every_missing_required_field_is_named() -> None:
    found = complaints({"/rules/1/actions/0": {"kind": "create", "key": "make", "target": "contact"}})
    assert {each.params.get("field") for each in found if each.code == "rule.missing_required"} == {
        "name",
        "customer",
    }
