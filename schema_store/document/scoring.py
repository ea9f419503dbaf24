"""Scores, calculations and the tables they look values up in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field as PydanticField

from schema_store.document.base import (
    Condition,
    DecimalText,
    DurationText,
    EntityKey,
    Expr,
    FieldKey,
    Key,
    Labelled,
    LocaleText,
    Model,
    NumberExpression,
    Ref,
)


class Factor(Labelled):
    """Points for one thing: ``points`` when ``condition`` holds, times ``per`` where that is given.

    ``cap`` bounds what this factor can give (its size, also when negative); ``half_life`` lets points earned by
    events fade.
    """

    points: DecimalText
    condition: Condition | None = None
    per: NumberExpression | None = None
    cap: DecimalText | None = None
    half_life: DurationText | None = None


class Band(Labelled):
    """A range of scores: from ``lower`` (inclusive) up to the next band; the first may leave ``lower`` out.

    ``exclusive`` puts the bound itself into the band below: ``lower 85 exclusive`` means "above 85".
    """

    lower: DecimalText | None = None
    exclusive: bool = False
    colour: Annotated[str | None, PydanticField(pattern=r"^[a-z]{2,20}$")] = None
    strategy: LocaleText | None = None


class Score(Labelled):
    """A points model: the sum of its factors is written to ``field``, the band's key to ``band_field``."""

    entity: EntityKey
    field: FieldKey
    band_field: FieldKey | None = None
    minimum: DecimalText | None = None
    maximum: DecimalText | None = None
    factors: Annotated[list[Factor], PydanticField(min_length=1, max_length=60)]
    bands: Annotated[list[Band], PydanticField(max_length=20)] = []


class TierRow(Model):
    """From this value on (inclusive) this rate."""

    start: DecimalText
    rate: DecimalText


class TierTable(Labelled):
    """A table for ``TIER``; rows in rising order."""

    rows: Annotated[list[TierRow], PydanticField(min_length=1, max_length=100)]


class Input(Labelled):
    """A value a calculation is given; ``expression`` takes it from a record of the calculation's entity."""

    type: Literal["boolean", "integer", "decimal", "money", "percent", "text", "date"]
    scale: Annotated[int, PydanticField(ge=0, le=10)] = 2
    required: bool = True
    expression: Annotated[
        str | None, PydanticField(min_length=1, max_length=4_000), Expr("any", "record")
    ] = None


class Line(Labelled):
    """A named step of a calculation; may name inputs and the lines before it."""

    expression: Annotated[str, PydanticField(min_length=1, max_length=4_000), Expr("any", "inputs")]


class Calculation(Labelled):
    """Named lines, e.g. a rebate; the value of line ``result`` is the answer, rounded half-up to ``scale``."""

    entity: EntityKey | None = None
    inputs: Annotated[list[Input], PydanticField(max_length=40)] = []
    lines: Annotated[list[Line], PydanticField(min_length=1, max_length=60)]
    result: Annotated[Key, Ref("line", "calculation")]
    scale: Annotated[int, PydanticField(ge=0, le=10)] = 2
