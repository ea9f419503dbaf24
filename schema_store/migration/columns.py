"""Which column each part of a field shall live in: one that stays, one that comes back, or a new one.

Nothing is altered in place: another storage form, another target or another meaning of the values is another column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from schema_store.document.fields import BaseField, MoneyField
from schema_store.field_types import FIELD_TYPES
from schema_store.field_types.base import Conversion, Surroundings
from schema_store.layout import ColumnLayout, TableLayout, fresh_name
from schema_store.migration.shape import Shape, WantedColumn, WantedTable
from schema_store.tables import system_columns

Origin = Literal["kept", "revived", "new"]

#: Attributes that the meaning of stored values depends on.
_MEANING = ("scale", "digits", "length", "currency", "result", "country")
#: Attributes that the derived parts of a field depend on.
_DERIVING = ("normalise", "country")


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a wanted column lives.

    Attributes:
        wanted: what the document asks for.
        column: as it stands before constraints: what is new or comes back takes null.
        origin: whether it stays, comes back, or is new.
        source: the column in use so far, whose values must move here; None where there is none.
    """

    wanted: WantedColumn
    column: ColumnLayout
    origin: Origin
    source: ColumnLayout | None = None


@dataclass(frozen=True, slots=True)
class Fields:
    """One field as it was and as it shall be."""

    old: BaseField
    old_around: Surroundings
    new: BaseField
    around: Surroundings

    @property
    def is_same(self) -> bool:
        """Whether nothing differs that the meaning of stored values depends on."""
        return not self._differs("type", *_MEANING)

    @property
    def keeps_values(self) -> bool:
        """Whether stored values mean the same before and after, each of them."""
        if self.is_same:
            return True
        found = FIELD_TYPES.of(self.new).convert_from(self.old, self.new, self.around)
        return isinstance(found, Conversion) and found.lossless

    @property
    def keeps_parts(self) -> bool:
        """Whether the derived parts stay what they are."""
        return not self._differs(*_DERIVING) and self.keeps_values

    def _differs(self, *names: str) -> bool:
        return any(getattr(self.old, name, None) != getattr(self.new, name, None) for name in names)


def fields_in_both(old: Shape, new: Shape) -> Mapping[str, Fields]:
    """The fields that both documents have, by id."""

    def pair(key: str, spec: BaseField) -> Fields:
        around, was = new.around[key], old.around[key]
        return Fields(_resolved(old.fields[key], was), was, _resolved(spec, around), around)

    return {key: pair(key, spec) for key, spec in new.fields.items() if key in old.fields}


def _resolved(spec: BaseField, around: Surroundings) -> BaseField:
    """An amount names its currency, so that another one of the workspace is another meaning."""
    if isinstance(spec, MoneyField) and spec.currency is None:
        return spec.model_copy(update={"currency": around.currency})
    return spec


def place_columns(
    wanted: WantedTable, table: TableLayout | None, both: Mapping[str, Fields]
) -> tuple[Placed, ...]:
    """The column for everything that an entity wants of its table (None: there is none yet)."""
    have = table or TableLayout(wanted.entity, "")
    taken = {c.name for c in have.columns} | {c.name for c in system_columns()}
    placed: list[Placed] = []
    replaced = {w.owner for w in wanted.columns if w.part == "" and not _stays(w, have, both)}
    for column in wanted.columns:
        one = _place(column, have, both, taken, column.owner in replaced)
        taken.add(one.column.name)
        placed.append(one)
    return tuple(placed)


def _stays(wanted: WantedColumn, table: TableLayout, both: Mapping[str, Fields]) -> bool:
    have = table.column(wanted.owner, wanted.part)
    if have is None or not _fits(wanted, have):
        return False
    if wanted.owner not in both:
        return True
    fields = both[wanted.owner]
    if wanted.part:
        return fields.keeps_parts
    # A column that was retired by a change of type may hold what did not convert then: it comes back.
    return fields.is_same or (fields.keeps_values and not any(_retired(wanted, table)))


def _fits(wanted: WantedColumn, column: ColumnLayout) -> bool:
    same = (column.field, column.part, column.type) == (wanted.owner, wanted.part, wanted.type)
    return same and column.references == wanted.target


def _place(
    wanted: WantedColumn, table: TableLayout, both: Mapping[str, Fields], taken: set[str], replaced: bool
) -> Placed:
    have = table.column(wanted.owner, wanted.part)
    if have is not None and not replaced and _stays(wanted, table, both):
        return Placed(wanted, have, "kept")
    last = max(_retired(wanted, table), key=lambda column: column.retired or 0, default=None)
    if last is not None:
        return Placed(wanted, last, "revived", have)
    name = fresh_name(wanted.key, wanted.owner, wanted.part, taken)
    made = ColumnLayout(
        field=wanted.owner,
        part=wanted.part,
        name=name,
        type=wanted.type,
        references=wanted.target,
        on_delete=wanted.on_delete,
    )
    return Placed(wanted, made, "new", have)


def _retired(wanted: WantedColumn, table: TableLayout) -> Iterator[ColumnLayout]:
    return (c for c in table.columns if c.retired is not None and _fits(wanted, c))
