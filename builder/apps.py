"""Installed apps at the start of a server."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from runtime.computed.backfill import resume
from runtime.searching import finish_reindex
from schema_store.database import reading
from schema_store.migration.expansion import sweep
from schema_store.versions import list_apps, load_layout


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
