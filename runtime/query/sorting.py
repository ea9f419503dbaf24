"""Order and place: sort keys that put nulls last on both databases, and the rows behind a place (keyset)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from expressions.storage import column_type
from expressions.types import Kind, Type
from runtime.access import Access
from runtime.query.columns import SYSTEM_TYPES
from runtime.query.live import is_live, live_name
from runtime.refusals import BadQuery, FieldError
from schema_store.pinyin import SORT_LENGTH
from schema_store.wire import BadWire, from_wire, to_wire

#: Keys that a list may be sorted by.
MOST_KEYS = 5
_UNSORTED = frozenset({Kind.REFERENCE, Kind.RECORDS, Kind.LIST, Kind.JSON})


@dataclass(frozen=True, slots=True)
class SortKey:
    """A field to sort by; ``part`` is the column of it that is compared."""

    field: str
    descending: bool
    column: str
    type: Type
    nullable: bool


def parse_sort(access: Access, entity: str, text: str) -> tuple[SortKey, ...]:
    """The keys of ``-created_at,name``; the newest first where nothing is said.

    Raises:
        BadQuery: unknown or unreadable fields (the same bytes), fields that have no order, too many, one twice.
    """
    words = text.split(",") if text else ["-created_at" if "created_at" in access.readable(entity) else "-id"]
    if len(words) > MOST_KEYS:
        raise BadQuery("bad_request", [FieldError("/sort", "too_long", {"limit": str(MOST_KEYS)})])
    keys = tuple(_parse_key(access, entity, word.strip()) for word in words)
    if len({key.field for key in keys}) < len(keys):
        raise BadQuery("bad_request", [FieldError("/sort", "duplicate_word")])
    return keys


def _parse_key(access: Access, entity: str, word: str) -> SortKey:
    key = word.removeprefix("-")
    if key not in access.readable(entity):
        raise BadQuery("unknown_field", [FieldError("/sort", "unknown_field", {"name": key})])
    found = _sort_column(access, entity, key)
    if found is None:
        raise BadQuery("bad_request", [FieldError("/sort", "not_sortable", {"name": key})])
    return replace(found, descending=word.startswith("-"))


def _sort_column(access: Access, entity: str, key: str) -> SortKey | None:
    """How a readable field is sorted; None where it has no order."""
    served = access.served
    table = served.entity_table(entity)
    if key in SYSTEM_TYPES:
        is_place = key == "id" or SYSTEM_TYPES[key].kind is not Kind.REFERENCE
        return SortKey(key, False, key, SYSTEM_TYPES[key], False) if is_place else None
    field = served.app.entities[entity].fields[key]
    type_ = field.type
    if type_ is None or type_.kind in _UNSORTED or field.kind.refusal(field.spec, field.around, "sort"):
        return None
    if is_live(served, entity, key):
        return SortKey(key, False, live_name(served, entity, key), type_, True)
    part = "sort" if (key, "sort") in served.columns[entity] else ""
    name = served.column(entity, key, part)
    length = replace(type_, length=SORT_LENGTH) if part else type_
    return SortKey(key, False, name, length, bool(table.c[name].nullable))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the values of its last row's sort keys, and its id."""

    values: tuple[Any, ...]
    id: Any

    @property
    def nulls(self) -> tuple[bool, ...]:
        """Which of the values are null: the condition behind the place depends on it."""
        return tuple(value is None for value in self.values)

    def to_json(self) -> list[Any]:
        """What a cursor carries."""
        return [to_wire(self.id), *(to_wire(value) for value in self.values)]

    @classmethod
    def from_json(cls, data: Sequence[Any], keys: Sequence[SortKey]) -> Place:
        """The place of a cursor.

        Raises:
            BadQuery: it does not fit these keys, as when a field has changed its type since.
        """
        try:
            if len(data) != len(keys) + 1:
                raise BadWire("other keys")
            values = tuple(
                from_wire(wire, replace(key.type, options=None)) if wire != "" else ""
                for wire, key in zip(data[1:], keys, strict=True)
            )
            id_ = from_wire(data[0], SYSTEM_TYPES["id"])
        except BadWire as error:
            raise BadQuery("bad_cursor") from error
        return cls(values, id_)

    def parameters(self) -> dict[str, Any]:
        """Values of the binds of :func:`behind`."""
        return {"after_id": self.id, **{f"after_{n}": value for n, value in enumerate(self.values)}}


def order_by(
    keys: Sequence[SortKey], root: sa.FromClause, *, first_given: bool
) -> list[sa.ColumnElement[Any]]:
    """ORDER BY: nulls last whatever the direction, the id last, in the direction of the last key.

    With ``first_given`` the first key is known not to be null, so that an index over it serves as it stands.
    """
    order: list[sa.ColumnElement[Any]] = []
    for number, key in enumerate(keys):
        column = root.c[key.column]
        if key.nullable and not (number == 0 and first_given):
            order.append(column.is_(None))
        order.append(column.desc() if key.descending else column.asc())
    if keys[-1].field != "id":
        order.append(root.c.id.desc() if keys[-1].descending else root.c.id.asc())
    return order


def behind(
    keys: Sequence[SortKey], nulls: Sequence[bool], root: sa.FromClause, *, first_given: bool
) -> sa.ColumnElement[bool]:
    """The rows behind a place whose values are null where ``nulls`` says so.

    Where all keys go one way and none can be null this is one row comparison, which an index serves as a condition.
    """
    directions = {key.descending for key in keys}
    plain = all(not key.nullable or (number == 0 and first_given) for number, key in enumerate(keys))
    if len(directions) == 1 and plain:
        return _row_comparison(keys, root)
    return _stepwise(list(keys), list(nulls), root, 0)


def _row_comparison(keys: Sequence[SortKey], root: sa.FromClause) -> sa.ColumnElement[bool]:
    columns = [root.c[key.column] for key in keys]
    binds = [_bind(number, key) for number, key in enumerate(keys)]
    if keys[-1].field != "id":
        columns.append(root.c.id)
        binds.append(_bind_id())
    left, right = sa.tuple_(*columns), sa.tuple_(*binds)
    compared: sa.ColumnElement[bool] = left < right if keys[-1].descending else left > right
    return compared


def _stepwise(
    keys: list[SortKey], nulls: list[bool], root: sa.FromClause, number: int
) -> sa.ColumnElement[bool]:
    if number == len(keys):
        last = keys[-1]
        return root.c.id < _bind_id() if last.descending else root.c.id > _bind_id()
    key = keys[number]
    column = root.c[key.column]
    is_id = key.field == "id"
    rest = sa.false() if is_id else _stepwise(keys, nulls, root, number + 1)
    if nulls[number]:
        return sa.and_(column.is_(None), rest)
    bind = _bind(number, key)
    further = column < bind if key.descending else column > bind
    ways = [further, sa.and_(column == bind, rest)]
    if key.nullable:
        ways.append(column.is_(None))
    return sa.or_(*ways)


def _bind(number: int, key: SortKey) -> sa.ColumnElement[Any]:
    return sa.bindparam(f"after_{number}", type_=column_type(key.type))


def _bind_id() -> sa.ColumnElement[Any]:
    return sa.bindparam("after_id", type_=column_type(SYSTEM_TYPES["id"]))
