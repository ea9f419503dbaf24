"""Refusals as data, for the runs that they stop. No values: who reads a run may not be the one who may read them."""

from __future__ import annotations

from typing import Any

from runtime.refusals import FieldReadOnly, GateClosed, Invalid, Refused, UniqueTaken


def refusal_shape(refusal: Refused) -> dict[str, Any]:
    """``{code, fields?, errors?, unmet?}``: fields by key, errors by field and code, what a gate asks for."""
    shape: dict[str, Any] = {"code": refusal.code}
    match refusal:
        case Invalid(errors=errors):
            shape["errors"] = [{"field": error.field, "code": error.code} for error in errors]
        case GateClosed(unmet=unmet):
            shape["unmet"] = [
                {"key": each.key, "kind": each.kind, "label": dict(each.label)} for each in unmet
            ]
        case FieldReadOnly(fields=fields) | UniqueTaken(fields=fields):
            shape["fields"] = list(fields)
    return shape
