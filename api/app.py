"""The web application."""

from __future__ import annotations

from importlib.resources import files

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from sqlalchemy.engine import Engine
from starlette.staticfiles import StaticFiles

from api.headers import SecurityHeaders
from api.pages import apps_page, choose_locale
from builder.apps import list_cards
from schema_store.database import reading


def create_app(engine: Engine) -> FastAPI:
    """The application over one database."""
    app = FastAPI(title="Dougong", version="1", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(SecurityHeaders)
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

    @app.get("/")
    def home(request: Request) -> HTMLResponse:
        """The installed apps."""
        with reading(engine) as connection:
            cards = list_cards(connection)
        return HTMLResponse(apps_page(cards, choose_locale(request.headers.get("accept-language", ""))))

    return app
