"""What differs between two documents, by id, so that a rename is a rename. Pure.

``apply_changes(old, diff(old, new)) == new`` for every pair of documents of one app.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from schema_store.difference.changes import (
    Added,
    Change,
    Changed,
    Crumb,
    Moved,
    Path,
    Relabelled,
    Removed,
    Renamed,
    Retyped,
)
from schema_store.document import AppDocument
from schema_store.document.base import Model

Json = dict[str, Any]

#: What every field has whatever its type: never part of a change of type.
COMMON = frozenset(
    {"id", "key", "label", "description", "help", "required", "read_only", "indexed", "purpose"}
    | {"default", "default_expression"}
)
#: Attributes of a field that its storage or the meaning of its values depends on.
STORAGE = ("digits", "scale", "length", "currency", "country", "entity", "result", "name_like")
_SPECIAL: Mapping[str, type[Changed]] = {"key": Renamed, "label": Relabelled}


def plain(document: Model) -> Json:
    """The document as JSON, every attribute in it."""
    return document.model_dump(mode="json", by_alias=True)


def diff(old: AppDocument | None, new: AppDocument) -> list[Change]:
    """The changes that lead from ``old`` (None: nothing was there) to ``new``; empty for equal documents.

    Both have every id filled in (:func:`schema_store.ids.with_ids`).
    """
    before = plain(old) if old is not None else plain(empty(new))
    return list(_object(before, plain(new), (), "", ()))


def empty(new: AppDocument) -> AppDocument:
    """The document that an installation starts from: ``new``'s key and label, nothing else."""
    return AppDocument(key=new.key, label=new.label)


def _object(old: Json, new: Json, path: Path, pointer: str, trail: tuple[Crumb, ...]) -> Iterator[Change]:
    skipped: set[str] = set()
    retyped = _retyped(old, new, path, pointer, trail)
    if retyped is not None:
        yield retyped
        skipped = {*retyped.before, *retyped.after}
    for name in new:
        if name not in skipped and old[name] != new[name]:
            yield from _attribute(name, old[name], new[name], (path, pointer, trail))


def _retyped(old: Json, new: Json, path: Path, pointer: str, trail: tuple[Crumb, ...]) -> Retyped | None:
    """The change of type between two parts, if there is one."""
    is_field = len(path) == 4 and path[0] == "entities" and path[2] == "fields"
    if old.keys() != new.keys() or (is_field and old["type"] != new["type"]):
        shared = COMMON & old.keys() & new.keys()
        before = {name: value for name, value in old.items() if name not in shared}
        after = {name: value for name, value in new.items() if name not in shared}
        return Retyped(path, pointer, trail, before, after)
    names = [name for name in STORAGE if is_field and name in new and old[name] != new[name]]
    if not names:
        return None
    return Retyped(path, pointer, trail, {n: old[n] for n in names}, {n: new[n] for n in names})


_Place = tuple[Path, str, tuple[Crumb, ...]]


def _attribute(name: str, old: Any, new: Any, place: _Place) -> Iterator[Change]:
    path, pointer, trail = place
    inner, below = (*path, name), f"{pointer}/{_escape(name)}"
    if _is_elements(old) and _is_elements(new) and (old or new):
        yield from _elements(old, new, inner, below, trail)
    elif _is_single(old, new):
        yield from _single(old, new, inner, below, trail)
    elif _is_model(old, new):
        yield from _object(old, new, inner, below, trail)
    else:
        yield _SPECIAL.get(name, Changed)(path, pointer, trail, name, old, new)


def _single(old: Any, new: Any, path: Path, pointer: str, trail: tuple[Crumb, ...]) -> Iterator[Change]:
    """An attribute that holds one element or nothing (the inverse of a reference)."""
    if _is_element(old) and _is_element(new) and old["id"] == new["id"]:
        yield from _object(old, new, path, pointer, (*trail, _crumb(path[-1], new)))
        return
    if old is not None:
        yield Removed(path, pointer, (*trail, _crumb(path[-1], old)), old, None)
    if new is not None:
        yield Added(path, pointer, (*trail, _crumb(path[-1], new)), new, None)


def _elements(
    old: list[Json], new: list[Json], path: Path, pointer: str, trail: tuple[Crumb, ...]
) -> Iterator[Change]:
    section = path[-1]
    was = {item["id"]: (index, item) for index, item in enumerate(old)}
    now = {item["id"]: (index, item) for index, item in enumerate(new)}
    for key in [key for key in was if key not in now]:
        index, item = was[key]
        yield Removed((*path, key), f"{pointer}/{index}", (*trail, _crumb(section, item)), item, index)
    before = tuple(key for key in was if key in now)
    after = tuple(key for key in now if key in was)
    if before != after:
        yield Moved(path, pointer, (*trail, Crumb(section, {})), before, after)
    for key, (index, item) in now.items():
        here, crumbs = (*path, key), (*trail, _crumb(section, item))
        if key not in was:
            yield Added(here, f"{pointer}/{index}", crumbs, item, index)
        elif was[key][1] != item:
            yield from _object(was[key][1], item, here, f"{pointer}/{index}", crumbs)


def _is_element(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("id"), str) and "key" in value


def _is_single(old: Any, new: Any) -> bool:
    return old != new and all(value is None or _is_element(value) for value in (old, new))


def _is_elements(value: Any) -> bool:
    if not isinstance(value, list) or not all(_is_element(item) for item in value):
        return False
    return len({item["id"] for item in value}) == len(value)


def _is_model(old: Any, new: Any) -> bool:
    """Whether both are parts of one class, to be compared attribute by attribute; a locale map is one value."""
    return (
        isinstance(old, dict)
        and isinstance(new, dict)
        and old.keys() == new.keys()
        and any(isinstance(value, list | dict) for value in (*old.values(), *new.values()))
    )


def _crumb(section: str, element: Mapping[str, Any]) -> Crumb:
    return Crumb(section, element.get("label") or {"und": element["key"]})


def _escape(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def apply_changes(old: AppDocument, changes: list[Change]) -> AppDocument:
    """The document that :func:`diff` came to, made from ``old`` and the changes in the order that it gave them.

    Where there was no older document, ``old`` is :func:`empty` of the newer.
    """
    root = plain(old)
    for change in changes:
        _APPLY[type(change)](root, change)
    return AppDocument.model_validate(root)


def _find(root: Any, path: Path) -> Any:
    here = root
    for step in path:
        here = next(item for item in here if item["id"] == step) if isinstance(here, list) else here[step]
    return here


def _add(root: Json, change: Added) -> None:
    holder = _find(root, change.path[:-1])
    if change.index is None:
        holder[change.path[-1]] = copy.deepcopy(dict(change.element))
    else:
        holder.insert(change.index, copy.deepcopy(dict(change.element)))


def _remove(root: Json, change: Removed) -> None:
    holder = _find(root, change.path[:-1])
    if change.index is None:
        holder[change.path[-1]] = None
    else:
        holder[:] = [item for item in holder if item["id"] != change.path[-1]]


def _set(root: Json, change: Changed) -> None:
    _find(root, change.path)[change.attribute] = copy.deepcopy(change.after)


def _retype(root: Json, change: Retyped) -> None:
    here = _find(root, change.path)
    for name in change.before:
        here.pop(name)
    here.update(copy.deepcopy(dict(change.after)))


def _move(root: Json, change: Moved) -> None:
    holder = _find(root, change.path)
    order = {key: place for place, key in enumerate(change.after)}
    holder.sort(key=lambda item: order[item["id"]])


_APPLY: dict[type[Change], Any] = {
    Added: _add,
    Removed: _remove,
    Changed: _set,
    Renamed: _set,
    Relabelled: _set,
    Retyped: _retype,
    Moved: _move,
}
