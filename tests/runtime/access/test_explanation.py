"""Explanations name the grant that lets someone in, or what keeps them out, and tell no more than may be read."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import Connection

from runtime.access import Access, engine_access
from runtime.access.explanation import Explanation
from runtime.access.sentences import describe
from runtime.refusals import BadQuery, NotFound
from tests.people import NOW
from tests.runtime.access.crm import Crm, ident


@pytest.fixture
def contact(crm: Crm, connection: Connection) -> None:
    """A contact of rep3's at an account of rep1's."""
    crm.add(connection, "account", "acme", "rep1", name="Acme")
    crm.add(connection, "contact", "li", "rep3", name="Li", account=ident("acme"))


def _verdicts(found: Explanation) -> dict[str, str | None]:
    return {grant.permission: grant.obstacle for grant in found.grants}


@pytest.mark.usefixtures("contact")
def test_the_grant_that_lets_someone_in(crm: Crm, connection: Connection) -> None:
    access = crm.access(connection, "rep1")
    found = access.explain(connection, "contact", "update", ident("li"), now=NOW)
    assert found.allowed
    assert found.needed == ("read", "update")
    assert _verdicts(found) == {"contact": "owner", "contact_of_account": None}
    assert found.grants[1].condition == "account.owner == me"


@pytest.mark.usefixtures("contact")
def test_an_act_that_only_another_grant_gives(crm: Crm, connection: Connection) -> None:
    access = crm.access(connection, "rep1")
    found = access.explain(connection, "contact", "transition", ident("li"), now=NOW)
    assert not found.allowed
    assert [(grant.acts, grant.holds) for grant in found.grants] == [
        (("read", "transition"), False),
        (("read",), True),
    ]


@pytest.mark.usefixtures("contact")
def test_what_keeps_someone_out_is_told_to_those_who_see_the_record(crm: Crm, connection: Connection) -> None:
    rep2, boss = crm.access(connection, "rep2"), crm.access(connection, "boss")
    with pytest.raises(NotFound):
        rep2.explain(connection, "contact", "read", ident("li"), now=NOW)
    with pytest.raises(NotFound):
        boss.explain(connection, "contact", "read", ident("nobody"), now=NOW, reader=boss)
    found = rep2.explain(connection, "contact", "read", ident("li"), now=NOW, reader=boss)
    assert not found.allowed
    assert _verdicts(found) == {"contact": "owner", "contact_of_account": "when"}


@pytest.mark.parametrize("name", ["rep1", "rep2", "rep3", "manager", "director", "service", "boss", "guest"])
@pytest.mark.parametrize("act", ["read", "update", "delete", "assign"])
@pytest.mark.usefixtures("contact")
def test_the_answer_is_that_of_the_row_filter(crm: Crm, connection: Connection, name: str, act: str) -> None:
    access, engine = crm.access(connection, name), engine_access(crm.served)
    found = access.explain(connection, "contact", act, ident("li"), now=NOW, reader=engine)
    assert found.allowed is (ident("li") in crm.visible(connection, access, "contact", act))


def test_without_a_record_it_is_about_what_is_possible_at_all(crm: Crm, connection: Connection) -> None:
    rep = crm.access(connection, "rep1")
    assert rep.explain(connection, "lead", "update", now=NOW).allowed
    refused = rep.explain(connection, "lead", "delete", now=NOW)
    assert not refused.allowed
    assert [grant.acts for grant in refused.grants] == [("read",)]


def test_a_field_that_may_not_be_read_is_as_unknown_as_one_that_is_not_there(
    crm: Crm, connection: Connection
) -> None:
    rep = crm.access(connection, "rep1")
    errors = []
    for field in ("margin", "no_such"):
        with pytest.raises(BadQuery) as caught:
            rep.explain(connection, "opportunity", "read", now=NOW, field=field)
        errors.append([(error.pointer, error.code) for error in caught.value.errors])
    assert errors[0] == errors[1] == [("/field", "unknown_field")]


def test_fields(crm: Crm, connection: Connection) -> None:
    rep, both, boss = (
        crm.access(connection, "rep1"),
        crm.access(connection, "rep1", "finance"),
        crm.access(connection, "boss"),
    )

    def verdict(access: Access, field: str) -> tuple[bool, tuple[tuple[str, str], ...], bool, str | None]:
        found = access.explain(connection, "account", "update", now=NOW, field=field, reader=boss).field
        assert found is not None
        return found.readable, found.shown_by, found.writable, found.bar

    assert verdict(rep, "credit_limit") == (False, (), False, "not_granted")
    assert verdict(both, "credit_limit") == (True, (("finance", "account"),), True, None)
    shown = (("rep", "account"), ("finance", "account"))
    assert verdict(both, "name") == (True, shown, True, None)
    assert verdict(boss, "code")[2:] == (False, "computed")
    assert verdict(boss, "created_at")[2:] == (False, "system")
    assert verdict(rep, "owner_id")[2:] == (False, "not_granted")


@pytest.mark.usefixtures("contact")
def test_sentences_in_both_languages(crm: Crm, connection: Connection) -> None:
    rep2, boss = crm.access(connection, "rep2"), crm.access(connection, "boss")
    found = rep2.explain(connection, "contact", "delete", ident("li"), now=NOW, field="name", reader=boss)
    chinese, english = (describe(found, crm.served.app, locale) for locale in ("zh-CN", "en"))
    assert len(chinese) == len(english) == 6
    assert english[0].startswith("Not allowed to delete: ")
    assert english[1] == "No role allows to delete"
    assert english[2].endswith("their own records, but the record is not theirs")
    assert english[3].endswith("but a condition is not met: account.owner == me")
    assert chinese[1] == "没有角色允许删除"
    assert chinese[3].endswith("但不满足附加条件：account.owner == me")


def test_a_condition_is_not_shown_to_those_who_may_not_name_its_fields(
    crm: Crm, connection: Connection
) -> None:
    crm.add_deal(connection, "o", "rep1", "service")
    service, legal = crm.access(connection, "service"), crm.access(connection, "legal")
    assert "technician" not in legal.readable("opportunity")
    conditions = [
        service.explain(connection, "opportunity", "read", ident("o"), now=NOW, reader=reader)
        .grants[0]
        .condition
        for reader in (service, legal)
    ]
    assert conditions == ["technician == me", None]
