"""Why a field holds what it holds: the steps of a formula, the points of a score, the change that wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.context import Context
from expressions.explain import TooManySteps, Trace, explain
from expressions.measure import walk
from expressions.typed import Aggregate, Checked, Field
from runtime.access import Access
from runtime.computed.rows import Rows
from runtime.loading import want_of
from runtime.query.encoding import print_moment
from runtime.query.histories import history
from runtime.query.records import get
from runtime.refusals import BadQuery, FieldError
from schema_store.compiled.app import CompiledField
from schema_store.compiled.scoring import CompiledFactor, CompiledScore
from schema_store.wire import to_wire

#: Changes that are looked through for the one that wrote a field.
_MOST_CHANGES = 200


def explain_value(
    connection: Connection, access: Access, now: datetime, entity: str, record_id: UUID, key: str
) -> dict[str, Any]:
    """How a readable field of a readable record came to its value.

    A formula has a ``trace``, a score its ``factors``, anything else the ``change`` that wrote it last. What cannot be
    told without naming fields or records that the actor may not read is left out.

    Raises:
        NotFound: the record is not readable.
        BadQuery: ``unknown_field``.
    """
    record = get(connection, access, now, entity, record_id)
    if key not in record:
        raise BadQuery("unknown_field", [FieldError("/field", "unknown_field", {"name": key})])
    answer = {"field": key, "value": record[key]}
    field = access.served.app.entities[entity].fields.get(key)
    context = access.served.app.context(now, access.values)
    if field is not None and field.computed in ("formula", "rollup"):
        return answer | _formula(connection, access, context, record_id, field)
    score = _score_of(access, entity, key)
    if score is not None:
        return answer | _score(connection, access, context, record_id, score)
    change = _last_change(connection, access, now, entity, record_id, key)
    if key == "owner_id":
        answer["assignment"] = _last_assignment(connection, access, record_id)
    return answer | {"kind": "given", "change": change}


def _formula(
    connection: Connection, access: Access, context: Context, record_id: UUID, field: CompiledField
) -> dict[str, Any]:
    formula = next(
        each
        for each in access.served.app.entities[field.entity].derivation
        if each.field == field.key and not isinstance(each, CompiledScore)
    )
    checked = formula.program.checked
    answer: dict[str, Any] = {"kind": field.computed}
    if not is_open(access, checked):
        return answer
    row = _row(connection, access, context, field.entity, record_id, [checked])
    answer["expression"] = getattr(field.spec, "expression", "")
    try:
        answer["trace"] = trace_shape(explain(checked, row, context))
    except TooManySteps:
        answer["trace"] = None
    return answer


def is_open(access: Access, checked: Checked) -> bool:
    """Whether its steps may be shown: the actor may read every field in it, and every record that it walks to."""
    fields = [node for node in walk(checked.root) if isinstance(node, Field)]
    named = [place for field in fields for place in zip(field.entities, field.path, strict=True)]
    if any(name not in access.policy.names(entity) for entity, name in named):
        return False
    reached = {entity for field in fields for entity in field.entities[1:]}
    reached |= {node.source.type.entity or "" for node in walk(checked.root) if isinstance(node, Aggregate)}
    return all(sees_all(access, entity) for entity in reached)


def sees_all(access: Access, entity: str) -> bool:
    """Whether every record of an entity may be read; histories go with their records."""
    if entity not in access.served.app.entities:
        return bool(access.readable(entity))
    return any(grant.scope == "all" and grant.when is None for grant in access.policy.grants(entity, "read"))


def _row(
    connection: Connection,
    access: Access,
    context: Context,
    entity: str,
    record_id: UUID,
    trees: Iterable[Checked],
) -> Mapping[str, Any]:
    """What the programs read around the record, as the engine sees it."""
    paths = frozenset[tuple[str, ...]]().union(*(checked.fields for checked in trees))
    want = want_of(access.served.app, entity, paths | {("id",)})
    return Rows(connection, access.served, context).load(want, [record_id])[record_id]


def trace_shape(trace: Trace) -> dict[str, Any]:
    """A trace on the wire."""
    return {
        "text": trace.text,
        "start": trace.span.start,
        "end": trace.span.end,
        "value": to_wire(trace.value),
        "computed": trace.computed,
        "children": [trace_shape(child) for child in trace.children],
    }


def _score_of(access: Access, entity: str, key: str) -> CompiledScore | None:
    return next(
        (
            score
            for score in access.served.app.scores.values()
            if score.entity == entity and key in (score.field, score.band_field)
        ),
        None,
    )


def _score(
    connection: Connection, access: Access, context: Context, record_id: UUID, score: CompiledScore
) -> dict[str, Any]:
    trees = [checked for factor in score.factors for checked in _trees(factor)]
    row = _row(connection, access, context, score.entity, record_id, trees)
    result = score.evaluate(row, context)
    factors = [
        {"key": factor.key, "label": factor.label, "points": to_wire(result.points[factor.key])}
        for factor in score.factors
        if all(is_open(access, checked) for checked in _trees(factor))
    ]
    return {
        "kind": "score",
        "score": score.key,
        "factors": factors,
        "complete": len(factors) == len(score.factors),
        "band": result.band,
    }


def _trees(factor: CompiledFactor) -> Iterator[Checked]:
    return (program.checked for program in (factor.condition, factor.per) if program is not None)


def _last_assignment(connection: Connection, access: Access, record_id: UUID) -> dict[str, Any] | None:
    """Who was chosen last for the record, by which row of which dispatch, among whom; None where nobody chose."""
    table = access.served.support.assignment
    newest = sa.select(table).where(table.c.record == record_id).order_by(table.c.id.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    if row is None:
        return None
    app = access.served.app
    keys = {each.id: each.key for each in app.dispatches.values()}
    pools = {each.id: each.key for each in app.pools.values()}
    return {
        "at": print_moment(row.at),
        "dispatch": keys.get(row.dispatch),
        "pool": pools.get(row.pool),
        "person": None if row.person is None else str(row.person),
        **row.why,
    }


def _last_change(
    connection: Connection, access: Access, now: datetime, entity: str, record_id: UUID, key: str
) -> dict[str, Any] | None:
    """The newest entry of the history that names the field; None where it is too far back or there is none."""
    entries = history(connection, access, now, entity, record_id, limit=_MOST_CHANGES)
    for entry in entries.items:
        for change in entry["changes"]:
            if change["field"] == key:
                about = {name: entry[name] for name in ("at", "by", "version", "act", "cause")}
                return {**about, **change}
    return None
