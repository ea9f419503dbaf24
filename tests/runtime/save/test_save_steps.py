"""Every step of the order of execution, by what it refuses and what it leaves in the tables, on both databases."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from runtime import save
from runtime.change import Request
from runtime.refusals import (
    BudgetSpent,
    FieldReadOnly,
    Invalid,
    NotFound,
    Referred,
    Refused,
    Stale,
    UniqueTaken,
)
from runtime.unit import FollowUp
from schema_store.database import writing
from tests.runtime.save.kit import ACTOR, NOW, World

_numbers = iter(range(10**6))


def fresh(prefix: str = "N") -> str:
    """A name that no other test of the session uses."""
    return f"{prefix}{next(_numbers)}"


def codes(refusal: Invalid) -> dict[str, str]:
    return {error.pointer: error.code for error in refusal.errors}


def refused(world: World, entity: str, wire: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        world.create(entity, wire)
    return codes(caught.value)


# 1 load and lock


def test_a_record_that_is_not_there_is_not_found(shop: World):
    with pytest.raises(NotFound):
        shop.update("customer", uuid4(), {"name": "x"})


def test_a_record_in_the_bin_is_not_found(shop: World):
    saved = shop.create("product", {"name": fresh()})
    shop.delete("product", saved.id)
    with pytest.raises(NotFound):
        shop.update("product", saved.id, {"name": "x"})
    with pytest.raises(NotFound):
        shop.delete("product", saved.id)


# 2 writable fields


def test_unknown_fields_and_system_fields_are_refused_all_at_once(shop: World):
    found = refused(shop, "customer", {"name": "x", "nothing": 1, "version": 7, "a/b": 2, "deleted_at": None})
    assert found == {
        "/nothing": "unknown_field",
        "/version": "system_field",
        "/a~1b": "unknown_field",
        "/deleted_at": "system_field",
    }


def test_computed_fields_cannot_be_written(shop: World):
    with pytest.raises(FieldReadOnly) as caught:
        shop.create("customer", {"name": "x", "total": "1.00", "code": "KH-1"})
    assert caught.value.fields == ("total", "code")


# 3 decode, defaults


def test_every_value_is_complained_about_at_once(shop: World):
    wire = {"customer": "no id", "amount": "1.234", "placed_on": "2026-02-30", "product": str(uuid4())}
    assert refused(shop, "order", wire) == {
        "/customer": "not_a_uuid",
        "/amount": "too_precise",
        "/placed_on": "no_such_date",
        "/product": "no_such_record",
    }


def test_defaults_fill_what_is_not_named_and_leave_what_is_named_empty(shop: World):
    first = shop.create("customer", {"name": fresh()})
    second = shop.create("customer", {"name": fresh(), "credit": None})
    assert (first.values["credit"], second.values["credit"]) == (Decimal("1000.00"), None)
    order = shop.create("order", {})
    assert order.values["placed_on"] == NOW.date()
    assert order.values["stage"] == "open"


def test_an_inactive_option_is_refused_but_may_stay(shop: World):
    assert refused(shop, "product", {"name": "x", "kind": "old"}) == {"/kind": "inactive_option"}
    saved = shop.create("product", {"name": fresh(), "kind": "good"})
    table = shop.served.entity_table("product")
    with writing(shop.engine) as connection:
        column = shop.served.column("product", "kind")
        connection.execute(sa.update(table).where(table.c.id == saved.id).values({column: "old"}))
    assert shop.update("product", saved.id, {"kind": "old", "name": fresh()}).version == 2


def test_a_reference_must_name_a_live_record(shop: World):
    gone = shop.create("product", {"name": fresh()})
    shop.delete("product", gone.id)
    assert refused(shop, "order", {"product": str(gone.id)}) == {"/product": "no_such_record"}


def test_an_owner_must_be_an_active_person(shop: World):
    assert refused(shop, "customer", {"name": "x", "owner_id": str(uuid4())}) == {
        "/owner_id": "no_such_record"
    }
    saved = shop.create("customer", {"name": fresh(), "owner_id": None})
    assert saved.values["owner_id"] is None
    assert shop.update("customer", saved.id, {"owner_id": str(ACTOR)}).values["owner_id"] == ACTOR


def test_a_file_must_be_the_actors_own_and_becomes_the_records(shop: World):
    mine, other = _upload(shop, ACTOR), _upload(shop, uuid4())
    assert refused(shop, "customer", {"name": "x", "logo": str(other)}) == {"/logo": "no_such_file"}
    saved = shop.create("customer", {"name": fresh(), "logo": str(mine)})
    assert [row.id for row in shop.support("file", saved.id)] == [mine]
    assert refused(shop, "customer", {"name": "y", "logo": str(mine)}) == {"/logo": "file_taken"}


def _upload(world: World, by: UUID) -> UUID:
    file, ident = world.served.support.file, uuid4()
    row = {"id": ident, "at": NOW, "by": by, "name": "a.png", "type": "image/png", "size": 1, "sha256": "0"}
    with writing(world.engine) as connection:
        connection.execute(sa.insert(file), row)
    return ident


# links


def test_links_are_pairs_in_a_table_of_their_own(shop: World):
    a, b, c = (shop.create("product", {"name": fresh(), "price": "10.00"}).id for _ in range(3))
    saved = shop.create("customer", {"name": fresh(), "favourites": [str(a), str(b)]})
    assert shop.stored("customer", saved.id)["fancy"] == Decimal("20.00")
    assert shop.stored("product", a)["fan_count"] == 1
    after = shop.update("customer", saved.id, {"favourites": [str(b), str(c)]})
    assert after.changed == {"favourites"}
    assert [shop.stored("product", each)["fan_count"] for each in (a, b, c)] == [0, 1, 1]
    assert shop.update("customer", saved.id, {"favourites": [str(c), str(b)]}).version == after.version
    shop.update("customer", saved.id, {"favourites": []})
    assert shop.stored("customer", saved.id)["fancy"] == Decimal("0.00")


# 4 conditions


def test_required_fields_and_conditions(shop: World):
    assert refused(shop, "customer", {}) == {"/name": "required"}
    assert refused(shop, "order", {"stage": "done"}) == {"/amount": "required"}
    saved = shop.create("order", {"amount": "5.00"})
    with pytest.raises(Invalid):
        shop.update("order", saved.id, {"amount": None, "stage": "done"})


def test_a_read_only_condition_looks_at_the_record_as_it_stands(shop: World):
    saved = shop.create("order", {"amount": "5.00", "remark": "a"})
    shop.update("order", saved.id, {"stage": "done", "remark": "b"})
    with pytest.raises(Invalid) as caught:
        shop.update("order", saved.id, {"remark": "c"})
    assert codes(caught.value) == {"/remark": "read_only"}


def test_the_form_that_was_named_only_adds(shop: World):
    wire = {"amount": "200.00", "placed_on": None}
    assert shop.create("order", wire).version == 1
    with pytest.raises(Invalid) as caught:
        shop.create("order", wire, form="phone")
    assert codes(caught.value) == {"/remark": "required"}
    customer = str(shop.create("customer", {"name": fresh()}).id)
    saved = shop.create("order", {"amount": "1.00"})
    shop.update("order", saved.id, {"customer": customer}, form="phone")
    with pytest.raises(Invalid) as caught:
        shop.update("order", saved.id, {"customer": None}, form="phone")
    assert codes(caught.value) == {"/customer": "read_only"}


@pytest.mark.parametrize("form", ["nothing", "phone"])
def test_a_form_of_another_entity_is_refused(shop: World, form: str):
    with pytest.raises(Invalid) as caught:
        shop.create("product", {"name": fresh()}, form=form)
    assert codes(caught.value) == {"": "unknown_form"}


# 6 derive, 8 validation rules, 9 stages


def test_numbers_go_on_where_the_last_one_stopped(shop: World):
    first, second = (shop.create("customer", {"name": fresh()}).values["code"] for _ in range(2))
    assert first.startswith("KH-202603-")
    assert int(second[-3:]) == int(first[-3:]) + 1


def test_a_refused_save_gives_its_number_back(shop: World):
    name = fresh()
    before = shop.create("customer", {"name": name}).values["code"]
    with pytest.raises(UniqueTaken):
        shop.create("customer", {"name": name})
    assert int(shop.create("customer", {"name": fresh()}).values["code"][-3:]) == int(before[-3:]) + 1


def test_a_validation_rule_that_is_not_met_is_refused_at_its_field(shop: World):
    with pytest.raises(Invalid) as caught:
        shop.create("order", {"amount": "-1.00"})
    (error,) = caught.value.errors
    assert (error.pointer, error.code, error.params["rule"]) == ("/amount", "validation", "sane")


def test_a_stage_by_any_door_is_a_transition_with_its_history(shop: World):
    saved = shop.create("order", {"amount": "1.00"})
    shop.update("order", saved.id, {"stage": "done"})
    with shop.unit() as unit:
        save.transition(unit, "order", saved.id, "cancelled", note="changed their mind")
    moves = [(row.previous, row.stage, row.reason) for row in shop.support("stage_change", saved.id)]
    assert moves == [
        (None, "open", None),
        ("open", "done", None),
        ("done", "cancelled", "changed their mind"),
    ]
    assert [row.act for row in shop.support("history", saved.id)] == ["create", "transition", "transition"]
    assert shop.stored("order", saved.id)["moves"] == 3


def test_a_stage_that_is_none_is_refused(shop: World):
    saved = shop.create("order", {})
    for wire, code in (({"stage": "nowhere"}, "not_an_option"), ({"stage": None}, "required")):
        with pytest.raises(Invalid) as caught:
            shop.update("order", saved.id, wire)
        assert codes(caught.value) == {"/stage": code}


# 10 write


def test_a_stale_version_is_answered_with_the_other_sides_changes(shop: World):
    saved = shop.create("customer", {"name": fresh(), "credit": "1.00"})
    shop.update("customer", saved.id, {"credit": "2.00"}, version=1)
    shop.update("customer", saved.id, {"credit": "3.00"}, version=2)
    with pytest.raises(Stale) as caught:
        shop.update("customer", saved.id, {"name": fresh()}, version=1)
    assert caught.value.version == 3
    assert caught.value.changes["credit"] == ["1.00", "3.00"]


def test_a_save_that_changes_nothing_writes_nothing(shop: World):
    saved = shop.create("customer", {"name": "Same Co., Ltd.", "credit": "1.00"})
    again = shop.update("customer", saved.id, {"name": "Same Co., Ltd.", "credit": "1.00"})
    assert (again.version, again.changed) == (1, frozenset())
    assert len(shop.support("history", saved.id)) == 1


def test_a_unique_value_is_taken_by_live_records_only(shop: World):
    name = fresh("上海电气")
    first = shop.create("customer", {"name": f"{name}有限公司"})
    with pytest.raises(UniqueTaken) as caught:
        shop.create("customer", {"name": f"{name}股份有限公司"})
    assert caught.value.fields == ("name",)
    shop.delete("customer", first.id)
    shop.create("customer", {"name": name})
    with pytest.raises(UniqueTaken):
        shop.restore("customer", first.id)


def test_a_unique_key_of_several_fields(shop: World):
    customer = str(shop.create("customer", {"name": fresh()}).id)
    product = str(shop.create("product", {"name": fresh()}).id)
    wire = {"customer": customer, "product": product, "placed_on": "2026-01-05"}
    shop.create("order", wire)
    with pytest.raises(UniqueTaken) as caught:
        shop.create("order", wire)
    assert caught.value.fields == ("customer", "product", "placed_on")
    shop.create("order", {**wire, "product": None})
    shop.create("order", {**wire, "product": None})


def test_a_client_may_choose_the_id_once(shop: World):
    ident = uuid4()
    assert shop.create("product", {"name": fresh()}, record_id=ident).id == ident
    with pytest.raises(UniqueTaken) as caught:
        shop.create("product", {"name": fresh()}, record_id=ident)
    assert caught.value.fields == ("id",)


# 12 history


def test_history_holds_before_and_after_by_field_id_who_and_why(shop: World):
    saved = shop.create("customer", {"name": fresh(), "credit": "1.00", "tags": ["a"]})
    with shop.unit(request="r-1", cause=("rule:x",)) as unit:
        save.update(unit, "customer", saved.id, {}, request=Request({"credit": "2.00"}, note="raised"))
    last = shop.support("history", saved.id)[-1]
    fields = shop.served.app.entities["customer"].fields
    assert last.changes[fields["credit"].id] == ["1.00", "2.00"]
    assert last.changes[fields["left"].id] == ["1.00", "2.00"]
    assert set(last.changes) == {fields["credit"].id, fields["left"].id}
    assert (last.by, last.version, last.act) == (ACTOR, 2, "update")
    assert last.cause == {"chain": ["rule:x"], "request": "r-1", "note": "raised"}


# the bin


def test_restrict_refuses_and_says_who_refers(shop: World):
    customer = shop.create("customer", {"name": fresh()})
    for _ in range(2):
        shop.create("order", {"customer": str(customer.id)})
    with pytest.raises(Referred) as caught:
        shop.delete("customer", customer.id)
    assert caught.value.by == {"order.customer": 2}


def test_clear_lets_go_and_cascade_goes_along_with_the_cause(shop: World):
    parent = shop.create("product", {"name": fresh()})
    part = shop.create("product", {"name": fresh(), "parent": str(parent.id)})
    order = shop.create("order", {"product": str(parent.id), "amount": "1.00"})
    note = shop.create("note", {"text": "n", "order": str(order.id)})
    shop.delete("product", parent.id)
    assert shop.stored("product", part.id)["parent"] is None
    assert shop.stored("order", order.id)["deleted_at"] == NOW
    assert shop.stored("note", note.id)["deleted_at"] == NOW
    chain = shop.support("history", note.id)[-1].cause["chain"]
    assert chain == ["cascade:order.product", "cascade:note.order"]
    assert shop.support("history", part.id)[-1].cause["chain"] == ["clear:product.parent"]


def test_a_record_that_names_itself_can_be_deleted(shop: World):
    product = shop.create("product", {"name": fresh()})
    shop.update("product", product.id, {"parent": str(product.id)})
    shop.delete("product", product.id)
    assert shop.stored("product", product.id)["deleted_at"] == NOW


def test_restoring_computes_anew(shop: World):
    product = shop.create("product", {"name": fresh(), "fee": "0.1000"})
    order = shop.create("order", {"product": str(product.id), "amount": "10.00", "stage": "done"})
    assert shop.stored("product", product.id)["sold"] == Decimal("10.00")
    shop.delete("order", order.id)
    assert shop.stored("product", product.id)["sold"] == Decimal("0.00")
    shop.update("product", product.id, {"fee": "0.2000"})
    assert shop.stored("order", order.id)["fee"] == Decimal("1.00")
    restored = shop.restore("order", order.id)
    assert restored.values["fee"] == Decimal("2.00")
    assert shop.stored("product", product.id)["sold"] == Decimal("10.00")
    assert [row.act for row in shop.support("history", order.id)] == ["create", "delete", "restore"]


def test_a_delete_of_a_stale_version_is_refused(shop: World):
    saved = shop.create("product", {"name": fresh()})
    shop.update("product", saved.id, {"price": "1.00"})
    with pytest.raises(Stale):
        shop.delete("product", saved.id, version=1)


# 14 follow-ups


def test_the_budget_of_depth_names_the_chain(shop: World):
    saved = shop.create("product", {"name": fresh()})

    def again(unit: Any) -> None:
        count = len(unit.cause)
        save.update(unit, "product", saved.id, {"price": f"{count}.00"})
        unit.follow(FollowUp(f"rule:{count}", again))

    with pytest.raises(BudgetSpent) as caught, shop.unit() as unit:
        unit.drain(lambda: unit.follow(FollowUp("rule:first", again)))
    assert caught.value.limit == "depth"
    assert caught.value.chain == ("rule:first", *(f"rule:{n}" for n in range(1, 9)))
    assert shop.stored("product", saved.id)["version"] == 1


def test_the_budget_of_writes_stops_a_wide_cause(shop: World):
    def many(unit: Any) -> None:
        for _ in range(1_001):
            unit.count_write()

    with pytest.raises(BudgetSpent) as caught, shop.unit() as unit:
        unit.drain(lambda: unit.follow(FollowUp("rule:wide", many)))
    assert (caught.value.limit, caught.value.chain) == ("writes", ("rule:wide",))


def test_the_budget_of_a_request_counts_all_roots(shop: World):
    with shop.unit() as unit:
        for _ in range(20):
            unit.drain(lambda: unit.count_write(1_000))
        with pytest.raises(BudgetSpent) as caught:
            unit.drain(lambda: unit.count_write(1))
    assert caught.value.limit == "request"


def test_follow_ups_of_a_refused_act_are_forgotten(shop: World):
    with shop.unit() as unit:
        unit.follow(FollowUp("rule:late", lambda _: pytest.fail("must not run")))
        with pytest.raises(Refused):
            save.create(unit, "customer", {})
        save.create(unit, "customer", {"name": fresh()})


def test_derived_changes_are_told_apart_from_changes(shop: World):
    customer = shop.create("customer", {"name": fresh()})
    with shop.unit() as unit:
        save.create(unit, "order", {"customer": str(customer.id), "amount": "7.00"})
        told = {(each.entity, each.field) for each in unit.derived if customer.id in each.ids}
    assert ("customer", "total") in told
    assert shop.stored("customer", customer.id)["version"] == 1
    assert len(shop.support("history", customer.id)) == 1


# instants


def test_the_moment_is_the_units(shop: World):
    shop.now = NOW + timedelta(hours=1)
    try:
        saved = shop.create("product", {"name": fresh()})
    finally:
        shop.now = NOW
    assert saved.values["created_at"] == saved.values["updated_at"] == NOW + timedelta(hours=1)
