"""Roles to their compiled form."""

from __future__ import annotations

from schema_store.compile.programs import Programs, require_id
from schema_store.compiled.access import CompiledGrant, CompiledRole
from schema_store.document.access import Permission, Role


def compile_role(role: Role, programs: Programs) -> CompiledRole:
    """A role of a document that has no errors."""
    grants: dict[str, tuple[CompiledGrant, ...]] = {}
    for permission in role.permissions:
        grant = _grant(role, permission, programs)
        grants[grant.entity] = (*grants.get(grant.entity, ()), grant)
    return CompiledRole(
        id=require_id(role),
        key=role.key,
        label=role.label,
        rights=frozenset(role.rights),
        grants=grants,
    )


def _grant(role: Role, permission: Permission, programs: Programs) -> CompiledGrant:
    program = programs.find(permission, "when")
    return CompiledGrant(
        id=require_id(permission),
        key=permission.key,
        role=role.key,
        entity=permission.entity,
        acts=frozenset(permission.acts),
        scope=permission.scope,
        when=program.checked if program else None,
        text=permission.when,
        hidden=frozenset(permission.hidden),
        read_only=frozenset(permission.read_only),
        only=None if permission.only is None else frozenset(permission.only),
    )
