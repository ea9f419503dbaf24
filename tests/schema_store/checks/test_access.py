"""Roles and permissions."""

from __future__ import annotations

import pytest

from tests.schema_store.checks.cases import Case, complaints, verify

LEAD = "/roles/0/permissions/0"
CASES = [
    Case("access.only_and_hidden", {f"{LEAD}/only": ["expected", "name"]}, f"{LEAD}/hidden/0"),
    Case("access.read_only_unseen", {f"{LEAD}/read_only": ["expected"]}, f"{LEAD}/read_only/0"),
    Case(
        "access.read_only_unseen",
        {f"{LEAD}/only": ["name"], f"{LEAD}/read_only": ["phone"]},
        f"{LEAD}/read_only/0",
    ),
    Case("access.nothing_readable", {f"{LEAD}/only": [], f"{LEAD}/hidden": []}, f"{LEAD}/only"),
    Case("access.act_twice", {f"{LEAD}/acts": ["read", "read"]}, f"{LEAD}/acts/1"),
    Case("access.unusable", {f"{LEAD}/acts": ["create", "update", "delete"]}, f"{LEAD}/acts"),
    Case("access.roles_in_when", {f"{LEAD}/when": 'owner == me or "boss" in my_roles'}, f"{LEAD}/when"),
    Case("access.unreadable_entity", {"/roles/0/permissions/4/acts": ["create"]}, "/entities/4"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case: Case) -> None:
    verify(case)


def test_an_app_without_roles_is_not_told_that_nobody_may_read() -> None:
    codes = {each.code for each in complaints({"/roles": []})}
    assert "access.unreadable_entity" not in codes


def test_reading_by_another_permission_of_the_role_is_enough() -> None:
    extra = {"key": "more", "entity": "contact", "acts": ["update"], "scope": "own"}
    assert complaints({"/roles/0/permissions/-": extra}) == []
