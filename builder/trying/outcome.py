"""What a trial answers, and what it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.engine import Connection

from expressions.explain import TooManySteps, explain
from expressions.program import Row
from expressions.typed import Checked
from runtime.loading import Path
from runtime.query.explaining import trace_shape
from runtime.refusals import Unmet
from runtime.trial import Trial
from schema_store.diagnostics import Diagnostic

PartKind = Literal["expression", "field", "gate", "rule", "score", "calculation", "form"]
Json = dict[str, Any]
#: Records that are tried at once.
MOST_RECORDS = 20


class Unready(ValueError):
    """The draft has errors; nothing can be tried before they are mended.

    Attributes:
        diagnostics: of the draft.
    """

    def __init__(self, diagnostics: list[Diagnostic]):
        super().__init__("; ".join(each.message["en"] for each in diagnostics[:3]))
        self.diagnostics = diagnostics


@dataclass(frozen=True)
class Tried:
    """What came out.

    Attributes:
        kind: what was tried.
        entity: key of the records.
        results: one per record (or one without a record), each ``{record, …}``; a record of which something is read
            that whoever tries may not see has ``withheld`` instead: ``[{entity, field}]``.
        unmet: what a gate misses, by record.
        problems: of an expression; there are no results then.
    """

    kind: PartKind
    entity: str | None
    results: list[Json] = field(default_factory=list)
    unmet: Mapping[str, list[Unmet]] = field(default_factory=dict)
    problems: tuple[Json, ...] = ()


@dataclass(frozen=True)
class Question:
    """Records of an entity, as whoever asks may see them.

    Attributes:
        trial: the draft on the tables that there are.
        connection: to read on.
        now: the moment.
        records: ids, readable or not.
        given: values of own fields, decoded, that stand over what is stored.
    """

    trial: Trial
    connection: Connection
    now: datetime
    records: tuple[UUID, ...]
    given: Mapping[str, Any]

    def rows(
        self, entity: str, paths: frozenset[Path], unseen: frozenset[str] = frozenset()
    ) -> tuple[dict[UUID, Row], list[Json]]:
        """The readable records with what is read of them, or what must be withheld; records in the order asked.

        Args:
            entity: key.
            paths: what programs read.
            unseen: own fields that expressions do not see, e.g. files.
        """
        want = self.trial.want(entity, paths, unseen)
        withheld = sorted(set(self.trial.withheld(want)))
        if withheld:
            return {}, [{"entity": each, "field": name} for each, name in withheld]
        ids = self.trial.readable(self.connection, self.now, entity, self.records)
        found = self.trial.rows(self.connection, self.now, want, ids, self.given)
        return {id_: found[id_] for id_ in ids if id_ in found}, []

    def trace(self, checked: Checked, row: Row) -> Json | None:
        """The steps of an evaluation; None where there are too many to tell."""
        try:
            return trace_shape(explain(checked, row, self.trial.context(self.now)))
        except TooManySteps:
            return None

    def unseen(self, withheld: list[Json]) -> list[Json]:
        """Results that say only that they may not be told."""
        return [{"record": str(each), "withheld": withheld} for each in self.records]
