"""Backups are restored, and what is restored serves: everything that was acknowledged before the backup is in it."""

from __future__ import annotations

import json
import os
import stat
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from api.app import create_app
from api.backup import BackupRefused, back_up, restore
from api.sealing import seal_everything
from api.secret import load_secret
from api.settings import Settings
from runtime.auditing.anchor import read_anchors
from runtime.auditing.chain import Sealer, app_chain
from runtime.auditing.verifying import verify
from schema_store.database import DamagedDatabase, connect, reading, writing
from schema_store.platform import METADATA
from tests.api.conftest import Installation
from tests.api.crm import Crm, make_crm
from tests.asgi import Browser
from tests.conftest import Databases

NOW = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def backed(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Crm, Path]]:
    """A CRM with a data folder of its own."""
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    home = tmp_path_factory.mktemp("home")
    crm = make_crm(databases, request.param, home)
    (home / "files" / "ab").mkdir(parents=True)
    (home / "files" / "ab" / "upload").write_bytes(b"\0\1 a file")
    yield crm, home
    databases.remove(crm.engine)


def settings_of(engine: Engine, home: Path) -> Settings:
    url = engine.url.render_as_string(hide_password=False)
    return Settings(home=home, database_url=url, _env_file=None)


def empty_place(crm: Crm, databases: Databases, folder: Path) -> tuple[Engine, Settings]:
    """An empty data folder and an empty database of the same kind."""
    engine = databases.engine(crm.engine.dialect.name)
    engine.dispose()
    return engine, settings_of(engine, folder / "restored")


def test_what_is_restored_serves(backed: tuple[Crm, Path], databases: Databases, tmp_path: Path) -> None:
    crm, home = backed
    made = crm.as_("rep1").post("/apps/crm/records/lead", {"name": "留住"}).json
    sealer = Sealer(load_secret(Settings(home=home, _env_file=None)))
    seal_everything(crm.engine, sealer, home)
    file = tmp_path / "backup.zip"
    size = back_up(crm.engine, settings_of(crm.engine, home), file, NOW)
    assert size == file.stat().st_size > 10_000
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.zip"]
    crm.as_("rep1").post("/apps/crm/records/lead", {"name": "later"})
    engine, settings = empty_place(crm, databases, tmp_path)
    restore(settings, file)
    try:
        app = create_app(engine, settings)
        headers = {"authorization": f"Bearer {crm.tokens['rep1']}"}
        program = Browser(app, headers=headers, tells_origin=False)
        names = [lead["name"] for lead in program.get("/apps/crm/records/lead").json["items"]]
        assert ("留住" in names, "later" in names) == (True, False)
        assert program.patch(f"/apps/crm/records/lead/{made['id']}", {"note": "x"}).status == 200
        assert program.get(f"/apps/crm/records/lead?search={quote('留住')}").json["items"]
        assert (settings.home / "files" / "ab" / "upload").read_bytes() == b"\0\1 a file"
        assert load_secret(settings) == load_secret(Settings(home=home, _env_file=None))
        chain = app_chain("crm", crm.served.layout.schema, engine.dialect.name)
        with reading(engine) as connection:
            assert verify(connection, sealer, chain, read_anchors(settings.home)["crm"]).bad == 0
            with pytest.raises(sa.exc.DatabaseError), engine.begin() as edit:
                edit.execute(sa.delete(chain.sources[0].table))
    finally:
        databases.remove(engine)


def test_a_backup_under_writers_is_of_one_moment(
    backed: tuple[Crm, Path], databases: Databases, tmp_path: Path
) -> None:
    """Record and history are written together, so they are in the backup together."""
    crm, home = backed
    stop, acknowledged = threading.Event(), list[str]()

    def keep_writing() -> None:
        while not stop.is_set():
            answer = crm.as_("rep2").post("/apps/crm/records/lead", {"name": "w"})
            acknowledged.append(answer.json["id"])

    writers = [threading.Thread(target=keep_writing) for _ in range(2)]
    for writer in writers:
        writer.start()
    while len(acknowledged) < 5:
        stop.wait(0.05)
    before = len(acknowledged)
    back_up(crm.engine, settings_of(crm.engine, home), tmp_path / "b.zip", NOW)
    stop.set()
    for writer in writers:
        writer.join()
    engine, settings = empty_place(crm, databases, tmp_path)
    restore(settings, tmp_path / "b.zip")
    try:
        leads, history = crm.served.entity_table("lead"), crm.served.support.history
        with reading(engine) as connection:
            ids = {str(id_) for id_ in connection.execute(sa.select(leads.c.id)).scalars()}
            told = {str(id_) for id_ in connection.execute(sa.select(history.c.record)).scalars()}
        assert ids >= set(acknowledged[:before])
        assert ids & set(acknowledged) == told & set(acknowledged)
    finally:
        databases.remove(engine)


def test_nothing_is_overwritten(backed: tuple[Crm, Path], databases: Databases, tmp_path: Path) -> None:
    crm, home = backed
    file = tmp_path / "b.zip"
    back_up(crm.engine, settings_of(crm.engine, home), file, NOW)
    with pytest.raises(BackupRefused, match="there already"):
        back_up(crm.engine, settings_of(crm.engine, home), file, NOW)
    with pytest.raises(BackupRefused, match="not empty"):
        restore(settings_of(crm.engine, home), file)
    with pytest.raises(BackupRefused, match=r"not empty|there already"):
        restore(settings_of(crm.engine, tmp_path / "elsewhere"), file)
    assert not (tmp_path / "elsewhere").exists()


def changed(file: Path, target: Path, **members: bytes) -> Path:
    """A backup with other members."""
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(target, "w") as made:
        for name in source.namelist():
            made.writestr(name, members.get(name, source.read(name)))
        for name in members.keys() - set(source.namelist()):
            made.writestr(name, members[name])
    return target


def test_damaged_and_foreign_files_are_refused_and_leave_nothing(
    backed: tuple[Crm, Path], databases: Databases, tmp_path: Path
) -> None:
    crm, home = backed
    file, folder = tmp_path / "b.zip", tmp_path / "bad"
    folder.mkdir()
    back_up(crm.engine, settings_of(crm.engine, home), file, NOW)
    manifest = json.loads(zipfile.ZipFile(file).read("manifest.json"))
    outside = {**manifest, "members": {**manifest["members"], "home/../../evil": "x"}}
    newer = {**manifest, "format": 2}
    other = {**manifest, "database": "postgresql" if crm.engine.dialect.name == "sqlite" else "sqlite"}
    (folder / "none").write_text("no zip")
    engine, settings = empty_place(crm, databases, tmp_path)
    for bad, why in (
        (folder / "none", "no backup"),
        (changed(file, folder / "1", **{"home/files/ab/upload": b"edited"}), "damaged"),
        (changed(file, folder / "2", **{"manifest.json": json.dumps(outside).encode()}), "none of ours"),
        (changed(file, folder / "3", **{"manifest.json": json.dumps(newer).encode()}), "format"),
        (changed(file, folder / "4", **{"manifest.json": json.dumps(other).encode()}), "backup of"),
        (changed(file, folder / "5", **{"manifest.json": b"[]"}), "no backup"),
    ):
        with pytest.raises(BackupRefused, match=why):
            restore(settings, bad)
    assert not settings.home.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "bad"]
    databases.remove(engine)


def test_a_damaged_database_is_not_backed_up(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'd.db'}")
    with writing(engine) as connection:
        METADATA.tables["dougong_app"].create(connection)
        connection.exec_driver_sql("CREATE TABLE filler AS SELECT randomblob(900) AS x")
        for _ in range(6):
            connection.exec_driver_sql("INSERT INTO filler SELECT randomblob(900) FROM filler")
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    raw = bytearray((tmp_path / "d.db").read_bytes())
    raw[8192:16384] = os.urandom(8192)
    (tmp_path / "d.db").write_bytes(raw)
    with pytest.raises(DamagedDatabase, match=r"cannot be|is damaged"):
        back_up(engine, Settings(home=tmp_path / "home", _env_file=None), tmp_path / "b.zip", NOW)
    assert not (tmp_path / "b.zip").exists()


def test_without_the_tools_of_postgresql_it_says_so(
    backed: tuple[Crm, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm, home = backed
    if crm.engine.dialect.name != "postgresql":
        pytest.skip("SQLite needs no tools")
    monkeypatch.setattr("api.backup.shutil.which", lambda _name: None)
    with pytest.raises(BackupRefused, match="pg_dump is not installed"):
        back_up(crm.engine, settings_of(crm.engine, home), tmp_path / "b.zip", NOW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_commands(installation: Installation, tmp_path: Path) -> None:
    installation.run("init")
    installation.run("template", "install", "crm")
    said = installation.run("backup", str(tmp_path / "b.zip"))
    assert "backed up" in said
    assert "there already" in installation.run("backup", str(tmp_path / "b.zip"), expect=1)
    assert "not empty" in installation.run("restore", str(tmp_path / "b.zip"), expect=1)
    other = Installation(tmp_path / "other")
    assert "restored into" in other.run("restore", str(tmp_path / "b.zip"))
    assert "platform: untouched" in other.run("verify-audit", "--seal")
    assert other.run("template", "export", "crm") == installation.run("template", "export", "crm")
