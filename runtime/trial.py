"""A document that is not served yet, looked at on the records that there are.

Fields are found by their ids, so that a renamed one has its values; what has no column yet is null or has no children;
formulas come to what the document says now, never to what is stored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.context import Context
from runtime.access import Access
from runtime.computed.rows import Row, Rows
from runtime.loading import Path, Want, want_of
from runtime.query.explaining import sees_all
from runtime.query.records import read_by_ids
from runtime.served import Served
from schema_store.compiled.app import App, CompiledField


@dataclass(frozen=True)
class Trial:
    """A draft on the tables of the served version.

    Attributes:
        access: what whoever tries may do in the served version; a draft gives nobody a right.
        served: the served version's tables, with the app of the draft.
    """

    access: Access
    served: Served

    @property
    def app(self) -> App:
        """The draft, compiled."""
        return self.served.app

    @cached_property
    def _entities(self) -> Mapping[str, str]:
        """Keys of entities in the served version, by their keys in the draft; new ones are absent."""
        live = {each.id: each.key for each in self.access.served.app.entities.values()}
        return {key: live[each.id] for key, each in self.app.entities.items() if each.id in live}

    @cached_property
    def _fields(self) -> Mapping[tuple[str, str], str]:
        """The same of fields, by (entity, field); those whose values are of another kind now are absent."""
        found = {}
        for entity, key in self._entities.items():
            live = {each.id: each for each in self.access.served.app.entities[key].fields.values()}
            for field in self.app.entities[entity].fields.values():
                if field.id in live and _is_alike(live[field.id], field):
                    found[entity, field.key] = live[field.id].key
        return found

    def live_entity(self, key: str) -> str | None:
        """The key that an entity of the draft has in the served version; None: it is new."""
        own, dot, children = key.partition(".")
        if own not in self.app.entities:
            return key  # people, teams and regions
        live = self._entities.get(own)
        return None if live is None else f"{live}{dot}{children}"

    def live_field(self, entity: str, key: str) -> str | None:
        """The key that a field has in the served version; None: it is new, or its values are of another kind."""
        if entity in self.app.entities and key in self.app.entities[entity].fields:
            return self._fields.get((entity, key))
        return (
            key if self.live_entity(entity) is not None else None
        )  # system fields, and what is not of the app

    def names(self, entity: str) -> frozenset[str]:
        """The fields of an entity that whoever tries may know, by their keys in the draft; new ones among them."""
        live = self.live_entity(entity)
        known = frozenset() if live is None else self.access.policy.names(live) | self.access.readable(live)
        own = self.app.entities[entity].fields if entity in self.app.entities else {}
        keys = {*own, *self.app.infos[entity].fields}
        found = {key: self.live_field(entity, key) for key in keys}
        return frozenset(key for key, name in found.items() if name is None or name in known)

    def has_children(self, entity: str, key: str) -> bool:
        """Whether children of a record can be looked up."""
        if entity not in self.app.entities or key not in self.app.entities[entity].children:
            return self.live_entity(entity) is not None
        many = self.app.entities[entity].children[key]
        return self.live_field(many.owner, many.field) is not None

    def want(self, entity: str, paths: Iterable[Path], unseen: frozenset[str] = frozenset()) -> Want:
        """What programs of the draft read, and further own fields, which expressions do not see."""
        read = want_of(self.app, entity, frozenset(paths) | {("id",)}, afresh=True)
        return replace(read, fields=tuple(sorted({*read.fields, *unseen})))

    def withheld(self, want: Want) -> Iterator[tuple[str, str]]:
        """What is read that whoever tries may not: (entity, field) by their keys in the draft; ``*``: its records."""
        known = self.names(want.entity)
        yield from ((want.entity, key) for key in want.fields if key != "id" and key not in known)
        for below in (*want.hops.values(), *want.children.values()):
            reached = self.live_entity(below.entity)
            if reached is not None and not sees_all(self.access, reached):
                yield below.entity, "*"
            yield from self.withheld(below)

    def readable(self, connection: Connection, now: datetime, entity: str, ids: Sequence[UUID]) -> list[UUID]:
        """Those of the records that whoever tries may read, in the given order."""
        live = self.live_entity(entity)
        if live is None or live not in self.access.served.app.entities or not self.access.readable(live):
            return []
        parameters = self.access.parameters(now)
        rows = read_by_ids(connection, self.access, parameters, live, ("id",), list(ids))
        found = {UUID(row["id"]) for row in rows}
        return [each for each in ids if each in found]

    def rows(
        self,
        connection: Connection,
        now: datetime,
        want: Want,
        ids: Collection[UUID],
        given: Mapping[str, Any] | None = None,
    ) -> dict[UUID, Row]:
        """The records with everything that is wanted around them; ``given`` stands over their own fields.

        Records of an entity that is new are none.
        """
        if self.live_entity(want.entity) is None:
            return {}
        return _TrialRows(connection, self, self.context(now), want, given or {}).load(want, ids)

    def context(self, now: datetime) -> Context:
        """For the evaluation of programs: the moment, the words of whoever tries."""
        return self.app.context(now, self.access.values)


def trial_of(access: Access, app: App) -> Trial:
    """The draft ``app`` on the tables that ``access`` looks at."""
    return Trial(access, replace(access.served, app=app))


def _is_alike(live: CompiledField, drafted: CompiledField) -> bool:
    """Whether values that are stored for one can be read as those of the other."""
    a, b = live.type, drafted.type
    if a is None or b is None:
        return a is b
    return (a.kind, a.scale, a.currency) == (b.kind, b.scale, b.currency)


class _TrialRows(Rows):
    """Rows whose missing columns are null."""

    def __init__(
        self, connection: Connection, trial: Trial, context: Context, root: Want, given: Mapping[str, Any]
    ):
        super().__init__(connection, trial.served, context)
        self._trial, self._root, self._given = trial, root, given

    def complete(self, want: Want, rows: Sequence[Row]) -> None:
        missing = [key for key in want.children if not self._trial.has_children(want.entity, key)]
        for row in rows:
            row.update(dict.fromkeys(missing, ()))
        super().complete(want, rows)

    def _records(self, want: Want, ids: Collection[UUID]) -> Iterator[Row]:
        for row in super()._records(want, ids):
            yield {**row, **self._given} if want is self._root else row

    def _columns(self, want: Want, alias: sa.FromClause) -> Iterable[sa.ColumnElement[Any]]:
        for name in want.fields:
            if self._trial.live_field(want.entity, name) is None:
                yield sa.null().label(name)
            else:
                yield alias.c[self._scope.column(want.entity, name)].label(name)
