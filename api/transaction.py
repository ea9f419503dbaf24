"""One request: its caller, its moment, its one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Literal, TypeVar

from fastapi import Request
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.util import greenlet_spawn
from starlette.concurrency import run_in_threadpool

from api.auth import SignedIn, authenticate, read_credentials, set_cookie
from api.messages import Locale, choose_locale
from api.settings import Settings
from runtime.access import Access
from runtime.files.contents import ContentStore, FolderStore
from runtime.people.actors import Actor
from runtime.people.sessions import renew_session, touch_session
from runtime.people.tokens import touch_token
from schema_store.database import in_loop, reading, writing

T = TypeVar("T")

#: ``none``: the endpoint opens its own, because something slow (a password's hash) has to happen outside.
Unit = Literal["read", "write", "none"]


def utc_now() -> datetime:
    """The moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Workspace:
    """What every request needs: the database (``engine`` is for threads), the settings, the secret key, the clock."""

    engine: Engine
    settings: Settings
    key: bytes
    clock: Callable[[], datetime] = utc_now

    @property
    def contents(self) -> ContentStore:
        """Where the contents of files lie."""
        return FolderStore(self.settings.home / "files")

    async def run(self, call: Call, work: Callable[[], T], *, slow: bool) -> T:
        """Run a synchronous function: in the loop (``docs/adr/0009``), or in a thread if it is slow or must be."""
        engines = None if slow else in_loop(self.engine)
        if engines is None:
            return await run_in_threadpool(work)
        call.reads, call.writes = engines.both
        result: T = await greenlet_spawn(work)
        return result

    async def close(self) -> None:
        """Let go of the connections of the loop."""
        if (engines := in_loop(self.engine)) is not None:
            await engines.dispose()


@dataclass(frozen=True, slots=True)
class Door:
    """The records that a request asks for: the app as its actor may see it, and an entity (empty: no such one)."""

    access: Access
    entity: str


@dataclass
class Call:
    """A request while it is worked on.

    Attributes:
        reads, writes: the database, for where the request runs.
        now: the moment, the same for everything it does.
        locale: of the answer: the actor's, before that the one the request asks for.
        headers: further headers of the answer.
        door: the records it asks for, once that is known.
        refused: what was refused, for the audit (:mod:`api.refusing`).
        file: the body, where the route takes a file.
        afterwards: what is done behind the commit.
    """

    request: Request
    workspace: Workspace
    reads: Engine
    writes: Engine
    now: datetime
    locale: Locale
    headers: list[tuple[str, str]] = field(default_factory=list)
    door: Door | None = None
    refused: list[Exception] = field(default_factory=list)
    file: IO[bytes] | None = None
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    _connection: Connection | None = None
    _signed_in: SignedIn | None = None

    @classmethod
    def of(cls, request: Request) -> Call:
        """The call of a request that just came."""
        workspace: Workspace = request.app.state.workspace
        locale = choose_locale(request.headers.get("accept-language", ""))
        return cls(request, workspace, workspace.engine, workspace.engine, workspace.clock(), locale)

    @property
    def connection(self) -> Connection:
        """Inside of the transaction."""
        assert self._connection is not None, "no transaction is open"
        return self._connection

    @property
    def is_signed_in(self) -> bool:
        """Whether it is known by now who asks."""
        return self._signed_in is not None

    @property
    def signed_in(self) -> SignedIn:
        """Who asks, and by what."""
        assert self._signed_in is not None, "a public route has no actor"
        return self._signed_in

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.signed_in.actor

    @property
    def address(self) -> str:
        """The network address that asks."""
        client = self.request.client
        return client.host if client else "unknown"

    @property
    def scheme(self) -> str:
        """``http`` or ``https``, as the reader sees it."""
        return str(self.request.scope["scheme"])

    @contextmanager
    def transaction(self, unit: Unit) -> Iterator[None]:
        """One transaction; what is raised inside rolls it back. The endpoint never commits."""
        if unit == "none":
            yield
            return
        with writing(self.writes) if unit == "write" else reading(self.reads) as connection:
            self._connection = connection
            try:
                yield
            finally:
                self._connection = None

    def sign_in(self) -> None:
        """Find out who asks.

        Raises:
            NotSignedIn: nobody who is known.
        """
        credentials, app = read_credentials(self.request), self.request.path_params.get("app", "")
        if self._connection is not None:
            self._signed_in = authenticate(self._connection, credentials, self.now, app)
        else:
            with reading(self.reads) as connection:
                self._signed_in = authenticate(connection, credentials, self.now, app)
        self.locale = "en" if self.actor.locale == "en" else "zh-CN"

    def settle(self) -> None:
        """After the commit: write down that session or token were used; give a new id where rights changed."""
        for act in self.afterwards:
            act()
        signed_in = self._signed_in
        if signed_in is None:
            return
        session, token = signed_in.session, signed_in.token
        if token is not None and token.is_unseen:
            with writing(self.writes) as connection:
                touch_token(connection, token.id, self.now)
        if session is not None and (session.is_unseen or session.needs_renewal):
            with writing(self.writes) as connection:
                secret = renew_session(connection, session, self.now) if session.needs_renewal else None
                if secret is None:
                    touch_session(connection, session, self.now)
                else:
                    self.headers.append(("set-cookie", set_cookie(self.scheme, secret)))
