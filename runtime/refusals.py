"""Refusals: what the engine says no to, as values that the edge turns into an answer in the actor's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from expressions.problems import Problem


@dataclass(frozen=True, slots=True)
class FieldError:
    """A complaint about submitted data.

    Attributes:
        pointer: JSON Pointer into what was submitted, e.g. ``/roles/crm/0``.
        code: stable, e.g. ``required``.
        params: words of the sentence.
    """

    pointer: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def field(self) -> str:
        """The field complained about: the first step of the pointer, empty for the whole."""
        return self.pointer.split("/")[1] if "/" in self.pointer else ""


class Refused(Exception):
    """Something the engine does not do. Nothing of the unit is kept.

    Attributes:
        code: stable, e.g. ``not_found``.
        params: words of the sentence.
    """

    code = "refused"

    def __init__(self, code: str | None = None, **params: str):
        super().__init__(code or self.code)
        self.code = code or self.code
        self.params = params


class NotSignedIn(Refused):
    """Nobody is known to be acting."""

    code = "not_signed_in"


class Forbidden(Refused):
    """The actor may see it, but may not do this with it."""

    code = "forbidden"


class NotFound(Refused):
    """It is not there, or the actor may not know that it is."""

    code = "not_found"


class Conflict(Refused):
    """The state of things does not allow it."""

    code = "conflict"


class Invalid(Refused):
    """Submitted values do not hold; ``errors`` says which and why."""

    code = "invalid"

    def __init__(self, errors: Iterable[FieldError]):
        super().__init__()
        self.errors = tuple(errors)


class TooMany(Refused):
    """Too many tries; the next one may come after ``retry_after``."""

    code = "too_many"

    def __init__(self, retry_after: timedelta):
        super().__init__()
        self.retry_after = retry_after


class FieldReadOnly(Refused):
    """Fields were named that the actor may see but not write; nothing was written.

    Attributes:
        fields: their keys.
    """

    code = "field_read_only"

    def __init__(self, fields: Iterable[str]):
        self.fields = tuple(fields)
        super().__init__(fields=", ".join(self.fields))


class UniqueTaken(Refused):
    """Another live record has these values.

    Attributes:
        fields: keys of the fields that together occur once.
    """

    code = "unique"

    def __init__(self, fields: Iterable[str]):
        self.fields = tuple(fields)
        super().__init__(fields=", ".join(self.fields))


class Stale(Refused):
    """The record is not at the version that was looked at.

    Attributes:
        version: the one it is at.
        changes: what the other side wrote since, by field key: ``[before, after]`` in wire form.
    """

    code = "stale"

    def __init__(self, version: int, changes: Mapping[str, Sequence[Any]]):
        super().__init__(version=str(version))
        self.version, self.changes = version, changes


@dataclass(frozen=True, slots=True)
class Unmet:
    """Something that a stage asks for and that is not there.

    Attributes:
        key: of the requirement, or of the field; empty where the actor may not know it.
        kind: ``way``, ``role``, ``field``, ``evidence``, ``action``, ``person``, ``criterion``, ``capacity`` or
            ``frozen``.
        needed, seen: for programs, in wire form.
        label: what it is called, by locale.
        message: the author's own sentence, by locale; None: the one of the kind.
    """

    key: str
    kind: str
    needed: Any = None
    seen: Any = None
    label: Mapping[str, str] = field(default_factory=dict)
    message: Mapping[str, str] | None = None


class GateClosed(Refused):
    """A stage asks for more than there is.

    Attributes:
        unmet: all of it, at least one.
    """

    code = "gate_closed"

    def __init__(self, unmet: Iterable[Unmet]):
        super().__init__()
        self.unmet = tuple(unmet)


class StageFrozen(GateClosed):
    """A stage takes no more records, whatever is shown: it is frozen or full."""

    code = "stage_frozen"


class Duplicate(Refused):
    """Live records match a rule that refuses.

    Attributes:
        matches: ``{code, rule, label, records}`` by rule; only records that the actor may see.
    """

    code = "duplicate"

    def __init__(self, matches: Iterable[Mapping[str, Any]]):
        super().__init__()
        self.matches = tuple(matches)


class Converted(Refused):
    """The record has been converted already.

    Attributes:
        records: ids of what was made from it, by target; only those that the actor may know.
    """

    code = "converted"

    def __init__(self, records: Mapping[str, str]):
        super().__init__()
        self.records = records


class Referred(Refused):
    """The record cannot go into the bin because others refer to it.

    Attributes:
        by: how many live records refer, by ``entity.field``.
    """

    code = "referred"

    def __init__(self, by: Mapping[str, int]):
        super().__init__(by=", ".join(f"{name} ({count})" for name, count in by.items()))
        self.by = by


class BudgetSpent(Refused):
    """One act would cause more than a unit of work may do; all of it is taken back.

    Attributes:
        limit: which budget: ``depth``, ``writes``, ``request``.
        chain: what caused what, the first cause first.
    """

    code = "too_expensive"

    def __init__(self, limit: str, chain: Sequence[str]):
        super().__init__(limit=limit, chain=" → ".join(chain))
        self.limit, self.chain = limit, tuple(chain)


class BadQuery(Refused):
    """A question that cannot be asked: an unknown or unreadable name, an order that a field does not have.

    Attributes:
        errors: which words of the question, by pointer ``/sort``.
    """

    code = "bad_request"

    def __init__(self, code: str, errors: Iterable[FieldError] = ()):
        super().__init__(code)
        self.errors = tuple(errors)


class BadExpression(Refused):
    """An expression from outside has problems.

    Attributes:
        word: of the question that holds it, e.g. ``filter``.
        problems: at least one, in the order of the text.
    """

    code = "bad_expression"

    def __init__(self, word: str, problems: Sequence[Problem]):
        super().__init__()
        self.word, self.problems = word, tuple(problems)


class TooExpensive(Refused):
    """A question that costs too much; ``limit`` says which bound it passes."""

    code = "too_expensive"

    def __init__(self, limit: str):
        super().__init__(limit=limit)


def require_valid(errors: Iterable[FieldError]) -> None:
    """Raise :class:`Invalid` when there is a complaint."""
    if found := tuple(errors):
        raise Invalid(found)
