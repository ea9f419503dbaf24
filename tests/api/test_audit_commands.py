"""``verify-audit`` and the sealer of ``serve`` on a real installation, as processes."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from api.sealing import BackgroundSealer, seal_everything
from runtime.auditing.anchor import NAME, read_anchors, write_anchors
from runtime.auditing.chain import Sealer, app_chain
from runtime.auditing.sealing import Seal
from schema_store.database import connect, reading, writing
from tests.api.conftest import Installation
from tests.api.crm import Crm, crm

__all__ = ["crm"]


def make_leads(installation: Installation, client: httpx.Client, count: int) -> None:
    installation.run("template", "install", "crm")
    engine = connect(f"sqlite:///{installation.home / 'dougong.db'}")
    with writing(engine) as connection:
        admin = connection.exec_driver_sql("SELECT username FROM dougong_user").scalar_one()
        connection.exec_driver_sql(
            "INSERT INTO dougong_user_role SELECT id, 'crm', 'admin' FROM dougong_user"
        )
    engine.dispose()
    token = installation.run("token", "create", "--user", str(admin)).strip()
    headers = {"authorization": f"Bearer {token}"}
    body = {"create": [{"name": f"lead {number}"} for number in range(count)]}
    done = client.post("/api/v1/apps/crm/records/lead/bulk", json=body, headers=headers)
    assert done.status_code == 200, done.text


def edit(home: Path, statement: str) -> None:
    """What somebody does who has the file: drop the trigger, then anything."""
    engine = connect(f"sqlite:///{home / 'dougong.db'}")
    with writing(engine) as connection:
        for trigger in ("crm___history_fixed", "crm___history_kept"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {trigger}")
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.mark.slow
def test_serve_seals_and_the_command_finds_what_was_edited(
    served: tuple[Installation, httpx.Client],
) -> None:
    installation, client = served
    make_leads(installation, client, 30)
    anchor = installation.home / NAME
    for _ in range(300):
        if anchor.exists() and "crm" in anchor.read_text("utf-8"):
            break
        time.sleep(0.1)
    assert json.loads(anchor.read_text("utf-8"))["crm"]["seal"] >= 1
    said = installation.run("verify-audit", "--seal")
    assert "app crm: untouched" in said
    assert "platform: untouched" in said
    edit(installation.home, "UPDATE crm___history SET act = 'delete' WHERE rowid = 7")
    said = installation.run("verify-audit", "--app", "crm", expect=1)
    assert "app crm: 1 FINDINGS" in said
    assert "was changed after it was sealed (seal 1)" in said
    assert "platform" not in said
    assert "no app 'nothing' is installed" in installation.run("verify-audit", "--app", "nothing", expect=1)


def test_the_background_seals_what_comes_and_ends_when_told(crm: Crm, tmp_path: Path) -> None:
    sealer = Sealer(b"k" * 32)
    background = BackgroundSealer(crm.engine, sealer, tmp_path, every=0.05)
    background.start()
    try:
        assert crm.as_("rep1").post("/apps/crm/records/lead", {"name": "x"}).status == 201
        for _ in range(200):
            if "crm" in read_anchors(tmp_path):
                break
            time.sleep(0.05)
    finally:
        background.stop()
    chain = app_chain("crm", crm.served.layout.schema, crm.engine.dialect.name)
    with reading(crm.engine) as connection:
        newest = connection.execute(sa.select(sa.func.max(chain.seal.c.number))).scalar_one()
    assert read_anchors(tmp_path)["crm"].number == newest
    assert seal_everything(crm.engine, sealer, tmp_path, app="crm") == []


def test_an_anchor_never_goes_back(tmp_path: Path) -> None:
    write_anchors(tmp_path, [Seal("crm", 5, "five", 1)])
    write_anchors(tmp_path, [Seal("crm", 4, "four", 1), Seal("shop", 1, "one", 1)])
    found = read_anchors(tmp_path)
    assert {name: (each.number, each.hash) for name, each in found.items()} == {
        "crm": (5, "five"),
        "shop": (1, "one"),
    }
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
