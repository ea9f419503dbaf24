"""Computed fields and defaults that wait for each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from schema_store.analysis.analysis import Analysis
from schema_store.analysis.dependencies import FieldName, Reading, components, cycle_through
from schema_store.analysis.derivation import Derivation, graph_of
from schema_store.analysis.walk import Place
from schema_store.diagnostics import Diagnostic
from schema_store.document.fields import BaseField
from schema_store.messages import diagnostic


def check_cycles(analysis: Analysis) -> Iterator[Diagnostic]:
    """A cycle is named with its path; a default may not read what is computed after it."""
    derivation = analysis.derivation
    yield from _cycles("cycle.computed", derivation.graph, derivation.places)
    yield from _defaults(analysis, derivation)


def _cycles(
    code: str, graph: Mapping[FieldName, list[FieldName]], places: Mapping[FieldName, Place]
) -> Iterator[Diagnostic]:
    for members in components(graph):
        way = cycle_through(graph, members)
        if way:
            path = " → ".join(f"{entity}.{field}" for entity, field in way)
            yield diagnostic(code, places[way[0]], path=path)


def _defaults(analysis: Analysis, derivation: Derivation) -> Iterator[Diagnostic]:
    reading: dict[FieldName, list[Reading]] = {}
    places: dict[FieldName, Place] = {}
    for place, finding in analysis.findings(BaseField):
        if finding.attribute != "/default_expression":
            continue
        assert isinstance(place.model, BaseField)
        name = (place.entity or "", place.model.key)
        reading[name], places[name] = derivation.read(finding.site.pointer), place
        for entity, field in dict.fromkeys(source for source, steps in reading[name] if not steps):
            if (entity, field) in derivation.reading:
                yield diagnostic("field.default_reads_computed", place, "/default_expression", field=field)
    own = {name: [(source, steps) for source, steps in found if not steps] for name, found in reading.items()}
    yield from _cycles("cycle.default", graph_of(own), places)
