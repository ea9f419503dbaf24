"""Compiled metrics: named figures, one definition for dashboards, rules and exports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CompiledDimension:
    """Something a metric can be split by; ``expression`` is checked again in the names of whoever asks."""

    key: str
    label: Text
    expression: str


@dataclass(frozen=True, slots=True)
class CompiledMetric:
    """A named figure. Its expressions are texts: each actor reads them in the names that they may read.

    Attributes:
        id, key, label, unit: of the metric.
        entity: whose records, or whose records' history, is counted.
        source: what is counted: an entity, or one of its histories (``lead.events``).
        measure: ``count``, ``sum``, ``average``, ``minimum``, ``maximum`` or ``share``.
        value: what is added up or compared; None for counts and shares.
        filter: what is counted; of a share the part.
        share_of: of a share the whole.
        time: the moment of each row, as expressions name it; None: the metric has no time.
        dimensions: by key, in the document's order.
        target: what the figure should reach.
    """

    id: str
    key: str
    label: Text
    unit: Text | None
    entity: str
    source: str
    measure: str
    value: str | None
    filter: str | None
    share_of: str | None
    time: str | None
    dimensions: Mapping[str, CompiledDimension]
    target: Decimal | None
