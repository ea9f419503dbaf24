"""Options and stages that are named by values in wire form: defaults, presets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from schema_store.analysis.analysis import Analysis
from schema_store.analysis.mentions import Mention, options_of
from schema_store.analysis.walk import Place, escape
from schema_store.document.fields import BaseField
from schema_store.document.surfaces import PublicForm, QuickAction


def mentions_in_values(analysis: Analysis) -> Iterator[Mention]:
    """Options named by default values and by the presets of quick actions and public forms."""
    for place in analysis.walk.of(BaseField):
        field = place.model
        assert isinstance(field, BaseField)
        yield from in_value(analysis, place, "/default", place.entity or "", field, field.default)
    for place in analysis.walk.of(QuickAction, PublicForm):
        values: Mapping[str, Any] = place.model.values  # type: ignore[attr-defined]  # both have it
        for key, value in values.items():
            field_of = analysis.lookup.fields.get(place.entity or "", {}).get(key)
            if field_of is not None:
                yield from in_value(
                    analysis, place, f"/values/{escape(key)}", place.entity or "", field_of, value
                )


def in_value(
    analysis: Analysis, place: Place, at: str, entity: str, field: BaseField, wire: object
) -> Iterator[Mention]:
    """The options that the JSON value of ``field`` at ``place`` names: a key, or a list of keys."""
    if isinstance(wire, str):
        for option in options_of(analysis, entity, field, wire):
            yield Mention(option, place.pointer + at, place)
    elif isinstance(wire, list):
        for index, item in enumerate(wire):
            if isinstance(item, str):
                yield from in_value(analysis, place, f"{at}/{index}", entity, field, item)
