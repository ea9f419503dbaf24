"""Deleting: a record goes into the bin; what refers to it stops that, lets go of it, or goes with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from runtime.change import Change
from runtime.refusals import Referred
from runtime.unit import Unit
from runtime.writer.referrers import Referrer, count_restricting, find_referrers, referrers_of


def require_unreferred(unit: Unit, changes: Sequence[Change]) -> None:
    """No live record may refer to it by a field that restricts.

    Refused with ``Referred`` where some do; named are those that the actor may read.
    """
    every = referrers_of(unit.served.app, changes[0].key)
    restricting = [each for each in every if each.on_delete == "restrict"]
    if not restricting:
        return
    counts = count_restricting(unit, restricting, [change.id for change in changes])
    for change in changes:
        if change.id in counts:
            change.refuse(Referred({name: seen for name, seen in counts[change.id].items() if seen}))


def released_by(unit: Unit, changes: Sequence[Change]) -> Mapping[UUID, Mapping[Referrer, Sequence[UUID]]]:
    """By record, the live records that let go of it or go with it, by the field that refers."""
    every = referrers_of(unit.served.app, changes[0].key)
    others = [each for each in every if each.on_delete != "restrict"]
    found: dict[UUID, dict[Referrer, list[UUID]]] = defaultdict(lambda: defaultdict(list))
    if others:
        for target, referrer, record in find_referrers(unit, others, [change.id for change in changes]):
            found[target][referrer].append(record)
    return found
