"""Fields that people must fill in although nothing uses them."""

from __future__ import annotations

from collections.abc import Iterator

from schema_store.analysis.analysis import Analysis
from schema_store.analysis.usage import UsageIndex
from schema_store.diagnostics import Diagnostic
from schema_store.document.fields import BaseField
from schema_store.messages import diagnostic


def check_uses(analysis: Analysis) -> Iterator[Diagnostic]:
    """A required field is shown, filtered, computed with or has its purpose written down."""
    index = UsageIndex(analysis)
    for place in analysis.walk.of(BaseField):
        field = place.model
        assert isinstance(field, BaseField)
        if field.required and field.purpose is None and not index.at(place):
            yield diagnostic("field.unused_required", place, "/required", field=field.key)
