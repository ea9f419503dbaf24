"""Changes of single texts inside a document; everything that is not named stays the same object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from schema_store.document.base import Model

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Edits:
    """What to change.

    Attributes:
        texts: the new value by JSON Pointer.
        members: the new key of a dictionary's member, by the member's pointer.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Branch:
    text: str | None = None
    key: str | None = None
    below: dict[str, _Branch] = field(default_factory=lambda: defaultdict(_Branch))


def apply_edits(document: M, edits: Edits) -> M:
    """A copy of ``document`` with the edits; models without one are shared with the original.

    Raises:
        LookupError: a pointer leads nowhere.
    """
    root = _Branch()
    for pointer, text in edits.texts.items():
        _at(root, pointer).text = text
    for pointer, key in edits.members.items():
        _at(root, pointer).key = key
    changed: M = _apply(document, root)
    return changed


def value_at(document: Model, pointer: str) -> Any:
    """What stands at a JSON Pointer.

    Raises:
        LookupError: it leads nowhere.
    """
    value: Any = document
    for step in _steps(pointer):
        if isinstance(value, Model):
            value = getattr(value, _attributes(type(value))[step])
        else:
            value = value[int(step) if isinstance(value, list) else step]
    return value


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _at(branch: _Branch, pointer: str) -> _Branch:
    for step in _steps(pointer):
        branch = branch.below[step]
    return branch


@cache
def _attributes(kind: type[Model]) -> dict[str, str]:
    """Attribute by the name it has in JSON."""
    return {info.alias or name: name for name, info in kind.model_fields.items()}


def _apply(value: Any, branch: _Branch) -> Any:
    if branch.text is not None:
        return branch.text
    if not branch.below:
        return value
    if isinstance(value, Model):
        names = {_attributes(type(value))[step]: inner for step, inner in branch.below.items()}
        return value.model_copy(
            update={name: _apply(getattr(value, name), inner) for name, inner in names.items()}
        )
    if isinstance(value, list):
        below = {int(step): inner for step, inner in branch.below.items()}
        return [_apply(item, below[index]) if index in below else item for index, item in enumerate(value)]
    if isinstance(value, dict):
        return _apply_members(value, branch)
    raise LookupError(f"nothing to change below {value!r}")


def _apply_members(value: dict[str, Any], branch: _Branch) -> dict[str, Any]:
    """The order of the members stays."""
    changed = {}
    for key, item in value.items():
        inner = branch.below.get(key)
        name = inner.key if inner is not None and inner.key is not None else key
        changed[name] = item if inner is None else _apply(item, inner)
    return changed
