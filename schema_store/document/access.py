"""Roles: who may do what, with which records and fields. Deny by default; several permissions are added up."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field as PydanticField

from schema_store.document.base import ActorCondition, Element, EntityKey, FieldKey, Labelled

Act = Literal["read", "create", "update", "delete", "export", "import", "assign", "transition", "override"]
Scope = Literal["own", "team", "team_below", "region", "all"]
AppRight = Literal["build", "publish", "people", "audit", "history_import", "simulate"]


class Permission(Element):
    """What a role may do with an entity.

    ``scope`` narrows the records, ``when`` narrows them further. ``hidden`` fields do not exist for the role,
    ``read_only`` ones cannot be written; ``only`` (when given) lists the only readable fields.
    """

    entity: EntityKey
    acts: Annotated[list[Act], PydanticField(min_length=1)]
    scope: Scope = "own"
    when: ActorCondition | None = None
    hidden: list[FieldKey] = []
    read_only: list[FieldKey] = []
    only: list[FieldKey] | None = None


class Role(Labelled):
    """A set of permissions that people hold."""

    rights: list[AppRight] = []
    permissions: Annotated[list[Permission], PydanticField(max_length=400)] = []
