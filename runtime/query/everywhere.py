"""One search over everything that somebody may read: a few records of each entity, each with where it was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from runtime.access import Access
from runtime.query.lists import ListQuery, list_page
from schema_store.compiled.app import CompiledEntity

#: Characters shown before and behind the place.
_BEFORE, _BEHIND = 16, 60


def search_everywhere(
    connection: Connection, access: Access, now: datetime, text: str, each: int
) -> list[dict[str, Any]]:
    """Records in which every word of ``text`` is found, by entity in the order of the document.

    Args:
        connection: inside a transaction.
        access: of who asks.
        now: the moment of the request.
        text: as it was typed.
        each: how many of one entity.

    Returns:
        ``{entity, id, name, excerpt: {field, text} | None}``: the excerpt is from a field other than the name that has
        the text as it was typed.
    """
    return [
        _hit(entity, record, text)
        for entity, fields in _searched(access)
        for record in list_page(
            connection, access, now, entity.key, ListQuery(search=text, fields=fields, limit=each)
        ).items
    ]


def _searched(access: Access) -> Iterator[tuple[CompiledEntity, tuple[str, ...]]]:
    """The entities that can be searched, with the fields to show of each."""
    for key, entity in access.served.app.entities.items():
        readable = access.readable(key)
        if any(field in readable for field in entity.search_fields):
            named = ("id", entity.name_field or "", "code", *entity.search_fields)
            yield entity, tuple(dict.fromkeys(name for name in named if name in readable or name == "id"))


def _hit(entity: CompiledEntity, record: Mapping[str, Any], text: str) -> dict[str, Any]:
    name = record.get(entity.name_field or "") or record.get("code")
    shown = (key for key in entity.search_fields if key != entity.name_field)
    excerpts = ({"field": key, "text": found} for key in shown if (found := _excerpt(record.get(key), text)))
    return {"entity": entity.key, "id": record["id"], "name": name, "excerpt": next(excerpts, None)}


def _excerpt(value: Any, text: str) -> str | None:
    """The text around the place where ``text`` stands; None where it does not, as it was typed."""
    if not isinstance(value, str):
        return None
    place = value.casefold().find(text.casefold())
    if place < 0:
        return None
    start, end = max(0, place - _BEFORE), min(len(value), place + len(text) + _BEHIND)
    return ("…" if start else "") + " ".join(value[start:end].split()) + ("…" if end < len(value) else "")
