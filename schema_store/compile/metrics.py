"""Metrics to their compiled form."""

from __future__ import annotations

from decimal import Decimal

from schema_store.analysis.environment import EVENTS, STAGE_CHANGES, history_entity
from schema_store.compile.programs import require_id
from schema_store.compiled.metrics import CompiledDimension, CompiledMetric
from schema_store.document.surfaces import Metric

_HISTORIES = {"events": EVENTS, "stages": STAGE_CHANGES}


def compile_metric(metric: Metric) -> CompiledMetric:
    """A metric whose document has no errors; a history has a time of its own."""
    history = _HISTORIES.get(metric.source)
    return CompiledMetric(
        id=require_id(metric),
        key=metric.key,
        label=metric.label,
        unit=metric.unit,
        entity=metric.entity,
        source=metric.entity if history is None else history_entity(metric.entity, history),
        measure=metric.measure,
        value=metric.value,
        filter=metric.filter,
        share_of=metric.share_of,
        time="at" if history is not None else metric.time,
        dimensions={
            each.key: CompiledDimension(each.key, each.label, each.expression) for each in metric.dimensions
        },
        target=None if metric.target is None else Decimal(metric.target),
    )
