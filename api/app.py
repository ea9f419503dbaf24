"""The web application."""

from __future__ import annotations

from importlib.resources import files

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from sqlalchemy.engine import Engine
from starlette.staticfiles import StaticFiles

from api.edge import Edge
from api.headers import SecurityHeaders
from api.messages import choose_locale
from api.pages import apps_page
from api.problem import install_problem_handlers
from api.routes.platform import add_routes
from api.secret import load_secret
from api.settings import Settings
from api.transaction import Workspace
from api.welcome import add_welcome
from builder.apps import list_cards
from schema_store.database import reading


def create_app(engine: Engine, settings: Settings) -> FastAPI:
    """The application over one database."""
    app = FastAPI(
        title="Dougong", version="1", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    app.state.workspace = Workspace(engine, settings, load_secret(settings))
    app.add_middleware(Edge, settings=settings)
    app.add_middleware(SecurityHeaders)
    install_problem_handlers(app)
    add_routes(app)
    add_welcome(app)
    app.mount("/static", StaticFiles(directory=str(files("api") / "static")), name="static")

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        """Whether the process answers; looks at nothing else."""
        return JSONResponse({"status": "ok"})

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        """Whether the database answers too."""
        with reading(engine) as connection:
            connection.exec_driver_sql("SELECT 1")
        return JSONResponse({"status": "ok"})

    @app.get("/", response_class=HTMLResponse)
    def home(request: Request) -> HTMLResponse:
        """The installed apps."""
        with reading(engine) as connection:
            cards = list_cards(connection)
        return HTMLResponse(apps_page(cards, choose_locale(request.headers.get("accept-language", ""))))

    return app
