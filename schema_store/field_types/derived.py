"""Values that the system gives: numbers by rule, formulas, roll-ups, scores. Nobody types them."""

from __future__ import annotations

from typing import Any, TypeVar

from schema_store.document.fields import BaseField, CodeField, FormulaField, RollupField, ScoreField
from schema_store.field_types import refusals
from schema_store.field_types.base import (
    Capability,
    ColumnSpec,
    Conversion,
    FieldValueError,
    Refusal,
    Surroundings,
)
from schema_store.field_types.common import Common, is_empty

D = TypeVar("D", bound=BaseField)


class _Derived(Common[D]):
    """Refuses what is typed and what would be converted."""

    refusals = {"unique": refusals.COMPUTED_UNIQUE}

    def decode(self, spec: D, around: Surroundings, wire: Any) -> Any:
        """Nothing but empty; ``computed``."""
        if is_empty(wire):
            return None
        raise FieldValueError("computed")

    def convert_from(self, old: BaseField, new: D, around: Surroundings) -> Conversion | Refusal:
        """Never: the values are computed anew."""
        return refusals.DERIVED


class CodeType(_Derived[CodeField]):
    """A number given by a rule (:mod:`schema_store.field_types.codes`), always unique."""

    key = "code"
    spec = CodeField
    refusals = {}


class FormulaType(_Derived[FormulaField]):
    """Computed from the record; one that looks at the time is not stored."""

    key = "formula"
    spec = FormulaField

    def columns(self, spec: FormulaField, around: Surroundings) -> tuple[ColumnSpec, ...]:
        """The result; none when it is volatile."""
        return () if around.volatile else super().columns(spec, around)

    def refusal(self, spec: FormulaField, around: Surroundings, capability: Capability) -> Refusal | None:
        """A volatile one has no index."""
        if capability == "index" and around.volatile:
            return refusals.VOLATILE
        return super().refusal(spec, around, capability)


class RollupType(_Derived[RollupField]):
    """One aggregate over children, stored."""

    key = "rollup"
    spec = RollupField


class ScoreType(_Derived[ScoreField]):
    """Points, written by a score model."""

    key = "score"
    spec = ScoreField
