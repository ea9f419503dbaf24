"""Full text: one row of tokens per record, bigrams of Chinese and pinyin initials among them (DESIGN 11.14).

Each token carries the mark of its field, so that a search looks only into the fields that the actor may read. Tokens
are ASCII whatever the text is, so that no database's idea of letters decides what is found.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from expressions.registry import Dialect
from expressions.storage import Uuid
from runtime.access import Access
from runtime.change import Change, Values
from runtime.served import Served
from runtime.support import search_text
from runtime.unit import Unit
from runtime.writer.given import Given
from schema_store.field_types.common import printed
from schema_store.pinyin import initials

#: Characters of a field's value and of one token that are looked at, and tokens of one search.
_MOST_TEXT, _MOST_TOKEN, MOST_WORDS = 2_000, 40, 20
#: Digits or letters from which the ends of a number are found too: the last digits of a phone number.
_SHORTEST_END = 4
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")


_HAN_RUN = re.compile(f"[{_HAN}]")


def tokens_of(text: str) -> set[str]:
    """The tokens under which a text is found; a search word is found where it begins one of them."""
    return {token for run in _runs(text[:_MOST_TEXT]) for token in _tokens(run)}


def words_of(text: str) -> tuple[str, ...]:
    """The tokens to look for when somebody types ``text``; all of them have to be there."""
    found = (word[:_MOST_TOKEN] for run in _runs(text) for word in (_bigrams(run) if _is_han(run) else [run]))
    return tuple(dict.fromkeys(found))[:MOST_WORDS]


def _runs(text: str) -> list[str]:
    return _RUNS.findall(unicodedata.normalize("NFKC", text).casefold())


def _is_han(run: str) -> bool:
    return _HAN_RUN.match(run) is not None


def _bigrams(run: str) -> list[str]:
    return [run[start : start + 2] for start in range(max(1, len(run) - 1))]


def _tokens(run: str) -> list[str]:
    if not _is_han(run):
        has_digits = any(character.isdigit() for character in run)
        last = max(min(len(run), _MOST_TOKEN) - _SHORTEST_END, 0) if has_digits else 0
        return [run[start : start + _MOST_TOKEN] for start in range(last + 1)]
    letters = initials(run[:_MOST_TOKEN])
    ends = [letters[start:] for start in range(max(1, len(letters) - 1))]
    return [*_bigrams(run), run[-1], *(end[:_MOST_TOKEN] for end in ends)]


def _plain(token: str) -> str:
    """A token in ASCII; what begins another one still does."""
    return token if token.isascii() else "_" + token.encode().hex()


@lru_cache(maxsize=4_096)
def _mark(field_id: str) -> str:
    return hashlib.blake2b(field_id.encode(), digest_size=6).hexdigest()


# --- asking


def search_parameters(access: Access, entity: str, text: str | None) -> dict[str, Any]:
    """The bind of :func:`matches` for what somebody typed; empty where nothing can be found."""
    fields = access.served.app.entities[entity].search_fields
    marks = [
        _mark(access.served.app.entities[entity].fields[key].id)
        for key in fields
        if key in access.readable(entity)
    ]
    words = words_of(text or "")
    if not marks or not words:
        return {}
    return {"search_words": _question([_plain(word) for word in words], marks, access.served.dialect)}


def _question(words: Sequence[str], marks: Sequence[str], dialect: Dialect) -> str:
    """Every word in one of the fields, in the database's own language."""
    if dialect == "sqlite":
        return " AND ".join("(" + " OR ".join(f"{mark}_{word}*" for mark in marks) + ")" for word in words)
    return " & ".join("(" + " | ".join(f"'{mark}_{word}':*" for mark in marks) + ")" for word in words)


def matches(served: Served, root: sa.FromClause) -> sa.ColumnElement[bool]:
    """The records of ``root`` in which every word is found; the words are the bind ``search_words``."""
    table = served.support.search
    asked = sa.bindparam("search_words", type_=sa.Text())
    if served.dialect == "postgresql":
        found = sa.select(table.c.record).where(table.c.tokens.op("@@")(sa.cast(asked, postgresql.TSQUERY)))
        return root.c.id.in_(found)
    text = search_text(table)
    found = (
        sa.select(table.c.record)
        .join(text, text.c.rowid == table.c.number)
        .where(text.c.tokens.op("MATCH", is_comparison=True)(asked))
    )
    return root.c.id.in_(found)


# --- keeping up to date


def index(unit: Unit, entity: str, ids: Sequence[UUID]) -> None:
    """Write the tokens of records anew, as they are stored now; belongs into the transaction that changed them."""
    reindex(unit.connection, unit.served, entity, ids)


def search_rows(change: Change) -> list[Values]:
    """Step 12: the row of the tokens of a record that is saved, from its values at hand; none where none is new."""
    fields = change.entity.search_fields
    if change.act == "delete" or change.written.isdisjoint(fields):
        return []
    marked = ((_mark(change.entity.fields[key].id), change.after[key]) for key in fields)
    return [{"record": change.id, "tokens": _tokens_text(marked)}]


def reindex(connection: Connection, served: Served, entity: str, ids: Sequence[UUID]) -> None:
    """The same for whoever has no unit: imports, and a publish that changed the search fields."""
    fields = served.app.entities[entity].search_fields
    if not fields or not ids:
        return
    table = served.entity_table(entity)
    columns = [table.c[served.column(entity, key)].label(f"f{number}") for number, key in enumerate(fields)]
    rows = connection.execute(
        sa.select(table.c.id, *columns).where(
            table.c.id.in_(sa.bindparam("ids", expanding=True, type_=Uuid()))
        ),
        {"ids": list(ids)},
    )
    marks = [_mark(served.app.entities[entity].fields[key].id) for key in fields]
    tokens = [(row[0], _tokens_text(zip(marks, row[1:], strict=True))) for row in rows]
    if tokens:
        statement, given = _upsert(served)
        connection.execute(statement, given.binds(tokens))


def _tokens_text(values: Iterable[tuple[str, Any]]) -> str:
    """The tokens of marked values, in order: letters, digits and ``_`` alone, which both databases read as words."""
    found = {
        f"{mark}_{token if token.isascii() else _plain(token)}"
        for mark, value in values
        if value is not None
        for token in tokens_of(value if isinstance(value, str) else printed(value))
    }
    return " ".join(sorted(found))


def _upsert(served: Served) -> tuple[Any, Given]:
    """The kept statement that writes rows of tokens."""
    kept = served.statements
    if "search.upsert" not in kept:
        kept["search.upsert"] = _build_upsert(served)
    found: tuple[Any, Given] = kept["search.upsert"]
    return found


def _build_upsert(served: Served) -> tuple[Any, Given]:
    table = served.support.search
    given = Given("tokens", {"record": Uuid(), "tokens": table.c.tokens.type}, served.dialect)
    # Without a condition SQLite would take what follows for the one of a join.
    chosen = sa.select(*given.c.values()).select_from(given.table).where(sa.true())
    insert = postgresql.insert(table) if served.dialect == "postgresql" else sqlite.insert(table)
    into = insert.from_select(["record", "tokens"], chosen)
    return into.on_conflict_do_update(index_elements=["record"], set_={"tokens": into.excluded.tokens}), given
