"""An import of what was: a record that is made in the stage it has reached, with the stages it passed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from runtime import save
from runtime.change import Passed, Request
from runtime.refusals import FieldReadOnly, GateClosed, Invalid
from tests.runtime.save.kit import ACTOR, NOW, World

OTHER = UUID("01890a5d-ac96-774b-bcce-b302099a8058")


def passed(*stages: str, field: str = "stage") -> tuple[Passed, ...]:
    return tuple(
        Passed(field, stage, NOW + timedelta(days=number), OTHER)
        for number, stage in enumerate(stages, start=1)
    )


def create(world: World, entity: str, wire: dict[str, object], *moves: Passed) -> UUID:
    with world.unit() as unit:
        told = {each.field: each.stage for each in moves}
        request = Request({**wire, **told}, mode="history", passed=moves)
        return save.create(unit, entity, request.wire, request=request).id


def deal(crm: World) -> dict[str, object]:
    account = crm.create("account", {"name": f"苏州恒达建材有限公司{NOW.timestamp()}{len(crm.statements)}"})
    crm.statements.append("")
    return {"name": "滨江花园地暖管供货", "account": str(account.id)}


def test_the_stages_it_passed_are_told_with_their_moments_and_people(crm: World) -> None:
    record = create(crm, "opportunity", deal(crm), *passed("proposal", "quote", "won"))
    rows = [(row.stage, row.previous, row.at, row.by) for row in crm.support("stage_change", record)]
    assert rows == [
        ("need", None, NOW, ACTOR),
        ("proposal", "need", NOW + timedelta(days=1), OTHER),
        ("quote", "proposal", NOW + timedelta(days=2), OTHER),
        ("won", "quote", NOW + timedelta(days=3), OTHER),
    ]
    stored = crm.stored("opportunity", record)
    assert (stored["stage"], stored["version"]) == ("won", 4)
    assert (stored["created_at"], stored["created_by"]) == (NOW, ACTOR)
    assert (stored["updated_at"], stored["updated_by"]) == (NOW + timedelta(days=3), OTHER)


def test_history_has_a_row_for_each_and_says_that_it_was_told(crm: World) -> None:
    record = create(crm, "opportunity", deal(crm), *passed("proposal", "won"))
    field = crm.served.app.entities["opportunity"].fields["stage"].id
    rows = crm.support("history", record)
    assert [(row.act, row.version, row.changes[field]) for row in rows] == [
        ("create", 1, [None, "need"]),
        ("transition", 2, ["need", "proposal"]),
        ("transition", 3, ["proposal", "won"]),
    ]
    assert {row.cause["mode"] for row in rows} == {"history"}
    assert {row.cause["override"] for row in rows} == {"historical"}, "the gate of won had nothing in hand"
    assert [len(row.changes) for row in rows[1:]] == [1, 1]


def test_without_stages_to_tell_it_is_a_record_like_others(crm: World) -> None:
    record = create(crm, "opportunity", deal(crm))
    assert [row.stage for row in crm.support("stage_change", record)] == ["need"]
    assert crm.stored("opportunity", record)["version"] == 1


def test_what_is_computed_is_computed_from_where_it_is_now(crm: World) -> None:
    wire = {**deal(crm), "amount": "100000.00"}
    record = create(crm, "opportunity", wire, *passed("proposal", "won"))
    assert str(crm.stored("opportunity", record)["weighted_amount"]) == "100000.00"


def test_an_unknown_stage_on_the_way_is_refused(crm: World) -> None:
    with pytest.raises(Invalid) as caught:
        create(crm, "opportunity", deal(crm), *passed("nowhere", "won"))
    assert [(error.pointer, error.code) for error in caught.value.errors] == [("/stage", "not_an_option")]


def test_fields_that_people_only_read_may_be_told_but_never_what_is_computed(crm: World) -> None:
    account = crm.create("account", {"name": "宁波远辉建材有限公司"})
    record = create(crm, "lead", {"name": "王丽", "converted_account": str(account.id)}, *passed("converted"))
    assert crm.stored("lead", record)["converted_account"] == account.id
    with pytest.raises(FieldReadOnly):
        create(crm, "lead", {"name": "王丽", "maturity_band": "hot"})
    with pytest.raises(FieldReadOnly):
        crm.create("lead", {"name": "王丽", "converted_account": str(account.id)})


def test_a_normal_save_still_meets_the_gate(crm: World) -> None:
    with pytest.raises(GateClosed):
        crm.create("opportunity", {**deal(crm), "stage": "won"})
