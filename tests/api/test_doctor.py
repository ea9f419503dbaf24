"""What ``doctor`` finds: each thing that can be wrong, made wrong, told in a sentence with what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.engine import Engine

from api.cli import cli
from api.secret import load_secret
from api.settings import Settings
from builder.publish import install
from runtime.auditing.acts import PlatformAct, note_act
from runtime.support import support_tables
from schema_store import database
from schema_store.database import writing
from schema_store.migration.expansion import Expansion, start
from schema_store.platform import upgrade_platform
from schema_store.structure.load import load_document
from schema_store.versions import Signature
from tests.api.test_cli import TOY

Doctor = Callable[[], tuple[int, str]]


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def doctor(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """The command on an installation with an app; its exit code and what it says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOUGONG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DOUGONG_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    with writing(engine) as connection:
        upgrade_platform(connection)
    document, complaints = load_document(json.dumps(TOY).encode())
    assert document is not None, complaints
    install(engine, document, Signature("test", now()))
    load_secret(Settings())

    def run() -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["doctor"])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return run


def test_all_is_well(doctor: Doctor) -> None:
    assert doctor() == (0, "all is well\n")


def test_a_library_that_is_too_old(doctor: Doctor, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "sqlite_version", lambda: (3, 45, 1))
    code, said = doctor()
    if engine.dialect.name == "sqlite":
        assert (code, "SQLite 3.45.1 is older" in said) == (1, True)
    else:
        assert code == 0


def test_the_secret_key(doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tmp_path / "home" / "secret-key"
    key.chmod(0o644)
    assert "chmod 600" in doctor()[1]
    key.chmod(0o600)
    key.write_text("abcd")
    assert "is not 32 bytes" in doctor()[1]
    key.write_text("no hex")
    assert "cannot be read" in doctor()[1]
    monkeypatch.setenv("DOUGONG_SECRET_KEY", "short")
    code, said = doctor()
    assert (code, "DOUGONG_SECRET_KEY is weak" in said) == (1, True)


def test_a_database_that_is_empty_away_or_old(
    doctor: Doctor, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE dougong_revision SET version_num = '0001'")
    assert "run `dougong init`" in doctor()[1]
    monkeypatch.setenv("DOUGONG_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    assert "the database is empty" in doctor()[1]
    monkeypatch.setenv("DOUGONG_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    code, said = doctor()
    assert (code, "does not answer" in said) == (1, True)


def test_rows_that_wait_for_a_seal(doctor: Doctor, engine: Engine) -> None:
    with writing(engine) as connection:
        note_act(connection, PlatformAct("user_changed"), now() - timedelta(minutes=1))
    assert doctor()[0] == 0
    with writing(engine) as connection:
        for _ in range(3):
            note_act(connection, PlatformAct("user_changed"), now() - timedelta(hours=1))
        # what was written an hour ago has an id of then
        table = "dougong_audit"
        for name in ("fixed", "kept"):
            on = f" ON {table}" if engine.dialect.name == "postgresql" else ""
            connection.exec_driver_sql(f"DROP TRIGGER {table}_{name}{on}")
        audit = sa.table(table, sa.column("id"), sa.column("at"))
        first_byte = "'00' || substr(id::text, 3)" if engine.dialect.name == "postgresql" else ""
        expression = f"({first_byte})::uuid" if first_byte else "x'00' || substr(id, 2)"
        connection.execute(sa.update(audit).values(id=sa.text(expression)))
    code, said = doctor()
    assert code == 1
    assert re.search(r"3 rows of audit wait for a seal: run `dougong verify-audit --seal`", said)


def test_what_a_publish_left_behind(doctor: Doctor, engine: Engine) -> None:
    with writing(engine) as connection:
        start(connection, "shop", Expansion("plan"))
        table = support_tables("shop", engine.dialect.name).reindex
        connection.execute(sa.insert(table).values(entity="x", after=UUID(int=0)))
    said = doctor()[1]
    assert "a publish is under way or was cut off" in said
    assert "1 entities wait to be indexed" in said
    with writing(engine) as connection:
        table.drop(connection)
    assert "tables are of an earlier product" in doctor()[1]


def test_a_clock_that_is_wrong(doctor: Doctor, engine: Engine) -> None:
    with writing(engine) as connection:
        note_act(connection, PlatformAct("user_changed"), now() + timedelta(hours=2))
    code, said = doctor()
    assert (code, "this machine's clock is wrong" in said) == (1, True)


def test_little_space(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 7 * 2**20})
    monkeypatch.setattr("api.commands.doctor.shutil.disk_usage", lambda _path: usage)
    assert "only 7 MiB free" in doctor()[1]


def test_a_version_that_was_edited(doctor: Doctor, engine: Engine) -> None:
    table = "dougong_app_version"
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"DROP TRIGGER {table}_fixed ON {table}")
        else:
            connection.exec_driver_sql(f"DROP TRIGGER {table}_no_update")
        connection.exec_driver_sql(f"UPDATE {table} SET hash = 'x'")
    assert "app shop: version 1 does not match its hash" in doctor()[1]
