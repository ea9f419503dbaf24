"""Scores and calculations to their compiled form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Literal

from expressions.literals import parse_duration
from expressions.measure import walk
from expressions.program import Program, generate_function
from expressions.typed import Aggregate, Apply, Field
from expressions.types import Kind
from schema_store.compile.programs import Programs, require_id
from schema_store.compiled.fading import Fading, Window
from schema_store.compiled.scoring import (
    CompiledBand,
    CompiledCalculation,
    CompiledFactor,
    CompiledInput,
    CompiledLine,
    CompiledScore,
)
from schema_store.document.fields import (
    BaseField,
    BooleanField,
    DateField,
    DecimalField,
    IntegerField,
    MoneyField,
    PercentField,
    ScoreField,
    TextField,
)
from schema_store.document.scoring import Band, Calculation, Factor, Input, Score
from schema_store.field_types import FIELD_TYPES
from schema_store.field_types.base import Surroundings


def compile_score(score: Score, programs: Programs) -> CompiledScore:
    """A score whose document has no errors."""
    factors = tuple(_factor(factor, programs) for factor in score.factors)
    field = programs.analysis.lookup.fields[score.entity][score.field]
    name = score.entity, score.field
    derivation = programs.analysis.derivation
    used = [each for factor in factors for each in (factor.condition, factor.per) if each is not None]
    return CompiledScore(
        id=require_id(score),
        key=score.key,
        label=score.label,
        entity=score.entity,
        field=score.field,
        band_field=score.band_field,
        scale=field.scale if isinstance(field, ScoreField) else 0,
        minimum=_decimal(score.minimum),
        maximum=_decimal(score.maximum),
        factors=factors,
        bands=tuple(_band(band) for band in score.bands),
        reads=frozenset().union(*(program.checked.fields for program in used)),
        is_volatile=name in derivation.volatile,
        windows=tuple(_windows(used)),
        timed=_timed(used, any(source in derivation.volatile for source in derivation.graph[name])),
    )


def _windows(used: Iterable[Program]) -> Iterator[Window]:
    for program in used:
        for node in walk(program.checked.root):
            if isinstance(node, Aggregate) and node.window is not None:
                yield window_of(node)


def window_of(node: Aggregate) -> Window:
    """The moving window of an aggregate that has one."""
    assert node.window is not None
    assert node.time is not None
    is_date = node.time.type.kind is Kind.DATE
    condition = node.condition
    if condition is not None and any(isinstance(each, Field) and each.outer for each in walk(condition)):
        condition = None
    function = generate_function(condition) if condition is not None else None
    return Window(".".join(node.source.path), ".".join(node.time.path), is_date, node.window, function)


def _timed(used: Iterable[Program], reads_volatile: bool) -> Literal["day", "hour"] | None:
    """How often to look: each day for what day it is, each hour for what time it is."""
    words = {node.entry for each in used for node in walk(each.checked.root) if isinstance(node, Apply)}
    if "NOW" in words or reads_volatile:
        return "hour"
    return "day" if "TODAY" in words else None


def _fading(factor: Factor, programs: Programs) -> Fading | None:
    half_life = parse_duration(factor.half_life) if factor.half_life else None
    per = programs.find(factor, "per")
    if half_life is None or per is None:
        return None
    node = per.checked.root
    assert isinstance(node, Aggregate)
    value = generate_function(node.value) if node.value is not None else None
    return Fading(window_of(node), half_life, value, per.checked)


def _factor(factor: Factor, programs: Programs) -> CompiledFactor:
    return CompiledFactor(
        id=require_id(factor),
        key=factor.key,
        label=factor.label,
        points=Decimal(factor.points),
        condition=programs.find(factor, "condition"),
        per=programs.find(factor, "per"),
        cap=_decimal(factor.cap),
        fading=_fading(factor, programs),
    )


def _band(band: Band) -> CompiledBand:
    return CompiledBand(
        require_id(band), band.key, band.label, _decimal(band.lower), band.exclusive, band.strategy
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def compile_calculation(calculation: Calculation, programs: Programs) -> CompiledCalculation:
    """A calculation whose document has no errors."""
    return CompiledCalculation(
        id=require_id(calculation),
        key=calculation.key,
        label=calculation.label,
        entity=calculation.entity,
        inputs=tuple(_input(item, programs) for item in calculation.inputs),
        lines=tuple(
            CompiledLine(
                require_id(line), line.key, line.label, programs.get(line, "expression"), line.expression
            )
            for line in calculation.lines
        ),
        result=calculation.result,
        scale=calculation.scale,
    )


def _input(item: Input, programs: Programs) -> CompiledInput:
    settings = programs.analysis.document.settings
    spec = _field_like(item)
    return CompiledInput(
        id=require_id(item),
        key=item.key,
        label=item.label,
        type=programs.analysis.environments.input_type(item),
        required=item.required,
        program=programs.find(item, "expression"),
        spec=spec,
        kind=FIELD_TYPES.of(spec),
        around=Surroundings(settings.currency, tuple(settings.locales), zone=settings.zone),
    )


def _field_like(item: Input) -> BaseField:
    """A field that takes the same values as an input."""
    common: dict[str, Any] = {"key": item.key, "label": item.label}
    match item.type:
        case "decimal":
            return DecimalField(type="decimal", scale=item.scale, **common)
        case "money":
            return MoneyField(type="money", scale=min(item.scale, 4), **common)
        case "percent":
            return PercentField(type="percent", scale=min(max(item.scale, 2), 8), **common)
        case "integer":
            return IntegerField(type="integer", **common)
        case "text":
            return TextField(type="text", **common)
        case "date":
            return DateField(type="date", **common)
        case "boolean":
            return BooleanField(type="boolean", **common)
