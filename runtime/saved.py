"""The answer of a save."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Saved:
    """A record after its save.

    Attributes:
        id, entity, version: which it is.
        values: Python values by field key, system fields by their names on the wire.
        changed: keys of the fields that are different now.
        warnings: duplicates that only warn.
    """

    id: UUID
    entity: str
    version: int
    values: Mapping[str, Any]
    changed: frozenset[str]
    warnings: tuple[Any, ...] = ()
