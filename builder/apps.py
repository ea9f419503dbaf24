"""Installed apps as people see them in a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.engine import Connection, Engine

from runtime.computed.backfill import resume
from runtime.searching import finish_reindex
from schema_store.database import reading
from schema_store.migration.expansion import sweep
from schema_store.versions import list_apps, load_layout, load_version


@dataclass(frozen=True, slots=True)
class AppCard:
    """An installed app: its key, served version, label, and the labels of its entities (texts by locale)."""

    key: str
    version: int
    label: Mapping[str, str]
    entities: tuple[Mapping[str, str], ...]
    field_count: int


def list_cards(connection: Connection) -> list[AppCard]:
    """A card for every app that serves a version, by key."""
    cards = []
    for app in list_apps(connection):
        document = load_version(connection, app.key, app.version).document
        cards.append(
            AppCard(
                key=app.key,
                version=app.version,
                label=document.label,
                entities=tuple(entity.label for entity in document.entities),
                field_count=sum(len(entity.fields) for entity in document.entities),
            )
        )
    return cards


def sweep_apps(engine: Engine) -> dict[str, str]:
    """At start: finish or take back what a crashed publish left behind; by app, what was done.

    ``nothing`` is left out; ``running`` means that a publish is under way elsewhere and was let alone.
    """
    with reading(engine) as connection:
        schemas = {
            app.key: load_layout(connection, app.key, app.version).schema for app in list_apps(connection)
        }
    done = {key: sweep(engine, schema) for key, schema in schemas.items()}
    for key, outcome in done.items():
        if outcome != "running":
            resume(engine, key)
            finish_reindex(engine, key)
    return {key: outcome for key, outcome in done.items() if outcome != "nothing"}
