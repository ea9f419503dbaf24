"""The referee: rows and fields that people may have, in plain Python, from the same words as ``docs/adr/0005``."""

from __future__ import annotations

from typing import Any

from tests.runtime.access.world import FIELDS, Grant, Person, Record, World, below

#: By name in expressions: on the wire.
SYSTEM = {
    **{name: name for name in ("id", "version", "created_at", "created_by", "updated_at", "updated_by")},
    "owner": "owner_id",
}
COMPUTED = {"doubled"}
SEALED = {"sealed"}
STAGES = {"deal": {"phase"}, "shop": set[str]()}
#: Many sides by entity: key → (entity of the children, entity and field that make the relation).
CHILDREN = {
    "shop": {"deals": ("deal", "deal", "shop"), "visitors": ("deal", "deal", "near")},
    "deal": {"near": ("shop", "deal", "near")},
}


class Referee:
    """What one person may do in a world."""

    def __init__(self, world: World, person: Person):
        self.world = world
        self.person = person

    def rows(self, entity: str, act: str, *, deleted: bool = False) -> set[Any]:
        """Ids of the records on which the act may be done."""
        return {
            record.id
            for record in self.world.of(entity)
            if record.deleted is deleted and self.reaches(record, act)
        }

    def reaches(self, record: Record, act: str) -> bool:
        """Whether some grant of the act holds for the record; one of reading too, unless the act makes it."""
        needed = {act} if act == "create" else {act, "read"}
        return all(
            any(self.holds(grant, record) for grant in self.grants(record.entity, one)) for one in needed
        )

    def grants(self, entity: str, act: str) -> list[Grant]:
        return [
            grant
            for role in self.person.roles
            for grant in self.world.roles[role]
            if grant.entity == entity and act in grant.acts
        ]

    def holds(self, grant: Grant, record: Record) -> bool:
        met = grant.when is None or grant.when.test(self.world, self.person, record) is True
        return met and self.in_scope(grant.scope, record)

    def in_scope(self, scope: str, record: Record) -> bool:
        me, owner = self.person, self.world.people[record.owner] if record.owner else None
        match scope:
            case "own":
                return owner is not None and owner.id == me.id
            case "team":
                return owner is not None and owner.team is not None and owner.team == me.team
            case "team_below":
                return owner is not None and owner.team in below(self.world.teams, me.team)
            case "region":
                where = record.values["zone"] if record.entity == "shop" else owner and owner.region
                return where in below(self.world.regions, me.region)
        return scope == "all"

    def names(self, entity: str) -> set[str]:
        """Readable fields as expressions name them."""
        return set[str]().union(*(self.seen(grant) for grant in self.grants(entity, "read")))

    def seen(self, grant: Grant) -> set[str]:
        fields = {key for key in FIELDS[grant.entity] if grant.only is None or key in grant.only}
        return ((fields | SYSTEM.keys()) - grant.hidden) | {"id", "version"}

    def readable(self, entity: str) -> set[str]:
        return {SYSTEM.get(name, name) for name in self.names(entity)}

    def writable(self, entity: str, act: str) -> set[str]:
        if act == "create" and not self.grants(entity, act):
            return set()
        given = self.given(entity, act)
        if act == "update":
            given = given - STAGES[entity] | self.given(entity, "transition") & STAGES[entity]
        found = {key for key in FIELDS[entity] if key in given} - COMPUTED - SEALED
        if self.grants(entity, "read") and "owner" in self.given(entity, "assign"):
            found.add("owner_id")
        return found if act == "create" else found & self.readable(entity)

    def given(self, entity: str, act: str) -> set[str]:
        return set[str]().union(*(self.seen(each) - each.read_only for each in self.grants(entity, act)))

    def env(self, entity: str) -> set[str]:
        """Everything an expression may name on a record: readable fields and many sides."""
        names = self.names(entity) - {"near"}
        for key, (children, owner, field) in CHILDREN[entity].items():
            if names and self.names(children) and field in self.names(owner):
                names.add(key)
        if names:
            names.add("events")
            if self.names(entity) >= STAGES[entity]:
                names.add("stage_changes")
        return names

    def can(self, entity: str, act: str) -> bool:
        return bool(self.grants(entity, act)) and (act == "create" or bool(self.grants(entity, "read")))

    def shop_of(self, deal: Record) -> Record | None:
        """The shop of a deal, as this person sees it."""
        shop = self.world.live(deal.values["shop"])
        return shop if shop and self.reaches(shop, "read") else None

    def seen_of(self, records: list[Record]) -> list[Record]:
        return [record for record in records if self.reaches(record, "read")]
