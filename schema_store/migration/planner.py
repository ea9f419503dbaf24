"""Works out the operations that lead from the tables of one document to those of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from schema_store.document import AppDocument
from schema_store.field_types import FIELD_TYPES
from schema_store.field_types.base import FieldValueError
from schema_store.layout import IndexLayout, Layout, LinkLayout, TableLayout, fresh_name, index_name
from schema_store.migration.columns import Placed, fields_in_both, place_columns
from schema_store.migration.operations import (
    AddColumn,
    Convert,
    CreateIndex,
    CreateLinks,
    CreateTable,
    DropIndex,
    Fill,
    Operation,
    Recode,
    RetireColumn,
    RetireTable,
    ReviveColumn,
    ReviveTable,
    SetLinksRetired,
    SetNullable,
    SetOnDelete,
)
from schema_store.migration.recoding import Mapped, is_choosing, mapping_of, option_ids
from schema_store.migration.shape import COMPUTED, DERIVED, Shape, WantedTable, shape_of

_ORDER: tuple[type[Operation], ...] = (Recode, Convert, Fill)


class Planner:
    """Works out the operations; every step reads the shapes and the layout, none changes anything."""

    def __init__(
        self,
        old: AppDocument,
        new: AppDocument,
        layout: Layout,
        version: int,
        replacements: Mapping[str, str],
    ):
        self.documents = old, new
        self.layout, self.version, self.replacements = layout, version, replacements
        self.old: Shape = shape_of(old)
        self.new: Shape = shape_of(new)
        self.both = fields_in_both(self.old, self.new)
        self.placed = {
            key: place_columns(wanted, layout.find(key), self.both) for key, wanted in self.new.tables.items()
        }

    def operations(self) -> Iterator[Operation]:
        """All operations, in the order in which they can run."""
        yield from self._tables()
        for step in (self._columns, self._drop_indexes, self._relax, self._values, self._constraints):
            for key in self.new.tables:
                yield from step(key)
        for key in self.new.tables:
            yield from self._create_indexes(key)
        yield from self._links()
        yield from self._retire()

    def recompute(self) -> tuple[str, ...]:
        """Computed fields whose columns hold nothing yet."""
        return tuple(
            one.wanted.owner
            for placed in self.placed.values()
            for one in placed
            if one.origin != "kept" and one.wanted.part == "" and self._kind(one) in COMPUTED
        )

    def _kind(self, one: Placed) -> str:
        return FIELD_TYPES.of(self.new.fields[one.wanted.owner]).key

    def _tables(self) -> Iterator[Operation]:
        taken = {table.name for table in self.layout.tables} | {link.name for link in self.layout.links}
        for key, wanted in self.new.tables.items():
            have = self.layout.find(key)
            if have is None:
                name = fresh_name(wanted.key, key, "", taken)
                taken.add(name)
                columns = tuple(
                    replace(one.column, nullable=one.wanted.nullable)
                    for one in self.placed[key]
                    if one.wanted.target is None
                )
                yield CreateTable(key, name, columns)
            elif have.retired is not None:
                yield ReviveTable(key)

    def _columns(self, key: str) -> Iterator[Operation]:
        is_new = self.layout.find(key) is None
        for one in self.placed[key]:
            if one.origin == "revived":
                yield ReviveColumn(key, one.column.name, one.wanted.on_delete)
            elif one.origin == "new" and (not is_new or one.wanted.target is not None):
                fill = self._literal(one) if self._is_filled_by_database(one) else None
                yield AddColumn(key, replace(one.column, nullable=fill is None), fill)

    def _is_filled_by_database(self, one: Placed) -> bool:
        """A new required column with a literal default: the database's own default costs no rewrite."""
        is_plain = one.source is None and one.wanted.target is None and not one.wanted.nullable
        has_parts = sum(other.owner == one.wanted.owner for other in self._wanted(one).columns) > 1
        return is_plain and not has_parts and self._literal(one) is not None

    def _wanted(self, one: Placed) -> WantedTable:
        return next(t for t in self.new.tables.values() if one.wanted in t.columns)

    def _literal(self, one: Placed) -> Any:
        """The default of a field in wire form: its own, or the stage that records begin in.

        None as well where the field cannot hold it, which the checks of the document complain about.
        """
        wire = self._wire_default(one)
        spec, around = self.new.fields[one.wanted.owner], self.new.around[one.wanted.owner]
        try:
            value = FIELD_TYPES.of(spec).decode(spec, around, wire)
        except FieldValueError:
            return None
        return None if value is None else wire

    def _wire_default(self, one: Placed) -> Any:
        spec = self.new.fields[one.wanted.owner]
        if spec.default is None and self._kind(one) == "stage":
            entity = self.new.owners[one.wanted.owner]
            for pipeline in self.documents[1].pipelines:
                if (pipeline.entity, pipeline.field) == (entity.key, spec.key):
                    return pipeline.initial
        return spec.default

    def _target_indexes(self, key: str) -> tuple[IndexLayout, ...]:
        """The indexes that a table shall have, by the names of its columns."""
        names = {(one.wanted.owner, one.wanted.part): one.column.name for one in self.placed[key]}
        table = self._table_name(key)
        found = []
        for wanted in self.new.tables[key].indexes:
            columns = tuple(part if owner == "" else names[owner, part] for owner, part in wanted.parts)
            found.append(
                IndexLayout(
                    index_name(self.layout.schema, table, columns, wanted.unique), columns, wanted.unique
                )
            )
        return tuple(found)

    def _table_name(self, key: str) -> str:
        have = self.layout.find(key)
        if have is not None:
            return have.name
        return next(op.name for op in self._tables() if isinstance(op, CreateTable) and op.entity == key)

    def _present_indexes(self, key: str) -> tuple[IndexLayout, ...]:
        return (self.layout.find(key) or TableLayout(key, "")).indexes

    def _drop_indexes(self, key: str) -> Iterator[Operation]:
        target = self._target_indexes(key)
        return (DropIndex(key, index) for index in self._present_indexes(key) if index not in target)

    def _create_indexes(self, key: str) -> Iterator[Operation]:
        present = self._present_indexes(key)
        return (CreateIndex(key, index) for index in self._target_indexes(key) if index not in present)

    def _relax(self, key: str) -> Iterator[Operation]:
        for one in self.placed[key]:
            if one.origin == "kept" and one.wanted.nullable and not one.column.nullable:
                yield SetNullable(key, one.column.name, True)

    def _values(self, key: str) -> Iterator[Operation]:
        """Option keys first, then conversions, then defaults, which may look at the others."""
        if self.layout.find(key) is None:
            return
        found: list[Operation] = []
        for main in self.placed[key]:
            if main.wanted.part == "":
                parts = [o for o in self.placed[key] if o.wanted.owner == main.wanted.owner and o.wanted.part]
                found += self._field_values(key, main, parts)
        yield from sorted(found, key=lambda operation: _ORDER.index(type(operation)))

    def _field_values(self, key: str, main: Placed, parts: list[Placed]) -> Iterator[Operation]:
        owner, name = main.wanted.owner, main.column.name
        mapping = self._mapping(owner)
        every = tuple((part.wanted.part, part.column.name) for part in parts)
        stale = tuple((p.wanted.part, p.column.name) for p in parts if p.origin != "kept")
        if self._kind(main) in DERIVED:
            return
        if main.source is not None:
            yield Convert(key, owner, main.source.name, name, every, mapping, main.origin == "revived")
        elif mapping and main.origin == "kept":
            yield Recode(key, owner, name, mapping)
            stale = every
        if main.source is None and stale and main.origin != "new":
            yield Convert(key, owner, name, None, stale)
        if self._needs_fill(main):
            spec = self.new.fields[owner]
            literal = None if spec.default_expression else self._literal(main)
            yield Fill(key, owner, name, every, literal, spec.default_expression)

    def _needs_fill(self, main: Placed) -> bool:
        """Whether the column shall take no null, may hold some, and the field says what to put there."""
        spec = self.new.fields[main.wanted.owner]
        if main.wanted.nullable or (main.origin == "kept" and not main.column.nullable):
            return False
        has_default = spec.default_expression is not None or self._literal(main) is not None
        return has_default and not (main.origin == "new" and self._is_filled_by_database(main))

    def _mapping(self, owner: str) -> Mapped:
        if owner not in self.both:
            return ()
        fields = self.both[owner]
        if not (is_choosing(fields.old) and is_choosing(fields.new)):
            return ()
        old, new = self.documents
        return mapping_of(
            option_ids(old, self.old.owners[owner], fields.old),
            option_ids(new, self.new.owners[owner], fields.new),
            self.replacements,
        )

    def _constraints(self, key: str) -> Iterator[Operation]:
        is_new = self.layout.find(key) is None
        for one in self.placed[key]:
            is_loose = one.origin == "revived" or (one.origin == "kept" and one.column.nullable)
            if one.origin == "new":
                in_table = is_new and one.wanted.target is None
                is_loose = not in_table and not self._is_filled_by_database(one)
            if is_loose and not one.wanted.nullable:
                yield SetNullable(key, one.column.name, False)
            before, after = one.column.on_delete, one.wanted.on_delete
            if one.origin == "kept" and before is not None and after is not None and before != after:
                yield SetOnDelete(key, one.column.name, before, after)

    def _links(self) -> Iterator[Operation]:
        taken = {table.name for table in self.layout.tables} | {link.name for link in self.layout.links}
        taken |= {self._table_name(key) for key in self.new.tables}
        for owner, wanted in self.new.links.items():
            same = [
                link
                for link in self.layout.links
                if (link.field, link.source, link.target) == (owner, wanted.source, wanted.target)
            ]
            if any(link.retired is None for link in same):
                continue
            if same:
                yield SetLinksRetired(same[-1].name, None)
                continue
            name = fresh_name(wanted.key, owner, "", taken)
            taken.add(name)
            yield CreateLinks(LinkLayout(owner, name, wanted.source, wanted.target))

    def _retire(self) -> Iterator[Operation]:
        for link in self.layout.links:
            wanted = self.new.links.get(link.field)
            stays = wanted is not None and (wanted.source, wanted.target) == (link.source, link.target)
            if link.retired is None and not stays:
                yield SetLinksRetired(link.name, self.version)
        for table in self.layout.tables:
            if table.retired is not None:
                continue
            kept = {one.column.name for one in self.placed.get(table.entity, ())}
            for column in table.active:
                if column.name not in kept:
                    yield RetireColumn(table.entity, column.name, self.version)
            if table.entity not in self.new.tables:
                for index in table.indexes:
                    yield DropIndex(table.entity, index)
                yield RetireTable(table.entity, self.version)
