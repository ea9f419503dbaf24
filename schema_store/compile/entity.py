"""Entities to their compiled form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from schema_store.analysis.dependencies import FieldName, Refresh, components
from schema_store.analysis.derivation import graph_of
from schema_store.compile.conversions import compile_conversion
from schema_store.compile.programs import Programs, require_id
from schema_store.compiled.app import (
    CompiledChildren,
    CompiledCondition,
    CompiledDefault,
    CompiledDuplicate,
    CompiledEntity,
    CompiledField,
    CompiledFormula,
    CompiledUnique,
    CompiledValidation,
)
from schema_store.compiled.process import CompiledPipeline
from schema_store.compiled.scoring import CompiledScore
from schema_store.document.entities import Entity
from schema_store.document.fields import BaseField, CodeField, FormulaField, LinksField, RollupField
from schema_store.field_types import FIELD_TYPES

#: The scores of the app by the field they write.
Written = Mapping[FieldName, CompiledScore]


def compile_entity(
    entity: Entity, programs: Programs, scores: Written, pipelines: Sequence[CompiledPipeline]
) -> CompiledEntity:
    """An entity whose document has no errors."""
    return CompiledEntity(
        id=require_id(entity),
        key=entity.key,
        label=entity.label,
        plural=entity.plural or entity.label,
        name_field=entity.name_field,
        time_field=entity.time_field or "created_at",
        fields={field.key: _field(entity, field, programs, scores) for field in entity.fields},
        defaults=_defaults(entity, programs),
        derivation=_derivation(entity, programs, scores),
        validations=_validations(entity, programs),
        conditions=_conditions(entity, programs),
        duplicates=_duplicates(entity, programs),
        uniques=tuple(
            CompiledUnique(require_id(each), each.key, tuple(each.fields), each.message)
            for each in entity.uniques
        ),
        children=_children(entity, programs),
        pipelines=_by_field(pipelines),
        search_fields=tuple(entity.search_fields),
        refreshes=_refreshes(entity, programs),
        conversion=compile_conversion(entity.conversion, programs),
    )


def _field(entity: Entity, field: BaseField, programs: Programs, scores: Written) -> CompiledField:
    environments = programs.analysis.environments
    is_volatile = (entity.key, field.key) in programs.analysis.derivation.volatile
    return CompiledField(
        id=require_id(field),
        key=field.key,
        label=field.label,
        entity=entity.key,
        spec=field,
        kind=FIELD_TYPES.of(field),
        around=replace(environments.around(entity.key, field), volatile=is_volatile),
        type=environments.type_of(entity.key, field),
        computed=_computed(entity, field, scores),
        is_volatile=is_volatile,
    )


def _computed(
    entity: Entity, field: BaseField, scores: Written
) -> Literal["formula", "rollup", "score", "band", "code"] | None:
    if isinstance(field, FormulaField):
        return "formula"
    if isinstance(field, RollupField):
        return "rollup"
    if isinstance(field, CodeField):
        return "code"
    if (entity.key, field.key) in scores:
        return "score"
    is_band = any(score.entity == entity.key and score.band_field == field.key for score in scores.values())
    return "band" if is_band else None


def _defaults(entity: Entity, programs: Programs) -> tuple[CompiledDefault, ...]:
    """Computed defaults, each after those it reads."""
    derivation = programs.analysis.derivation
    fields = {field.key: field for field in entity.fields if field.default_expression}
    reading = {
        (entity.key, key): derivation.read(f"{programs.pointer(field)}/default_expression")
        for key, field in fields.items()
    }
    ordered = [name for members in components(graph_of(reading)) for name in members]
    found = []
    for _, key in ordered:
        kind = programs.analysis.environments.type_of(entity.key, fields[key])
        program = programs.get(fields[key], "default_expression")
        found.append(CompiledDefault(key, kind or program.type, program))
    return tuple(found)


def _derivation(
    entity: Entity, programs: Programs, scores: Written
) -> tuple[CompiledFormula | CompiledScore, ...]:
    fields = programs.analysis.lookup.fields[entity.key]
    found: list[CompiledFormula | CompiledScore] = []
    for owner, key in programs.analysis.derivation.order:
        if owner != entity.key:
            continue
        field = fields[key]
        if isinstance(field, FormulaField | RollupField):
            kind = programs.analysis.environments.type_of(owner, field)
            program = programs.get(field, "expression")
            found.append(CompiledFormula(key, kind or program.type, program, isinstance(field, RollupField)))
        elif (owner, key) in scores:
            found.append(scores[owner, key])
    return tuple(found)


def _validations(entity: Entity, programs: Programs) -> tuple[CompiledValidation, ...]:
    return tuple(
        CompiledValidation(
            require_id(rule), rule.key, rule.label, rule.message, rule.field, programs.get(rule, "condition")
        )
        for rule in entity.validations
    )


def _conditions(entity: Entity, programs: Programs) -> tuple[CompiledCondition, ...]:
    return tuple(
        CompiledCondition(require_id(each), each.key, each.field, each.effect, programs.get(each, "when"))
        for each in entity.conditions
    )


def _duplicates(entity: Entity, programs: Programs) -> tuple[CompiledDuplicate, ...]:
    return tuple(
        CompiledDuplicate(
            require_id(rule),
            rule.key,
            rule.label,
            tuple(rule.fields),
            programs.find(rule, "when"),
            rule.action,
        )
        for rule in entity.duplicates
    )


def _children(entity: Entity, programs: Programs) -> dict[str, CompiledChildren]:
    """The many sides that others declare here, and this entity's own links."""
    found = {
        field.key: CompiledChildren(field.key, field.entity, field.key, entity.key, True)
        for field in entity.fields
        if isinstance(field, LinksField)
    }
    for key, many in programs.analysis.lookup.children.get(entity.key, {}).items():
        is_link = isinstance(many.field, LinksField)
        found[key] = CompiledChildren(key, many.entity.key, many.field.key, many.entity.key, is_link)
    return found


def _by_field(pipelines: Sequence[CompiledPipeline]) -> dict[str, tuple[CompiledPipeline, ...]]:
    found: dict[str, list[CompiledPipeline]] = defaultdict(list)
    for pipeline in pipelines:
        found[pipeline.field].append(pipeline)
    return {field: tuple(each) for field, each in found.items()}


def _refreshes(entity: Entity, programs: Programs) -> dict[str, tuple[Refresh, ...]]:
    every = programs.analysis.derivation.refreshes
    return {key: refreshes for (owner, key), refreshes in every.items() if owner == entity.key}
