"""What a set of roles may do: the same for everyone who holds it, so it is made once per served version.

Grants are added up and nothing is granted by default: no grant, no act. Rows are decided by the database
(:mod:`runtime.access.filters`), fields here: per entity, not per row (``docs/adr/0005``).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Literal

from expressions.env import EntityInfo, Env
from expressions.types import Kind
from runtime.served import Served
from schema_store.analysis.environment import EVENTS, STAGE_CHANGES
from schema_store.compiled.access import CompiledGrant, CompiledRole
from schema_store.compiled.app import CompiledField
from schema_store.compiled.forms import CompiledPublicForm
from schema_store.compiled.rules import CompiledRule
from schema_store.document.access import Act
from schema_store.system import PLATFORM_ENTITIES, SYSTEM_FIELDS

#: Acts on records that nobody has seen before; every other act is on a record that may be read.
BLIND: frozenset[Act] = frozenset({"create", "import"})
#: What stays readable whatever is hidden: without them a record can be neither named nor changed.
_ALWAYS = frozenset({"id", "version"})
#: By name in expressions, which is how roles name them too: name on the wire.
WIRE_NAMES: Mapping[str, str] = {field.name: field.column for field in SYSTEM_FIELDS if field.name}
OWNER = "owner_id"
#: Only those who manage people read these of them.
_OF_PEOPLE = frozenset({"email"})
#: Whose acts they are.
Whose = Literal["person", "rule", "engine"]
_RULE_READS, _RULE_GIVES = frozenset[Act]({"read"}), frozenset[Act]({"assign"})
_ENGINE_ACTS: frozenset[Act] = frozenset(
    {"read", "create", "update", "delete", "export", "import", "assign", "transition", "override"}
)


class Policy:
    """What holders of these roles may do in one version of an app.

    Args:
        served: the version.
        roles: in the document's order; without any, nothing is granted.
        people: whether they manage people, and so read addresses.
        whose: of people; of a rule; the engine's own, which also writes what is read-only for all people.
    """

    def __init__(
        self, served: Served, roles: Sequence[CompiledRole], *, people: bool = False, whose: Whose = "person"
    ):
        self.served = served
        self.whose = whose
        self.roles = tuple(roles)
        self.people = people
        self.rights = frozenset[str]().union(*(role.rights for role in roles))
        self._readable: dict[str, frozenset[str]] = {}
        self._writable: dict[tuple[str, Literal["create", "update"]], frozenset[str]] = {}
        self._envs: dict[str, Env] = {}

    def grants(self, entity: str, act: Act) -> tuple[CompiledGrant, ...]:
        """The grants of an act on an entity, role by role."""
        return tuple(
            grant for role in self.roles for grant in role.grants.get(entity, ()) if act in grant.acts
        )

    def can(self, entity: str, act: Act) -> bool:
        """Whether the act is possible on some record; acts on seen records need reading too."""
        if entity not in self.served.app.entities:
            return act == "read" and bool(self.readable(entity))
        return bool(self.grants(entity, act)) and (act in BLIND or bool(self.grants(entity, "read")))

    def readable(self, entity: str) -> frozenset[str]:
        """Fields by key and system fields by their names on the wire; empty where nothing is readable."""
        if entity not in self._readable:
            names = self._names(entity)
            self._readable[entity] = frozenset(
                WIRE_NAMES.get(name, name) if entity in self.served.app.entities else name for name in names
            )
        return self._readable[entity]

    def writable(self, entity: str, act: Literal["create", "update"]) -> frozenset[str]:
        """Fields that may be given when a record is made or changed.

        ``owner_id`` is among them by the assign act; a stage of a record that is changed by the transition act.
        """
        if (entity, act) not in self._writable:
            self._writable[entity, act] = self._written(entity, act)
        return self._writable[entity, act]

    def env(self, entity: str) -> Env:
        """The names that an expression of such a person may use; what is not readable is not there, at any hop."""
        if entity not in self._envs:
            app = self.served.app
            self._envs[entity] = Env(
                entities=self._infos,
                entity=entity,
                tables=app.tables,
                calendars=frozenset(app.calendars) - {""},
                actor=True,
                currency=app.currency,
            )
        return self._envs[entity]

    def names(self, entity: str) -> frozenset[str]:
        """What expressions may name of an entity."""
        return frozenset(self._infos[entity].fields) if entity in self._infos else frozenset()

    def changing(self, entity: str, field: str) -> tuple[CompiledGrant, ...]:
        """The grants that could let a field of a record be changed: for the owner assigning, for a stage moving on."""
        if field == OWNER:
            return self.grants(entity, "assign")
        return self.grants(entity, "transition" if field in self._stages(entity) else "update")

    def _stages(self, entity: str) -> frozenset[str]:
        return frozenset(self.served.app.entities[entity].pipelines)

    def _names(self, entity: str) -> frozenset[str]:
        """Readable fields as expressions name them, fields that expressions do not see among them."""
        app = self.served.app
        if entity in PLATFORM_ENTITIES:
            hidden = frozenset() if self.people else _OF_PEOPLE
            return frozenset(PLATFORM_ENTITIES[entity].fields) - hidden
        if "." in entity:
            return self._history_names(entity)
        if entity not in app.entities:
            return frozenset()
        grants = self.grants(entity, "read")
        return frozenset[str]().union(*(self.seen(grant) for grant in grants))

    def seen(self, grant: CompiledGrant) -> frozenset[str]:
        """The names that exist under a grant; ``only`` narrows the author's fields, never system fields."""
        fields = frozenset(self.served.app.entities[grant.entity].fields)
        own = fields if grant.only is None else fields & grant.only
        return (own | WIRE_NAMES.keys()) - grant.hidden | _ALWAYS

    def _history_names(self, entity: str) -> frozenset[str]:
        """Of events and stage changes: all with the record's entity; stages only with every stage field."""
        owner, _, children = entity.partition(".")
        if owner not in self.served.app.entities or not self.readable(owner):
            return frozenset()
        if children == STAGE_CHANGES and not self._stages(owner) <= self.readable(owner):
            return frozenset()
        return frozenset(self.served.app.infos[entity].fields)

    def _written(self, entity: str, act: Literal["create", "update"]) -> frozenset[str]:
        """Of a standing record each kind of field by an act of its own: stages by transition, the owner by assign."""
        if act == "create" and not self.can(entity, act):
            return frozenset()
        fields = self.served.app.entities[entity].fields
        granted = self._given(entity, act)
        if act == "update":
            stages = self._stages(entity)
            granted = (granted - stages) | (self._given(entity, "transition") & stages)
        written = frozenset(
            key
            for key, field in fields.items()
            if key in granted and (is_given(field) or (self.whose == "engine" and field.computed is None))
        )
        if self.can(entity, "assign") and "owner" in self._given(entity, "assign"):
            written |= {OWNER}
        return written if act == "create" else written & self.readable(entity)

    def _given(self, entity: str, act: Act) -> frozenset[str]:
        """The names that the grants of an act allow to be written, whatever their kind."""
        return frozenset[str]().union(
            *(self.seen(grant) - grant.read_only for grant in self.grants(entity, act))
        )

    @cached_property
    def _infos(self) -> Mapping[str, EntityInfo]:
        return {key: self._info(key, info) for key, info in self.served.app.infos.items()}

    def _info(self, entity: str, info: EntityInfo) -> EntityInfo:
        names = self._names(entity)
        fields = {
            name: field
            for name, field in info.fields.items()
            if (self._has_children(entity, name) if field.type.kind is Kind.RECORDS else name in names)
        }
        return replace(info, fields=fields)

    def _has_children(self, entity: str, name: str) -> bool:
        """Whether a many side exists: its records are readable, and so is the field that makes the relation."""
        if not self._names(entity):
            return False
        if name in (EVENTS, STAGE_CHANGES):
            return bool(self._names(f"{entity}.{name}"))
        many = self.served.app.entities[entity].children[name]
        return many.field in self._names(many.owner) and bool(self._names(many.entity))


def is_given(field: CompiledField) -> bool:
    """Whether people may give a field its value at all: it is neither computed nor read-only for everyone."""
    return field.computed is None and not field.spec.read_only


def policy_of(served: Served, roles: Iterable[str], *, admin: bool = False) -> Policy:
    """The policy of a set of roles, kept with the served version; roles that the version has not grant nothing.

    A platform administrator has the roles they were given and no others; they only read addresses of people, whom
    they manage anyway.
    """
    wanted = frozenset(roles)
    held = tuple(role for key, role in served.app.roles.items() if key in wanted)
    people = admin or any("people" in role.rights for role in held)
    return _keep(
        served, (tuple(role.key for role in held), people), lambda: Policy(served, held, people=people)
    )


def engine_policy(served: Served) -> Policy:
    """The policy of the engine itself: every act on every record and field."""

    def make() -> Policy:
        grants = {
            key: (CompiledGrant("engine", "engine", "engine", key, _ENGINE_ACTS, "all"),)
            for key in served.app.entities
        }
        role = CompiledRole("engine", "engine", {}, frozenset(), grants)
        return Policy(served, (role,), people=True, whose="engine")

    return _keep(served, "engine", make)


def rule_policy(served: Served, rule: CompiledRule) -> Policy:
    """The policy of a rule: it reads what it was written to read, and writes what its rights list.

    What it makes it may give to whom it wants.
    """

    def make() -> Policy:
        grants = {}
        for entity in served.app.entities:
            acts: frozenset[Act] = rule.rights.get(entity, frozenset()) | _RULE_READS
            acts |= _RULE_GIVES if "create" in acts else _RULE_READS
            grants[entity] = (CompiledGrant(rule.id, rule.key, rule.cause, entity, acts, "all"),)
        role = CompiledRole(rule.id, rule.cause, rule.label, frozenset(), grants)
        return Policy(served, (role,), people=True, whose="rule")

    return _keep(served, rule.cause, make)


def form_policy(served: Served, form: CompiledPublicForm) -> Policy:
    """The policy of a public form: it makes records of its entity with the fields that it writes, and sees nothing."""

    def make() -> Policy:
        acts, cause = frozenset[Act]({"create"}), f"form:{form.key}"
        grant = CompiledGrant(form.id, form.key, cause, form.entity, acts, "all", only=form.written)
        role = CompiledRole(form.id, cause, form.label, frozenset(), {form.entity: (grant,)})
        return Policy(served, (role,), whose="rule")

    return _keep(served, ("form", form.key), make)


def _keep(served: Served, key: Hashable, make: Callable[[], Policy]) -> Policy:
    place = ("access.policy", key)
    if place not in served.kept:
        served.kept.setdefault(place, make())
    found = served.kept[place]
    assert isinstance(found, Policy)
    return found
