"""The seam between demo data and the engine: records and events of the past, each with its moments and people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from runtime.access import engine_access
from runtime.change import Entered, Past, Request, Row
from runtime.computed import backfill
from runtime.events import Told, record_events
from runtime.ports import NothingAfter
from runtime.refusals import Invalid, Refused
from runtime.save import create_many
from runtime.served import Served
from runtime.unit import Unit
from schema_store.compiled.scoring import CompiledScore

#: What history names as the request.
REQUEST = "demo"
#: Records, and events, that are written together.
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class PastRecord:
    """A record as it is now, with how it came to be so.

    Attributes:
        name: what to call it when it is refused.
        wire: JSON values by field key, the stage and ``owner_id`` among them.
        at, by: when and by whom it was made; what defaults call now and today is that moment.
        stages: those it went through, the first one included; none where it is still in that.
    """

    entity: str
    name: str
    id: UUID
    wire: Mapping[str, Any]
    at: datetime
    by: UUID
    stages: tuple[Entered, ...] = ()


class DemoRefused(ValueError):
    """A record of the past does not fit the app, which was changed since it was installed."""

    def __init__(self, record: PastRecord, refusal: Refused):
        why = str(refusal)
        if isinstance(refusal, Invalid):
            why = ", ".join(f"{error.pointer} {error.code}" for error in refusal.errors)
        super().__init__(f"the demo does not fit the app: {record.entity} {record.name}: {why}")


class Writer:
    """Writes the past of one app in the transaction of its connection, by the engine's rights, in people's names."""

    def __init__(self, connection: Connection, served: Served, now: datetime):
        self.connection = connection
        self.served = served
        self.now = now

    def write(self, entity: str, records: Sequence[PastRecord]) -> None:
        """Make records of one entity; every step of the order of execution, gates passed as ``historical``.

        Raises:
            DemoRefused: a step refuses one.
        """
        for start in range(0, len(records), AT_ONCE):
            portion = records[start : start + AT_ONCE]
            outcomes = create_many(self._unit(), entity, [_row(record) for record in portion])
            for record, outcome in zip(portion, outcomes, strict=True):
                if outcome.refusal is not None:
                    raise DemoRefused(record, outcome.refusal)

    def tell(self, events: Sequence[Told]) -> int:
        """Keep behaviour; how many were new."""
        kept = 0
        for start in range(0, len(events), AT_ONCE):
            kept += record_events(self._unit(), events[start : start + AT_ONCE], rules=False)[0]
        return kept

    def settle(self, app: str) -> None:
        """Compute scores as of now: their windows looked back from the moments of the records so far."""
        scores = [
            entity.fields[step.field].id
            for entity in self.served.app.entities.values()
            for step in entity.derivation
            if isinstance(step, CompiledScore)
        ]
        backfill.note(self.connection, self.served.layout.schema, scores, self.now)
        backfill.settle(self.connection, app)

    def _unit(self) -> Unit:
        access = engine_access(self.served)
        return Unit(self.connection, self.served, access, self.now, NothingAfter(), request=REQUEST)


def _row(record: PastRecord) -> Row:
    last = record.stages[-1] if record.stages else None
    past = Past(
        created_at=record.at,
        created_by=record.by,
        updated_at=last.at if last else None,
        updated_by=last.by if last else None,
        stages=record.stages,
    )
    return Row(Request(record.wire, mode="history", past=past, rules="none"), record.id)
