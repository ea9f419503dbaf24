"""The shipped server as a real process over a prepared installation: started, spoken to by HTTP, killed by its id."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from builder.publish import install
from runtime.people.rights import Authority
from runtime.people.tokens import create_token
from runtime.people.users import update_user
from schema_store.database import writing
from schema_store.versions import Signature
from tests.api.conftest import free_port
from tests.api.crm import Crm, make_crm
from tests.api.doors.gauntlet import gauntlet
from tests.conftest import Databases

#: Seconds that a start may take on a busy machine before the test gives up.
PATIENCE = 60


@dataclass
class Process:
    """A server.

    Attributes:
        tokens: of the people, good from now on (the CRM of the tests lives in a spring of its own).
        starts: seconds from each start to the first 200.
    """

    crm: Crm
    home: Path
    port: int = field(default_factory=free_port)
    tokens: dict[str, str] = field(default_factory=dict)
    starts: list[float] = field(default_factory=list)
    running: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        url = self.crm.engine.url.render_as_string(hide_password=False)
        environment = {**os.environ, "DOUGONG_HOME": str(self.home), "DOUGONG_DATABASE_URL": url}
        began = time.monotonic()
        self.running = subprocess.Popen(
            [sys.executable, "-m", "api", "serve", "--port", str(self.port)],
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        with httpx.Client(base_url=self.base, timeout=PATIENCE) as client:
            while not self._is_up(client):
                assert self.running.poll() is None, "the server stopped by itself"
                assert time.monotonic() - began < PATIENCE, "the server did not answer"
                time.sleep(0.02)
        self.starts.append(time.monotonic() - began)

    def _is_up(self, client: httpx.Client) -> bool:
        try:
            return client.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """As the machine would: no chance to finish anything."""
        assert self.running is not None
        os.kill(self.running.pid, signal.SIGKILL)
        assert self.running.wait(timeout=30) == -signal.SIGKILL

    def stop(self) -> None:
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()
            assert self.running.wait(timeout=30) in (0, -signal.SIGTERM)

    def client(self, who: str = "admin", app: str = "crm") -> httpx.Client:
        """A program of this person; a client of its own has a connection of its own."""
        return httpx.Client(
            base_url=f"{self.base}/api/v1/apps/{app}/",
            headers={"authorization": f"Bearer {self.tokens[who]}"},
            timeout=PATIENCE,
        )


def prepare(databases: Databases, name: str, home: Path) -> Process:
    """The CRM and the small app of the doors, with people and tokens; nothing is served yet."""
    crm = make_crm(databases, name, home)
    now = datetime.now(UTC)
    install(crm.engine, gauntlet(), Signature("test", now))
    process = Process(crm, home)
    with writing(crm.engine) as connection:
        roles = {"crm": ["admin"], "gauntlet": ["worker"]}
        update_user(connection, crm.ids["admin"], {"roles": roles, "region_id": crm.ids["east"]}, now)
        for who in ("admin", "rep1"):
            ends = now + timedelta(days=2)
            _, token = create_token(
                connection, crm.ids[who], Authority(True, {}), "race", now, ["read", "write"], ends
            )
            process.tokens[who] = token
    return process
