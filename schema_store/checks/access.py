"""Roles: permissions that contradict themselves, that nobody can use, entities that nobody may read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from expressions.measure import walk as walk_tree
from expressions.typed import ActorWord
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.walk import Place
from schema_store.diagnostics import Diagnostic
from schema_store.document.access import Permission, Role
from schema_store.document.entities import Entity
from schema_store.messages import diagnostic

#: Acts on records that must be seen first.
_NEEDS_READING = frozenset({"update", "delete", "export", "assign", "transition", "override"})


def check_access(analysis: Analysis) -> Iterator[Diagnostic]:
    """Permissions make sense in themselves, within their role, and cover the app."""
    readable: dict[str, set[str]] = defaultdict(set)
    for place in analysis.walk.of(Permission):
        permission, role = place.model, _role(place)
        assert isinstance(permission, Permission)
        yield from _contradictions(place, permission)
        if "read" in permission.acts:
            readable[permission.entity].add(role.key)
    for place in analysis.walk.of(Permission):
        yield from _unusable(place, readable)
    yield from _roles_in_conditions(analysis)
    if analysis.document.roles:
        for place in analysis.walk.of(Entity):
            assert isinstance(place.model, Entity)
            if not readable[place.model.key]:
                yield diagnostic("access.unreadable_entity", place, entity=place.model.key)


def _roles_in_conditions(analysis: Analysis) -> Iterator[Diagnostic]:
    """A condition that looks at roles could take away by one role what another gives: more roles never see less."""
    for place, finding in analysis.findings(Permission):
        nodes = walk_tree(finding.checked.root) if finding.checked else ()
        for node in nodes:
            if isinstance(node, ActorWord) and node.word == "my_roles":
                yield diagnostic("access.roles_in_when", place, finding.attribute, node.span)


def _role(place: Place) -> Role:
    owner = place.nearest(Role)
    assert owner is not None
    assert isinstance(owner.model, Role)
    return owner.model


def _contradictions(place: Place, permission: Permission) -> Iterator[Diagnostic]:
    only = permission.only
    for index, key in enumerate(permission.hidden):
        if only is not None and key in only:
            yield diagnostic("access.only_and_hidden", place, f"/hidden/{index}", field=key)
    for index, key in enumerate(permission.read_only):
        if key in permission.hidden or (only is not None and key not in only):
            yield diagnostic("access.read_only_unseen", place, f"/read_only/{index}", field=key)
    if only is not None and not only and "read" in permission.acts:
        yield diagnostic("access.nothing_readable", place, "/only")
    for index, act in enumerate(permission.acts):
        if act in permission.acts[:index]:
            yield diagnostic("access.act_twice", place, f"/acts/{index}", act=act)


def _unusable(place: Place, readable: dict[str, set[str]]) -> Iterator[Diagnostic]:
    """Acts on records that the role never sees."""
    permission, role = place.model, _role(place)
    assert isinstance(permission, Permission)
    if role.key in readable[permission.entity]:
        return
    acts = sorted(_NEEDS_READING & set(permission.acts))
    if acts:
        entity = permission.entity
        yield diagnostic(
            "access.unusable", place, "/acts", role=role.key, entity=entity, acts=", ".join(acts)
        )
