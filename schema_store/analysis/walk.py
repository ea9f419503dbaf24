"""A walk over a document that finds every element, every expression and every key reference.

Nothing here knows a model by name: what to look at follows from the annotations (``Expr`` and ``Ref`` markers,
nested models), analysed once per class.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Annotated, Any, Union, get_args, get_origin

from schema_store.document.base import Element, Expr, Model, Ref
from schema_store.document.entities import Entity
from schema_store.document.fields import BaseField


@dataclass(slots=True, eq=False)
class Place:
    """A model where it stands.

    Attributes:
        pointer: JSON Pointer of the model.
        model: the model itself.
        parent: the enclosing place; None for the document.
        entity: key of the entity whose record is in reach here; None where there is none.
    """

    pointer: str
    model: Model
    parent: Place | None
    entity: str | None

    @property
    def id(self) -> str | None:
        """The id of the nearest element, itself included."""
        for place in self.ancestry():
            if isinstance(place.model, Element):
                return place.model.id
        return None

    def ancestry(self) -> Iterator[Place]:
        """This place, then outward to the document."""
        place: Place | None = self
        while place is not None:
            yield place
            place = place.parent

    def nearest(self, kind: type[Model]) -> Place | None:
        """The nearest enclosing place (itself included) whose model is a ``kind``."""
        return next((place for place in self.ancestry() if isinstance(place.model, kind)), None)


@dataclass(frozen=True, slots=True)
class ExpressionSite:
    """An expression of the document.

    Attributes:
        pointer: of the text.
        text: the expression.
        mark: what the vocabulary says of it.
        place: the model it belongs to.
        slot: the reference that stands as its key, where it is a member of a dictionary (``values``).
    """

    pointer: str
    text: str
    mark: Expr
    place: Place
    slot: ReferenceSite | None = None


@dataclass(frozen=True, slots=True)
class ReferenceSite:
    """A key that names another element.

    Attributes:
        pointer: of the key (of the member it is the key of, where ``is_member`` is set).
        value: the key.
        mark: what it names.
        place: the model it belongs to.
        is_member: whether it is the key of a dictionary's member.
    """

    pointer: str
    value: str
    mark: Ref
    place: Place
    is_member: bool = False


@dataclass
class Walk:
    """All that was found, in the order of the document."""

    places: list[Place] = field(default_factory=list)
    expressions: list[ExpressionSite] = field(default_factory=list)
    references: list[ReferenceSite] = field(default_factory=list)

    def of(self, *kinds: type[Model]) -> Iterator[Place]:
        """The places whose model is one of ``kinds``."""
        classes = {kind for kind in self._classes if issubclass(kind, kinds)}
        return (place for place in self.places if type(place.model) in classes)

    @cached_property
    def _classes(self) -> set[type[Model]]:
        return {type(place.model) for place in self.places}


@dataclass(frozen=True, slots=True)
class _Nested:
    """A model, of whatever class it turns out to be."""


@dataclass(frozen=True, slots=True)
class _Many:
    item: _Shape


@dataclass(frozen=True, slots=True)
class _Members:
    key: Ref | None
    item: _Shape | None


_Shape = _Nested | _Many | _Members | Expr | Ref


def _shape(annotation: Any) -> _Shape | None:
    """What of a value with this annotation is worth a visit."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        marks = [mark for mark in arguments[1:] if isinstance(mark, (Expr, Ref))]
        return marks[0] if marks else _shape(arguments[0])
    if origin in (Union, types.UnionType):
        return next((shape for argument in arguments if (shape := _shape(argument))), None)
    if origin is list:
        item = _shape(arguments[0])
        return _Many(item) if item else None
    if origin is dict:
        return _members(*arguments)
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return _Nested()
    return None


def _members(key: Any, item: Any) -> _Members | None:
    name, shape = _shape(key), _shape(item)
    if name is None and shape is None:
        return None
    return _Members(name if isinstance(name, Ref) else None, shape)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to look at in one class: ``(attribute, step of the pointer, shape)``; where its scope comes from."""

    parts: tuple[tuple[str, str, _Shape], ...]
    scope: str | None


@cache
def _plan(kind: type[Model]) -> _Plan:
    parts = []
    for name, info in kind.model_fields.items():
        marks = [mark for mark in info.metadata if isinstance(mark, (Expr, Ref))]
        shape = marks[0] if marks else _shape(info.annotation)
        if shape is not None:
            parts.append((name, "/" + (info.alias or name), shape))
    return _Plan(tuple(parts), _scope(kind, {name: shape for name, _, shape in parts}))


def _scope(kind: type[Model], shapes: dict[str, _Shape]) -> str | None:
    """The attribute that names the entity in reach; a field's own ``entity`` is its target, not a scope."""
    if issubclass(kind, Entity):
        return "key"
    named = shapes.get("entity")
    is_scope = isinstance(named, Ref) and named.kind == "entity" and not issubclass(kind, BaseField)
    return "entity" if is_scope else None


def walk(document: Model) -> Walk:
    """Everything that ``document`` (or a part of it) holds."""
    found = Walk()
    _model(document, "", None, None, found)
    return found


def _model(model: Model, pointer: str, parent: Place | None, entity: str | None, found: Walk) -> None:
    plan = _plan(type(model))
    if plan.scope is not None:
        entity = getattr(model, plan.scope)
    place = Place(pointer, model, parent, entity)
    found.places.append(place)
    values = model.__dict__
    for name, step, shape in plan.parts:
        value = values[name]
        if value:
            _value(value, pointer + step, shape, place, found)


def _value(value: Any, pointer: str, shape: _Shape, place: Place, found: Walk) -> None:
    if isinstance(shape, _Nested):
        _model(value, pointer, place, place.entity, found)
    elif isinstance(shape, _Many):
        for index, item in enumerate(value):
            _value(item, f"{pointer}/{index}", shape.item, place, found)
    elif isinstance(shape, Ref):
        found.references.append(ReferenceSite(pointer, value, shape, place))
    elif isinstance(shape, Expr):
        found.expressions.append(ExpressionSite(pointer, value, shape, place))
    else:
        _dictionary(value, pointer, shape, place, found)


def _dictionary(value: dict[str, Any], pointer: str, shape: _Members, place: Place, found: Walk) -> None:
    for key, item in value.items():
        inner = f"{pointer}/{escape(key)}"
        slot = ReferenceSite(inner, key, shape.key, place, True) if shape.key else None
        if slot:
            found.references.append(slot)
        if isinstance(shape.item, Expr):
            found.expressions.append(ExpressionSite(inner, item, shape.item, place, slot))
        elif shape.item is not None:
            _value(item, inner, shape.item, place, found)


def escape(step: str) -> str:
    """A step of a JSON Pointer (RFC 6901)."""
    return step.replace("~", "~0").replace("/", "~1")
