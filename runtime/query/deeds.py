"""What rules did with records, and which clocks run on them; who may read a record may read both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from expressions.literals import parse_instant
from expressions.storage import Instant, Uuid
from runtime.access import Access
from runtime.people.tables import USERS
from runtime.query.encoding import print_moment
from runtime.query.histories import Behind, Entries
from runtime.refusals import BadQuery, NotFound
from schema_store.compiled.app import App
from schema_store.compiled.rules import CompiledRule
from schema_store.compiled.timing import CompiledSla


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: of one rule or SLA (its key), of one record, in one state; None: any."""

    element: str | None = None
    record: UUID | None = None
    state: str | None = None


def runs(
    connection: Connection,
    access: Access,
    now: datetime,
    wanted: Wanted,
    *,
    limit: int = 50,
    after: Behind | None = None,
) -> Entries:
    """Runs of rules on readable records, newest first; values that the actor may not read are not in them.

    Raises:
        NotFound: no such rule on an entity that the actor may read.
        BadQuery: ``after`` is no place.
    """
    table, app = access.served.support.run, access.served.app
    rules = {rule.id: rule for rule in (*app.rules.values(), *app.signals.values())}
    places = {rule.key: (rule.id, rule.entity) for rule in rules.values()}
    rows = _page(connection, access, now, table, "rule", _only(access, wanted, places), limit, after)
    items = []
    for row in rows[:limit]:
        rule = rules.get(row.rule)
        entity = app.entities_by_id[row.entity].key
        item = {"rule": rule.key if rule else None, "label": dict(rule.label) if rule else {}}
        item |= {"version": row.version, "cause": row.cause, "why": _masked(access, entity, row.why)}
        item |= {"attempts": row.attempts, "next_at": print_moment(row.next_at) if row.next_at else None}
        items.append(_common(row, entity) | item)
    return _entries(rows, items, limit)


def deliveries(
    connection: Connection,
    access: Access,
    now: datetime,
    wanted: Wanted,
    *,
    limit: int = 50,
    after: Behind | None = None,
) -> Entries:
    """Who was told what about readable records, or why not, newest first; raises as :func:`runs`.

    What each was told is theirs alone.
    """
    table, app = access.served.support.delivery, access.served.app
    tellers = _tellers(app)
    places = {each.key: (id_, each.entity) for id_, each in tellers.items()}
    rows = _page(connection, access, now, table, "rule", _only(access, wanted, places), limit, after)
    people = _people(connection, {row.person for row in rows[:limit] if row.person is not None})
    items = []
    for row in rows[:limit]:
        teller, entity = tellers.get(row.rule), app.entities_by_id[row.entity].key
        path = row.audience.removeprefix("field:")
        may_know = row.address is not None and _may_name(access, entity, path)
        person = None if row.person is None else {"id": str(row.person), "name": people.get(row.person)}
        item = {name: getattr(row, name) for name in ("audience", "channel", "message", "attempts")}
        item |= {"rule": teller.key if teller else None, "label": dict(teller.label) if teller else {}}
        item |= {"person": person, "address": row.address if may_know else None}
        item |= {"run": str(row.run) if row.run else None, "reason": row.why.get("reason")}
        item["next_at"] = print_moment(row.next_at) if row.next_at else None
        items.append(_common(row, entity) | item)
    return _entries(rows, items, limit)


def _tellers(app: App) -> dict[str, CompiledRule | CompiledSla]:
    """What tells people, by id."""
    found: dict[str, CompiledRule | CompiledSla] = {rule.id: rule for rule in app.rules.values()}
    return found | {sla.id: sla for each in app.slas.values() for sla in each}


def _people(connection: Connection, ids: set[UUID]) -> dict[UUID, str]:
    if not ids:
        return {}
    chosen = sa.select(USERS.c.id, USERS.c.name).where(USERS.c.id.in_(ids))
    return {row.id: row.name for row in connection.execute(chosen)}


def timers(
    connection: Connection,
    access: Access,
    now: datetime,
    wanted: Wanted,
    *,
    limit: int = 50,
    after: Behind | None = None,
) -> Entries:
    """Moments of clocks on readable records, newest first, each with how it was counted; raises as :func:`runs`.

    Those of a rule are what a run of it waits for.
    """
    table, app = access.served.support.timer, access.served.app
    tellers = _tellers(app)
    places = {each.key: (id_, each.entity) for id_, each in tellers.items()}
    rows = _page(connection, access, now, table, "sla", _only(access, wanted, places), limit, after)
    items = []
    for row in rows[:limit]:
        sla = tellers.get(row.sla)
        item = {
            name: getattr(row, name) for name in ("kind", "tier", "zone", "calendar", "generation", "why")
        }
        item |= {"calendar_version": row.calendar_version, "sla": sla.key if sla else None}
        item |= {"tier_label": _tier_label(sla, row.tier)}
        item |= {"label": dict(sla.label) if sla else {}, "due": print_moment(row.due) if row.due else None}
        item["ended"] = print_moment(row.ended) if row.ended else None
        items.append(_common(row, app.entities_by_id[row.entity].key) | item)
    return _entries(rows, items, limit)


def _tier_label(teller: CompiledRule | CompiledSla | None, tier: str) -> dict[str, str]:
    """The label of a moment of an SLA; none for other clocks."""
    tiers = teller.tiers if isinstance(teller, CompiledSla) else ()
    return next((dict(each.label) for each in tiers if each.key == tier), {})


def rules_of(access: Access, entity: str | None = None) -> list[dict[str, Any]]:
    """The rules and signals on entities that the actor may read: ``{kind, key, label, entity, on, trigger}``."""
    app = access.served.app
    readable = {key for key in app.entities if access.readable(key)}
    if not readable or (entity is not None and entity not in readable):
        raise NotFound
    return [
        {
            "kind": rule.kind,
            "key": rule.key,
            "label": dict(rule.label),
            "entity": rule.entity,
            "on": rule.id not in access.served.off,
            "trigger": rule.trigger.kind if rule.trigger else "signal",
        }
        for rule in (*app.rules.values(), *app.signals.values())
        if rule.entity in readable and entity in (None, rule.entity)
    ]


@dataclass(frozen=True, slots=True)
class _Only:
    """The rows to look at: of these entities, and the ids that narrow them."""

    entities: tuple[str, ...]
    element: str | None
    record: UUID | None
    state: str | None


def _only(access: Access, wanted: Wanted, places: Mapping[str, tuple[str, str]]) -> _Only:
    app: App = access.served.app
    readable = tuple(key for key in app.entities if access.readable(key))
    element = None
    if wanted.element is not None:
        element, entity = places.get(wanted.element, (None, ""))
        readable = tuple(key for key in readable if key == entity)
    if not readable:
        raise NotFound
    return _Only(readable, element, wanted.record, wanted.state)


def _page(
    connection: Connection,
    access: Access,
    now: datetime,
    table: sa.Table,
    column: str,
    only: _Only,
    limit: int,
    after: Behind | None,
) -> list[Row[Any]]:
    """One more row than asked for, newest first, with the names of the people (one statement)."""
    query = (
        sa.select(table, USERS.c.name.label("person_name"))
        .select_from(table.outerjoin(USERS, USERS.c.id == table.c.by))
        .where(sa.or_(*_of_readable(access, table, only.entities)))
        .order_by(table.c.at.desc(), table.c.id.desc())
        .limit(limit + 1)
    )
    given = {column: only.element, "record": only.record, "state": only.state}
    for name, value in given.items():
        if value is not None:
            query = query.where(table.c[name] == value)
    if after is not None:
        query = query.where(sa.tuple_(table.c.at, table.c.id) < _place(after))
    return list(connection.execute(query, access.parameters(now)))


def _of_readable(
    access: Access, table: sa.Table, entities: Iterable[str]
) -> Iterator[sa.ColumnElement[bool]]:
    """Rows about records that the actor may read, entity by entity."""
    for entity in entities:
        alias = access.served.entity_table(entity).alias()
        seen = sa.select(alias.c.id).where(
            alias.c.id == table.c.record, access.row_filter(entity, "read", alias)
        )
        ident = access.served.app.entities[entity].id
        yield sa.and_(table.c.entity == ident, seen.correlate(table).exists())


def _place(after: Behind) -> Any:
    try:
        at, id_ = after
        moment, ident = parse_instant(at), UUID(id_)
    except (TypeError, ValueError) as error:
        raise BadQuery("bad_cursor") from error
    return sa.tuple_(sa.literal(moment, Instant()), sa.literal(ident, Uuid()))


def _entries(rows: list[Row[Any]], items: list[dict[str, Any]], limit: int) -> Entries:
    following = None
    if len(rows) > limit:
        following = [print_moment(rows[limit - 1].at), str(rows[limit - 1].id)]
    return Entries(items, following)


def _common(row: Row[Any], entity: str) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "entity": entity,
        "record_id": str(row.record),
        "at": print_moment(row.at),
        "by": None if row.by is None else {"id": str(row.by), "name": row.person_name},
        "state": row.state,
    }


def _masked(access: Access, entity: str, why: Mapping[str, Any]) -> dict[str, Any]:
    """Without what the actor may not read: values of fields, records made that they may see nothing of."""
    shown = dict(why)
    condition = why.get("condition")
    if condition and "values" in condition:
        values = {
            path: value for path, value in condition["values"].items() if _may_name(access, entity, path)
        }
        complete = len(values) == len(condition["values"])
        shown["condition"] = {**condition, "values": values, "text": condition["text"] if complete else None}
    if "steps" in why:
        shown["steps"] = [_step(access, entity, step) for step in why["steps"]]
    if "refusal" in why:
        shown["refusal"] = _refusal(access, entity, why["refusal"])
    if "again" in why:
        shown["again"] = [
            {**each, "refusal": _refusal(access, entity, each["refusal"])} if "refusal" in each else each
            for each in why["again"]
        ]
    return shown


def _may_name(access: Access, entity: str, path: str) -> bool:
    """Whether the actor may read the value: of the record itself; others may be records that they do not see."""
    return path in access.policy.names(entity)


def _step(access: Access, entity: str, step: Mapping[str, Any]) -> dict[str, Any]:
    shown = dict(step)
    if "values" in step:
        readable = access.readable(entity)
        shown["values"] = {key: value for key, value in step["values"].items() if key in readable}
    if "made" in step and not access.readable(step["made"]["entity"]):
        del shown["made"]
    if "refusal" in step:
        shown["refusal"] = _refusal(access, entity, step["refusal"])
    return shown


def _refusal(access: Access, entity: str, refusal: Mapping[str, Any]) -> dict[str, Any]:
    """A refusal without the names of fields that are not there for the actor."""
    readable, fields = access.readable(entity), access.served.app.entities[entity].fields
    hidden = fields.keys() - readable
    shown = dict(refusal)
    if "errors" in refusal:
        shown["errors"] = [each for each in refusal["errors"] if each["field"] not in hidden]
    if "fields" in refusal:
        shown["fields"] = [each for each in refusal["fields"] if each not in hidden]
    if "unmet" in refusal:
        shown["unmet"] = [each for each in refusal["unmet"] if each["key"] not in hidden]
    return shown
