"""Refusals of the record engine: each has a stable code, and what it needs to explain itself.

The edge turns them into answers (CONTRACT.md, "Answers"); nothing below the edge knows about status numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """A complaint about one submitted value.

    Attributes:
        field: its key.
        code: stable, e.g. ``required``, ``too_long``.
        pointer: JSON Pointer into the body.
        params: the words that the sentence is filled with.
    """

    field: str
    code: str
    pointer: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unmet:
    """A gate criterion that is not met.

    Attributes:
        key: of the criterion.
        kind: ``field``, ``evidence``, ``action``, ``person``, ``condition``, ``capacity``.
        message: by locale.
        needed: what would do.
        seen: what was found instead.
    """

    key: str
    kind: str
    message: Mapping[str, str]
    needed: Any = None
    seen: Any = None


class Refusal(Exception):
    """Base: the act was refused, nothing of it stays."""

    code = "refused"


class NotFound(Refusal):
    """The entity or record is absent, or nothing of it may be seen: both look the same."""

    code = "not_found"


class Forbidden(Refusal):
    """Readable, but the act is not allowed; ``why`` names the rules that were looked at."""

    code = "forbidden"

    def __init__(self, act: str, why: Sequence[str] = ()):
        super().__init__(act)
        self.act = act
        self.why = tuple(why)


class FieldReadOnly(Refusal):
    """A field is readable but not writable for this actor; nothing was written."""

    code = "field_read_only"

    def __init__(self, fields: Sequence[str]):
        super().__init__(", ".join(fields))
        self.fields = tuple(fields)


class Invalid(Refusal):
    """Submitted values fail; all complaints at once."""

    code = "invalid"

    def __init__(self, errors: Sequence[FieldError]):
        super().__init__(", ".join(f"{error.field}: {error.code}" for error in errors))
        self.errors = tuple(errors)


class GateClosed(Refusal):
    """A stage's gate refuses: what is missing, per criterion, with what was seen."""

    code = "gate_closed"

    def __init__(self, stage: str, unmet: Sequence[Unmet]):
        super().__init__(stage)
        self.stage = stage
        self.unmet = tuple(unmet)


class StageFrozen(Refusal):
    """A stage takes no more records: frozen by hand or by a rule, or full."""

    code = "stage_frozen"

    def __init__(self, stage: str, reason: Mapping[str, str]):
        super().__init__(stage)
        self.stage = stage
        self.reason = reason


class Duplicate(Refusal):
    """Probably the same as these records (only those the actor may see)."""

    code = "duplicate"

    def __init__(self, rule: str, records: Sequence[Mapping[str, Any]]):
        super().__init__(rule)
        self.rule = rule
        self.records = tuple(records)


class UniqueTaken(Refusal):
    """A unique value is taken by another live record."""

    code = "unique"

    def __init__(self, fields: Sequence[str]):
        super().__init__(", ".join(fields))
        self.fields = tuple(fields)


class Stale(Refusal):
    """The record changed since it was read; ``changes`` are the other side's, by field key."""

    code = "stale"

    def __init__(self, version: int, changes: Mapping[str, Any]):
        super().__init__(str(version))
        self.version = version
        self.changes = changes


class BudgetSpent(Refusal):
    """A chain of causes went too deep or wrote too much; ``chain`` names it."""

    code = "too_expensive"

    def __init__(self, chain: Sequence[str], what: str):
        super().__init__(f"{what}: {' → '.join(chain)}")
        self.chain = tuple(chain)
        self.what = what
