"""The CRM template's roles: who sees which records and fields."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.refusals import Forbidden, NotFound
from tests.people import NOW
from tests.runtime.access.crm import Crm, ident

SEES_MARGIN = {"manager", "director", "finance", "boss"}
SEES_CREDIT = {"finance", "boss"}
EVERYONE = ("rep1", "rep2", "rep3", "manager", "director", "finance", "service", "legal", "boss")


@pytest.mark.parametrize("name", EVERYONE)
def test_margin_and_credit_limit_exist_for_those_whom_the_contract_names(
    crm: Crm, connection: Connection, name: str
) -> None:
    access = crm.access(connection, name)
    assert ("margin" in access.readable("opportunity")) is (name in SEES_MARGIN)
    assert ("credit_limit" in access.readable("account")) is (name in SEES_CREDIT)
    names = access.env("opportunity").entities
    assert ("margin" in names["opportunity"].fields) is (name in SEES_MARGIN)
    assert ("credit_limit" in names["account"].fields) is (name in SEES_CREDIT)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("rep1", {"one"}),
        ("rep2", {"two"}),
        ("rep3", {"three"}),
        ("manager", {"one", "two", "three"}),
        ("director", {"one", "two", "three", "nobodys"}),
        ("finance", {"one", "two", "three", "nobodys"}),
        ("service", {"three"}),
        ("boss", {"one", "two", "three", "nobodys"}),
        ("guest", set()),
    ],
)
def test_who_sees_which_opportunities(crm: Crm, connection: Connection, name: str, seen: set[str]) -> None:
    for record, owner in (("one", "rep1"), ("two", "rep2"), ("three", "rep3"), ("nobodys", None)):
        crm.add_deal(connection, record, owner, "service" if record == "three" else None)
    assert crm.visible(connection, crm.access(connection, name), "opportunity") == set(map(ident, seen))


def test_a_rep_sees_the_contacts_of_own_accounts_whoever_owns_the_contact(
    crm: Crm, connection: Connection
) -> None:
    crm.add(connection, "account", "acme", "rep1", name="Acme")
    crm.add(connection, "contact", "li", "rep3", name="Li", account=ident("acme"))
    access = crm.access(connection, "rep1")
    assert crm.visible(connection, access, "contact") == {ident("li")}
    assert crm.visible(connection, access, "contact", "update") == {ident("li")}
    assert crm.visible(connection, access, "contact", "transition") == set()
    assert crm.visible(connection, crm.access(connection, "rep2"), "contact") == set()


def test_refusals_tell_apart_what_may_be_seen_and_what_may_not(crm: Crm, connection: Connection) -> None:
    rep = crm.access(connection, "rep1")
    with pytest.raises(Forbidden):
        rep.require("lead", "delete")
    for hidden in ("rebate", "no_such_entity"):
        with pytest.raises(NotFound):
            rep.require(hidden, "read")
    rep.require("lead", "transition")


def test_a_platform_administrator_has_no_right_without_a_role(crm: Crm, connection: Connection) -> None:
    crm.add(connection, "lead", "l", "rep1", name="L")
    admin = crm.access(connection, "guest", admin=True)
    assert not any(admin.can(entity, "read") for entity in crm.served.app.entities)
    assert crm.visible(connection, admin, "lead") == set()
    assert "email" in admin.readable("user")


def test_two_roles_add_up(crm: Crm, connection: Connection) -> None:
    crm.add_deal(connection, "one", "rep1")
    crm.add_deal(connection, "two", "rep2")
    both = crm.access(connection, "rep1", "finance")
    assert {"margin", "margin_rate"} <= both.readable("opportunity")
    assert crm.visible(connection, both, "opportunity") == {ident("one"), ident("two")}
    assert crm.visible(connection, both, "opportunity", "update") == {ident("one")}


def test_actors_of_one_role_set_share_every_statement(crm: Crm, connection: Connection) -> None:
    table = crm.served.entity_table("activity")
    rep1, rep3 = (crm.access(connection, name) for name in ("rep1", "rep3"))
    assert rep1.policy is rep3.policy
    queries = [
        sa.select(table.c.id).where(each.row_filter("activity", "read", table)) for each in (rep1, rep3)
    ]
    texts = {str(query.compile(connection)) for query in queries}
    keys = [query._generate_cache_key() for query in queries]
    assert len(texts) == 1
    assert keys[0] is not None
    assert keys[0] == keys[1]


@pytest.mark.parametrize("name", ["rep1", "manager", "service", "legal"])
def test_every_filter_of_the_template_has_a_cache_key_and_runs(
    crm: Crm, connection: Connection, name: str
) -> None:
    access = crm.access(connection, name)
    for entity in crm.served.app.entities:
        table = crm.served.entity_table(entity)
        for act in ("read", "create", "update", "delete", "assign"):
            query = sa.select(table.c.id).where(access.row_filter(entity, act, table))
            assert query._generate_cache_key() is not None
            assert connection.execute(query, access.parameters(NOW)).all() == []
