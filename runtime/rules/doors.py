"""The ways into the order of execution that rules take; :mod:`runtime.save`, which calls rules, hands them over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from runtime.change import DryRun
from runtime.saved import Saved


@dataclass(frozen=True, slots=True)
class Doors:
    """``create``, ``update`` and ``transition`` of :mod:`runtime.save`."""

    create: Callable[..., Saved]
    update: Callable[..., Saved]
    transition: Callable[..., Saved | DryRun]
