"""Reading records: one by id, pages, figures, histories; everything through the actor's row filter and fields."""

from __future__ import annotations

from runtime.query.aggregates import AggregateQuery, aggregate
from runtime.query.everywhere import search_everywhere
from runtime.query.finding import find_by, find_one
from runtime.query.histories import history, timeline
from runtime.query.lists import ListQuery, Page, list_page
from runtime.query.records import get

__all__ = [
    "AggregateQuery",
    "ListQuery",
    "Page",
    "aggregate",
    "find_by",
    "find_one",
    "get",
    "history",
    "list_page",
    "search_everywhere",
    "timeline",
]
