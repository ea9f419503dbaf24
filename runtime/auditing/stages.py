"""Stages that were entered, compared with the history of the same saves.

Their two keys are not sealed, because a publish that renames a stage recodes them; the history is, and holds the keys
of then. Both must name the same stage: its key of then or of any version since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from functools import cached_property
from itertools import groupby
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.auditing.chain import Chain, as_held, as_text, raw_id
from schema_store.platform import VERSIONS

_PAGE = 5_000


def misnamed_stages(connection: Connection, chain: Chain) -> Iterator[str]:
    """The ids of stage changes whose keys are not those of the history; none for the platform's chain."""
    if chain.support is None:
        return
    names = _Names(connection, chain.name)
    change, history = chain.support.stage_change, chain.support.history
    dialect = connection.dialect.name
    columns = (change.c.id, change.c.field, change.c.previous, change.c.stage, history.c.changes)
    same_save = sa.and_(history.c.record == change.c.record, history.c.at == change.c.at)
    held = [as_held(dialect, column) for column in columns]
    query = sa.select(*held).join_from(change, history, same_save).order_by(change.c.id)
    rows = connection.execute(query.execution_options(yield_per=_PAGE))
    for id_, saves in groupby(
        rows, key=lambda row: row[0]
    ):  # a unit may save a record several times in one moment
        found = [(_told(as_text(changes), as_text(field)), keys) for _, field, *keys, changes in saves]
        told = [(then, keys) for then, keys in found if then is not None]
        if told and not any(all(map(names.is_same, then, keys)) for then, keys in told):
            raw = raw_id(id_)
            yield str(UUID(bytes=raw)) if raw else as_text(id_)


def _told(changes: str, field: str) -> tuple[Any, Any] | None:
    """Before and after of a field; None where the row does not tell (or was made unreadable, which its seal shows)."""
    try:
        found = orjson.loads(changes)[field]
        return found[0], found[1]
    except (ValueError, KeyError, TypeError, IndexError):
        return None


class _Names:
    """What stages were called, version by version; read where a key is not the one of then."""

    def __init__(self, connection: Connection, app: str):
        self._connection, self._app = connection, app

    def is_same(self, then: object, now: str | bytes | None) -> bool:
        """Whether a key of then and one of today name the same stage."""
        if now is None or then is None:
            return then is None and now is None
        today = as_text(now)
        return then == today or bool(self._ids[str(then)] & self._ids[today])

    @cached_property
    def _ids(self) -> Mapping[str, Set[str]]:
        """The ids of the stages that ever had a key."""
        found: dict[str, set[str]] = defaultdict(set)
        query = sa.select(VERSIONS.c.document).where(VERSIONS.c.app == self._app)
        for text in self._connection.execute(query).scalars():
            for pipeline in orjson.loads(text).get("pipelines", ()):
                for stage in pipeline["stages"]:
                    found[stage["key"]].add(stage["id"])
        return found
