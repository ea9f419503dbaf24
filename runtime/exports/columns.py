"""The columns of a file that goes out: for programs in wire form, for people with labels and names."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from expressions.types import Kind
from runtime.access import Access
from runtime.exports.cells import Out
from runtime.imports.targets import SYSTEM_LABELS
from runtime.imports.values import split_list
from runtime.query.finding import is_unique
from runtime.query.lookup import naming_fields, read_many
from runtime.unit import Unit
from schema_store.compiled.app import CompiledField
from schema_store.document.fields import (
    FormulaField,
    OptionField,
    OptionsField,
    RollupField,
    StageField,
    TranslatedTextField,
)
from schema_store.system import PLATFORM_ENTITIES, SYSTEM_FIELDS

Json = dict[str, Any]
#: Names of records by entity and id.
Names = Mapping[str, Mapping[str, str]]
Labels = Mapping[str, Mapping[str, str]]
#: Labels of the options of shared sets: by set, key, locale.
OptionSets = Mapping[str, Labels]
_SYSTEM = {field.column: field.type for field in SYSTEM_FIELDS}
_YES_NO = {"zh-CN": ("是", "否"), "en": ("yes", "no")}


@dataclass(frozen=True)
class ExportColumn:
    """A column.

    Attributes:
        key: of the field on the wire.
        header: what stands above it.
        target: the entity whose records its values name; None where they name none, or are given as ids.
        show: the cell of a wire value.
    """

    key: str
    header: str
    target: str | None
    show: Callable[[Any, Names], Out]


@dataclass(frozen=True)
class Style:
    """How values are shown.

    Attributes:
        labels: labels, names and local times instead of keys, ids and UTC.
        locale: of labels; of translated texts where ``only``.
        only: translated texts in this language instead of a column for each.
        zone: of the workspace.
        sets: labels of the options of shared sets, by set and key.
    """

    labels: bool
    locale: str
    only: bool
    zone: ZoneInfo
    sets: OptionSets


def columns_of(access: Access, entity: str, keys: Iterable[str], style: Style) -> list[ExportColumn]:
    """The columns of these fields, in their order."""
    fields = access.served.app.entities[entity].fields
    found: list[ExportColumn] = []
    for key in keys:
        field = fields.get(key)
        found += _of_system(key, style) if field is None else _of_field(access, field, style)
    return found


def _label(labels: Mapping[str, str], locale: str) -> str:
    return labels.get(locale) or next(iter(labels.values()), "")


def _of_system(key: str, style: Style) -> Iterator[ExportColumn]:
    kind = _SYSTEM[key].kind
    header = _label(SYSTEM_LABELS[key], style.locale) if style.labels else key
    if kind is Kind.REFERENCE and key != "id" and style.labels:
        yield ExportColumn(key, header, "user", _named("user"))
    elif kind is Kind.INSTANT and style.labels:
        yield ExportColumn(key, header, None, lambda wire, _names: local_time(wire, style.zone))
    else:
        yield ExportColumn(key, header, None, _plain)


def _of_field(access: Access, field: CompiledField, style: Style) -> Iterator[ExportColumn]:
    header = _label(field.label, style.locale) if style.labels else field.key
    if isinstance(field.spec, TranslatedTextField):
        for locale in [style.locale] if style.only else field.around.locales:
            name = header if style.only and style.labels else f"{header}@{locale}"
            yield ExportColumn(field.key, name, None, _in_locale(locale))
        return
    target = _target(field) if style.labels else None
    yield ExportColumn(field.key, header, target, _shown(access, field, style, target))


def _target(field: CompiledField) -> str | None:
    type_ = field.type
    if type_ is None or type_.kind not in (Kind.REFERENCE, Kind.RECORDS) or type_.entity == "file":
        return None
    return type_.entity


def _shown(
    access: Access, field: CompiledField, style: Style, target: str | None
) -> Callable[[Any, Names], Out]:
    kind = None if field.type is None else field.type.kind
    if target is not None:
        return _named(target)
    if field.type is not None and field.type.is_numeric:
        return _number
    if not style.labels:
        return _plain
    if kind is Kind.INSTANT:
        return lambda wire, _names: local_time(wire, style.zone)
    if kind is Kind.BOOLEAN:
        return lambda wire, _names: None if wire is None else _YES_NO[_known(style.locale)][not wire]
    labels = {
        key: _label(each, style.locale) for key, each in option_labels(access, field, style.sets).items()
    }
    return _with_labels(labels) if labels else _plain


def _known(locale: str) -> str:
    return locale if locale in _YES_NO else "en"


def option_labels(access: Access, field: CompiledField, sets: OptionSets) -> Labels:
    """The labels of the options of a field, by key and locale; empty for other fields."""
    spec = field.spec
    if isinstance(spec, StageField):
        pipelines = access.served.app.entities[field.entity].pipelines.get(field.key, ())
        return {stage.key: stage.label for pipeline in pipelines for stage in pipeline.stages.values()}
    if isinstance(spec, FormulaField | RollupField):
        return {option.key: option.label for option in spec.result.options}
    if not isinstance(spec, OptionField | OptionsField):
        return {}
    if spec.option_set is not None:
        return sets.get(spec.option_set, {})
    return {option.key: option.label for option in spec.options}


def _plain(wire: Any, _names: Names) -> Out:
    if isinstance(wire, list):
        return join_list([str(each) for each in wire])
    if isinstance(wire, dict):
        return json.dumps(wire, ensure_ascii=False, sort_keys=True)
    out: Out = wire
    return out


def _number(wire: Any, _names: Names) -> Out:
    return Decimal(wire) if isinstance(wire, str) else wire


def _in_locale(locale: str) -> Callable[[Any, Names], Out]:
    return lambda wire, _names: (wire or {}).get(locale)


def _with_labels(labels: Mapping[str, str]) -> Callable[[Any, Names], Out]:
    def show(wire: Any, _names: Names) -> Out:
        if isinstance(wire, list):
            return join_list([labels.get(key, key) for key in wire])
        return None if wire is None else labels.get(wire, wire)

    return show


def _named(target: str) -> Callable[[Any, Names], Out]:
    def show(wire: Any, names: Names) -> Out:
        known = names.get(target, {})
        if isinstance(wire, list):
            return join_list([known.get(id_, id_) for id_ in wire])
        return None if wire is None else known.get(wire, wire)

    return show


def join_list(members: Sequence[str]) -> str | None:
    """A list as one text that :func:`runtime.imports.values.split_list` takes apart again."""
    if not members:
        return None
    text = "; ".join(members)
    return text if split_list(text) == list(members) else json.dumps(members, ensure_ascii=False)


def local_time(wire: str | None, zone: ZoneInfo) -> str | None:
    """A moment in the workspace's zone, as people write it."""
    if wire is None:
        return None
    local = datetime.fromisoformat(wire).astimezone(zone).replace(tzinfo=None)
    return local.isoformat(sep=" ")


def names_of(unit: Unit, columns: Sequence[ExportColumn], records: Sequence[Json]) -> Names:
    """The names of the records that a page refers to, as far as they may be read (a statement per entity)."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for column in columns:
        if column.target is not None:
            for record in records:
                wire = record.get(column.key)
                wanted[column.target].update(wire if isinstance(wire, list) else [wire] if wire else ())
    return {entity: _names(unit, entity, ids) for entity, ids in wanted.items() if ids}


def _names(unit: Unit, entity: str, ids: set[str]) -> dict[str, str]:
    if entity in PLATFORM_ENTITIES:
        keys = ["name"]
    else:
        if not unit.access.can(entity, "read"):
            return {}
        keys = [_naming(unit, entity)]
    found = read_many(unit.connection, unit.access, unit.now, entity, {UUID(id_) for id_ in ids}, keys)
    return {str(id_): str(row[keys[0]]) for id_, row in found.items() if row.get(keys[0]) is not None}


def _naming(unit: Unit, entity: str) -> str:
    """The field that stands for a record: its name where that occurs once, else what tells it apart, else the name."""
    owner = unit.served.app.entities[entity]
    fields = naming_fields(unit.access, entity)
    unique = [field.key for field in fields if field.key == owner.name_field and is_unique(owner, field)]
    return (unique or [field.key for field in fields] or ["id"])[0]
