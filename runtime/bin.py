"""Deleting: a record goes into the bin; what refers to it stops that, lets go of it, or goes with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from runtime.change import Change
from runtime.refusals import Referred
from runtime.unit import Unit
from runtime.writer.referrers import Referrer, count_restricting, find_referrers, referrers_of


def require_unreferred(unit: Unit, change: Change) -> None:
    """No live record may refer to it by a field that restricts.

    Raises:
        Referred: some do; named are those that the actor may read.
    """
    restricting = [each for each in referrers_of(unit.served.app, change.key) if each.on_delete == "restrict"]
    counts = count_restricting(unit, restricting, change.id) if restricting else {}
    if counts:
        raise Referred({name: seen for name, seen in counts.items() if seen})


def released_by(unit: Unit, change: Change) -> Iterator[tuple[Referrer, list[UUID]]]:
    """The live records that let go of it or go with it, by the field that refers."""
    others = [each for each in referrers_of(unit.served.app, change.key) if each.on_delete != "restrict"]
    found: dict[Referrer, list[UUID]] = defaultdict(list)
    for referrer, record in find_referrers(unit, others, change.id) if others else ():
        found[referrer].append(record)
    yield from found.items()
