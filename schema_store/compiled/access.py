"""Compiled roles: what whoever holds them may do with records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from expressions.typed import Checked
from schema_store.document.access import Act, AppRight, Scope


@dataclass(frozen=True, slots=True)
class CompiledGrant:
    """A permission of a role.

    Attributes:
        id, key: of the permission.
        role: key of its role.
        entity: whose records it is about.
        acts: what may be done.
        scope: with which records, by their owner or region.
        when: what must be true of the record beside that; None: nothing more.
        text: ``when`` as the author wrote it.
        hidden: names (fields by key, system fields as expressions name them) that do not exist under this grant.
        read_only: names that cannot be written under it.
        only: the only fields that exist under it; None: all.
    """

    id: str
    key: str
    role: str
    entity: str
    acts: frozenset[Act]
    scope: Scope
    when: Checked | None = None
    text: str | None = None
    hidden: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    only: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class CompiledRole:
    """A role.

    Attributes:
        id, key, label: of the role.
        rights: beside records.
        grants: by entity, in the author's order.
    """

    id: str
    key: str
    label: Mapping[str, str]
    rights: frozenset[AppRight]
    grants: Mapping[str, tuple[CompiledGrant, ...]]
