"""The access of one actor to one served app."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from expressions.context import ActorValues
from expressions.env import Env
from expressions.sql import SqlScope, context_parameters
from runtime.access.explanation import Explanation, explain_act, explain_field
from runtime.access.filters import path_parameters, restriction
from runtime.access.policy import Policy, engine_policy, form_policy, policy_of, rule_policy
from runtime.access.scope import AccessScope
from runtime.people.actors import Actor
from runtime.refusals import BadQuery, FieldError, Forbidden, NotFound
from runtime.served import RecordScope, Served
from schema_store.compiled.forms import CompiledPublicForm
from schema_store.compiled.rules import CompiledRule
from schema_store.document.access import Act

_NOBODY = UUID(int=0)
#: The engine where no person stands behind it.
ENGINE = Actor(
    id=_NOBODY,
    username="",
    name="",
    locale="",
    admin=False,
    team_id=None,
    team_path="",
    region_id=None,
    region_path="",
    roles={},
)


@dataclass(frozen=True, slots=True)
class Access:
    """What an actor may do, as SQL and as sets of names.

    Attributes:
        actor: who acts.
        values: of the actor's words.
        policy: what their roles may do; the same object for all who hold the same roles, so statements that are built
            with it are kept under it.
    """

    actor: Actor
    values: ActorValues
    policy: Policy

    @property
    def served(self) -> Served:
        """The version that is looked at."""
        return self.policy.served

    @property
    def by(self) -> UUID | None:
        """Whom history names; None for the engine where no person stands behind it."""
        return None if self.actor is ENGINE else self.actor.id

    def can(self, entity: str, act: Act) -> bool:
        """Whether the act is possible on some record of the entity; False for an unknown one."""
        return self.policy.can(entity, act)

    def require(self, entity: str, act: Act) -> None:
        """Let through who may do the act on some record.

        Raises:
            NotFound: there is no such entity, or nothing of it is readable.
            Forbidden: it is readable, but the act is not granted.
        """
        if self.can(entity, act):
            return
        raise Forbidden if self.can(entity, "read") else NotFound

    def row_filter(self, entity: str, act: Act, alias: sa.FromClause) -> sa.ColumnElement[bool]:
        """The rows of ``alias`` on which the actor may act, as a condition with binds; the bin is left out.

        ``alias`` stands for the table of the entity, of the platform, or of a history (``lead.events``).
        """
        if entity in self.served.app.entities:
            allowed = restriction(self.policy, entity, act, alias)
            live = alias.c.deleted_at.is_(None)
            return live if allowed is None else sa.and_(live, allowed)
        if not self.can(entity, act):
            return sa.false()
        return self._of_history(entity, alias) if "." in entity else sa.true()

    def bin_filter(self, entity: str, alias: sa.FromClause) -> sa.ColumnElement[bool]:
        """The deleted rows of ``alias`` that the actor may restore: those they may delete."""
        allowed = restriction(self.policy, entity, "delete", alias)
        binned = alias.c.deleted_at.is_not(None)
        return binned if allowed is None else sa.and_(binned, allowed)

    def readable(self, entity: str) -> frozenset[str]:
        """Fields by key and system fields by their names on the wire; empty where nothing is readable."""
        return self.policy.readable(entity)

    def writable(self, entity: str, act: Literal["create", "update"]) -> frozenset[str]:
        """Fields that may be given; ``owner_id`` among them by the assign act only (see :meth:`can_own`)."""
        return self.policy.writable(entity, act)

    def can_own(self, entity: str, owner: UUID | None) -> bool:
        """Whether a record that is being made may be given this owner: oneself, or anyone by the assign act."""
        return owner == self.actor.id or "owner_id" in self.writable(entity, "create")

    def env(self, entity: str) -> Env:
        """The names that an expression from outside may use: readable ones only, at every hop.

        Raises:
            NotFound: nothing of the entity is readable.
        """
        if not self.readable(entity):
            raise NotFound
        return self.policy.env(entity)

    def scope(self, root: sa.FromClause | None) -> SqlScope:
        """How such an expression reaches the tables: only readable rows at every hop; those of ``root`` are yours."""
        return AccessScope(self.policy, root)

    def parameters(self, now: datetime) -> dict[str, Any]:
        """Values of every bind of filters and expressions; names that a SELECT does not use do no harm."""
        context = self.served.app.context(now, self.values)
        return context_parameters(context, self.served.dialect) | path_parameters(self.actor)

    def explain(
        self,
        connection: Connection,
        entity: str,
        act: Act,
        record: UUID | None = None,
        *,
        now: datetime,
        field: str | None = None,
        reader: Access | None = None,
    ) -> Explanation:
        """Why this actor may or may not do the act, grant by grant (sentences: :mod:`runtime.access.sentences`).

        Args:
            connection: inside a transaction.
            entity: what is asked about.
            act: what would be done.
            record: whether on this record; None: whether on any.
            now: the moment.
            field: also why this field (by its name on the wire) is there, and whether it can be changed.
            reader: who wants to know; None: the actor themselves. They learn of nothing that they may not read.

        Raises:
            NotFound: the reader sees nothing of the entity, or not this record.
            BadQuery: ``unknown_field``: the reader has no such field.
        """
        asking = reader or self
        asking.require(entity, "read")
        if record is not None and not asking._sees(connection, entity, record, now):
            raise NotFound
        if field is not None and field not in asking.readable(entity):
            raise BadQuery("unknown_field", [FieldError("/field", "unknown_field", {"name": field})])
        names = asking.env(entity)
        parameters = self.parameters(now)
        found = explain_act(connection, self.policy, self.actor, entity, act, record, parameters, names)
        return found if field is None else replace(found, field=explain_field(self.policy, entity, field))

    def _sees(self, connection: Connection, entity: str, record: UUID, now: datetime) -> bool:
        table = self.served.entity_table(entity)
        query = sa.select(table.c.id).where(table.c.id == record, self.row_filter(entity, "read", table))
        return connection.execute(query, self.parameters(now)).first() is not None

    def _of_history(self, entity: str, alias: sa.FromClause) -> sa.ColumnElement[bool]:
        """The rows of a shared history that belong to readable records."""
        owner = entity.partition(".")[0]
        record = self.served.entity_table(owner).alias()
        found = sa.select(record.c.id).where(
            record.c.id == alias.c.record, self.row_filter(owner, "read", record)
        )
        readable = found.correlate(alias).exists()
        inside = RecordScope(self.served).row_filter(entity, alias)
        return readable if inside is None else sa.and_(inside, readable)


def access_for(served: Served, actor: Actor, values: ActorValues) -> Access:
    """The access of a person; ``values.my_roles`` are the roles they hold in this app."""
    return Access(actor, values, policy_of(served, values.my_roles, admin=actor.admin))


def engine_access(served: Served, actor: Actor | None = None, values: ActorValues | None = None) -> Access:
    """The access of the engine itself, which may everything: follow-ups, imports of history, commands.

    Args:
        served: the version.
        actor: the person whose act it carries out, whom history names; None for nobody.
        values: of that person's words.
    """
    who = actor or ENGINE
    return Access(who, values or ActorValues(who.id), engine_policy(served))


def rule_access(rule: CompiledRule, access: Access) -> Access:
    """The access of a rule that an act of ``access`` started: its own rights, the person's name."""
    return replace(access, policy=rule_policy(access.served, rule))


def form_access(served: Served, form: CompiledPublicForm) -> Access:
    """The access of a public form, whoever fills it in: nobody who is known."""
    return Access(ENGINE, ActorValues(ENGINE.id), form_policy(served, form))
