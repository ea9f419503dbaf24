"""The row of a run: one execution of a rule on a record, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from uuid_utils.compat import uuid7

from runtime.served import Served
from schema_store.compiled.rules import CompiledRule

#: ``waiting``: for the worker; ``failed``: refused; ``dead``: it went wrong too often; ``skipped``: stopped before
#: it did anything; ``cancelled``: by a person.
RunState = Literal["done", "failed", "waiting", "skipped", "dead", "cancelled"]


def run_row(
    served: Served,
    rule: CompiledRule,
    record: UUID,
    at: datetime,
    by: UUID | None,
    state: RunState,
    cause: Iterable[str],
    why: Mapping[str, Any],
    job: str | None = None,
) -> dict[str, Any]:
    """A row of the table of runs; elements by id, so that a rename leaves it as it is."""
    return {
        "id": uuid7(),
        "entity": served.app.entities[rule.entity].id,
        "record": record,
        "at": at,
        "by": by,
        "rule": rule.id,
        "state": state,
        "version": served.app.version,
        "cause": list(cause),
        "why": dict(why),
        "attempts": 0,
        "next_at": None,
        "job": job,
    }
