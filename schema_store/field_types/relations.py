"""Links to records, people, teams and regions."""

from __future__ import annotations

import re
from typing import Any, TypeVar
from uuid import UUID

from expressions import types
from schema_store.document.fields import (
    BaseField,
    LinksField,
    ReferenceField,
    RegionField,
    TeamField,
    UserField,
)
from schema_store.field_types import refusals
from schema_store.field_types.base import ColumnSpec, Conversion, FieldValueError, Refusal, Surroundings
from schema_store.field_types.common import Common, is_empty, require_different, require_list
from schema_store.field_types.language import language_type_of

I = TypeVar("I", bound=BaseField)  # noqa: E741 - the letter of "id"
L = TypeVar("L", ReferenceField, LinksField)

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def require_uuid(wire: Any) -> UUID:
    """An id in its usual form of 36 characters.

    Raises:
        FieldValueError: ``wrong_type``, ``not_a_uuid``.
    """
    if not isinstance(wire, str):
        raise FieldValueError("wrong_type", wanted="id")
    if not _UUID.fullmatch(wire):
        raise FieldValueError("not_a_uuid")
    return UUID(wire)


def require_uuids(wire: Any, length: int) -> tuple[UUID, ...] | None:
    """Different ids, at most ``length``; None for an empty list.

    Raises:
        FieldValueError: ``wrong_type``, ``not_a_uuid``, ``too_many``, ``twice``.
    """
    return require_different([require_uuid(item) for item in require_list(wire, length)])


def ids_of(value: Any) -> tuple[UUID, ...]:
    """The ids in a value that is one or several."""
    return value if isinstance(value, tuple) else (value,)


class One(Common[I]):
    """One id."""

    def decode(self, spec: I, around: Surroundings, wire: Any) -> UUID | None:
        """An id; ``wrong_type``, ``not_a_uuid``. Whether it exists is asked by the writer."""
        return None if is_empty(wire) else require_uuid(wire)

    def adopt(self, kind: str, value: Any, new: I, around: Surroundings) -> Any:
        """The id; of several only when they are one."""
        ids = ids_of(value)
        if len(ids) != 1:
            raise FieldValueError("too_many", limit=1)
        return ids[0]

    def keeps(self, kind: str, old: BaseField, new: I, around: Surroundings) -> bool:
        """The same kind of thing."""
        return kind == self.key


def _same_entity(old: BaseField, new: ReferenceField | LinksField) -> bool:
    return isinstance(old, ReferenceField | LinksField) and old.entity == new.entity


class _Related(Common[L]):
    """References and links: only within one entity."""

    takes = frozenset({"reference", "links"})

    def conversion(self, kind: str, old: BaseField, new: L, around: Surroundings) -> Conversion | Refusal:
        """Refused between different entities."""
        if not _same_entity(old, new):
            return refusals.OTHER_ENTITY
        return super().conversion(kind, old, new, around)  # type: ignore[arg-type]  # mypy checks a mixed-in super per member


class ReferenceType(_Related[ReferenceField], One[ReferenceField]):
    """A link to one record."""

    key = "reference"
    spec = ReferenceField
    refusals = {"sort": refusals.SORTS_BY_ID}

    def columns(self, spec: ReferenceField, around: Surroundings) -> tuple[ColumnSpec, ...]:
        """A foreign key."""
        return (ColumnSpec("", language_type_of(spec, around), references=spec.entity),)


class LinksType(_Related[LinksField]):
    """Links to many records."""

    key = "links"
    spec = LinksField
    refusals = {
        "filter": refusals.LINK_TABLE,
        "sort": refusals.LINK_TABLE,
        "unique": refusals.LINK_TABLE,
        "index": refusals.LINK_TABLE,
    }

    def columns(self, spec: LinksField, around: Surroundings) -> tuple[ColumnSpec, ...]:
        """None: a table of its own."""
        return ()

    def decode(self, spec: LinksField, around: Surroundings, wire: Any) -> tuple[UUID, ...] | None:
        """Ids; the errors of :func:`require_uuids`."""
        return None if is_empty(wire) else require_uuids(wire, types.MAX_LIST)

    def adopt(self, kind: str, value: Any, new: LinksField, around: Surroundings) -> Any:
        """All the ids."""
        return ids_of(value) or None

    def keeps(self, kind: str, old: BaseField, new: LinksField, around: Surroundings) -> bool:
        """Everything that is taken."""
        return True


class _PlatformType(One[I]):
    """A person, team or region: no two kinds mix."""

    refusals = {"sort": refusals.SORTS_BY_ID, "unique": refusals.NOT_IDENTIFYING}


class UserType(_PlatformType[UserField]):
    """A person."""

    key = "user"
    spec = UserField
    takes = frozenset({"user"})


class TeamType(_PlatformType[TeamField]):
    """A team."""

    key = "team"
    spec = TeamField
    takes = frozenset({"team"})


class RegionType(_PlatformType[RegionField]):
    """A region."""

    key = "region"
    spec = RegionField
    takes = frozenset({"region"})
