"""Who may see what, in plain Python over the template's own document: the referee of the permission matrix.

It shares no code with the engine: rights come from the JSON, rows from a walk over dicts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from templates import read_template

Json = dict[str, Any]
DOCUMENT: Json = json.loads(read_template("crm"))
ENTITIES: dict[str, Json] = {entity["key"]: entity for entity in DOCUMENT["entities"]}
FIELDS: dict[str, dict[str, Json]] = {
    key: {each["key"]: each for each in entity["fields"]} for key, entity in ENTITIES.items()
}
_ROLES: dict[str, Json] = {role["key"]: role for role in DOCUMENT["roles"]}
#: Words of expressions for the system fields that may be hidden.
SYSTEM = ("version", "created_at", "created_by", "updated_at", "updated_by", "owner_id")


@dataclass
class Record:
    """A planted record; ``refers`` holds ids by field, ``values`` everything else."""

    id: UUID
    entity: str
    side: str
    owner: str | None
    values: Json
    refers: dict[str, UUID] = field(default_factory=dict)
    binned: bool = False


class Walk:
    """A record as the conditions of permissions see it: dots follow references, what is not there is None."""

    def __init__(self, records: Mapping[UUID, Record], record: Record | None):
        self._records, self._record = records, record

    def __getattr__(self, name: str) -> Any:
        record = self._record
        if record is None:
            return Walk(self._records, None) if name in ("account", "opportunity", "plan") else None
        if name == "owner":
            return record.owner
        if name in ("account", "opportunity", "plan"):
            found = self._records.get(record.refers[name]) if name in record.refers else None
            return Walk(self._records, None if found is None or found.binned else found)
        return record.values.get(name)


#: Every condition of the template's permissions, once more by hand. A new one has to be added here.
CONDITIONS: Mapping[str, Callable[[Walk, str], bool]] = {
    "account.owner == me": lambda row, me: row.account.owner == me,
    "opportunity.owner == me": lambda row, me: row.opportunity.owner == me,
    "plan.account.owner == me": lambda row, me: row.plan.account.owner == me,
    "account.owner == me or opportunity.owner == me": lambda row, me: (
        me in (row.account.owner, row.opportunity.owner)
    ),
    "assignee == me": lambda row, me: row.assignee == me,
    "technician == me": lambda row, me: row.technician == me,
    'kind == "reimbursement"': lambda row, me: row.kind == "reimbursement",
}


@dataclass(frozen=True)
class Person:
    """One of the demo people: their roles, and who is in their team or below."""

    name: str
    roles: tuple[str, ...]
    team: frozenset[str]


class Referee:
    """What one person may see of the planted records."""

    def __init__(self, records: Mapping[UUID, Record], person: Person):
        self.records, self.person = records, person

    def grants(self, entity: str, act: str = "read") -> Iterator[Json]:
        for role in self.person.roles:
            for grant in _ROLES[role]["permissions"]:
                if grant["entity"] == entity and act in grant["acts"]:
                    yield grant

    def can(self, entity: str, act: str) -> bool:
        return any(self.grants(entity, act))

    def has(self, right: str) -> bool:
        return any(right in _ROLES[role].get("rights", ()) for role in self.person.roles)

    def readable(self, entity: str) -> set[str]:
        """Keys of the fields that exist for the person."""
        found: set[str] = set()
        for grant in self.grants(entity):
            shown = set(grant.get("only", FIELDS[entity]))
            found |= shown - set(grant.get("hidden", ()))
        return found

    def hidden(self, entity: str) -> list[str]:
        """Fields that do not exist for somebody who reads the entity."""
        return sorted(FIELDS[entity].keys() - self.readable(entity)) if self.can(entity, "read") else []

    def sees(self, record: Record, act: str = "read") -> bool:
        """Whether the record exists for the person."""
        if record.binned or not any(self._holds(grant, record) for grant in self.grants(record.entity)):
            return False
        return act == "read" or any(self._holds(grant, record) for grant in self.grants(record.entity, act))

    def _holds(self, grant: Json, record: Record) -> bool:
        scope = grant.get("scope", "own")
        inside = {
            "own": record.owner == self.person.name,
            "team_below": record.owner in self.person.team,
            "all": True,
        }[scope]
        when = grant.get("when")
        return inside and (when is None or CONDITIONS[when](Walk(self.records, record), self.person.name))
