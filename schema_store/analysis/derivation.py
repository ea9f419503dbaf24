"""The computed fields of a document: what each reads, the order to compute them in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from expressions.env import EntityInfo
from schema_store.analysis.dependencies import FieldName, Reading, Refresh, components, reads, reverse
from schema_store.analysis.findings import Finding
from schema_store.analysis.walk import Place, Walk
from schema_store.document.base import Model
from schema_store.document.fields import BaseField, FormulaField, RollupField
from schema_store.document.scoring import Factor, Score


class Derivation:
    """Formulas, roll-ups and scores of a document as one graph.

    Attributes:
        reading: what each computed field reads; a field whose expression has problems reads what it can.
        graph: the computed fields that each computed field reads.
        places: where each computed field is defined.
        components: strongly connected components, dependencies first; more than one member is a cycle.
    """

    def __init__(
        self,
        walk: Walk,
        expressions: Mapping[str, Finding],
        entities: Mapping[str, EntityInfo],
        links: Mapping[FieldName, FieldName],
    ):
        self._walk, self._expressions, self._entities, self._links = walk, expressions, entities, links
        self.reading: dict[FieldName, list[Reading]] = defaultdict(list)
        self.places: dict[FieldName, Place] = {}
        self._timed: set[FieldName] = set()
        self._scored: set[FieldName] = set()
        self._formulas()
        self._scores()
        self.graph = graph_of(self.reading)
        self.components = components(self.graph)

    @property
    def order(self) -> list[FieldName]:
        """Computed fields, each after those that it reads (members of a cycle in any order)."""
        return [name for members in self.components for name in members]

    @cached_property
    def refreshes(self) -> Mapping[FieldName, tuple[Refresh, ...]]:
        """What a change of a field must refresh."""
        return reverse(self.reading)

    @cached_property
    def volatile(self) -> frozenset[FieldName]:
        """Computed fields that time alone changes: by themselves, or because they read a formula that does.

        A score that time changes is kept up to date in its column, so what reads it is not volatile for that.
        """
        found = set(self._timed)
        for name in self.order:
            if any(source in found and source not in self._scored for source in self.graph[name]):
                found.add(name)
        return frozenset(found)

    def _see(self, name: FieldName, finding: Finding) -> None:
        if finding.checked is not None and finding.checked.volatile:
            self._timed.add(name)

    def _formulas(self) -> None:
        for place, finding in self._findings(FormulaField, RollupField):
            field = place.model
            assert isinstance(field, BaseField)
            if finding.attribute != "/expression":
                continue  # its default, which is a complaint of its own
            name = (place.entity or "", field.key)
            self._note(name, place, self.read(finding.site.pointer))
            self._see(name, finding)

    def _scores(self) -> None:
        for place in self._walk.of(Score):
            score = place.model
            assert isinstance(score, Score)
            self._note((score.entity, score.field), place, [])
            self._scored |= {(score.entity, score.field), (score.entity, score.band_field or "")}
            if score.band_field:
                self._note((score.entity, score.band_field), place, [((score.entity, score.field), ())])
        for place, finding in self._findings(Factor):
            owner = place.nearest(Score)
            assert owner is not None
            assert isinstance(owner.model, Score)
            name = (owner.model.entity, owner.model.field)
            self.reading[name] += self.read(finding.site.pointer)
            self._see(name, finding)

    def read(self, pointer: str) -> list[Reading]:
        """What the expression at ``pointer`` reads; nothing when it has problems."""
        finding = self._expressions.get(pointer)
        if finding is None or finding.checked is None or finding.env.entity is None:
            return []
        return list(reads(finding.env.entity, finding.checked, self._entities, self._links))

    def _findings(self, *kinds: type[Model]) -> Iterator[tuple[Place, Finding]]:
        return (
            (finding.site.place, finding)
            for finding in self._expressions.values()
            if isinstance(finding.site.place.model, kinds)
        )

    def _note(self, name: FieldName, place: Place, reading: Iterable[Reading]) -> None:
        self.places.setdefault(name, place)
        self.reading[name] += reading


def graph_of(reading: Mapping[FieldName, Iterable[Reading]]) -> dict[FieldName, list[FieldName]]:
    """Only the arrows between the names that have a reading of their own."""
    return {
        name: list(dict.fromkeys(source for source, _ in sources if source in reading))
        for name, sources in reading.items()
    }
