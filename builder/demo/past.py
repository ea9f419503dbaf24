"""The seam between demo data and the engine: records and events of the past, each with its moments and people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from runtime import save
from runtime.access import Access, engine_access
from runtime.change import Passed, Request
from runtime.computed.backfill import recompute_all
from runtime.events import Told, record_events
from runtime.people.actors import actor_of, actor_values, person_query
from runtime.people.tables import USERS
from runtime.refusals import Invalid, Refused
from runtime.served import Served
from runtime.unit import Unit
from schema_store.compiled.scoring import CompiledScore

#: What history names as the request.
REQUEST = "demo"
#: Events that are written together.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class PastRecord:
    """A record as it is now, with how it came to be so.

    Attributes:
        name: what to call it when it is refused.
        wire: JSON values by field key, the stage and ``owner_id`` among them.
        at, by: when and by whom it was made; what defaults call now and today is that moment.
        passed: the stages it went on to.
    """

    entity: str
    name: str
    id: UUID
    wire: Mapping[str, Any]
    at: datetime
    by: UUID
    passed: tuple[Passed, ...] = ()


class DemoRefused(ValueError):
    """A record of the past does not fit the app, which was changed since it was installed."""

    def __init__(self, record: PastRecord, refusal: Refused):
        why = str(refusal)
        if isinstance(refusal, Invalid):
            why = ", ".join(f"{error.pointer} {error.code}" for error in refusal.errors)
        super().__init__(f"the demo does not fit the app: {record.entity} {record.name}: {why}")


class Past:
    """Writes the past of one app in the transaction of its connection, by the engine's rights, in people's names."""

    def __init__(self, connection: Connection, served: Served, now: datetime):
        self.connection = connection
        self.served = served
        self.now = now
        self._accesses: dict[UUID, Access] = {}

    def write(self, records: Iterable[PastRecord]) -> None:
        """Make records; every step of the order of execution, gates passed as ``historical``.

        Raises:
            DemoRefused: a step refuses one.
        """
        for record in records:
            unit = Unit(self.connection, self.served, self._access(record.by), record.at, request=REQUEST)
            asked = Request(record.wire, mode="history", passed=record.passed)
            try:
                save.create(unit, record.entity, record.wire, record_id=record.id, request=asked)
            except Refused as refusal:
                raise DemoRefused(record, refusal) from refusal

    def tell(self, events: Sequence[Told]) -> int:
        """Keep behaviour; how many were new."""
        kept = 0
        for start in range(0, len(events), AT_ONCE):
            unit = Unit(self.connection, self.served, engine_access(self.served), self.now, request=REQUEST)
            kept += record_events(unit, events[start : start + AT_ONCE])[0]
        return kept

    def settle(self) -> None:
        """Compute scores as of now: their windows looked back from the moments of the records so far."""
        scores = [
            entity.fields[step.field].id
            for entity in self.served.app.entities.values()
            for step in entity.derivation
            if isinstance(step, CompiledScore)
        ]
        recompute_all(self.connection, self.served, scores, self.now)

    def _access(self, person: UUID) -> Access:
        if person not in self._accesses:
            query = person_query().where(USERS.c.id == person)
            actor = actor_of(self.connection.execute(query).all())
            values = actor_values(self.connection, actor, self.served.app.key)
            self._accesses[person] = engine_access(self.served, actor, values)
        return self._accesses[person]
