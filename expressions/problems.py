"""Complaints about an expression: values with a code, a place and a hint, collected and never raised alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range ``[start, end)`` of characters in the expression's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One complaint.

    Attributes:
        code: stable, e.g. ``expr.unknown_name``; the catalogue is :mod:`expressions.messages`.
        span: where in the text.
        params: the words that the sentence and the hint are filled with.
    """

    code: str
    span: Span
    params: Mapping[str, str] = field(default_factory=dict)


class ExpressionError(ValueError):
    """Raised where a caller asked for a finished thing and the text has problems.

    Attributes:
        problems: at least one, in the order of the text.
    """

    def __init__(self, problems: list[Problem]):
        super().__init__(", ".join(f"{p.code}@{p.span.start}" for p in problems))
        self.problems = problems
