"""Shapes that several groups of routes share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api.endpoint import QueryWords
from api.messages import Locale

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """A page of a list; ``next`` is the cursor of the page behind it, null at the end."""

    items: list[T]
    next: str | None


class PageWords(QueryWords):
    """How much of a list, and from where on."""

    limit: int = Field(default=50, ge=1, le=500)
    cursor: str | None = Field(default=None, max_length=2000)


#: An instant that both databases hold, in any zone.
Moment = Annotated[
    AwareDatetime, Field(ge=datetime(1970, 1, 2, tzinfo=UTC), le=datetime(9000, 1, 1, tzinfo=UTC))
]
#: One line that somebody reads.
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"),
]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[\p{L}\p{N}._-]+$")]
Password = Annotated[str, Field(min_length=1, max_length=1000, json_schema_extra={"format": "password"})]
Secret = Annotated[str, Field(min_length=1, max_length=200)]

__all__ = [
    "Code",
    "DryRunShape",
    "FiguresShape",
    "Line",
    "Locale",
    "Moment",
    "Page",
    "PageWords",
    "Password",
    "RecordShape",
    "RecordsShape",
    "Secret",
    "left_out",
]


class RecordShape(BaseModel):
    """A record: what every entity has, then its fields; see the app's own ``openapi.json``."""

    model_config = ConfigDict(extra="allow")
    id: UUID
    version: int


class CountShape(BaseModel):
    """How many records a list has; not ``exact``: at least so many."""

    value: int
    exact: bool


class RecordsShape(BaseModel):
    """A page of records; ``count`` is null where nobody asked."""

    items: list[RecordShape]
    next: str | None
    count: CountShape | None


class FiguresShape(BaseModel):
    """Rows of groups and measures by name; ``truncated``: there are more groups."""

    rows: list[dict[str, Any]]
    truncated: bool


class UnmetShape(BaseModel):
    """Something that a stage asks for and that is not there."""

    key: str
    kind: str
    message: str
    needed: Any
    seen: Any


class DryRunShape(BaseModel):
    """Whether a move would be allowed, and what is missing."""

    allowed: bool
    unmet: list[UnmetShape]


def left_out() -> Any:
    """A field of a PATCH that may be left out, but not be null."""
    return Field(default_factory=lambda: None)
