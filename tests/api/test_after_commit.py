"""What is done after the commit, over REST: runs with their steps, deliveries, notifications; handled by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from schema_store.database import writing
from tests.api.crm import NOW, Crm, crm
from tests.api.test_crm_rules import lead, post, tell
from workflows.runs import Runs

__all__ = ["crm"]


@pytest.fixture(autouse=True)
def _clock(crm: Crm) -> Iterator[None]:
    yield
    crm.clock.now = NOW


def work(crm: Crm, record: str, **later: int) -> int:
    crm.clock.now += timedelta(**later)
    return Runs(crm.engine, crm.clock).work_off("crm", UUID(record))


def hot(crm: Crm, who: str = "rep1") -> str:
    """A lead that was just told to its owner as hot, but for whoever works that off."""
    record: str = lead(crm, who)["id"]
    for kind in ["site_minute"] * 4 + ["download"] * 2 + ["appointment"]:
        tell(crm, record, kind)
    return record


def hot_runs(crm: Crm, record: str, who: str = "rep1") -> list[dict[str, Any]]:
    return crm.items(who, f"/runs?rule=hot_lead_pop_up&record={record}")


def break_run(crm: Crm, run: str, state: str) -> None:
    table = crm.served.support.run
    with writing(crm.engine) as connection:
        connection.execute(sa.update(table).where(table.c.id == UUID(run)).values(state=state, attempts=5))


def test_s1_33_a_hot_lead_pops_up_for_its_owner_in_their_words(crm: Crm) -> None:
    record = hot(crm)
    (run,) = hot_runs(crm, record)
    assert (run["state"], run["attempts"], run["next_at"]) == ("waiting", 0, None)
    before = crm.as_("rep1").get("/notifications").json
    assert work(crm, record) == 1
    (run,) = hot_runs(crm, record)
    assert run["state"] == "done"
    assert run["why"]["steps"][0]["told"] == [{"audience": "owner", "channel": "in_app", "state": "done"}]
    found = crm.as_("rep1").get("/notifications?unread=true").json
    assert found["unread"] == before["unread"] + 1
    newest = found["items"][0]
    assert (newest["app"], newest["entity"], newest["record_id"]) == ("crm", "lead", record)
    assert "成熟度 48" in newest["body"]
    assert newest["subject"].startswith("高意向线索：王芳")
    (delivery,) = crm.items("rep1", f"/deliveries?record={record}")
    assert (delivery["state"], delivery["rule"], delivery["run"]) == ("done", "hot_lead_pop_up", run["id"])
    assert delivery["person"] == {"id": str(crm.ids["rep1"]), "name": "rep1"}


def test_notifications_are_those_of_the_actor_alone(crm: Crm) -> None:
    work(crm, hot(crm)), work(crm, hot(crm))
    rep = crm.as_("rep1")
    first = rep.get("/notifications?limit=1").json
    second = rep.get(f"/notifications?limit=1&cursor={first['next']}").json
    ids = [first["items"][0]["id"], second["items"][0]["id"]]
    assert len(set(ids)) == 2
    assert crm.as_("rep2").get("/notifications").json == {"items": [], "unread": 0, "next": None}
    assert crm.as_("rep2").post("/notifications/read", {"ids": ids}).json == {"marked": 0}
    unread = first["unread"]
    assert rep.post("/notifications/read", {"ids": [ids[0], str(uuid4()), "x"]}).json == {"marked": 1}
    assert rep.get("/notifications").json["unread"] == unread - 1
    assert rep.post("/notifications/read", {}).json == {"marked": unread - 1}
    assert rep.get("/notifications?unread=true").json == {"items": [], "unread": 0, "next": None}
    assert crm.as_("rep2").get(f"/notifications?cursor={first['next']}").status == 400


def test_what_has_no_connector_is_skipped_and_says_so(crm: Crm) -> None:
    record = lead(crm, source="fair", device_years=9)["id"]
    work(crm, record)
    found = crm.items("rep1", f"/deliveries?record={record}&rule=old_device_report")
    for each in found:
        assert (each["state"], each["reason"], each["channel"]) == ("skipped", "no_connector", "sms")


def test_a_run_that_failed_is_done_again_by_hand(crm: Crm) -> None:
    record = hot(crm)
    (run,) = hot_runs(crm, record)
    path = f"/runs/{run['id']}/replay"
    assert post(crm, "ops", path, None).json["code"] == "run_not_failed"
    break_run(crm, run["id"], "dead")
    assert post(crm, "rep1", path, None).status == 403
    assert post(crm, "nobody", path, None).status == 404
    assert post(crm, "ops", f"/runs/{uuid4()}/replay", None).status == 404
    assert post(crm, "ops", path, None).status == 204
    (run,) = hot_runs(crm, record)
    assert (run["state"], run["attempts"], run["why"]["again"][0]["state"]) == ("waiting", 0, "dead")
    assert work(crm, record) == 1
    assert hot_runs(crm, record)[0]["state"] == "done"
    audit = crm.get("admin", "/audit?limit=5").json["items"]
    assert "run_replayed" in str(audit)


def test_a_run_that_waits_is_cancelled(crm: Crm) -> None:
    record = hot(crm)
    (run,) = hot_runs(crm, record)
    assert post(crm, "rep1", f"/runs/{run['id']}/cancel", None).status == 403
    assert post(crm, "ops", f"/runs/{run['id']}/cancel", None).status == 204
    assert post(crm, "ops", f"/runs/{run['id']}/cancel", None).json["code"] == "run_not_waiting"
    assert work(crm, record) == 0
    (run,) = hot_runs(crm, record)
    assert (run["state"], run["why"]["cancelled"]["by"]) == ("cancelled", str(crm.ids["ops"]))
