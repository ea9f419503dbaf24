"""Files through a real server and a real client: limits, memory, HEAD, what a start sweeps away."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from runtime.people.rights import Authority
from runtime.people.tokens import create_token
from runtime.people.users import create_user
from runtime.support import support_tables
from schema_store.database import connect, writing
from tests import files
from tests.api.conftest import Installation

MIB = 2**20


@pytest.fixture
def client(served: tuple[Installation, httpx.Client]) -> httpx.Client:
    """Signed in as a clerk of the CRM."""
    installation, client = served
    installation.run("template", "install", "crm")
    engine = connect(f"sqlite:///{installation.home / 'dougong.db'}")
    now = datetime.now(UTC)
    with writing(engine) as connection:
        person = {"username": "clerk", "name": "Clerk", "roles": {"crm": ["service"]}}
        user = create_user(connection, person, now)
        _, token = create_token(connection, user, Authority(True, {}), "t", now, ["read", "write"])
    engine.dispose()
    client.headers["authorization"] = f"Bearer {token}"
    client.base_url = client.base_url.join("/api/v1/apps/crm/")
    return client


def kept(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "files").rglob("*") if path.is_file())


def send(client: httpx.Client, content: Any, name: str = "照片.jpg") -> httpx.Response:
    return client.post("files", files={"file": (name, content, "image/jpeg")})


def test_files_over_http(served: tuple[Installation, httpx.Client], client: httpx.Client):
    installation, _ = served
    photo = files.jpeg() + os.urandom(300_000)
    made = send(client, photo)
    assert made.status_code == 201, made.text
    assert made.json() == {
        "id": made.json()["id"],
        "name": "照片.jpg",
        "size": len(photo),
        "type": "image/jpeg",
    }
    path = f"files/{made.json()['id']}"
    assert client.get(path).content == photo
    head = client.head(path)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(photo)))
    part = client.get(path, headers={"range": "bytes=100000-199999"})
    assert (part.status_code, part.content) == (206, photo[100_000:200_000])
    assert send(client, b"\x01" * (20 * MIB)).status_code == 201  # exactly the limit
    assert send(client, b"\x01" * (20 * MIB + 1)).status_code == 413
    body = files.body_of(files.part(b"\x01" * 2 * MIB))
    kind = {"content-type": f"multipart/form-data; boundary={files.BOUNDARY}"}
    pieces = (body[at : at + 65_536] for at in range(0, len(body), 65_536))  # chunked, without a length
    assert client.post("files", content=pieces, headers=kind).status_code == 201
    assert len(kept(installation.home)) == 3


def test_a_start_sweeps_away_what_nobody_names(tmp_path: Path):
    installation = Installation(tmp_path / "home")
    installation.run("init")
    installation.run("template", "install", "crm")
    folder = installation.home / "files" / "ab"
    folder.mkdir(parents=True)
    (folder / ("ab" + "0" * 62)).write_bytes(b"named by an old upload only")
    (folder / ("ab" + "1" * 62)).write_bytes(b"named by nobody")
    (folder / ("ab" + "2" * 62)).write_bytes(b"named by an upload of today")
    engine = connect(f"sqlite:///{installation.home / 'dougong.db'}")
    now = datetime.now(UTC)
    rows = [
        {
            "id": sa.func.randomblob(16),
            "at": at,
            "name": "a",
            "type": "b",
            "size": 1,
            "sha256": "ab" + digit * 62,
        }
        for digit, at in (("0", now - timedelta(days=2)), ("2", now))
    ]
    with writing(engine) as connection:
        for row in rows:
            connection.execute(sa.insert(support_tables("crm", "sqlite").file).values(row))
    engine.dispose()
    _serve_once(installation)
    assert kept(installation.home) == ["ab" + "2" * 62]


def _serve_once(installation: Installation) -> None:
    """Start a server on a port that is taken: it sweeps, then gives up."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        installation.run("serve", "--port", str(taken.getsockname()[1]), expect=3)
