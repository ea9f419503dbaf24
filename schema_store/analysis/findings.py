"""Expressions of a document after their check."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from expressions.checker import check
from expressions.env import Env
from expressions.parser import check_syntax
from expressions.problems import Problem
from expressions.typed import Checked
from expressions.types import Type
from schema_store.analysis.dependencies import FieldName
from schema_store.analysis.walk import ExpressionSite
from schema_store.document.access import Permission
from schema_store.document.fields import FormulaField, RollupField
from schema_store.document.surfaces import Metric, View

#: A checked tree or None, and the problems.
Outcome = tuple[Checked | None, tuple[Problem, ...]]


@dataclass(frozen=True, slots=True)
class Finding:
    """An expression of the document after its check.

    Attributes:
        site: where it stands.
        env: what it may name.
        checked: the checked tree; None when it has problems.
        problems: complaints about the text, in its order.
    """

    site: ExpressionSite
    env: Env
    checked: Checked | None
    problems: tuple[Problem, ...]

    @property
    def attribute(self) -> str:
        """Where in its model the text stands, e.g. ``/expression``."""
        return self.site.pointer[len(self.site.place.pointer) :]


def needs_database(finding: Finding, volatile: Collection[FieldName]) -> bool:
    """Whether the database must be able to answer an expression: filters, permissions, roll-ups, metrics.

    A ``volatile`` formula, which time alone changes, is computed while it is read, so the database is asked too.
    """
    place = finding.site.place
    if isinstance(place.model, FormulaField):
        return finding.attribute == "/expression" and (place.entity or "", place.model.key) in volatile
    if isinstance(place.model, RollupField):
        return finding.attribute == "/expression"
    return isinstance(place.model, Permission | View) or place.nearest(Metric) is not None


def outcome_of(text: str, env: Env, expected: Type | None) -> Outcome:
    """Parse and check one text."""
    node, problems = check_syntax(text)
    if node is None:
        return None, tuple(problems)
    checked, problems = check(node, env, expected)
    return checked, tuple(problems)
