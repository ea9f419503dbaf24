"""The web application."""

from __future__ import annotations

import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from importlib.resources import files
from types import FrameType
from typing import Protocol

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.staticfiles import StaticFiles

from api.dispatch import Dispatch
from api.edge import Edge
from api.headers import SecurityHeaders
from api.importing import ImportRunner
from api.measuring import Figures, Measured
from api.messages import choose_locale
from api.pages import plain_page
from api.problem import install_problem_handlers
from api.public_forms import add_public_forms
from api.routes.platform import BASE, GROUPS, add_routes
from api.sealing import BackgroundSealer
from api.secret import load_secret
from api.settings import Settings
from api.streams import Streams
from api.transaction import Workspace, utc_now
from api.web import add_web, is_built, web_page
from runtime.auditing.chain import Sealer
from schema_store.database import reading
from workflows import queue, worker
from workflows.worker import Worker

#: Bytes of an answer from which on it is sent compressed.
_WORTH_PACKING = 4096

_PACKED_ALREADY = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)


def create_app(
    engine: Engine, settings: Settings, *, in_background: bool = False, works: bool = False
) -> FastAPI:
    """The application over one database.

    Args:
        engine: of the database.
        settings: of the installation.
        in_background: also do what is done beside requests, while the application runs.
        works: also be a worker, which does what is left for after the commit.
    """
    secret = load_secret(settings)
    beside: list[Beside] = []
    if in_background:
        beside += [BackgroundSealer(engine, Sealer(secret), settings.home), QueueLibrary()]
    if works:
        beside.append(Worker(engine, utc_now))
    app = FastAPI(
        title="Dougong",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(beside),
    )
    app.state.workspace = Workspace(engine, settings, secret)
    app.state.imports = ImportRunner(engine, lambda: app.state.workspace.clock())
    app.state.streams = Streams(engine, lambda: app.state.workspace.clock())
    figures = Figures(engine)
    app.add_middleware(Dispatch, base=BASE, routes=[route for group in GROUPS for route in group.routes])
    app.add_middleware(Measured, figures=figures)
    app.add_middleware(Edge, settings=settings)
    app.add_middleware(SecurityHeaders)
    # Phones are on slow lines. Level 3 makes 83 kB of the 390 kB of an app in 3 ms; more costs more than it saves.
    app.add_middleware(
        GZipMiddleware, minimum_size=_WORTH_PACKING, compresslevel=3, exclude_content_types=_PACKED_ALREADY
    )
    install_problem_handlers(app)
    add_routes(app)
    add_public_forms(app)
    if is_built():
        add_web(app)
    app.mount("/static", StaticFiles(directory=str(files("api") / "static")), name="static")

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        """Whether the process answers; looks at nothing else."""
        return JSONResponse({"status": "ok"})

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        """Whether the database answers too."""
        with reading(engine) as connection:
            connection.exec_driver_sql("SELECT 1")
        return JSONResponse({"status": "ok"})

    app.add_route("/metrics", figures.show, include_in_schema=False)

    @app.get("/", response_class=HTMLResponse)
    def home(request: Request) -> HTMLResponse:
        """The web part; where it was not built, how that is done."""
        if is_built():
            return web_page()
        return HTMLResponse(plain_page(choose_locale(request.headers.get("accept-language", ""))))

    @app.get("/welcome", include_in_schema=False)
    def welcome(request: Request) -> HTMLResponse:
        """Where one-time links lead: the secret behind ``#`` reaches no request, and no Referer leaves the page."""
        page = home(request)
        page.headers["Referrer-Policy"] = "no-referrer"
        return page

    return app


@contextmanager
def before_the_end(act: Callable[[], None]) -> Iterator[None]:
    """Act when the process is told to end: the server waits for open answers, and streams do not end by themselves.

    Nothing happens where nobody listens to such signals.
    """
    handlers = {int(number): signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    is_main = threading.current_thread() is threading.main_thread()
    heard = {number: each for number, each in handlers.items() if is_main and callable(each)}

    def pass_on(number: int, frame: FrameType | None) -> None:
        act()
        heard[number](number, frame)

    for number in heard:
        signal.signal(number, pass_on)
    try:
        yield
    finally:
        for number, handler in heard.items():
            signal.signal(number, handler)


class Beside(Protocol):
    """What runs beside requests, in threads of its own."""

    def start(self) -> None:
        """Begin; returns at once."""

    def stop(self) -> None:
        """End what is in hand."""


class QueueLibrary:
    """Imports what the first save with work for after the commit needs, so that no request waits for it."""

    def start(self) -> None:
        """Begin when the first requests are answered."""
        timer = threading.Timer(worker.SETTLING, queue.library)
        timer.daemon = True
        timer.start()

    def stop(self) -> None:
        """Nothing is in hand."""


def _lifespan(beside: Sequence[Beside]) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Runs what is beside requests from the start of the application to its end; then no connection is left."""

    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        for each in beside:
            each.start()
        with before_the_end(app.state.streams.close):
            yield
        for each in reversed(beside):
            await run_in_threadpool(each.stop)
        await app.state.workspace.close()

    return run
