"""From changes to a plan: the operations on the tables, what they would lose, and how they are to be run.

Pure; :mod:`schema_store.migration.losses` counts, :mod:`schema_store.migration.apply` runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter

from schema_store.difference.changes import Change
from schema_store.difference.diff import diff, empty
from schema_store.document import AppDocument
from schema_store.layout import Layout
from schema_store.migration.operations import OPERATIONS, Operation, layout_after
from schema_store.migration.planner import Planner
from schema_store.migration.shape import Shape, dangling_references, shape_of


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that would be gone, or something that stands in the way.

    Attributes:
        id: stable; what somebody accepts.
        kind: ``field_removed entity_removed links_removed option_removed not_convertible shortened`` (can be
            accepted), ``required_missing option_needed not_unique entity_referenced`` (cannot).
        sentence: what would be lost, by locale.
        rows: how many records (pairs, for links).
        examples: ids of some of them.
        blocking: whether nobody can accept it: something must change first.
    """

    id: str
    kind: str
    sentence: Mapping[str, str]
    rows: int
    examples: tuple[str, ...] = ()
    blocking: bool = False


@dataclass(frozen=True)
class MigrationPlan:
    """What publishing would do to the tables.

    Attributes:
        old: the document that is served; None before the first version.
        new: the document to be served.
        version: the number it gets.
        changes: what differs.
        layout: the tables as they are.
        operations: in order.
        losses: counted by :func:`schema_store.migration.losses.count_losses`; empty before.
        rows: records per entity id in tables that are there, counted with the losses.
        recompute: ids of computed fields whose columns are new: their values are computed after the switch.
    """

    old: AppDocument | None
    new: AppDocument
    version: int
    changes: tuple[Change, ...]
    layout: Layout
    operations: tuple[Operation, ...]
    losses: tuple[Loss, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    recompute: tuple[str, ...] = ()

    @cached_property
    def shape(self) -> Shape:
        """The tables that the newer document asks for."""
        return shape_of(self.new)

    @cached_property
    def old_shape(self) -> Shape:
        """The tables that the older document asked for."""
        return shape_of(self.old or empty(self.new))

    @cached_property
    def new_layout(self) -> Layout:
        """The tables as they will be."""
        return layout_after(self.layout, self.operations)

    @property
    def is_blocked(self) -> bool:
        """Whether something stands in the way that nobody can accept."""
        return any(loss.blocking for loss in self.losses)

    def to_json(self) -> dict[str, Any]:
        """Operations and losses as plain JSON."""
        return {
            "version": self.version,
            "operations": OPERATIONS.dump_python(self.operations, mode="json"),
            "losses": _LOSSES.dump_python(self.losses, mode="json"),
            "recompute": list(self.recompute),
        }


_LOSSES = TypeAdapter(tuple[Loss, ...])


def plan(
    old: AppDocument | None,
    new: AppDocument,
    layout: Layout,
    version: int,
    replacements: Mapping[str, str] | None = None,
) -> MigrationPlan:
    """The plan that leads from ``old`` and its tables to ``new``.

    Args:
        old: what is served now, None before the first version.
        new: what shall be served; both have all ids.
        layout: the tables as they are (``Layout(schema_name(key))`` before the first version).
        version: the number that ``new`` gets; stands at what is retired.
        replacements: id of a removed option → id of the option that takes its place in stored values.
    """
    changes = tuple(diff(old, new))
    blocking = tuple(_referenced(new))
    if blocking:
        return MigrationPlan(old, new, version, changes, layout, (), blocking)
    planner = Planner(old or empty(new), new, layout, version, replacements or {})
    operations = tuple(planner.operations())
    return MigrationPlan(old, new, version, changes, layout, operations, recompute=planner.recompute())


def _referenced(new: AppDocument) -> Iterator[Loss]:
    """An entity that is not there cannot be referred to: nothing can be planned before that is settled."""
    for spec in dangling_references(new):
        sentence = {
            "zh-CN": f"字段『{word(spec.label, 'zh-CN')}』引用的实体 {spec.entity} 不存在，"
            "请先删除该字段或改为引用其他实体",
            "en": f"Field “{word(spec.label, 'en')}” refers to entity {spec.entity}, which is not there: "
            "remove the field or point it elsewhere first",
        }
        yield Loss(f"entity_referenced:{spec.id}", "entity_referenced", sentence, 0, blocking=True)


def word(label: Mapping[str, str], locale: str) -> str:
    """A label in a locale; where it has none there, whatever it has."""
    return label.get(locale) or next(iter(label.values()))
