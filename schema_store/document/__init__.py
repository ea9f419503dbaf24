"""The editable document of an app, as Pydantic models: the whole vocabulary, nothing compiled."""

from schema_store.document.app import AppDocument

__all__ = ["AppDocument"]
