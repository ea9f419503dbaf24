"""Reading records: one by id, pages, figures, histories; everything through the actor's row filter and fields."""

from __future__ import annotations

from runtime.query.lists import ListQuery, Page, list_page
from runtime.query.records import get

__all__ = ["ListQuery", "Page", "get", "list_page"]
