"""Whether a rule would run on a record as it is now, and if not, why: its condition part by part."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from expressions.explain import TooManySteps, explain
from runtime.access import Access
from runtime.computed.rows import Rows
from runtime.loading import want_of
from runtime.query.explaining import is_open, trace_shape
from runtime.query.records import get
from runtime.refusals import NotFound
from schema_store.compiled.rules import CompiledRule, phrases_in


def why_not(
    connection: Connection, access: Access, now: datetime, key: str, record_id: UUID
) -> dict[str, Any]:
    """``{rule, label, on, with_save, trigger, condition: {text, met, trace} | null}`` of a rule and a readable record.

    Text and trace are left out where the condition names what the actor may not read; so is whether it is met.

    Raises:
        NotFound: no such rule or signal, or the record is none of its entity that the actor may read.
    """
    app = access.served.app
    rule = app.rules.get(key) or app.signals.get(key)
    if rule is None:
        raise NotFound
    get(connection, access, now, rule.entity, record_id, fields=("id",))
    trigger = rule.trigger.model_dump(mode="json", exclude_none=True) if rule.trigger else None
    return {
        "rule": rule.key,
        "label": dict(rule.label),
        "entity": rule.entity,
        "on": rule.id not in access.served.off,
        "with_save": rule.with_save,
        "trigger": trigger or {"kind": "changed", "fields": [rule.field]},
        "condition": _condition(connection, access, now, rule, record_id),
    }


def _condition(
    connection: Connection, access: Access, now: datetime, rule: CompiledRule, record_id: UUID
) -> dict[str, Any] | None:
    context = access.served.app.context(now, access.values)
    want = want_of(access.served.app, rule.entity, rule.reads | {("id",)})
    row = Rows(connection, access.served, context).load(want, [record_id])[record_id]
    if rule.kind == "signal":
        if rule.field not in access.readable(rule.entity):
            return {"field": None, "phrases": [], "met": None}
        found = list(phrases_in(rule, row.get(rule.field or "")))
        return {"field": rule.field, "phrases": found, "met": bool(found)}
    if rule.condition is None:
        return None
    if not is_open(access, rule.condition.checked):
        return {"text": None, "met": None, "trace": None}
    met = rule.condition.eval(row, context) is True
    try:
        trace = trace_shape(explain(rule.condition.checked, row, context))
    except TooManySteps:
        trace = None
    return {"text": rule.text, "met": met, "trace": trace}
