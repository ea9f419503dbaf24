"""Why a row is refused, as data that is kept with it; the sentence is made where it is read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from runtime.refusals import Duplicate, FieldReadOnly, GateClosed, Invalid, Refused, UniqueTaken

Json = dict[str, Any]
_MOST = 50


def refusal_errors(refusal: Refused) -> list[Json]:
    """The complaints of a refusal: ``{"column", "field", "code", "params"}``, and ``unmet`` or ``records``."""
    if isinstance(refusal, Invalid):
        return [_error(error.code, error.field, dict(error.params)) for error in refusal.errors[:_MOST]]
    if isinstance(refusal, GateClosed):
        return [_error(refusal.code, "", {}) | {"unmet": [asdict(each) for each in refusal.unmet]}]
    if isinstance(refusal, UniqueTaken | FieldReadOnly):
        return [_error(refusal.code, field, {"fields": field}) for field in refusal.fields]
    if isinstance(refusal, Duplicate):
        records = [id_ for match in refusal.matches for id_ in match.get("records", ())]
        return [_error(refusal.code, "", {}) | {"records": records}]
    return [_error(refusal.code, "", dict(refusal.params))]


def _error(code: str, field: str, params: Json) -> Json:
    return {"column": "", "field": field, "code": code, "params": params}


def with_columns(errors: list[Json], columns: dict[str, str]) -> list[Json]:
    """The complaints with the columns that their fields come from."""
    return [
        error if error["column"] else {**error, "column": columns.get(error["field"], "")} for error in errors
    ]
