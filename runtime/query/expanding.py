"""``expand=account,account.owner``: the records that references name, read in batches, each through its row filter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from runtime.access import Access
from runtime.query.columns import PLATFORM_COLUMNS, reference_target, wanted_fields
from runtime.refusals import BadQuery, FieldError, TooExpensive
from schema_store.system import SYSTEM_FIELDS

#: Hops of one path, paths of one query, and linked records that one list of ids is expanded to.
MOST_HOPS, MOST_PATHS = 3, 20
_COLUMNS = {field.name: field.column for field in SYSTEM_FIELDS if field.name}

#: Names to expand, each with what is expanded behind it.
Expansion = dict[str, "Expansion"]
Reader = Callable[
    [Connection, Access, Mapping[str, Any], str, tuple[str, ...], Sequence[UUID]], list[dict[str, Any]]
]


def parse_expand(access: Access, entity: str, paths: Sequence[str]) -> Expansion:
    """The tree of the paths.

    Raises:
        BadQuery: ``unknown_field`` for names that are not there, not readable, or refer to nothing.
        TooExpensive: more than three hops or twenty paths.
    """
    tree: Expansion = {}
    if len(paths) > MOST_PATHS:
        raise TooExpensive(f"expand > {MOST_PATHS}")
    for path in paths:
        names = path.split(".")
        if len(names) > MOST_HOPS:
            raise TooExpensive(f"expand > {MOST_HOPS}")
        here, place = entity, tree
        for name in names:
            target = _target(access, here, name)
            if target is None:
                raise BadQuery("unknown_field", [FieldError("/expand", "unknown_field", {"name": path})])
            here, place = target, place.setdefault(name, {})
    return tree


def _target(access: Access, entity: str, name: str) -> str | None:
    target = reference_target(access.served, entity, name)
    key = wire_name(access, entity, name) if entity in access.served.app.entities else name
    if target is None or key not in access.readable(entity):
        return None
    return target if access.readable(target) else None


def wire_name(access: Access, entity: str, name: str) -> str:
    """The name on the wire of what expand calls ``name``: ``owner`` is ``owner_id``."""
    names = _COLUMNS if entity in access.served.app.entities else PLATFORM_COLUMNS
    return names.get(name, name)


def expansion_fields(expansion: Expansion) -> list[str]:
    """The fields of a record that its expansion reads, by their names on the wire."""
    return [_COLUMNS.get(name, name) for name in expansion]


def expand_rows(
    connection: Connection,
    access: Access,
    parameters: Mapping[str, Any],
    entity: str,
    rows: list[dict[str, Any]],
    expansion: Expansion,
    read: Reader,
) -> None:
    """Give each row its ``expand``: one statement per hop and target, however many rows there are."""
    level = [(entity, rows, expansion)] if expansion else []
    while level:
        level = _expand_level(connection, access, parameters, level, read)


_Level = list[tuple[str, list[dict[str, Any]], Expansion]]


def _expand_level(
    connection: Connection, access: Access, parameters: Mapping[str, Any], level: _Level, read: Reader
) -> _Level:
    """Expand all rows of one hop; the rows of the next."""
    wanted: dict[str, dict[str, None]] = defaultdict(dict)
    for entity, rows, expansion in level:
        for name in expansion:
            target = reference_target(access.served, entity, name)
            assert target is not None, "expand was parsed"
            wanted[target].update(dict.fromkeys(_ids(rows, wire_name(access, entity, name))))
    found = {
        target: _by_id(read(connection, access, parameters, target, _fields(access, target), _uuids(ids)))
        for target, ids in wanted.items()
    }
    return [step for place in level for step in _attach(access, place, found)]


def _fields(access: Access, target: str) -> tuple[str, ...]:
    return wanted_fields(access, target, None)


def _uuids(ids: Iterable[str]) -> list[UUID]:
    return [UUID(id_) for id_ in ids]


def _by_id(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in rows}


def _ids(rows: Iterable[Mapping[str, Any]], key: str) -> list[str]:
    found: list[str] = []
    for row in rows:
        value = row.get(key)
        found += value if isinstance(value, list) else [] if value is None else [value]
    return found


def _attach(
    access: Access,
    place: tuple[str, list[dict[str, Any]], Expansion],
    found: Mapping[str, Mapping[str, dict[str, Any]]],
) -> _Level:
    """Put what was found into the rows; a record that may not be read is absent."""
    entity, rows, expansion = place
    following: _Level = []
    for name, behind in expansion.items():
        target = reference_target(access.served, entity, name)
        assert target is not None, "expand was parsed"
        known, key = found[target], wire_name(access, entity, name)
        reached: dict[str, dict[str, Any]] = {}
        for row in rows:
            value = row.get(key)
            copies = {
                id_: reached.setdefault(id_, dict(known[id_])) for id_ in _ids([row], key) if id_ in known
            }
            if isinstance(value, list):
                row.setdefault("expand", {})[name] = list(copies.values())
            elif copies:
                row.setdefault("expand", {})[name] = next(iter(copies.values()))
        if behind:
            following.append((target, list(reached.values()), behind))
    return following
