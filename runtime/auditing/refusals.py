"""Refusals at the doors of records, kept as rows: who was refused what, by which rule, and why as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from runtime.access import Access
from runtime.auditing.counting import count_up
from runtime.query.finding import is_stored
from runtime.refusals import (
    BudgetSpent,
    Duplicate,
    FieldReadOnly,
    Forbidden,
    GateClosed,
    Invalid,
    NotFound,
    Referred,
    Refused,
    Stale,
    UniqueTaken,
)

#: What stands for refusals that are not told apart any more.
_REST: dict[str, Any] = {"entity": "", "record": None, "act": "many", "code": "many", "why": {}}
#: Complaints of one refusal that are kept.
_MOST = 20
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Knock:
    """What was asked for at a door.

    Attributes:
        access: of whoever asked.
        entity: key; empty where there is no such entity.
        record: that was named; None: none.
        act: e.g. ``update``.
        at: when.
    """

    access: Access
    entity: str
    record: UUID | None
    act: str
    at: datetime


def note_refusals(connection: Connection, knock: Knock, refusals: Iterable[Refused]) -> None:
    """Write refusals down, or count them up; in a transaction of its own, because the refused one is rolled back.

    A record that does not exist costs the same statements as one that may not be seen.
    """
    rows = [_row(connection, knock, refusal) for refusal in refusals]
    for words, times in Counter(_words(row) for row in rows).items():
        row = next(row for row in rows if _words(row) == words)
        count_up(connection, knock.access.served.support.refusal, row, words, _REST, times)


def _row(connection: Connection, knock: Knock, refusal: Refused) -> dict[str, Any]:
    served, record = knock.access.served, knock.record
    why = why_of(refusal, knock.access)
    if record is not None and isinstance(refusal, NotFound):
        there = knock.entity != "" and is_stored(connection, served, knock.entity, record)
        why, record = {"exists": there}, record if there else None
    return {
        "entity": served.app.entities[knock.entity].id if knock.entity else "",
        "record": record,
        "at": knock.at,
        "by": knock.access.by,
        "act": knock.act,
        "code": refusal.code,
        "why": why,
    }


def _words(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in ("entity", "record", "act", "code", "why"))


def why_of(refusal: Refused, access: Access) -> dict[str, Any]:
    """What a refusal says, without values of records: only names, codes and counts."""
    match refusal:
        case Invalid(errors=errors):
            shown = [{"field": each.pointer[:_LONGEST], "code": each.code} for each in errors[:_MOST]]
            return {"errors": shown}
        case FieldReadOnly(fields=fields) | UniqueTaken(fields=fields):
            return {"fields": list(fields[:_MOST])}
        case GateClosed(unmet=unmet):
            return {"unmet": [{"key": each.key, "kind": each.kind} for each in unmet[:_MOST]]}
        case Stale(version=version):
            return {"version": version}
        case Duplicate(matches=matches):
            return {"rules": [str(each.get("rule")) for each in matches[:_MOST]]}
        case Referred(by=by):
            return {"by": dict(by)}
        case BudgetSpent(limit=limit, chain=chain):
            return {"limit": limit, "chain": list(chain)}
        case Forbidden():
            return {"roles": sorted(role.key for role in access.policy.roles)}
    return {}
