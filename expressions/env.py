"""What an expression may name: entities with their fields, variables, the actor's words, tables, calendars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from expressions.types import Type


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field that may be named.

    Attributes:
        key: its key.
        type: its static type; ``reference`` makes a dotted path possible, ``records`` names children.
        inverse: for ``records``, the key of the child's reference field that points back here (None for a
            many-to-many link).
    """

    key: str
    type: Type
    inverse: str | None = None


@dataclass(frozen=True, slots=True)
class EntityInfo:
    """An entity that may be named.

    Attributes:
        key: its key.
        fields: by key, system fields (``id``, ``created_at``, ``owner_id`` as ``owner`` …) included.
        time_field: the date or instant that ``within=`` and ``LATEST`` look at when none is named.
    """

    key: str
    fields: Mapping[str, FieldInfo]
    time_field: str = "created_at"


@dataclass(frozen=True, slots=True)
class TierTable:
    """A table for ``TIER``: row *i* covers ``[start_i, start_{i+1})``, the last one everything above.

    Attributes:
        starts: strictly increasing lower bounds.
        rates: one per start.
    """

    starts: tuple[Decimal, ...]
    rates: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Env:
    """The names an expression may use.

    Attributes:
        entities: every entity that can be reached, by key; a field the actor may not read is simply not there.
        entity: the entity whose record the expression looks at; None where there is none (calculations).
        variables: other plain names and their types (inputs and earlier lines of a calculation).
        tables: tier tables by key.
        calendars: keys of the calendars that ``WORKDAYS`` may name.
        actor: whether the actor's words (``me`` …) may be used.
        currency: the workspace's currency.
    """

    entities: Mapping[str, EntityInfo] = field(default_factory=dict)
    entity: str | None = None
    variables: Mapping[str, Type] = field(default_factory=dict)
    tables: Mapping[str, TierTable] = field(default_factory=dict)
    calendars: frozenset[str] = frozenset()
    actor: bool = False
    currency: str = "CNY"
