"""Uploaded files and pictures, by id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from schema_store.document.fields import BaseField, FileField, FilesField, ImageField, ImagesField
from schema_store.field_types import refusals
from schema_store.field_types.base import Capability, FieldValueError, Refusal, Surroundings
from schema_store.field_types.common import Common, is_empty
from schema_store.field_types.relations import One, ids_of, require_uuids

S = TypeVar("S", FilesField, ImagesField)

_REFUSALS: Mapping[Capability, Refusal] = {
    "filter": refusals.FILE_CONTENT,
    "sort": refusals.FILE_CONTENT,
    "unique": refusals.FILE_CONTENT,
    "index": refusals.FILE_CONTENT,
}
_ANY = frozenset({"file", "files", "image", "images"})
#: A file need not be a picture, so only pictures become pictures.
_PICTURES = frozenset({"image", "images"})


class _Several(Common[S]):
    """Several ids, in the order given."""

    refusals = _REFUSALS

    def decode(self, spec: S, around: Surroundings, wire: Any) -> tuple[UUID, ...] | None:
        """Ids; ``wrong_type``, ``not_a_uuid``, ``too_many``, ``twice``. An empty list is empty."""
        return None if is_empty(wire) else require_uuids(wire, spec.maximum)

    def adopt(self, kind: str, value: Any, new: S, around: Surroundings) -> Any:
        """All of them, if there is room."""
        ids = ids_of(value)
        if len(ids) > new.maximum:
            raise FieldValueError("too_many", limit=new.maximum)
        return ids or None

    def keeps(self, kind: str, old: BaseField, new: S, around: Surroundings) -> bool:
        """One of the same sort, or several when there is room."""
        return f"{kind}s" == self.key or (kind == self.key and getattr(old, "maximum", 0) <= new.maximum)


class FileType(One[FileField]):
    """One file."""

    key = "file"
    spec = FileField
    takes = _ANY
    refusals = _REFUSALS


class FilesType(_Several[FilesField]):
    """Several files."""

    key = "files"
    spec = FilesField
    takes = _ANY


class ImageType(One[ImageField]):
    """One picture."""

    key = "image"
    spec = ImageField
    takes = _PICTURES
    refusals = _REFUSALS


class ImagesType(_Several[ImagesField]):
    """Several pictures."""

    key = "images"
    spec = ImagesField
    takes = _PICTURES
