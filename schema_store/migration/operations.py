"""What can be done to the tables of an app, as data: no operation alters a value in place that it cannot explain,
none but a purge drops anything.

Each operation says what the layout is after it (``forwards``), which operation takes it back (``reverse``), and what
it does in a sentence (``describe``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from schema_store.document.fields import OnDelete
from schema_store.layout import ColumnLayout, IndexLayout, Layout, LinkLayout, TableLayout, with_column

Sentence = Mapping[str, str]
#: The version that retires what a reversed creation had made: none, it is taken back.
TAKEN_BACK = 0


class Step:
    """What every operation can say of itself."""

    __slots__ = ()

    def forwards(self, layout: Layout) -> Layout:
        """The layout after it."""
        return self._forwards(layout)

    def reverse(self) -> Operation | None:
        """The operation that takes it back; None where what it wrote goes out of use with its column."""
        return self._reverse()

    def describe(self) -> Sentence:
        """One sentence per locale (zh-CN and en)."""
        return self._describe()

    def _forwards(self, layout: Layout) -> Layout:
        return layout

    def _reverse(self) -> Operation | None:
        return None

    def _describe(self) -> Sentence:
        raise NotImplementedError  # the class is a base: every operation brings its own


@dataclass(frozen=True, slots=True)
class CreateTable(Step):
    """A table with the system columns and those of fields that refer to no table; the rest follows."""

    entity: str
    name: str
    columns: tuple[ColumnLayout, ...] = ()
    kind: Literal["create_table"] = "create_table"

    def _forwards(self, layout: Layout) -> Layout:
        return layout.with_table(TableLayout(self.entity, self.name, self.columns))

    def _reverse(self) -> Operation | None:
        return RetireTable(self.entity, TAKEN_BACK)

    def _describe(self) -> Sentence:
        return {"zh-CN": f"新建表 {self.name}", "en": f"Create table {self.name}"}


@dataclass(frozen=True, slots=True)
class RetireTable(Step):
    """A table goes out of use with all its rows; its foreign keys let go of what they hold."""

    entity: str
    version: int
    kind: Literal["retire_table"] = "retire_table"

    def _forwards(self, layout: Layout) -> Layout:
        return layout.with_table(replace(layout.table(self.entity), retired=self.version))

    def _reverse(self) -> Operation | None:
        return ReviveTable(self.entity)

    def _describe(self) -> Sentence:
        return {"zh-CN": "停用整张表（数据保留）", "en": "Retire the table (its rows stay)"}


@dataclass(frozen=True, slots=True)
class ReviveTable(Step):
    """A retired table comes back with its rows."""

    entity: str
    kind: Literal["revive_table"] = "revive_table"

    def _forwards(self, layout: Layout) -> Layout:
        return layout.with_table(replace(layout.table(self.entity), retired=None))

    def _reverse(self) -> Operation | None:
        return RetireTable(self.entity, TAKEN_BACK)

    def _describe(self) -> Sentence:
        return {"zh-CN": "恢复已停用的表", "en": "Bring the retired table back"}


@dataclass(frozen=True, slots=True)
class AddColumn(Step):
    """A new column; ``fill`` is the value in wire form that existing rows get, by a default of the database."""

    entity: str
    column: ColumnLayout
    fill: Any = None
    kind: Literal["add_column"] = "add_column"

    def _forwards(self, layout: Layout) -> Layout:
        return layout.with_table(with_column(layout.table(self.entity), self.column))

    def _reverse(self) -> Operation | None:
        return RetireColumn(self.entity, self.column.name, TAKEN_BACK)

    def _describe(self) -> Sentence:
        return {"zh-CN": f"新增列 {self.column.name}", "en": f"Add column {self.column.name}"}


@dataclass(frozen=True, slots=True)
class RetireColumn(Step):
    """A column goes out of use: it takes null, its foreign key no longer holds anything back, its values stay."""

    entity: str
    name: str
    version: int
    kind: Literal["retire_column"] = "retire_column"

    def _forwards(self, layout: Layout) -> Layout:
        table = layout.table(self.entity)
        column = table.named(self.name)
        rule: OnDelete | None = "clear" if column.references else None
        return layout.with_table(
            with_column(table, replace(column, nullable=True, on_delete=rule, retired=self.version))
        )

    def _reverse(self) -> Operation | None:
        return ReviveColumn(self.entity, self.name, None)

    def _describe(self) -> Sentence:
        return {
            "zh-CN": f"停用列 {self.name}（数据保留）",
            "en": f"Retire column {self.name} (its values stay)",
        }


@dataclass(frozen=True, slots=True)
class ReviveColumn(Step):
    """A retired column comes back with its values, taking null until told otherwise."""

    entity: str
    name: str
    on_delete: OnDelete | None
    kind: Literal["revive_column"] = "revive_column"

    def _forwards(self, layout: Layout) -> Layout:
        table = layout.table(self.entity)
        column = table.named(self.name)
        rule = self.on_delete or column.on_delete
        return layout.with_table(with_column(table, replace(column, on_delete=rule, retired=None)))

    def _reverse(self) -> Operation | None:
        return RetireColumn(self.entity, self.name, TAKEN_BACK)

    def _describe(self) -> Sentence:
        return {
            "zh-CN": f"恢复列 {self.name} 及其数据",
            "en": f"Bring column {self.name} back with its values",
        }


@dataclass(frozen=True, slots=True)
class SetNullable(Step):
    """A column takes null, or does not any more."""

    entity: str
    name: str
    nullable: bool
    kind: Literal["set_nullable"] = "set_nullable"

    def _forwards(self, layout: Layout) -> Layout:
        table = layout.table(self.entity)
        return layout.with_table(with_column(table, replace(table.named(self.name), nullable=self.nullable)))

    def _reverse(self) -> Operation | None:
        return SetNullable(self.entity, self.name, not self.nullable)

    def _describe(self) -> Sentence:
        if self.nullable:
            return {"zh-CN": f"列 {self.name} 允许为空", "en": f"Column {self.name} may be empty"}
        return {"zh-CN": f"列 {self.name} 不再允许为空", "en": f"Column {self.name} may not be empty"}


@dataclass(frozen=True, slots=True)
class SetOnDelete(Step):
    """What a foreign key does when its target goes."""

    entity: str
    name: str
    before: OnDelete
    after: OnDelete
    kind: Literal["set_on_delete"] = "set_on_delete"

    def _forwards(self, layout: Layout) -> Layout:
        table = layout.table(self.entity)
        return layout.with_table(with_column(table, replace(table.named(self.name), on_delete=self.after)))

    def _reverse(self) -> Operation | None:
        return SetOnDelete(self.entity, self.name, self.after, self.before)

    def _describe(self) -> Sentence:
        return {
            "zh-CN": f"列 {self.name} 的删除规则由 {self.before} 改为 {self.after}",
            "en": f"Foreign key of {self.name}: {self.after} instead of {self.before}",
        }


@dataclass(frozen=True, slots=True)
class CreateIndex(Step):
    """An index; a unique one looks at live records only."""

    entity: str
    index: IndexLayout
    kind: Literal["create_index"] = "create_index"

    def _forwards(self, layout: Layout) -> Layout:
        table = layout.table(self.entity)
        return layout.with_table(replace(table, indexes=(*table.indexes, self.index)))

    def _reverse(self) -> Operation | None:
        return DropIndex(self.entity, self.index)

    def _describe(self) -> Sentence:
        columns, word = ", ".join(self.index.columns), "Unique index" if self.index.unique else "Index"
        return {
            "zh-CN": f"为 {columns} 建{'唯一' if self.index.unique else ''}索引",
            "en": f"{word} over {columns}",
        }


@dataclass(frozen=True, slots=True)
class DropIndex(Step):
    """An index goes; it holds no values of its own."""

    entity: str
    index: IndexLayout
    kind: Literal["drop_index"] = "drop_index"

    def _forwards(self, layout: Layout) -> Layout:
        table = layout.table(self.entity)
        kept = tuple(index for index in table.indexes if index.name != self.index.name)
        return layout.with_table(replace(table, indexes=kept))

    def _reverse(self) -> Operation | None:
        return CreateIndex(self.entity, self.index)

    def _describe(self) -> Sentence:
        columns = ", ".join(self.index.columns)
        return {"zh-CN": f"删除 {columns} 上的索引", "en": f"Drop the index over {columns}"}


@dataclass(frozen=True, slots=True)
class CreateLinks(Step):
    """A new table of pairs."""

    link: LinkLayout
    kind: Literal["create_links"] = "create_links"

    def _forwards(self, layout: Layout) -> Layout:
        return layout.with_link(self.link)

    def _reverse(self) -> Operation | None:
        return SetLinksRetired(self.link.name, TAKEN_BACK)

    def _describe(self) -> Sentence:
        return {"zh-CN": f"新建关联表 {self.link.name}", "en": f"Create link table {self.link.name}"}


@dataclass(frozen=True, slots=True)
class SetLinksRetired(Step):
    """A table of pairs goes out of use (``version``) or comes back (None); its rows stay."""

    name: str
    version: int | None
    kind: Literal["set_links_retired"] = "set_links_retired"

    def _forwards(self, layout: Layout) -> Layout:
        link = next(link for link in layout.links if link.name == self.name)
        return layout.with_link(replace(link, retired=self.version))

    def _reverse(self) -> Operation | None:
        return SetLinksRetired(self.name, TAKEN_BACK if self.version is None else None)

    def _describe(self) -> Sentence:
        if self.version is None:
            return {"zh-CN": f"恢复关联表 {self.name}", "en": f"Bring link table {self.name} back"}
        return {
            "zh-CN": f"停用关联表 {self.name}（数据保留）",
            "en": f"Retire link table {self.name} (its rows stay)",
        }


@dataclass(frozen=True, slots=True)
class Convert(Step):
    """The values of a column become those of other columns, row by row.

    Attributes:
        source: the column with the values.
        target: the column of the new type; None where the value itself stays and only parts are derived anew.
        parts: columns of the derived parts, by part.
        mapping: option keys that become other keys first.
        revived: the target still holds what it held when it was retired. Where the source still is what that
            value was converted to then, the older value is the truer one and stays.
    """

    entity: str
    field: str
    source: str
    target: str | None
    parts: tuple[tuple[str, str], ...] = ()
    mapping: tuple[tuple[str, str | None], ...] = ()
    revived: bool = False
    kind: Literal["convert"] = "convert"

    def _describe(self) -> Sentence:
        target = self.target or ", ".join(name for _, name in self.parts)
        return {
            "zh-CN": f"把 {self.source} 的值逐行转换到 {target}",
            "en": f"Convert the values of {self.source} into {target}",
        }


@dataclass(frozen=True, slots=True)
class Fill(Step):
    """Empty values of a column get the field's default: a literal in wire form, or its expression per record."""

    entity: str
    field: str
    name: str
    parts: tuple[tuple[str, str], ...] = ()
    literal: Any = None
    expression: str | None = None
    kind: Literal["fill"] = "fill"

    def _describe(self) -> Sentence:
        value = self.expression if self.expression is not None else self.literal
        return {
            "zh-CN": f"为空的 {self.name} 填入默认值 {value}",
            "en": f"Fill empty {self.name} with {value}",
        }


@dataclass(frozen=True, slots=True)
class Recode(Step):
    """Option keys in a column become other keys (a rename), or nothing (None: the option was removed)."""

    entity: str
    field: str
    name: str
    mapping: tuple[tuple[str, str | None], ...]
    kind: Literal["recode"] = "recode"

    def _reverse(self) -> Operation | None:
        back = {new: old for old, new in self.mapping if new is not None}
        if len(back) < len(self.mapping):
            return None
        return Recode(self.entity, self.field, self.name, tuple(back.items()))

    def _describe(self) -> Sentence:
        pairs = ", ".join(f"{old} → {'∅' if new is None else new}" for old, new in self.mapping)
        return {
            "zh-CN": f"{self.name} 的选项值改写：{pairs}",
            "en": f"Rewrite options in {self.name}: {pairs}",
        }


Operation = (
    CreateTable
    | RetireTable
    | ReviveTable
    | AddColumn
    | RetireColumn
    | ReviveColumn
    | SetNullable
    | SetOnDelete
    | CreateIndex
    | DropIndex
    | CreateLinks
    | SetLinksRetired
    | Convert
    | Fill
    | Recode
)

OPERATIONS: TypeAdapter[tuple[Operation, ...]] = TypeAdapter(
    tuple[Annotated[Operation, Field(discriminator="kind")], ...]
)


def layout_after(layout: Layout, operations: tuple[Operation, ...]) -> Layout:
    """The layout when all operations are done."""
    for operation in operations:
        layout = operation.forwards(layout)
    return layout
