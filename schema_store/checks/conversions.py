"""Conversions: every target can be made, linked, and found again from the record that was converted."""

from __future__ import annotations

from collections.abc import Iterator

from schema_store.analysis.analysis import Analysis
from schema_store.analysis.lookup import by_key
from schema_store.analysis.walk import Place
from schema_store.checks.fields import COMPUTED
from schema_store.checks.surfaces import must_be_given
from schema_store.diagnostics import Diagnostic
from schema_store.document.conversions import Conversion, ConversionTarget
from schema_store.document.entities import Entity
from schema_store.document.fields import BaseField, ReferenceField
from schema_store.messages import diagnostic


def check_conversions(analysis: Analysis) -> Iterator[Diagnostic]:
    """A second conversion is recognised by a link back; links lead to targets before, of the field's entity."""
    for place in analysis.walk.of(Conversion):
        conversion = place.model
        assert isinstance(conversion, Conversion)
        if not any(target.source_field for target in conversion.targets):
            yield diagnostic("conversion.no_link_back", place)
    for place in analysis.walk.of(ConversionTarget):
        yield from _target(analysis, place)
        yield from _links(analysis, place)


def _target(analysis: Analysis, place: Place) -> Iterator[Diagnostic]:
    target = _model(place)
    fields = analysis.lookup.fields.get(target.target, {})
    for key in target.values:
        field = fields.get(key)
        if isinstance(field, COMPUTED) or (field is not None and field.read_only):
            yield diagnostic("value.computed", place, f"/values/{key}", field=key)
    for key in must_be_given(analysis, target.target):
        if key not in target.values and key not in target.links:
            yield diagnostic("rule.missing_required", place, "/values", field=key, entity=target.target)
    if target.match is not None and target.match in fields and not _is_unique(analysis, target):
        yield diagnostic("conversion.match_unique", place, "/match", field=target.match)
    back = analysis.lookup.fields.get(place.entity or "", {}).get(target.source_field or "")
    if back is not None and not _leads_to(back, target.target):
        yield diagnostic("conversion.link_type", place, "/source_field", field=back.key, entity=target.target)


def _links(analysis: Analysis, place: Place) -> Iterator[Diagnostic]:
    target = _model(place)
    around = place.nearest(Conversion)
    assert around is not None
    assert isinstance(around.model, Conversion)
    targets = by_key(around.model.targets)
    earlier = list(targets)[: list(targets).index(target.key)]
    fields = analysis.lookup.fields.get(target.target, {})
    for key, name in target.links.items():
        if name in targets and name not in earlier:
            yield diagnostic("conversion.link_later", place, f"/links/{key}", target=name)
        field = fields.get(key)
        if field is not None and name in targets and not _leads_to(field, targets[name].target):
            entity = targets[name].target
            yield diagnostic("conversion.link_type", place, f"/links/{key}", field=key, entity=entity)


def _model(place: Place) -> ConversionTarget:
    assert isinstance(place.model, ConversionTarget)
    return place.model


def _leads_to(field: BaseField, entity: str) -> bool:
    return isinstance(field, ReferenceField) and field.entity == entity


def _is_unique(analysis: Analysis, target: ConversionTarget) -> bool:
    entity = analysis.lookup.entities[target.target]
    assert isinstance(entity, Entity)
    field = analysis.lookup.fields[target.target][target.match or ""]
    alone = any(unique.fields == [target.match] for unique in entity.uniques)
    return alone or bool(getattr(field, "unique", False))
