"""Scores with their bands, tier tables, calculations."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from expressions.measure import walk
from expressions.typed import Aggregate, Field, Typed
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.walk import Place
from schema_store.diagnostics import Diagnostic
from schema_store.document.fields import OptionField, ScoreField
from schema_store.document.scoring import Band, Factor, Score, TierTable
from schema_store.messages import diagnostic


def check_scoring(analysis: Analysis) -> Iterator[Diagnostic]:
    """Scores write the right fields and their bands cover the range once; tables rise."""
    written: dict[tuple[str, str], str] = {}
    for place in analysis.walk.of(Score):
        score = place.model
        assert isinstance(score, Score)
        yield from _targets(analysis, place, score, written)
        yield from _range(place, score)
        yield from _fading(analysis, place, score)
        yield from _bands(place, score)
        yield from _band_options(analysis, place, score)
    for place in analysis.walk.of(ScoreField):
        field = place.model
        assert isinstance(field, ScoreField)
        if (place.entity or "", field.key) not in written:
            yield diagnostic("field.score_unwritten", place, field=field.key)
    for place in analysis.walk.of(TierTable):
        yield from _table(place)


def _targets(
    analysis: Analysis, place: Place, score: Score, written: dict[tuple[str, str], str]
) -> Iterator[Diagnostic]:
    fields = analysis.lookup.fields.get(score.entity, {})
    wanted = (("field", score.field, ScoreField), ("band_field", score.band_field, OptionField))
    for attribute, key, kind in wanted:
        if key is None:
            continue
        field = fields.get(key)
        if field is not None and not isinstance(field, kind):
            yield diagnostic(f"score.{attribute}_type", place, f"/{attribute}", field=key)
        other = written.setdefault((score.entity, key), score.key)
        if other != score.key:
            yield diagnostic("score.field_taken", place, f"/{attribute}", field=key, other=other)


def _range(place: Place, score: Score) -> Iterator[Diagnostic]:
    low, high = _decimal(score.minimum), _decimal(score.maximum)
    if low is not None and high is not None and low > high:
        yield diagnostic("score.range", place, "/minimum", minimum=low, maximum=high)
    for index, factor in enumerate(score.factors):
        yield from _factor(place, index, factor)


def _factor(place: Place, index: int, factor: Factor) -> Iterator[Diagnostic]:
    at = f"/factors/{index}"
    if Decimal(factor.points) == 0:
        yield diagnostic("score.no_points", place, f"{at}/points", factor=factor.key)
    if factor.cap is not None and Decimal(factor.cap) < 0:
        yield diagnostic("score.negative_cap", place, f"{at}/cap", factor=factor.key)
    if factor.condition is None and factor.per is None:
        yield diagnostic("score.always", place, at, factor=factor.key)


def _fading(analysis: Analysis, place: Place, score: Score) -> Iterator[Diagnostic]:
    """A half-life needs things with a time, each counted by itself: a count or sum of children in a window."""
    for index, factor in enumerate(score.factors):
        at = f"/factors/{index}"
        finding = analysis.expressions.get(f"{place.pointer}{at}/per")
        root = finding.checked.root if finding and finding.checked else None
        is_known = factor.per is None or root is not None
        if factor.half_life is not None and is_known and not _fades(root):
            yield diagnostic("score.fading", place, f"{at}/half_life", factor=factor.key)


def _fades(root: Typed | None) -> bool:
    if not isinstance(root, Aggregate) or root.entry not in ("agg_count", "agg_sum") or root.window is None:
        return False
    return not any(isinstance(node, Field) and node.outer for node in walk(root))


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _bands(place: Place, score: Score) -> Iterator[Diagnostic]:
    """Bands rise, start where the score starts, and can be reached."""
    low, high = _decimal(score.minimum), _decimal(score.maximum)
    for index, band in enumerate(score.bands):
        if index and band.lower is None:
            yield diagnostic("band.missing_lower", place, f"/bands/{index}", band=band.key)
        if high is not None and band.lower is not None and _start(band) > (high, False):
            yield diagnostic("band.unreachable", place, f"/bands/{index}/lower", band=band.key, maximum=high)
    for index, (one, two) in enumerate(pairwise(score.bands), 1):
        if one.lower is not None and two.lower is not None and _start(one) >= _start(two):
            yield diagnostic("band.overlap", place, f"/bands/{index}/lower", band=two.key, other=one.key)
    first = score.bands[0] if score.bands else None
    if first and first.lower is not None and (low is None or _start(first) > (low, False)):
        yield diagnostic("band.gap", place, "/bands/0/lower", band=first.key, lower=first.lower)
    if first and any(band.strategy for band in score.bands):
        for index, band in enumerate(score.bands):
            if not band.strategy:
                yield diagnostic("band.no_strategy", place, f"/bands/{index}", band=band.key)


def _start(band: Band) -> tuple[Decimal, bool]:
    """Where a band begins; an exclusive bound begins just above it."""
    return Decimal(band.lower or 0), band.exclusive


def _band_options(analysis: Analysis, place: Place, score: Score) -> Iterator[Diagnostic]:
    field = analysis.lookup.fields.get(score.entity, {}).get(score.band_field or "")
    if not isinstance(field, OptionField):
        return
    if not score.bands:
        yield diagnostic("band.none", place, "/band_field", field=field.key)
    options = {option.key for option in analysis.lookup.options(field)}
    for index, band in enumerate(score.bands):
        if band.key not in options:
            yield diagnostic("band.no_option", place, f"/bands/{index}/key", band=band.key, field=field.key)
    for option in sorted(options - {band.key for band in score.bands}):
        yield diagnostic("band.unused_option", place, "/band_field", option=option, field=field.key)


def _table(place: Place) -> Iterator[Diagnostic]:
    table = place.model
    assert isinstance(table, TierTable)
    for index, (one, two) in enumerate(pairwise(table.rows), 1):
        if Decimal(one.start) >= Decimal(two.start):
            yield diagnostic(
                "table.order", place, f"/rows/{index}/start", start=two.start, previous=one.start
            )
