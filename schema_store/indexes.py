"""Which indexes a document asks for: by what its views, boards, scopes, relations, rules and metrics filter or sort."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from expressions.nodes import Binary, Call, ListOf, Logic, Name, Node, Unary
from expressions.parser import check_syntax
from expressions.types import Kind, Type
from schema_store.document import AppDocument
from schema_store.document.entities import Entity, MatchField
from schema_store.document.fields import BaseField
from schema_store.field_types import FIELD_TYPES
from schema_store.field_types.base import Surroundings
from schema_store.system import SYSTEM_FIELDS

#: A part of a field (its id and the part), or a system column (``("", name)``).
Part = tuple[str, str]
_ID: Part = ("", "id")
_CREATED: Part = ("", "created_at")
#: Fields with few values, many records to each.
_CHOICES = frozenset({"option", "stage"})
_SYSTEM = {field.name: ("", field.column) for field in SYSTEM_FIELDS if field.name}
#: Kinds of value that a condition picks few records by; a text or an amount in one seldom does.
_PICKED = frozenset({Kind.OPTION, Kind.DATE, Kind.INSTANT})


@dataclass(frozen=True, slots=True)
class WantedIndex:
    """An index over parts of fields (``(field id, part)``) and system columns (``("", name)``)."""

    parts: tuple[Part, ...]
    unique: bool


def indexes_of(
    document: AppDocument, entity: Entity, stored: Mapping[Part, Type], around: Mapping[str, Surroundings]
) -> tuple[WantedIndex, ...]:
    """The indexes of an entity's table, each once.

    Args:
        document: all of it.
        entity: one of its own.
        stored: the columns of its fields, with what they store.
        around: what each field type needs to know, by the field's id.
    """
    return tuple(dict.fromkeys(_Indexes(document, entity, stored, around).all()))


class _Indexes:
    def __init__(
        self,
        document: AppDocument,
        entity: Entity,
        stored: Mapping[Part, Type],
        around: Mapping[str, Surroundings],
    ):
        self.document, self.entity, self.stored, self.around = document, entity, stored, around
        self.fields = {field.key: field for field in entity.fields}

    def all(self) -> Iterator[WantedIndex]:
        """Every index, some more than once."""
        # One's own records, the newest first, are the list that is asked for most.
        yield WantedIndex((("", "owner_id"), _CREATED, _ID), False)
        yield WantedIndex((_CREATED, _ID), False)
        yield from self._of_fields()
        yield from self._of_rules()
        for key in self._sorted():
            yield from _index([self.sorts(key), _ID], False)
        for key in self._picked():
            yield from self._picking(key)

    def _of_fields(self) -> Iterator[WantedIndex]:
        for field in self.entity.fields:
            main = (_id(field), "")
            if getattr(field, "unique", False) or field.type == "code":
                yield from _index([self.compares(field.key)], True)
            if main in self.stored and self.stored[main].kind is Kind.REFERENCE:
                yield WantedIndex((main, _ID), False)
            if field.type == "stage":
                yield from self._picking(field.key)
            elif field.indexed:
                yield from _index([self.sorts(field.key), _ID], False)

    def _of_rules(self) -> Iterator[WantedIndex]:
        for unique in self.entity.uniques:
            yield from _index([self.compares(key) for key in unique.fields], True)
        for rule in self.entity.duplicates:
            for match in rule.fields:
                yield from _index([self.looks_up(match), _ID], False)
        for index in self.entity.indexes:
            yield from _index([*(self.sorts(key) for key in index.fields), _ID], False)

    def _sorted(self) -> Iterator[str]:
        """What lists are sorted by, and metrics placed in time by."""
        for view in self.document.views:
            if view.entity == self.entity.key:
                yield from (key.field for key in view.sort[:1])
        for metric in self.document.metrics:
            if metric.entity == self.entity.key and metric.source == "records" and metric.time:
                yield metric.time

    def _picked(self) -> Iterator[str]:
        """What boards are grouped by, and conditions of views, metrics and permissions pick records by."""
        for view in self.document.views:
            if view.entity == self.entity.key and view.group and self._is_picked(view.group):
                yield view.group
        for text in self._conditions():
            node, _ = check_syntax(text)
            for key in _names(node) if node else ():
                if self._is_picked(key):
                    yield key

    def _picking(self, key: str) -> Iterator[WantedIndex]:
        """Records of one option or stage come the newest first, out of one index; of a time in its own order."""
        newest_first = [_CREATED] if self.fields[key].type in _CHOICES else []
        yield from _index([self.sorts(key), *newest_first, _ID], False)

    def _is_picked(self, key: str) -> bool:
        field = self.fields.get(key)
        if field is None or (_id(field), "") not in self.stored:
            return False
        return field.type in _CHOICES or self.stored[_id(field), ""].kind in _PICKED

    def _conditions(self) -> Iterator[str]:
        for view in self.document.views:
            if view.entity == self.entity.key and view.filter:
                yield view.filter
        for metric in self.document.metrics:
            if metric.entity == self.entity.key and metric.source == "records" and metric.filter:
                yield metric.filter
        for role in self.document.roles:
            for permission in role.permissions:
                if permission.entity == self.entity.key and permission.when:
                    yield permission.when

    def sorts(self, key: str) -> Part | None:
        """The part of a field that lists are sorted by, where an index can hold it."""
        field = self.fields.get(key)
        if field is None:
            return _SYSTEM.get(key)
        part = (_id(field), "sort") if (_id(field), "sort") in self.stored else (_id(field), "")
        return part if part in self.stored and self._is_indexable(field) else None

    def compares(self, key: str) -> Part | None:
        """The part of a field that ``unique`` and duplicates compare."""
        field = self.fields[key]
        part = (_id(field), "norm") if (_id(field), "norm") in self.stored else (_id(field), "")
        return part if part in self.stored else None

    def looks_up(self, match: MatchField) -> Part | None:
        """The part of a field by which a rule of duplicates finds records: equal sort keys stand for equal texts."""
        field = self.fields[match.field]
        part = (_id(field), "sort")
        is_text = match.match == "exact" and match.normalise == "text" != getattr(field, "normalise", None)
        return part if is_text and part in self.stored else self.compares(match.field)

    def _is_indexable(self, field: BaseField) -> bool:
        return FIELD_TYPES.of(field).refusal(field, self.around[_id(field)], "index") is None


def _id(field: BaseField) -> str:
    if field.id is None:
        raise ValueError("the document has elements without id; fill them in with schema_store.ids.with_ids")
    return field.id


def _index(parts: list[Part | None], unique: bool) -> Iterator[WantedIndex]:
    if None not in parts:
        yield WantedIndex(tuple(dict.fromkeys(part for part in parts if part is not None)), unique)


def _names(node: Node) -> Iterator[str]:
    """The record's own fields that a condition names; what stands behind a dot belongs to another table."""
    match node:
        case Name(parts=(key,)):
            yield key
        case Name(parts=(relation, *_)):
            yield relation
        case _:
            for part in _below(node):
                yield from _names(part)


def _below(node: Node) -> Iterable[Node]:
    match node:
        case Call():
            # No index over a field serves a function of it, and what an aggregate names belongs to its children.
            return ()
        case Unary():
            return (node.operand,)
        case Binary():
            return (node.left, node.right)
        case Logic() | ListOf():
            return node.items
        case _:
            return ()
