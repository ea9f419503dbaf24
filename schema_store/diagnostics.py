"""Diagnostics: complaints about metadata, collected as values; nothing raises until someone publishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from expressions.problems import Span


class Severity(StrEnum):
    """``error`` blocks publishing, ``warning`` is shown, ``info`` is advice."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One complaint about a document.

    Attributes:
        code: stable, ``<area>.<word>``, e.g. ``reference.unknown_field``; the catalogue is
            :mod:`schema_store.messages`.
        severity: how bad.
        path: JSON Pointer into the document, e.g. ``/entities/0/fields/3/expression``.
        id: of the nearest element that has one; None before ids are known.
        span: inside the expression at ``path``, where the complaint is about a part of it.
        params: the words that the sentence is filled with.
        message: the sentence, by locale (zh-CN and en).
        hint: what to do, by locale; empty where there is nothing to add.
    """

    code: str
    severity: Severity
    path: str
    message: Mapping[str, str]
    hint: Mapping[str, str] = field(default_factory=dict)
    id: str | None = None
    span: Span | None = None
    params: Mapping[str, str] = field(default_factory=dict)


def has_errors(diagnostics: list[Diagnostic]) -> bool:
    """Whether publishing is blocked."""
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
