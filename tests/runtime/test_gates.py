"""Gates of the CRM: what is missing is said at once, whatever the door; evidence, override and dry run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from runtime import save
from runtime.change import DryRun, Request
from runtime.people.tables import USER_ROLES, USERS
from runtime.refusals import Forbidden, GateClosed, Invalid
from runtime.saved import Saved
from schema_store.database import writing
from tests.runtime.save.conftest import crm
from tests.runtime.save.kit import ACTOR, NOW, World, _user

__all__ = ["crm"]


@pytest.fixture
def deal(crm: World) -> UUID:
    account = crm.create("account", {"name": f"客户{uuid4().hex}"})
    return crm.create("opportunity", {"name": "项目", "account": str(account.id)}).id


@pytest.fixture(scope="module")
def technician(crm: World) -> UUID:
    return worker(crm, "service")


def worker(world: World, role: str | None, *, active: bool = True) -> UUID:
    ident = uuid4()
    with writing(world.engine) as connection:
        connection.execute(sa.insert(USERS), {**_user(ident, ident.hex), "active": active})
        if role:
            connection.execute(sa.insert(USER_ROLES), {"user_id": ident, "app": world.app, "role": role})
    return ident


def upload(world: World, type_: str = "application/pdf") -> str:
    ident = uuid4()
    row = {"id": ident, "at": NOW, "by": ACTOR, "name": "a", "type": type_, "size": 1, "sha256": "0" * 64}
    with writing(world.engine) as connection:
        connection.execute(sa.insert(world.served.support.file), row)
    return str(ident)


def show(world: World, *keys: str, type_: str = "application/pdf") -> list[dict[str, str]]:
    return [{"key": key, "file_id": upload(world, type_)} for key in keys]


def move(
    world: World, record: UUID, to: str, *, roles: Any = None, entity: str = "opportunity", **more: Any
) -> Any:
    with world.unit(roles) as unit:
        return save.transition(unit, entity, record, to, **more)


def refused(world: World, record: UUID, to: str, **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(GateClosed) as caught:
        move(world, record, to, **more)
    assert caught.value.code == "gate_closed"
    return [(each.kind, each.key) for each in caught.value.unmet]


def put(world: World, record: UUID, stage: str) -> None:
    """A deal that stands in a stage already, as if it had always been there."""
    table = world.served.entity_table("opportunity")
    column = world.served.column("opportunity", "stage")
    with writing(world.engine) as connection:
        connection.execute(sa.update(table).where(table.c.id == record).values({column: stage}))


PROPOSAL = [("evidence", "requirement_document"), ("person", "technician")]


def test_a_proposal_needs_the_document_and_a_technician(crm: World, deal: UUID, technician: UUID):
    assert refused(crm, deal, "proposal") == PROPOSAL
    wire = {"technician": str(technician)}
    assert refused(crm, deal, "proposal", wire=wire) == PROPOSAL[:1]
    assert refused(crm, deal, "proposal", evidence=show(crm, "requirement_document")) == PROPOSAL[1:]
    assert crm.stored("opportunity", deal)["version"] == 1
    assert crm.support("evidence", deal) == []
    shown = show(crm, "requirement_document")
    saved = move(crm, deal, "proposal", wire=wire, evidence=shown)
    assert isinstance(saved, Saved)
    assert saved.values["stage"] == "proposal"
    (row,) = crm.support("evidence", deal)
    assert (row.requirement, str(row.file), row.by) == ("requirement_document", shown[0]["file_id"], ACTOR)
    with writing(crm.engine) as connection:
        file = crm.served.support.file
        owner = connection.execute(sa.select(file.c.record).where(file.c.id == row.file)).scalar_one()
    assert owner == deal


def test_a_quote_needs_photo_and_signed_page_of_the_right_sort(crm: World, deal: UUID):
    put(crm, deal, "proposal")
    both = ("site_survey_photo", "signed_confirmation")
    assert refused(crm, deal, "quote") == [("evidence", key) for key in both]
    with pytest.raises(GateClosed) as caught:
        move(crm, deal, "quote", evidence=show(crm, *both))
    (unmet,) = caught.value.unmet
    assert (unmet.key, unmet.needed) == (both[0], {"count": 1, "accept": ["image/jpeg", "image/png"]})
    assert unmet.seen == {"count": 0, "other_types": ["application/pdf"]}
    move(crm, deal, "quote", evidence=show(crm, *both, type_="image/png"))
    assert len(crm.support("evidence", deal)) == 2


def test_what_was_shown_once_counts_again(crm: World, deal: UUID, technician: UUID):
    wire = {"technician": str(technician)}
    move(crm, deal, "proposal", wire=wire, evidence=show(crm, "requirement_document"))
    move(crm, deal, "need")
    move(crm, deal, "proposal")
    assert len(crm.support("evidence", deal)) == 1


@pytest.mark.parametrize(("role", "active"), [(None, True), ("rep", True), ("service", False)])
def test_the_technician_holds_the_role_and_is_active(crm: World, deal: UUID, role: str | None, active: bool):
    ident = worker(crm, role)
    crm.update("opportunity", deal, {"technician": str(ident)})
    with writing(crm.engine) as connection:
        connection.execute(sa.update(USERS).where(USERS.c.id == ident).values(active=active))
    assert refused(crm, deal, "proposal", evidence=show(crm, "requirement_document")) == PROPOSAL[1:]


def test_won_needs_the_contract_and_lost_the_reason(crm: World, deal: UUID):
    assert refused(crm, deal, "won") == [("evidence", "signed_contract")]
    assert refused(crm, deal, "lost") == [("field", "lost_reason")]
    move(crm, deal, "won", evidence=show(crm, "signed_contract"))
    reason = crm.served.app.entities["opportunity"].fields["lost_reason"]
    option = next(iter(reason.options)) if hasattr(reason, "options") else "price"
    move(crm, deal, "lost", wire={"lost_reason": option})
    assert crm.stored("opportunity", deal)["stage"] == "lost"


def test_a_ticket_closes_with_its_acceptance_sheet(crm: World):
    ticket = crm.create("ticket", {"name": "漏水"}).id
    assert refused(crm, ticket, "closed", entity="ticket") == [("evidence", "acceptance_sheet")]
    assert refused(crm, ticket, "assigned", entity="ticket") == [("field", "technician")]
    move(crm, ticket, "closed", entity="ticket", evidence=show(crm, "acceptance_sheet"))
    assert crm.stored("ticket", ticket)["stage"] == "closed"


def doors(world: World, record: UUID) -> Iterator[Any]:
    def create(unit: Any) -> object:
        account = str(world.stored("opportunity", record)["account"])
        return save.create(unit, "opportunity", {"name": "新", "account": account, "stage": "proposal"})

    yield create
    yield lambda unit: save.update(unit, "opportunity", record, {"stage": "proposal"})
    yield lambda unit: save.transition(unit, "opportunity", record, "proposal")


def test_every_door_gives_the_same_refusal(crm: World, deal: UUID):
    answers = []
    for door in doors(crm, deal):
        with pytest.raises(GateClosed) as caught, crm.unit() as unit:
            door(unit)
        answers.append(caught.value.unmet)
    assert [[(each.kind, each.key) for each in unmet] for unmet in answers] == [PROPOSAL] * 3
    assert answers[0] == answers[1] == answers[2]


def test_where_no_way_leads_nobody_goes(crm: World, deal: UUID):
    assert refused(crm, deal, "negotiation") == [("way", "negotiation")]
    assert ("way", "sample") in refused(crm, deal, "sample", override="the boss says so")
    account = str(crm.stored("opportunity", deal)["account"])
    with pytest.raises(GateClosed) as caught:
        crm.create("opportunity", {"name": "x", "account": account, "stage": "sample"})
    assert [each.kind for each in caught.value.unmet] == ["way"]


def test_a_way_of_certain_roles_is_closed_to_others(crm: World, deal: UUID):
    put(crm, deal, "won")
    assert refused(crm, deal, "negotiation", roles=("rep",)) == [("role", "undo_won")]
    move(crm, deal, "negotiation", roles=("director",))
    put(crm, deal, "won")
    move(crm, deal, "negotiation")  # the engine has every right


def test_a_dry_run_says_what_is_missing_and_writes_nothing(crm: World, deal: UUID, technician: UUID):
    answer = move(crm, deal, "proposal", dry_run=True)
    assert isinstance(answer, DryRun)
    assert (answer.allowed, [(each.kind, each.key) for each in answer.unmet]) == (False, PROPOSAL)
    shown = show(crm, "requirement_document")
    wire = {"technician": str(technician)}
    assert move(crm, deal, "proposal", dry_run=True, evidence=shown, wire=wire) == DryRun(True)
    assert crm.stored("opportunity", deal)["stage"] == "need"
    assert len(crm.support("stage_change", deal)) == 1


def test_the_override_passes_with_a_reason_that_is_kept(crm: World, deal: UUID):
    with pytest.raises(Forbidden):
        move(crm, deal, "proposal", roles=("rep",), override="in a hurry")
    with pytest.raises(Invalid):
        move(crm, deal, "proposal", roles=("director",), override="  ")
    assert refused(crm, deal, "proposal", roles=("director",)) == PROPOSAL
    move(crm, deal, "proposal", roles=("director",), override="customer waits")
    last = crm.support("stage_change", deal)[-1]
    assert (last.previous, last.stage, last.reason) == ("need", "proposal", "customer waits")
    assert crm.support("history", deal)[-1].cause["override"] == "customer waits"


def test_an_import_of_what_was_passes_as_historical(crm: World, deal: UUID):
    account = str(crm.stored("opportunity", deal)["account"])
    wire = {"name": "旧", "account": account, "stage": "won"}
    with crm.unit() as unit:
        saved = save.create(unit, "opportunity", {}, request=Request(wire, mode="history"))
    assert [row.reason for row in crm.support("stage_change", saved.id)] == ["historical"]


def test_a_criterion_is_answered_with_its_sentence_and_what_was_seen(crm: World, deal: UUID):
    account = crm.stored("opportunity", deal)["account"]
    contract = crm.create("contract", {"name": "合同", "account": str(account), "amount": "100.00"}).id
    node = {
        "contract": str(contract),
        "name": "款",
        "sequence": 1,
        "amount": "100.00",
        "due_on": "2026-04-01",
    }
    crm.create("payment_node", node)
    wire = {"signed_on": "2026-03-01", "delivery_on": "2026-03-05"}
    move(crm, contract, "signed", entity="contract", wire=wire, override="on paper")
    with pytest.raises(GateClosed) as caught:
        move(crm, contract, "completed", entity="contract")
    (unmet,) = caught.value.unmet
    assert (unmet.kind, unmet.key) == ("criterion", "all_paid")
    assert unmet.message is not None
    assert unmet.message["en"] == "Some payment nodes are still open"
