"""Full text: one row of tokens per record, bigrams of Chinese and pinyin initials among them (DESIGN 11.14).

Each token carries a mark of its field, so that a search looks only into the fields that the actor may read.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from runtime.access import Access


def search_parameters(text: str | None) -> dict[str, Any]:
    return {}


def matches(access: Access, entity: str, root: sa.FromClause, words: int) -> sa.ColumnElement[bool]:
    raise NotImplementedError
