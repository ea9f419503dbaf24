"""The JSON Schema (2020-12) of the document, generated from its models: for editors, and for our own first look."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from schema_store.document.app import EXPERIMENTAL, SCHEMA_NAME, AppDocument
from schema_store.document.base import KEY_PATTERN

#: The committed copy, package data, named in the ``$schema`` of documents.
SCHEMA_PATH = Path(__file__).parents[1] / "document" / SCHEMA_NAME
#: :data:`KEY_PATTERN` says it exactly, but only where ``\w`` knows all scripts; editors use a ``\w`` that is ASCII.
#: This one leaves out the ASCII characters that a key cannot have and white space; the models say the rest.
PORTABLE_KEY_PATTERN = r"^[^\s!-@\[-^`{-~][^\s!-/:-@\[-^`{-~]{0,39}$"

_SHARED = "LocaleText"


def document_schema() -> dict[str, Any]:
    """JSON Schema of a document.

    Beside the standard's words it has ``discriminator`` at choices (which member a ``type`` or ``kind`` means),
    ``x-reference`` and ``x-expression`` at strings that name or compute something, and ``x-experimental`` at
    sections whose shape may still change.
    """
    schema = AppDocument.model_json_schema(by_alias=True)
    shared = _tidied(schema["properties"]["label"])
    tidy: dict[str, Any] = _tidied(schema, shared)
    tidy["$defs"][_SHARED] = shared
    for section in EXPERIMENTAL:
        tidy["properties"][section]["x-experimental"] = True
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Dougong app document",
        **tidy,
    }


def schema_bytes() -> bytes:
    """The schema as it is committed."""
    return f"{json.dumps(document_schema(), ensure_ascii=False, sort_keys=True, indent=1)}\n".encode()


def write_schema(path: Path = SCHEMA_PATH) -> Path:
    """Write the schema over the committed copy; gives the path back."""
    path.write_bytes(schema_bytes())
    return path


def _tidied(node: Any, shared: Any = None) -> Any:
    """The schema without made-up titles, closed where names have a pattern, ``shared`` replaced by a ``$ref``."""
    if isinstance(node, list):
        return [_tidied(item, shared) for item in node]
    if not isinstance(node, dict):
        return node
    tidy = {key: _tidied(value, shared) for key, value in node.items() if not _is_made_title(key, value)}
    if "patternProperties" in tidy:
        patterns = tidy["patternProperties"].items()
        tidy["patternProperties"] = {_portable(pattern): value for pattern, value in patterns}
        tidy["additionalProperties"] = False
        tidy.pop("propertyNames", None)
    if isinstance(tidy.get("pattern"), str):
        tidy["pattern"] = _portable(tidy["pattern"])
    if tidy.get("pattern") == PORTABLE_KEY_PATTERN:
        tidy.pop("maxLength", None)  # the pattern says it: one mistake, one complaint
    if shared and shared.items() <= tidy.items():
        rest = {key: value for key, value in tidy.items() if key not in shared}
        return {"$ref": f"#/$defs/{_SHARED}", **rest}
    return tidy


def _is_made_title(key: str, value: Any) -> bool:
    return key == "title" and isinstance(value, str)


def _portable(pattern: str) -> str:
    return PORTABLE_KEY_PATTERN if pattern == KEY_PATTERN else pattern
