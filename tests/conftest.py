"""What tests share: real databases. Others only add."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, make_url

from schema_store.database import connect, in_loop
from tests.asgi import run_in_loop
from tests.postgres import find

settings.register_profile(
    "ci", max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.register_profile("long", parent=settings.get_profile("ci"), max_examples=1_000)
settings.register_profile(
    "hunt",
    parent=settings.get_profile("long"),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

T = TypeVar("T")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """How tests are handed out where several processes do them."""
    from tests.together import Together  # noqa: PLC0415 - only where pytest-xdist runs

    return Together(config, log)


@dataclass(frozen=True)
class Databases:
    """Real databases of one test session.

    Attributes:
        names: those that are there: ``sqlite``, and ``postgresql`` where a server answers.
        patterns: what :meth:`copy` copies, by name and what it holds; with what its builder gave.
    """

    folder: Path
    postgres: str | None
    patterns: dict[tuple[str, str], tuple[URL, Any]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return ("sqlite", "postgresql") if self.postgres else ("sqlite",)

    def engine(self, name: str) -> Engine:
        """An engine on an empty database of its own: a new file, or a new schema-free PostgreSQL database."""
        if name == "sqlite":
            return connect(f"sqlite:///{self.folder / uuid.uuid4().hex}.db")
        if self.postgres is None:
            pytest.skip("PostgreSQL does not answer")
        return self._create("")

    def _create(self, how: str) -> Engine:
        assert self.postgres is not None
        fresh = f"dg_test_{uuid.uuid4().hex[:12]}"
        _on_server(self.postgres, f"CREATE DATABASE {fresh} {how}")
        return connect(make_url(self.postgres).set(database=fresh))

    def copy(self, name: str, of: str, build: Callable[[Engine], T]) -> tuple[Engine, T]:
        """A copy of the database that ``build`` makes of an empty one the first time that ``of`` is asked for.

        Returns:
            the engine of the copy, and what ``build`` gave.
        """
        if (name, of) not in self.patterns:
            made = self.engine(name)
            given = build(made)
            self._close(made)
            self.patterns[name, of] = made.url, given
        url, given = self.patterns[name, of]
        if name == "sqlite":
            copied = self.folder / f"{uuid.uuid4().hex}.db"
            shutil.copyfile(str(url.database), copied)
            return connect(f"sqlite:///{copied}"), given
        return self._create(f"TEMPLATE {url.database} STRATEGY FILE_COPY"), given

    def remove(self, engine: Engine) -> None:
        """Close an engine and drop its database."""
        self._close(engine)
        self._drop(engine.url)

    def end(self) -> None:
        """Drop what copies were made of."""
        for url, _ in self.patterns.values():
            self._drop(url)

    @staticmethod
    def _close(engine: Engine) -> None:
        if (loop_engines := in_loop(engine)) is not None:
            run_in_loop(loop_engines.dispose())
        engine.dispose()

    def _drop(self, url: URL) -> None:
        if url.get_backend_name() == "postgresql" and self.postgres is not None:
            _on_server(self.postgres, f"DROP DATABASE {url.database} WITH (FORCE)")


@contextmanager
def listening(engine: Engine, note: Callable[..., None]) -> Iterator[None]:
    """Tell ``note`` of every statement, of those in the event loop too."""
    loop = in_loop(engine)
    engines = [engine, *(loop.both if loop else ())]
    for each in engines:
        event.listen(each, "before_cursor_execute", note)
    try:
        yield
    finally:
        for each in engines:
            event.remove(each, "before_cursor_execute", note)


def _on_server(url: str, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    url, reason = find()
    if url is None and os.environ.get("DOUGONG_REQUIRE_POSTGRES"):
        pytest.fail(reason)  # in CI nothing is skipped in silence
    if url is None:
        print(reason)
    made = Databases(tmp_path_factory.mktemp("databases"), url)
    yield made
    made.end()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """An empty database, once on each kind of server."""
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    made = databases.engine(request.param)
    yield made
    databases.remove(made)
