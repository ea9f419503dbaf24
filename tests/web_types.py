"""The description of the platform from which the types of the web part are made: ``python -m tests.web_types``."""

from __future__ import annotations

import secrets
import sys

import orjson
import sqlalchemy as sa

from api.app import create_app
from api.settings import Settings


def openapi_text() -> bytes:
    """The OpenAPI document as text, the same for the same routes."""
    app = create_app(sa.create_engine("sqlite://"), Settings(secret_key=secrets.token_hex(32)))
    return orjson.dumps(app.openapi(), option=orjson.OPT_SORT_KEYS)


if __name__ == "__main__":
    sys.stdout.buffer.write(openapi_text())
