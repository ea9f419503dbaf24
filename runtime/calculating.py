"""Calculations on demand: from inputs that are given, or that a record has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from expressions.typed import Value
from runtime.access import Access
from runtime.computed.rows import Rows
from runtime.loading import want_of
from runtime.query import get
from runtime.query.explaining import is_open
from runtime.refusals import FieldError, Forbidden, NotFound, require_valid
from schema_store.compiled.scoring import CalculationResult, CompiledCalculation
from schema_store.field_types.base import FieldValueError
from schema_store.wire import to_wire


def calculate(
    connection: Connection,
    access: Access,
    now: datetime,
    key: str,
    inputs: Mapping[str, Any],
    record_id: UUID | None,
) -> dict[str, Any]:
    """``{"value": …, "lines": [{"key", "label", "expression", "value"}]}``.

    Args:
        connection: inside a transaction.
        access: of the actor.
        now: the moment.
        key: of the calculation.
        inputs: in wire form; they stand over what the record has.
        record_id: the record that gives the other inputs.

    Raises:
        NotFound: no such calculation, or the record is not readable.
        Forbidden: an input comes from something that the actor may not read.
        Invalid: inputs that are unknown, missing, or no values of their type.
    """
    calculation = access.served.app.calculations.get(key)
    if calculation is None or not any(access.readable(entity) for entity in access.served.app.entities):
        raise NotFound
    context = access.served.app.context(now, access.values)
    taken: dict[str, Value] = {}
    if record_id is not None:
        taken = _take(connection, access, now, calculation, record_id)
    result = calculation.evaluate(taken | _decoded(calculation, inputs, taken), context)
    return said(calculation, result)


def said(calculation: CompiledCalculation, result: CalculationResult) -> dict[str, Any]:
    """A result with its lines, in wire form: ``{"value": …, "lines": [{"key", "label", "expression", "value"}]}``."""
    lines = [
        {
            "key": line.key,
            "label": line.label,
            "expression": line.text,
            "value": to_wire(result.lines[line.key]),
        }
        for line in calculation.lines
    ]
    return {"value": to_wire(result.value), "lines": lines}


def _take(
    connection: Connection, access: Access, now: datetime, calculation: CompiledCalculation, record_id: UUID
) -> dict[str, Value]:
    """The inputs that a readable record gives."""
    entity = calculation.entity
    if entity is None:
        raise NotFound
    get(connection, access, now, entity, record_id, fields=("id",))
    trees = [item.program.checked for item in calculation.inputs if item.program is not None]
    if not all(is_open(access, checked) for checked in trees):
        raise Forbidden
    paths = frozenset[tuple[str, ...]]().union(*(checked.fields for checked in trees))
    context = access.served.app.context(now, access.values)
    want = want_of(access.served.app, entity, paths | {("id",)})
    row = Rows(connection, access.served, context).load(want, [record_id])[record_id]
    return calculation.take(row, context)


def _decoded(
    calculation: CompiledCalculation, inputs: Mapping[str, Any], taken: Mapping[str, Value]
) -> dict[str, Value]:
    """The values of the inputs that were given.

    Raises:
        Invalid: unknown ones, ones that are no values of their type, needed ones that are not there.
    """
    known = {item.key: item for item in calculation.inputs}
    errors = [FieldError(f"/inputs/{name}", "unknown_field") for name in inputs if name not in known]
    values: dict[str, Value] = {}
    for key, item in known.items():
        if key not in inputs and taken.get(key) is not None:
            continue
        try:
            values[key] = item.decode(inputs.get(key))
        except FieldValueError as error:
            params = {word: str(value) for word, value in error.params.items()}
            errors.append(FieldError(f"/inputs/{key}", error.code, params))
    require_valid(errors)
    return values
