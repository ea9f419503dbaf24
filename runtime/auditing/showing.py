"""What somebody who may look at the audit is shown of a refusal: no field that they may not read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from schema_store.compiled.app import CompiledEntity


def shown_why(
    entity: CompiledEntity | None, readable: Collection[str], why: Mapping[str, Any]
) -> dict[str, Any]:
    """Why something was refused, without complaints about fields that the reader may not read."""
    hidden = set() if entity is None else entity.fields.keys() - set(readable)
    shown = dict(why)
    for member, name in (("errors", "field"), ("unmet", "key")):
        if member in why:
            shown[member] = [each for each in why[member] if _field(each[name]) not in hidden]
    if "fields" in why:
        shown["fields"] = [key for key in why["fields"] if key not in hidden]
    return shown


def _field(pointer: str) -> str:
    """The field that a pointer (or a key) is about."""
    return pointer.split("/")[1] if pointer.startswith("/") else pointer
