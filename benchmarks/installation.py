"""Two installations with equal leads in equal tables: ours, and a copy of the database for the reference app."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url

from api.sealing import seal_everything
from api.secret import load_secret
from api.settings import Settings
from benchmarks.leads import fill
from builder.publish import install
from expressions.types import Kind
from runtime.auditing.chain import Sealer
from runtime.people.rights import Authority
from runtime.people.tables import REGIONS, TEAMS
from runtime.people.tokens import create_token
from runtime.people.trees import create_node
from runtime.people.users import create_user
from runtime.served import Served, serve
from schema_store.database import connect, writing
from schema_store.platform import upgrade_platform
from schema_store.structure.load import load_document
from schema_store.system import SYSTEM_FIELDS
from schema_store.versions import Signature
from templates import read_template

SERVER = os.environ.get("DOUGONG_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
ROOT = Path(__file__).parent.parent


@dataclass
class Pair:
    """Ours and theirs.

    Attributes:
        ours, theirs: URLs of the databases.
        served: the installed app.
        token: by person.
        regions: ids that a lead may name.
    """

    home: Path
    ours: str
    theirs: str
    served: Served
    tokens: dict[str, str] = field(default_factory=dict)
    regions: list[str] = field(default_factory=list)


@contextmanager
def installed(dialect: str, rows: int) -> Iterator[Pair]:
    """Both, with so many leads; gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, _databases(dialect, Path(folder)) as (ours, theirs):
        engine = connect(ours)
        pair = _install(engine, Path(folder), ours, theirs, rows)
        engine.dispose()
        _copy(dialect, ours, theirs)
        _seal(ours, Path(folder))
        yield pair


def _seal(ours: str, home: Path) -> None:
    """The history of the leads: the server would seal it in the background, while it is measured."""
    engine = connect(ours)
    seal_everything(engine, Sealer(load_secret(Settings(home=home, _env_file=None))), home)
    engine.dispose()


@contextmanager
def _databases(dialect: str, folder: Path) -> Iterator[tuple[str, str]]:
    if dialect == "sqlite":
        yield f"sqlite:///{folder / 'ours.db'}", f"sqlite:///{folder / 'theirs.db'}"
        return
    names = [f"dg_bench_{uuid.uuid4().hex[:8]}" for _ in range(2)]
    on_server(f"CREATE DATABASE {names[0]}")
    try:
        ours, theirs = (make_url(SERVER).set(database=name).render_as_string(False) for name in names)
        yield ours, theirs
    finally:
        for name in names:
            with suppress(sa.exc.ProgrammingError):  # the copy was never made
                on_server(f"DROP DATABASE {name} WITH (FORCE)")


def on_server(statement: str) -> None:
    """A statement outside of any database of ours."""
    engine = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


def _copy(dialect: str, ours: str, theirs: str) -> None:
    source, target = make_url(ours).database, make_url(theirs).database
    if dialect == "sqlite":
        shutil.copyfile(source or "", target or "")
        return
    on_server(f"CREATE DATABASE {target} TEMPLATE {source}")


def _install(engine: Engine, home: Path, ours: str, theirs: str, rows: int) -> Pair:
    document, complaints = load_document(read_template("crm"))
    assert document is not None, complaints
    now = datetime.now(UTC)
    with writing(engine) as connection:
        upgrade_platform(connection)
    install(engine, document, Signature("bench", now))
    with writing(engine) as connection:
        served = serve(connection, "crm")
        regions = [create_node(connection, REGIONS, {"name": f"region {number}"}, now) for number in range(5)]
        team = create_node(connection, TEAMS, {"name": "team"}, now)
        people = {"director": ["director"], **{f"rep{number}": ["rep"] for number in range(20)}}
        ids, tokens = {}, {}
        for name, roles in people.items():
            place = {"team_id": team, "region_id": regions[0]}
            values = {"username": name, "name": name, "roles": {"crm": roles}, **place}
            ids[name] = create_user(connection, values, now)
            _, tokens[name] = create_token(connection, ids[name], Authority(False, {}), "bench", now)
    owners = [id_ for name, id_ in ids.items() if name != "director"]
    fill(engine, served, owners, regions, rows)
    pair = Pair(home, ours, theirs, served, tokens, [str(region) for region in regions])
    (home / "plan.json").write_bytes(orjson.dumps(reference_plan(engine, served, theirs)))
    return pair


_KINDS = {
    Kind.REFERENCE: "uuid",
    Kind.INTEGER: "integer",
    Kind.INSTANT: "instant",
    Kind.DATE: "date",
    Kind.BOOLEAN: "boolean",
    Kind.LIST: "list",
    Kind.JSON: "json",
}


def reference_plan(engine: Engine, served: Served, url: str) -> dict[str, Any]:
    """The table of leads as the reference app takes it: names, keys, kinds of column."""
    fields = served.app.entities["lead"].fields
    columns = [_column(each.column, each.column, "", each.type) for each in SYSTEM_FIELDS]
    for (key, part), name in served.columns["lead"].items():
        type_ = fields[key].type
        columns.append(_column(f"{key}_{part}" if part else key, name, part, None if part else type_))
    history = served.support.history
    kinds = {"id": "uuid", "record": "uuid", "by": "uuid", "at": "instant", "version": "integer"}
    kinds |= {"changes": "json", "cause": "json"}
    traces = [
        {"key": name, "name": name, "kind": kinds.get(name, "text"), "scale": 0}
        for name in (column.name for column in history.c)
    ]
    table = served.entity_table("lead")
    parts = {"url": url, "schema": table.schema, "table": table.name, "history_table": history.name}
    return {**parts, "columns": columns, "history": traces}


def _column(key: str, name: str, part: str, type_: Any) -> dict[str, Any]:
    kind = "text"
    if type_ is not None:
        kind = _KINDS.get(type_.kind) or ("decimal" if type_.is_numeric else "text")
    return {"key": key, "name": name, "part": part, "kind": kind, "scale": type_.scale if type_ else 0}


@contextmanager
def running(command: list[str], port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server process that answers on its port; ended afterwards."""
    process = subprocess.Popen([sys.executable, *command], env={**os.environ, **environment}, cwd=ROOT)
    try:
        wait_for(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def ours_running(pair: Pair, port: int) -> Any:
    """Our server over its database."""
    command = ["-m", "api", "serve", "--port", str(port)]
    return running(command, port, DOUGONG_HOME=str(pair.home), DOUGONG_DATABASE_URL=pair.ours)


def reference_running(pair: Pair, port: int, **environment: str) -> Any:
    """The reference app over the copy, on the same kind of server and loop."""
    command = ["-m", "uvicorn", "--factory", "benchmarks.reference_app:application", "--port", str(port)]
    command += ["--log-level", "warning", "--no-server-header", "--no-proxy-headers"]
    return running(command, port, REFERENCE_PLAN=str(pair.home / "plan.json"), **environment)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until something accepts connections there."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        assert process.poll() is None, "the server stopped"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise TimeoutError("the server did not answer")
