"""Refusals: what the engine says no to, as values that the edge turns into an answer in the actor's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta


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


def require_valid(errors: Iterable[FieldError]) -> None:
    """Raise :class:`Invalid` when there is a complaint."""
    if found := tuple(errors):
        raise Invalid(found)
