"""The types of the web part are those of the platform and of documents as they are now."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.web_types import openapi_text

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("made", ["web/src/client/schema.d.ts", "web/src/metadata/document.d.ts"])
def test_types_are_fresh(made: str) -> None:
    """If not: ``make client``."""
    source = (ROOT / "schema_store/document/app.schema.json").read_bytes()
    text = openapi_text() if "client" in made else source
    first = (ROOT / made).read_text("utf-8").split("\n", 1)[0]
    assert first.endswith(hashlib.sha256(text).hexdigest())
