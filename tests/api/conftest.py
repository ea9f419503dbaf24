"""A real installation in a folder of its own: the command line as a process, the server on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.engine import Engine

from api.app import create_app
from api.settings import Settings
from tests.asgi import Browser
from tests.commands import run_command
from tests.people import people, platform

__all__ = ["app", "browser", "installation", "people", "platform", "served", "settings"]


@dataclass
class Installation:
    """The data folder and how to run commands on it."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, expect: int = 0) -> str:
        """Run ``dougong …``; gives standard output and error together, fails on another exit code."""
        environment = {**os.environ, "DOUGONG_HOME": str(self.home), **self.environment}
        code, said = run_command(*arguments, environment=environment)
        assert code == expect, said
        return said


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """An empty data folder."""
    return Installation(tmp_path / "home")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def served(installation: Installation) -> Iterator[tuple[Installation, httpx.Client]]:
    """An installation that is being served, and a client for it."""
    installation.run("init")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--port", str(port)],
        env={**os.environ, "DOUGONG_HOME": str(installation.home)},
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            _wait(client, process)
            yield installation, client
    finally:
        process.terminate()
        assert process.wait(timeout=30) in (0, -15)


def _wait(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1_200):  # a machine that is busy with other tests starts slowly
        assert process.poll() is None, "the server stopped"
        try:
            if client.get("/healthz").status_code == 200:
                return
        except httpx.ConnectError:
            time.sleep(0.05)
    raise AssertionError("the server did not answer")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation of its own; a test may make others from them."""
    return Settings(home=tmp_path, _env_file=None)


@pytest.fixture
def app(people: Engine, settings: Settings) -> FastAPI:
    """The application, in this process."""
    return create_app(people, settings)


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    """A browser that nobody has signed in with."""
    return Browser(app)
