"""Records, people, teams and regions by what people call them: all words of a batch at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.access import Access
from runtime.imports.values import plain
from runtime.people.tables import REGIONS, TEAMS, USERS
from runtime.query.lookup import find_values, naming_fields, visible
from schema_store.field_types.base import FieldValueError
from schema_store.field_types.relations import require_uuid

#: By platform entity: its table and the columns by which it is called.
_PLATFORM: Mapping[str, tuple[sa.Table, tuple[str, ...]]] = {
    "user": (USERS, ("username", "name")),
    "team": (TEAMS, ("name", "code")),
    "region": (REGIONS, ("name", "code")),
}
_SEVERAL = UUID(int=0)


class Lookups:
    """Words to be looked up, then what they mean."""

    def __init__(self, connection: Connection, access: Access, now: datetime):
        self._connection, self._access, self._now = connection, access, now
        self._asked: dict[str, set[str]] = defaultdict(set)
        self._found: dict[str, dict[str, UUID]] = {}
        self._names: dict[str, dict[str, str]] = {}

    def ask(self, entity: str, word: str) -> None:
        """Note a word that names a record of an entity (or a user, team, region)."""
        self._asked[entity].add(word.strip())

    def resolve(self) -> None:
        """Look up everything that was asked: a statement per entity and way of naming it."""
        for entity, words in self._asked.items():
            known = self._found.setdefault(entity, {})
            new = words - known.keys()
            if new and entity in _PLATFORM:
                self._platform(entity, new, known)
            elif new:
                self._records(entity, new, known)
        self._asked.clear()

    def find(self, entity: str, word: str) -> UUID:
        """The one record that the word names.

        Raises:
            FieldValueError: ``unknown_record`` (with the name that is nearest, where names are few),
                ``several_records``.
        """
        word = word.strip()
        found = self._found.get(entity, {}).get(word)
        if found == _SEVERAL:
            raise FieldValueError("several_records", value=word[:60])
        if found is None:
            near = get_close_matches(plain(word), self._names.get(entity, ()), n=1, cutoff=0.5)
            suggested = {"near": self._names[entity][near[0]]} if near else {}
            raise FieldValueError("unknown_record", value=word[:60], **suggested)
        return found

    def _platform(self, entity: str, words: Collection[str], known: dict[str, UUID]) -> None:
        table, columns = _PLATFORM[entity]
        query = sa.select(table.c.id, *(table.c[name] for name in columns))
        if "active" in table.c:
            query = query.where(table.c.active == sa.literal(True, table.c.active.type))
        named: dict[str, set[UUID]] = defaultdict(set)
        names = self._names.setdefault(entity, {})
        for id_, *called in self._connection.execute(query):
            named[str(id_)].add(id_)
            for name in filter(None, called):
                named[plain(name)].add(id_)
                names[plain(name)] = name
        for word in words:
            _settle(known, word, named.get(plain(word), set()))

    def _records(self, entity: str, words: Collection[str], known: dict[str, UUID]) -> None:
        """By id, then by each naming field in turn; the first way that knows a word decides."""
        if not self._access.can(entity, "read"):
            return
        ids = dict(_ids(words))
        seen = visible(self._connection, self._access, self._now, entity, set(ids.values()))
        for word, id_ in ids.items():
            _settle(known, word, {id_} & seen)
        for field in naming_fields(self._access, entity):
            left = [word for word in words if word not in known]
            if not left:
                return
            found = find_values(self._connection, self._access, self._now, entity, field.key, left)
            for word, records in found.items():
                _settle(known, word, set(records))


def _ids(words: Collection[str]) -> Iterator[tuple[str, UUID]]:
    for word in words:
        try:
            yield word, require_uuid(word)
        except FieldValueError:
            continue


def _settle(known: dict[str, UUID], word: str, found: set[UUID]) -> None:
    if found:
        known[word] = next(iter(found)) if len(found) == 1 else _SEVERAL
