"""Conversions to their compiled form."""

from __future__ import annotations

from schema_store.analysis.walk import escape
from schema_store.compile.programs import Programs, require_id
from schema_store.compiled.conversions import CompiledConversion, CompiledTarget, CompiledValue
from schema_store.document.conversions import Conversion, ConversionTarget


def compile_conversion(conversion: Conversion | None, programs: Programs) -> CompiledConversion | None:
    """The conversion of an entity whose document has no errors."""
    if conversion is None:
        return None
    targets = tuple(_target(target, programs) for target in conversion.targets)
    return CompiledConversion(
        require_id(conversion), conversion.key, conversion.label, conversion.stage, targets
    )


def _target(target: ConversionTarget, programs: Programs) -> CompiledTarget:
    return CompiledTarget(
        id=require_id(target),
        key=target.key,
        label=target.label,
        entity=target.target,
        values=tuple(_value(target, key, programs) for key in target.values),
        links=dict(target.links),
        match=target.match,
        source_field=target.source_field,
        optional=target.optional,
    )


def _value(target: ConversionTarget, key: str, programs: Programs) -> CompiledValue:
    program = programs.get(target, f"values/{escape(key)}")
    field = programs.analysis.lookup.fields[target.target].get(key)
    kind = None if field is None else programs.analysis.environments.type_of(target.target, field)
    return CompiledValue(key, kind or program.type, program)
