"""What tests share: real databases. Others only add."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from sqlalchemy import event
from sqlalchemy.engine import Engine, make_url

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


@dataclass(frozen=True)
class Databases:
    """Real databases of one test session.

    Attributes:
        names: those that are there: ``sqlite``, and ``postgresql`` where a server answers.
    """

    folder: Path
    postgres: str | None

    @property
    def names(self) -> tuple[str, ...]:
        return ("sqlite", "postgresql") if self.postgres else ("sqlite",)

    def engine(self, name: str) -> Engine:
        """An engine on an empty database of its own: a new file, or a new schema-free PostgreSQL database."""
        if name == "sqlite":
            return connect(f"sqlite:///{self.folder / uuid.uuid4().hex}.db")
        if self.postgres is None:
            pytest.skip("PostgreSQL does not answer")
        fresh = f"dg_test_{uuid.uuid4().hex[:12]}"
        _on_server(self.postgres, f"CREATE DATABASE {fresh}")
        return connect(make_url(self.postgres).set(database=fresh))

    def remove(self, engine: Engine) -> None:
        """Close an engine and drop its database."""
        url = engine.url
        if (loop_engines := in_loop(engine)) is not None:
            run_in_loop(loop_engines.dispose())
        engine.dispose()
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
def databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    url, reason = find()
    if url is None and os.environ.get("DOUGONG_REQUIRE_POSTGRES"):
        pytest.fail(reason)  # in CI nothing is skipped in silence
    if url is None:
        print(reason)
    return Databases(tmp_path_factory.mktemp("databases"), url)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """An empty database, once on each kind of server."""
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    made = databases.engine(request.param)
    yield made
    databases.remove(made)
