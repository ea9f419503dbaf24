"""What the actor's rights let through, step by step: rows before and after, fields, acts."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from runtime import save
from runtime.refusals import FieldReadOnly, Forbidden, Invalid, NotFound
from tests.runtime.save.kit import ACTOR, World
from tests.runtime.save.test_save_steps import fresh

SELLER, MOVER, GIVER = ("seller",), ("mover",), ("giver",)


def test_a_new_record_must_lie_inside_what_one_may_create(shop: World):
    with shop.unit(SELLER) as unit:
        assert save.create(unit, "customer", {"name": fresh(), "credit": "5000.00"}).version == 1
    with pytest.raises(Forbidden), shop.unit(SELLER) as unit:
        save.create(unit, "customer", {"name": fresh(), "credit": "5000.01"})


def test_a_changed_record_must_stay_inside(shop: World):
    saved = shop.create("customer", {"name": fresh(), "credit": "10.00"})
    with pytest.raises(Forbidden), shop.unit(SELLER) as unit:
        save.update(unit, "customer", saved.id, {"credit": "9000.00"})
    assert shop.stored("customer", saved.id)["version"] == 1
    with shop.unit(SELLER) as unit:
        save.update(unit, "customer", saved.id, {"credit": "4999.00"})


def test_a_record_outside_may_be_seen_but_not_changed(shop: World):
    saved = shop.create("customer", {"name": fresh(), "credit": "9000.00"})
    with pytest.raises(Forbidden), shop.unit(SELLER) as unit:
        save.update(unit, "customer", saved.id, {"credit": "1.00"})
    with pytest.raises(Forbidden), shop.unit(SELLER) as unit:
        save.delete(unit, "customer", saved.id)


def test_an_entity_that_nothing_may_be_read_of_is_not_there(shop: World):
    for act in (
        lambda unit: save.create(unit, "product", {"name": "x"}),
        lambda unit: save.update(unit, "product", uuid4(), {"name": "x"}),
        lambda unit: save.delete(unit, "product", uuid4()),
        lambda unit: save.restore(unit, "product", uuid4()),
        lambda unit: save.transition(unit, "product", uuid4(), "done"),
        lambda unit: save.create(unit, "nothing", {}),
        lambda unit: save.update(unit, "nothing", uuid4(), {}),
    ):
        with pytest.raises(NotFound), shop.unit(SELLER) as unit:
            act(unit)


def test_without_the_assign_act_one_owns_what_one_makes(shop: World):
    with shop.unit(SELLER) as unit:
        wire = {"name": fresh(), "owner_id": str(ACTOR)}
        assert save.create(unit, "customer", wire).values["owner_id"] == ACTOR
    for owner in (str(uuid4()), None):
        with pytest.raises(FieldReadOnly) as caught, shop.unit(SELLER) as unit:
            save.create(unit, "customer", {"name": fresh(), "owner_id": owner})
        assert caught.value.fields == ("owner_id",)


def test_one_hands_over_only_what_one_may_assign(shop: World):
    """The giver may change every customer, but give away only their own."""
    own = shop.create("customer", {"name": fresh(), "owner_id": str(ACTOR)})
    other = shop.create("customer", {"name": fresh(), "owner_id": None})
    with pytest.raises(Forbidden), shop.unit(GIVER) as unit:
        save.update(unit, "customer", other.id, {"owner_id": str(ACTOR)})
    with pytest.raises(Forbidden), shop.unit(GIVER) as unit:
        save.update(unit, "customer", other.id, {"credit": "1.00", "owner_id": str(ACTOR)})
    assert shop.stored("customer", other.id)["version"] == 1
    with shop.unit(GIVER) as unit:
        save.update(unit, "customer", own.id, {"owner_id": None})
    with pytest.raises(Forbidden), shop.unit(GIVER) as unit:
        save.update(unit, "customer", own.id, {"owner_id": str(ACTOR)})


def test_who_may_only_move_may_only_move(shop: World):
    saved = shop.create("order", {"amount": "1.00"})
    with shop.unit(MOVER) as unit:
        save.transition(unit, "order", saved.id, "done")
    with shop.unit(MOVER) as unit:
        save.update(unit, "order", saved.id, {"stage": "cancelled"})
    assert shop.stored("order", saved.id)["stage"] == "cancelled"
    with pytest.raises(Forbidden), shop.unit(MOVER) as unit:
        save.update(unit, "order", saved.id, {"amount": "2.00"})
    with pytest.raises(Forbidden), shop.unit(MOVER) as unit:
        save.update(unit, "order", saved.id, {"amount": "2.00", "stage": "done"})


def test_an_unreadable_field_and_an_unknown_one_are_refused_in_the_same_words(shop: World):
    saved = shop.create("customer", {"name": fresh(), "credit": "1.00"})

    def refusal(act: Any, name: str) -> Any:
        with pytest.raises(Invalid) as caught, shop.unit(SELLER) as unit:
            act(unit, {name: "x"})
        return [(error.code, dict(error.params)) for error in caught.value.errors]

    for act in (
        lambda unit, wire: save.update(unit, "customer", saved.id, wire),
        lambda unit, wire: save.create(unit, "customer", wire),
    ):
        assert refusal(act, "logo") == refusal(act, "nonsense") == [("unknown_field", {})]


def test_a_reference_to_what_one_may_not_see_is_refused_like_one_to_nothing(shop: World):
    product = shop.create("product", {"name": fresh()})
    found = []
    for target in (str(product.id), str(uuid4())):
        with pytest.raises(Invalid) as caught, shop.unit(SELLER) as unit:
            save.create(unit, "customer", {"name": fresh(), "favourites": [target]})
        found.append([(error.pointer, error.code) for error in caught.value.errors])
    assert found == [[("/favourites", "no_such_record")]] * 2


def test_a_dry_run_writes_nothing(shop: World):
    saved = shop.create("order", {"amount": "1.00"})
    with shop.unit(MOVER) as unit:
        assert save.transition(unit, "order", saved.id, "done", dry_run=True) == save.DryRun(True, ())
    assert shop.stored("order", saved.id)["stage"] == "open"
    assert len(shop.support("history", saved.id)) == 1
