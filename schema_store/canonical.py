"""The one written form of a document: the same document gives the same bytes, everywhere and always."""

from __future__ import annotations

import hashlib
import json

from schema_store.document.app import AppDocument
from schema_store.ids import with_ids


def canonical_bytes(document: AppDocument) -> bytes:
    """The document as UTF-8 JSON: keys sorted, lists in order, two spaces of indent, a newline at the end.

    Attributes at their default are left out, except ``$schema`` and ``format``, by which editors and loaders know
    what they read. Loading the bytes and writing them again gives the same bytes.
    """
    data = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    data |= {"$schema": document.schema_, "format": document.format}
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
    return f"{text}\n".encode()


def document_hash(document: AppDocument) -> str:
    """SHA-256, in hex, over the canonical bytes of the document with all its ids."""
    return hashlib.sha256(canonical_bytes(with_ids(document))).hexdigest()
