"""Policies and access beside rows: sharing, the engine, owners, histories, the platform's own entities."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.env import Env
from runtime.access import AccessScope, engine_access
from runtime.access.policy import policy_of
from runtime.refusals import NotFound
from tests.people import NOW
from tests.runtime.access.crm import Crm, ident


def test_one_policy_per_role_set_in_whatever_order(crm: Crm) -> None:
    one = policy_of(crm.served, ["rep", "finance"])
    assert policy_of(crm.served, ("finance", "rep", "a role of an older version")) is one
    assert policy_of(crm.served, ["rep"]) is not one
    assert [role.key for role in one.roles] == ["rep", "finance"]


def test_rights_beside_records_add_up(crm: Crm) -> None:
    assert policy_of(crm.served, ["rep"]).rights == frozenset()
    assert policy_of(crm.served, ["rep", "director", "finance"]).rights == {"audit", "simulate"}


def test_the_engine_may_everything(crm: Crm, connection: Connection) -> None:
    crm.add_deal(connection, "o", None)
    engine = engine_access(crm.served)
    assert engine.by is None
    for entity in crm.served.app.entities:
        fields = crm.served.app.entities[entity].fields
        assert engine.readable(entity) > fields.keys()
        assert engine.can(entity, "override")
        assert engine.scope(None).row_filter(entity, crm.served.entity_table(entity)) is None
    for act in ("read", "update", "delete", "import"):
        assert crm.visible(connection, engine, "opportunity", act) == {ident("o")}
    assert "stage" in engine.writable("opportunity", "update")
    assert not {"code", "version", "margin_rate"} & engine.writable("opportunity", "update")


def test_history_names_the_person_for_whom_the_engine_acts(crm: Crm, connection: Connection) -> None:
    rep = crm.access(connection, "rep1")
    assert engine_access(crm.served, rep.actor, rep.values).by == rep.by == ident("rep1")


def test_who_may_own_a_new_record(crm: Crm, connection: Connection) -> None:
    rep, manager = crm.access(connection, "rep1"), crm.access(connection, "manager")
    assert rep.can_own("lead", ident("rep1"))
    assert not rep.can_own("lead", ident("rep2"))
    assert not rep.can_own("lead", None)
    assert manager.can_own("lead", ident("rep2"))
    assert manager.can_own("lead", None)
    assert "owner_id" not in rep.writable("lead", "create") | rep.writable("lead", "update")
    assert "owner_id" in manager.writable("lead", "create") & manager.writable("lead", "update")


def test_read_only_and_only(crm: Crm, connection: Connection) -> None:
    service, legal = crm.access(connection, "service"), crm.access(connection, "legal")
    assert not {"amount", "account"} & service.writable("opportunity", "update")
    assert {"stage", "name"} <= service.writable("opportunity", "update")
    assert service.writable("opportunity", "create") == frozenset()
    assert legal.readable("opportunity") - {
        "code",
        "name",
        "account",
        "stage",
        "amount",
        "expected_close",
    } == {*("id", "version", "created_at", "created_by", "updated_at", "updated_by", "owner_id")}


def test_an_entity_that_may_not_be_read_has_no_names(crm: Crm, connection: Connection) -> None:
    legal = crm.access(connection, "legal")
    assert legal.readable("lead") == frozenset()
    for entity in ("lead", "no_such"):
        with pytest.raises(NotFound):
            legal.env(entity)
    entities = legal.env("contract").entities
    assert entities["lead"].fields == {}
    assert "contacts" not in entities["account"].fields


def test_the_scope_gives_no_column_that_may_not_be_read(crm: Crm, connection: Connection) -> None:
    rep = crm.access(connection, "rep1")
    scope = rep.scope(None)
    assert isinstance(scope, AccessScope)
    assert scope.column("opportunity", "amount")
    for entity, field in (("opportunity", "margin"), ("rebate", "id"), ("user", "email")):
        with pytest.raises(LookupError):
            scope.column(entity, field)


@pytest.mark.parametrize(("name", "email"), [("rep1", False), ("boss", True)])
def test_people_are_known_to_everyone_their_addresses_are_not(
    crm: Crm, connection: Connection, name: str, email: bool
) -> None:
    access = crm.access(connection, name)
    expected = {"id", "name", "active", "team", "region"} | ({"email"} if email else set())
    env: Env = access.env("lead")
    assert access.readable("user") == set(env.entities["user"].fields) == expected
    assert set(env.entities["region"].fields) == {"id", "name", "code", "parent"}
    users = crm.served.app.infos["user"].fields
    assert "password_hash" not in users
    assert not access.can("user", "update")


def test_events_are_those_of_readable_records(crm: Crm, connection: Connection) -> None:
    crm.add(connection, "lead", "mine", "rep1", name="mine")
    crm.add(connection, "lead", "theirs", "rep2", name="theirs")
    metadata = crm.served.support.metadata
    metadata.create_all(connection)
    table = crm.served.support.event
    entity = crm.served.app.entities["lead"].id
    for number, (record, of) in enumerate((("mine", entity), ("theirs", entity), ("mine", "another"))):
        row = {"id": UUID(int=number), "entity": of, "record": ident(record), "at": NOW, "kind": "visit"}
        connection.execute(sa.insert(table), row)

    def seen(name: str) -> list[Any]:
        access = crm.access(connection, name)
        query = sa.select(table.c.id).where(access.row_filter("lead.events", "read", table))
        return sorted(connection.execute(query, access.parameters(NOW)).scalars())

    assert seen("rep1") == [UUID(int=0)]
    assert seen("boss") == [UUID(int=0), UUID(int=1)]
    assert seen("legal") == []


def test_records_in_the_bin_are_there_for_those_who_may_delete(crm: Crm, connection: Connection) -> None:
    table = crm.served.entity_table("lead")
    crm.add(connection, "lead", "gone", "rep1", name="gone")
    connection.execute(sa.update(table).values(deleted_at=NOW))
    for name, expected in (("rep1", []), ("director", []), ("boss", [ident("gone")])):
        access = crm.access(connection, name)
        assert crm.visible(connection, access, "lead") == set()
        query = sa.select(table.c.id).where(access.bin_filter("lead", table))
        assert connection.execute(query, access.parameters(NOW)).scalars().all() == expected
