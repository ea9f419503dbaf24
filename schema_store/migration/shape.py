"""What tables a document asks for, named by ids; where they are is the :class:`~schema_store.layout.Layout`'s."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from expressions.types import Type
from schema_store.analysis.analysis import Analysis
from schema_store.document import AppDocument
from schema_store.document.entities import Entity
from schema_store.document.fields import BaseField, LinksField, OnDelete, ReferenceField
from schema_store.field_types import FIELD_TYPES
from schema_store.field_types.base import ColumnSpec, Surroundings
from schema_store.indexes import WantedIndex, indexes_of
from schema_store.layout import storage_type

#: Written by the platform, not by people: what they hold for existing rows is computed after the switch.
DERIVED = frozenset({"formula", "rollup", "score"})
COMPUTED = DERIVED | {"code"}


@dataclass(frozen=True, slots=True)
class WantedColumn:
    """A column that a field of the document needs; ``owner`` is the field's id, ``target`` an entity's."""

    owner: str
    key: str
    part: str
    type: Type
    nullable: bool
    target: str | None = None
    on_delete: OnDelete | None = None


@dataclass(frozen=True, slots=True)
class WantedLink:
    """A many-to-many field: ids of the field and of the entities on its two sides."""

    owner: str
    key: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class WantedTable:
    """A table that an entity needs."""

    entity: str
    key: str
    columns: tuple[WantedColumn, ...] = ()
    indexes: tuple[WantedIndex, ...] = ()


@dataclass(frozen=True)
class Shape:
    """All that a document asks for.

    Attributes:
        fields: every field by id.
        owners: the entity of every field, by the field's id.
        around: what each field type needs to know, by the field's id.
    """

    tables: Mapping[str, WantedTable] = field(default_factory=dict)
    links: Mapping[str, WantedLink] = field(default_factory=dict)
    fields: Mapping[str, BaseField] = field(default_factory=dict)
    owners: Mapping[str, Entity] = field(default_factory=dict)
    around: Mapping[str, Surroundings] = field(default_factory=dict)


def shape_of(document: AppDocument) -> Shape:
    """The tables that a document asks for. Its references by key must be sound (its checks see to that)."""
    ids = {entity.key: known(entity.id) for entity in document.entities}
    fields = {known(spec.id): (entity, spec) for entity in document.entities for spec in entity.fields}
    analysis = Analysis(document)
    volatile = (
        analysis.derivation.volatile
    )  # what looks at the time has no column: it is computed when it is read
    around = {
        key: replace(
            analysis.environments.around(entity.key, spec), volatile=(entity.key, spec.key) in volatile
        )
        for key, (entity, spec) in fields.items()
    }
    tables, links = {}, {}
    for entity in document.entities:
        columns = [c for spec in entity.fields for c in _columns(spec, around[known(spec.id)], ids)]
        stored = {(column.owner, column.part): column.type for column in columns}
        wanted = indexes_of(document, entity, stored, around)
        tables[known(entity.id)] = WantedTable(known(entity.id), entity.key, tuple(columns), wanted)
        for spec in entity.fields:
            if isinstance(spec, LinksField):
                owner = known(spec.id)
                links[owner] = WantedLink(owner, spec.key, known(entity.id), ids[spec.entity])
    specs = {key: spec for key, (_, spec) in fields.items()}
    return Shape(tables, links, specs, {key: entity for key, (entity, _) in fields.items()}, around)


def dangling_references(document: AppDocument) -> list[ReferenceField | LinksField]:
    """Fields that refer to an entity that the document does not have."""
    keys = {entity.key for entity in document.entities}
    return [
        spec
        for entity in document.entities
        for spec in entity.fields
        if isinstance(spec, ReferenceField | LinksField) and spec.entity not in keys
    ]


def known(element_id: str | None) -> str:
    """An id that must be there: documents come here with all ids filled in."""
    if element_id is None:
        raise ValueError("the document has elements without id; fill them in with schema_store.ids.with_ids")
    return element_id


def _columns(spec: BaseField, around: Surroundings, ids: Mapping[str, str]) -> Iterator[WantedColumn]:
    kind = FIELD_TYPES.of(spec)
    for column in kind.columns(spec, around):
        is_needed = spec.required and column.part == "" and kind.key not in COMPUTED
        yield WantedColumn(
            owner=known(spec.id),
            key=spec.key,
            part=column.part,
            type=storage_type(column.type),
            nullable=not is_needed,
            target=ids[column.references] if column.references else None,
            on_delete=_on_delete(spec, column),
        )


def _on_delete(spec: BaseField, column: ColumnSpec) -> OnDelete | None:
    if column.references is None:
        return None
    return spec.on_delete if isinstance(spec, ReferenceField) else "restrict"
