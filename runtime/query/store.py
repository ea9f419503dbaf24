"""Statements that are kept: built once for a policy and the shape of a question, executed with other binds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from runtime.served import Served

T = TypeVar("T")
#: Shapes kept per served version. Filters come from outside, so that there is no end to their number.
CAPACITY = 2_000


class Store:
    """A bounded store; what was not used for the longest time goes first."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, build: Callable[[], T]) -> T:
        """What is kept under ``key``; built where there is nothing yet."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: T = self._kept[key]
                return found
        made = build()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
        return made

    @property
    def kept(self) -> dict[Hashable, Any]:
        """Everything that is kept now, by key."""
        with self._lock:
            return dict(self._kept)


def store_of(served: Served) -> Store:
    """The store of queries of a served version."""
    found: Store | None = served.statements.get("query")
    return found or served.statements.setdefault("query", Store())
