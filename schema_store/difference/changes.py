"""The differences between two documents, as data: what was done to which element, by id.

A path leads from the root of the document to the place: names of attributes, and behind a list of elements the id
of one of them: ``("entities", "e1…", "fields", "f1…")``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schema_store.document.base import LocaleText

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crumb:
    """One element on the way to a change.

    Attributes:
        section: the list or attribute that holds it, e.g. ``fields``.
        label: what people call it; its key in every locale where it has no label.
    """

    section: str
    label: LocaleText


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        path: to the element (or part of one) that differs.
        pointer: the same place as JSON Pointer; into the older document for what was removed, else the newer.
        trail: the elements on the way, outermost first, the element itself last.
    """

    path: Path
    pointer: str
    trail: tuple[Crumb, ...]


@dataclass(frozen=True, slots=True)
class Added(Change):
    """An element is new; ``index`` is its place in the newer list, None where the place holds one element only."""

    element: Mapping[str, Any]
    index: int | None


@dataclass(frozen=True, slots=True)
class Removed(Change):
    """An element is gone; ``index`` was its place in the older list."""

    element: Mapping[str, Any]
    index: int | None


@dataclass(frozen=True, slots=True)
class Changed(Change):
    """One attribute differs. Values are JSON as in the document."""

    attribute: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Renamed(Changed):
    """The key differs."""


@dataclass(frozen=True, slots=True)
class Relabelled(Changed):
    """The label differs."""


@dataclass(frozen=True, slots=True)
class Retyped(Change):
    """What an element *is* differs: its type, or what its storage depends on.

    Attributes:
        before: the older attributes that are gone or differ; for another type, all that the types do not share.
        after: the newer ones.
    """

    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moved(Change):
    """A list's elements stand in another order (``path`` is the list's).

    Attributes:
        before: the older order of the ids that stay.
        after: their newer order.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
