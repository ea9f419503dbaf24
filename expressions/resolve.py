"""Names to fields, variables and actor words."""

from __future__ import annotations

from dataclasses import dataclass

from expressions.env import Env, FieldInfo
from expressions.literals import nearest
from expressions.nodes import Name
from expressions.problems import Problem, Span
from expressions.registry import REGISTRY
from expressions.typed import ActorWord, Field, Typed, Variable
from expressions.types import Kind, Type, list_of, reference, text

#: Characters of a key (entity, field, option, role).
KEY_LENGTH = 63

#: The actor's words and their types; ``user``, ``team``, ``region`` are the platform's own trees.
ACTOR_WORDS: dict[str, Type] = {
    "me": reference("user"),
    "my_team": reference("team"),
    "my_teams": list_of(reference("team")),
    "my_region": reference("region"),
    "my_regions": list_of(reference("region")),
    "my_roles": list_of(text(KEY_LENGTH)),
}


class Unresolved(Exception):
    """A name that means nothing here; never leaves the checker."""

    def __init__(self, code: str, span: Span, **params: str):
        super().__init__(code)
        self.problem = Problem(code, span, {key: value for key, value in params.items() if value})


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a name stands.

    Attributes:
        entity: whose fields plain names are.
        outer: inside an aggregate the entity of the record itself.
        inside: whether it is inside an aggregate.
    """

    entity: str | None
    outer: str | None = None
    inside: bool = False


def resolve(name: Name, scope: Scope, env: Env) -> Typed:
    """What ``name`` means.

    Raises:
        Unresolved: nothing, or nothing that may be named here.
    """
    first = name.parts[0]
    if first == "this" and len(name.parts) > 1:
        if not scope.inside:
            raise Unresolved("expr.this_outside", name.span, use=".".join(name.parts[1:]))
        return _field(name.parts[1:], scope.outer, name.span, env, outer=True)
    if len(name.parts) == 1:
        if env.actor and first in ACTOR_WORDS:
            return ActorWord(first, ACTOR_WORDS[first], name.span)
        if first in env.variables and not _has_field(scope.entity, first, env):
            return Variable(first, env.variables[first], name.span)
    return _field(name.parts, scope.entity, name.span, env, outer=False)


def _has_field(entity: str | None, key: str, env: Env) -> bool:
    return entity is not None and entity in env.entities and key in env.entities[entity].fields


def _field(parts: tuple[str, ...], entity: str | None, span: Span, env: Env, *, outer: bool) -> Field:
    entities: list[str] = []
    info: FieldInfo | None = None
    for index, part in enumerate(parts):
        if info is not None:
            entity = _next_entity(info, parts[:index], span, env)
        if entity is None or not _has_field(entity, part, env):
            raise _unknown(parts, index, entity, span, env)
        entities.append(entity)
        info = env.entities[entity].fields[part]
    assert info is not None
    return Field(parts, tuple(entities), info.type, span, outer)


def _next_entity(info: FieldInfo, reached: tuple[str, ...], span: Span, env: Env) -> str:
    written = ".".join(reached)
    if info.type.kind == Kind.RECORDS:
        raise Unresolved("expr.to_many", span, name=written)
    entity = info.type.entity
    if info.type.kind != Kind.REFERENCE or entity is None or entity not in env.entities:
        raise Unresolved("expr.not_a_relation", span, name=written)
    return entity


def _unknown(parts: tuple[str, ...], index: int, entity: str | None, span: Span, env: Env) -> Unresolved:
    name = parts[index]
    if index == 0 and len(parts) == 1:
        if name in ACTOR_WORDS:
            return Unresolved("expr.actor_not_allowed", span, name=name)
        if REGISTRY.get(name) is not None and name.isupper():
            return Unresolved("expr.function_name", span, name=name, use=f"{name}(…)")
    known = list(env.entities[entity].fields) if entity is not None and entity in env.entities else []
    if index == 0:
        if len(parts) > 1 and name in env.variables:
            return Unresolved("expr.not_a_relation", span, name=name)
        known += env.variables
        known += ACTOR_WORDS if env.actor else ()
    return Unresolved(
        "expr.unknown_name", span, name=".".join(parts[: index + 1]), nearest=nearest(name, known)
    )
