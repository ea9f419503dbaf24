"""Duplicates of the CRM: refused or warned of by rule, named only to those who may see them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import save
from runtime.change import Request
from runtime.duplicates import similarity
from runtime.refusals import Duplicate
from tests.runtime.save.conftest import crm
from tests.runtime.save.kit import World

__all__ = ["crm"]


def phone() -> str:
    return f"139{uuid4().int % 10**8:08d}"


def rules(warnings: Any) -> dict[str, list[str]]:
    return {each["rule"]: each["records"] for each in warnings}


def test_the_same_phone_is_refused_however_it_is_written(crm: World):
    number = phone()
    first = crm.create("lead", {"name": "甲", "phone": number})
    for other in (number, f"+86 {number[:3]} {number[3:]}"):
        with pytest.raises(Duplicate) as caught:
            crm.create("lead", {"name": "乙", "phone": other})
        assert rules(caught.value.matches) == {"same_phone": [str(first.id)]}
    second = crm.create("lead", {"name": "乙", "phone": phone()})
    with pytest.raises(Duplicate):
        crm.update("lead", second.id, {"phone": number})
    crm.update("lead", first.id, {"phone": number, "note": "the same record is no duplicate"})


def test_an_equal_value_is_found_among_many_that_begin_alike(crm: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("runtime.duplicates.MOST", 1)
    company, number = uuid4().hex, phone()
    for _ in range(3):
        crm.create("lead", {"name": "甲", "company": company[:2] + uuid4().hex})
    last = crm.create("lead", {"name": "甲", "phone": number, "company": company[:2] + uuid4().hex})
    with pytest.raises(Duplicate) as caught:
        crm.create("lead", {"name": "乙", "phone": number, "company": company})
    assert rules(caught.value.matches) == {"same_phone": [str(last.id)]}


def test_a_record_out_of_the_rules_condition_or_in_the_bin_is_none(crm: World):
    number = phone()
    first = crm.create("lead", {"name": "甲", "phone": number})
    with crm.unit() as unit:
        save.transition(unit, "lead", first.id, "invalid")
    second = crm.create("lead", {"name": "乙", "phone": number})
    crm.delete("lead", second.id)
    third = crm.create("lead", {"name": "丙", "phone": number})
    with pytest.raises(Duplicate) as caught:
        crm.restore("lead", second.id)
    assert rules(caught.value.matches) == {"same_phone": [str(third.id)]}


def test_records_that_the_actor_may_not_see_are_refused_but_not_named(crm: World):
    number = phone()
    hidden = crm.create("lead", {"name": "甲", "phone": number, "owner_id": None})
    with pytest.raises(Duplicate) as caught, crm.unit(("rep",)) as unit:
        save.create(unit, "lead", {"name": "乙", "phone": number})
    assert rules(caught.value.matches) == {"same_phone": []}
    assert str(hidden.id) not in repr(caught.value.matches)


def test_what_only_warns_is_answered(crm: World):
    mail = f"A{uuid4().hex}@Example.com"
    first = crm.create("contact", _contact(crm, email=mail))
    second = crm.create("contact", _contact(crm, email=mail.lower()))
    assert rules(second.warnings) == {"same_mail": [str(first.id)]}
    assert crm.update("contact", second.id, {"position": "采购"}).warnings == ()
    other = crm.create("contact", _contact(crm, email="x" + mail))
    assert other.warnings == ()


def test_a_warning_of_what_the_actor_may_not_see_is_silent(crm: World):
    mail = f"a{uuid4().hex}@example.com"
    crm.create("lead", {"name": "甲", "email": mail, "owner_id": None})
    with crm.unit(("rep",)) as unit:
        assert save.create(unit, "lead", {"name": "乙", "email": mail}).warnings == ()


def _contact(world: World, **more: str) -> dict[str, str]:
    account = world.create("account", {"name": f"客户{uuid4().hex}"}).id
    return {"name": "王", "account": str(account), **more}


def test_similar_company_names_are_found_in_any_legal_form(crm: World):
    stem = "".join(chr(0x4E00 + byte) for byte in uuid4().bytes[:8])
    first = crm.create("account", {"name": f"{stem}阀门制造有限公司"}).id
    similar = crm.create("account", {"name": f"{stem}阀门制造厂股份有限公司"})
    assert rules(similar.warnings) == {"similar_name": [str(first)]}
    assert crm.create("account", {"name": f"{stem[:2]}{uuid4().hex}公司"}).warnings == ()


def test_all_fields_of_a_rule_have_to_match(crm: World):
    company = f"浙{uuid4().hex}有限公司"
    first = crm.create("lead", {"name": "Li  Lei", "company": company}).id
    assert crm.create("lead", {"name": "other", "company": company}).warnings == ()
    twin = crm.create("lead", {"name": "li lei", "company": company})
    assert rules(twin.warnings) == {"same_person": [str(first)]}


def test_mail_domains_are_compared_without_the_rest(crm: World):
    host = f"a_{uuid4().hex}.example"
    first = _account(crm, email=f"sales@{host}")
    assert rules(_account(crm, email=f"info@{host.upper()}").warnings) == {
        "same_mail_domain": [str(first.id)]
    }
    assert _account(crm, email=f"info@{host.replace('_', 'x')}").warnings == ()


def _account(world: World, **more: str) -> Any:
    return world.create("account", {"name": f"{uuid4().hex}", **more})


def test_the_right_to_override_passes_with_a_reason_and_is_warned(crm: World):
    number = phone()
    first = crm.create("lead", {"name": "甲", "phone": number})
    wire = {"name": "乙", "phone": number}
    assert _created(crm, wire, ("rep",), "two brothers") is None
    assert _created(crm, wire, ("director",), " ") is None
    saved = _created(crm, wire, ("director",), "two brothers")
    assert rules(saved.warnings) == {"same_phone": [str(first.id)]}
    assert crm.support("history", saved.id)[0].cause["override"] == "two brothers"


def _created(world: World, wire: dict[str, str], roles: tuple[str, ...], reason: str) -> Any:
    try:
        with world.unit(roles) as unit:
            return save.create(unit, "lead", {}, request=Request(wire, override=reason))
    except Duplicate:
        return None


def test_one_statement_looks_for_all_rules(crm: World):
    wire = {"name": "甲", "phone": phone(), "email": f"{uuid4().hex}@a.cn", "company": uuid4().hex}
    crm.create("lead", wire)
    with crm.counting() as statements:
        crm.create("lead", {**wire, "phone": phone()})
    assert len([each for each in statements if "_shown" in each]) == 1


@given(st.text(max_size=20), st.text(max_size=20))
def test_likeness_is_symmetric_and_whole_for_equals(a: str, b: str):
    assert similarity(a, a) == 100
    assert similarity(a, b) == similarity(b, a)
    assert 0 <= similarity(a, b) <= 100


@pytest.mark.parametrize(
    ("a", "b", "alike"), [("", "a", 0), ("ab", "ba", 0), ("abcd", "abce", 66), ("华东阀门", "华东阀门厂", 85)]
)
def test_likeness(a: str, b: str, alike: int):
    assert similarity(a, b) == alike
