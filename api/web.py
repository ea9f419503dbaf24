"""The web part: the page of the app with a nonce of its own, and its built files with what the browser may keep.

The files are built by ``make`` into ``static/app`` (hashed names, compressed beside). Where they were not built, the
plain page of :mod:`api.pages` says so.
"""

from __future__ import annotations

import mimetypes
import secrets
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from api.headers import POLICY

FOLDER = Path(str(files("api"))) / "static" / "app"
#: Addresses that the web part makes pages of.
PAGES = ("/", "/apps", "/apps/{path:path}", "/people", "/people/{path:path}", "/me")
mimetypes.add_type("application/manifest+json", ".webmanifest")
_FOREVER = "public, max-age=31536000, immutable"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


@lru_cache(maxsize=1)
def _index(changed: float) -> str:
    """The built page; read again when it was built again."""
    del changed
    return (FOLDER / "index.html").read_text("utf-8")


def is_built() -> bool:
    """Whether there is a web part to serve."""
    return (FOLDER / "index.html").is_file()


def web_page() -> HTMLResponse:
    """The page; styles that its script makes bear the nonce of this answer, the policy allows no other."""
    nonce = secrets.token_urlsafe(16)
    page = _index((FOLDER / "index.html").stat().st_mtime)
    page = page.replace("<head>", f'<head><meta name="style-nonce" content="{nonce}">', 1)
    policy = POLICY.replace("style-src 'self'", f"style-src 'self' 'nonce-{nonce}'")
    return HTMLResponse(page, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})


class BuiltFiles:
    """The built files, compressed as the browser can take it; hashed names never change their content."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for one file."""
        request = Request(scope, receive)
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        await built_file(name, request.headers.get("accept-encoding", ""))(scope, receive, send)


def built_file(name: str, encodings: str) -> Response:
    """One file in the first form of ``encodings`` (an Accept-Encoding header) that it was packed in; 404 for others."""
    path = (FOLDER / name).resolve()
    if FOLDER.resolve() not in path.parents or not path.is_file() or path.name == "index.html":
        return Response(status_code=404)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers = {"Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    headers["Cache-Control"] = _FOREVER if path.parent.name == "assets" else "public, max-age=3600"
    accepted = {part.split(";")[0].strip() for part in encodings.split(",")}
    for encoding, ending in _ENCODINGS:
        packed = path.with_name(path.name + ending)
        if encoding in accepted and packed.is_file():
            return Response(
                packed.read_bytes(), media_type=kind, headers={**headers, "Content-Encoding": encoding}
            )
    return Response(path.read_bytes(), media_type=kind, headers=headers)


def add_web(app: FastAPI) -> None:
    """Put the built files and the pages into ``app``."""
    app.mount("/static/app", BuiltFiles(), name="web")
    for path in PAGES[1:]:
        app.add_api_route(path, web_page, methods=["GET"], include_in_schema=False)
