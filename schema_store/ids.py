"""Ids of elements: made once from the app's key and the place of the element, then kept through every rename."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from schema_store.document.app import AppDocument
from schema_store.document.base import Element, Model

M = TypeVar("M", bound=Model)
#: Gives the id that an element at a path (keys and section names, joined by ``/``) shall have.
IdChooser = Callable[[Element, str], str | None]

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_LENGTH = 12


def derive_id(app_key: str, path: str) -> str:
    """The id that an element gets when nobody gave it one.

    Args:
        app_key: key of the app; an environment suffix (``crm~sandbox``) does not count, so that all environments
            of an app agree.
        path: section names and keys from the root, e.g. ``entities/lead/fields/name``.

    Returns:
        12 characters of ``[a-z0-9]``, the same on every machine.
    """
    base = app_key.split("~", 1)[0]
    number = int.from_bytes(hashlib.sha256(f"{base}\n{path}".encode()).digest(), "big")
    digits = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(digits)


def with_ids(document: AppDocument) -> AppDocument:
    """The document with an id at every element; ids that are there stay.

    A derived id that is taken (two elements with one key, or a new element under the key that an older one had
    before its rename) is derived again with a counter behind the path, in document order.
    """
    taken = {element.id for element, _ in elements_of(document) if element.id}

    def choose(element: Element, path: str) -> str:
        if element.id:
            return element.id
        candidate, count = derive_id(document.key, path), 1
        while candidate in taken:
            count += 1
            candidate = derive_id(document.key, f"{path}~{count}")
        taken.add(candidate)
        return candidate

    return _rewrite(document, "", choose)


def without_derived_ids(document: AppDocument) -> AppDocument:
    """The document as it is exported: ids that :func:`with_ids` would give again are left out.

    An id that occurs twice stays, since only one of the two could be derived again.
    """
    uses = Counter(element.id for element, _ in elements_of(document))

    def choose(element: Element, path: str) -> str | None:
        again = element.id == derive_id(document.key, path) and uses[element.id] == 1
        return None if again else element.id

    return _rewrite(document, "", choose)


def elements_of(model: Model, path: str = "") -> Iterator[tuple[Element, str]]:
    """Every element below ``model``, in document order, with the path that its id is derived from."""
    for name in type(model).model_fields:
        for place, part in _parts(name, getattr(model, name)):
            below = f"{path}/{place}" if path else place
            if isinstance(part, Element):
                yield part, below
            yield from elements_of(part, below)


def _parts(name: str, value: Any) -> Iterator[tuple[str, Model]]:
    """The models directly inside one attribute, each with its steps of the path."""
    if isinstance(value, Model):
        yield _step(name, value, None), value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, Model):
                yield _step(name, item, index), item


def _step(name: str, part: Model, index: int | None) -> str:
    if isinstance(part, Element):
        return f"{name}/{part.key}"
    return name if index is None else f"{name}/{index}"


def _rewrite(model: M, path: str, choose: IdChooser) -> M:
    """A copy of ``model`` whose elements have the ids chosen, in the order of :func:`elements_of`."""
    changes: dict[str, Any] = {}
    if isinstance(model, Element):
        changes["id"] = choose(model, path)
    for name in type(model).model_fields:
        value = getattr(model, name)
        parts = [
            _rewrite(part, f"{path}/{place}" if path else place, choose)
            for place, part in _parts(name, value)
        ]
        if parts:
            changes[name] = parts if isinstance(value, list) else parts[0]
    return model.model_copy(update=changes) if changes else model
