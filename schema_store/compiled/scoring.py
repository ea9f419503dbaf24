"""Compiled scores and calculations, and how they are evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from expressions.arithmetic import EXACT, rescale, round_to
from expressions.context import Context
from expressions.program import Program, Row
from expressions.typed import Value
from expressions.types import Type
from schema_store.compiled.fading import Fading, Window, next_day, next_hour, window_changes
from schema_store.document.fields import BaseField
from schema_store.field_types.base import FieldType, FieldValueError, Surroundings

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CompiledFactor:
    """Points for one thing; see :class:`schema_store.document.scoring.Factor`."""

    id: str
    key: str
    label: Text
    points: Decimal
    condition: Program | None
    per: Program | None
    cap: Decimal | None
    fading: Fading | None

    def value(self, row: Row, context: Context) -> Decimal:
        """The points that a record gets; a condition or a multiplier that is null gives none."""
        if self.condition is not None and self.condition.eval(row, context) is not True:
            return Decimal(0)
        points = self.points
        if self.fading is not None:
            points = EXACT.multiply(points, self.fading.total(row, context))
        elif self.per is not None:
            times = self.per.eval(row, context)
            if not isinstance(times, int | Decimal):
                return Decimal(0)
            points = EXACT.multiply(points, Decimal(times))
        if self.cap is None:
            return points
        return max(-self.cap, min(self.cap, points))


@dataclass(frozen=True, slots=True)
class CompiledBand:
    """A range of scores; ``lower`` None: from below everything."""

    id: str
    key: str
    label: Text
    lower: Decimal | None
    exclusive: bool
    strategy: Text | None

    def is_reached(self, value: Decimal) -> bool:
        """Whether ``value`` lies at or above the start."""
        if self.lower is None:
            return True
        return value > self.lower if self.exclusive else value >= self.lower


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """A score with its reasons: points by factor, before the bounds."""

    value: int | Decimal
    band: str | None
    points: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class CompiledScore:
    """A points model.

    Attributes:
        field: the score field it writes; ``band_field`` gets the band's key.
        scale: digits behind the point of ``field``.
        reads: every path that a row must hold to be scored.
        is_volatile: whether time alone changes it (windows, decay, a volatile formula).
        windows: the moving windows that its factors count in.
        timed: ``day`` or ``hour``: how often it is looked at for what else time changes; None: there is nothing else.
    """

    id: str
    key: str
    label: Text
    entity: str
    field: str
    band_field: str | None
    scale: int
    minimum: Decimal | None
    maximum: Decimal | None
    factors: tuple[CompiledFactor, ...]
    bands: tuple[CompiledBand, ...]
    reads: frozenset[tuple[str, ...]]
    is_volatile: bool
    windows: tuple[Window, ...]
    timed: Literal["day", "hour"] | None

    def next_change(self, row: Row, context: Context) -> datetime | None:
        """The next moment at which time alone may change the score of a row; None: it stays as it is."""
        moments = list(window_changes(self.windows, row, context))
        for factor in self.factors:
            moments += factor.fading.changes(row, context) if factor.fading is not None else ()
        if self.timed is not None:
            moments.append(next_day(context) if self.timed == "day" else next_hour(context))
        return min(moments, default=None)

    def evaluate(self, row: Row, context: Context) -> ScoreResult:
        """Sum of the factors within the bounds, rounded half-up to the field's scale, and its band."""
        points = {factor.key: factor.value(row, context) for factor in self.factors}
        total = Decimal(0)
        for earned in points.values():
            total = EXACT.add(total, earned)
        total = total if self.minimum is None else max(total, self.minimum)
        total = total if self.maximum is None else min(total, self.maximum)
        value = rescale(round_to(total, self.scale), self.scale)
        band = next((band.key for band in reversed(self.bands) if band.is_reached(value)), None)
        return ScoreResult(value if self.scale else int(value), band, points)


@dataclass(frozen=True, slots=True)
class CompiledInput:
    """A value that a calculation is given; ``program`` takes it from a record."""

    id: str
    key: str
    label: Text
    type: Type
    required: bool
    program: Program | None
    spec: BaseField
    kind: FieldType[Any]
    around: Surroundings

    def decode(self, wire: object) -> Any:
        """The value of a JSON value.

        Raises:
            FieldValueError: as the field type of the same name; ``required`` when it is empty and must not be.
        """
        value = self.kind.decode(self.spec, self.around, wire)
        if value is None and self.required:
            raise FieldValueError("required")
        return value


@dataclass(frozen=True, slots=True)
class CompiledLine:
    """A named step of a calculation; ``text`` is its expression as the author wrote it."""

    id: str
    key: str
    label: Text
    program: Program
    text: str


@dataclass(frozen=True, slots=True)
class CalculationResult:
    """The answer, and every line by key in order."""

    value: Value
    lines: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class CompiledCalculation:
    """Named lines, e.g. a rebate; ``result`` is the line whose value, rounded to ``scale``, is the answer."""

    id: str
    key: str
    label: Text
    entity: str | None
    inputs: tuple[CompiledInput, ...]
    lines: tuple[CompiledLine, ...]
    result: str
    scale: int

    def take(self, row: Row, context: Context) -> dict[str, Value]:
        """The inputs that a record of the calculation's entity gives."""
        return {item.key: item.program.eval(row, context) for item in self.inputs if item.program is not None}

    def evaluate(self, inputs: Mapping[str, Value], context: Context) -> CalculationResult:
        """Every line in turn; an input that is not given is null."""
        variables: dict[str, Value] = {item.key: inputs.get(item.key) for item in self.inputs}
        inner = replace(context, variables=variables)
        lines: dict[str, Value] = {}
        for line in self.lines:
            lines[line.key] = variables[line.key] = line.program.eval({}, inner)
        answer = lines[self.result]
        if isinstance(answer, Decimal):
            answer = rescale(round_to(answer, self.scale), self.scale)
        return CalculationResult(answer, lines)
