"""Every expression of the document: understood, of the type its place asks for, answerable where it must be."""

from __future__ import annotations

from collections.abc import Iterator

from expressions.typed import Aggregate
from schema_store.analysis.analysis import Analysis
from schema_store.analysis.findings import Finding
from schema_store.diagnostics import Diagnostic
from schema_store.document.fields import RollupField
from schema_store.messages import diagnostic, of_problem


def check_expressions(analysis: Analysis) -> Iterator[Diagnostic]:
    """Problems of each text; a number where a number is wanted; a roll-up is one aggregate over direct children."""
    for finding in analysis.expressions.values():
        for problem in (*finding.problems, *analysis.untranslatable(finding)):
            yield of_problem(problem, finding.site.place, finding.site.pointer)
        yield from _number(finding)
        yield from _rollup(analysis, finding)


def _number(finding: Finding) -> Iterator[Diagnostic]:
    site, checked = finding.site, finding.checked
    if site.mark.expects == "number" and checked is not None and not checked.type.is_numeric:
        yield diagnostic(
            "expression.not_a_number", site.place, finding.attribute, checked.root.span, found=checked.type
        )


def _rollup(analysis: Analysis, finding: Finding) -> Iterator[Diagnostic]:
    site, checked = finding.site, finding.checked
    field = site.place.model
    if not isinstance(field, RollupField) or finding.attribute != "/expression" or checked is None:
        return
    root = checked.root
    if (site.place.entity, field.key) in analysis.derivation.volatile:
        yield diagnostic("expression.volatile_rollup", site.place, "/expression", root.span)
    if not isinstance(root, Aggregate):
        yield diagnostic("expression.not_an_aggregate", site.place, "/expression", root.span)
    elif len(root.source.path) != 1:
        path = ".".join(root.source.path)
        yield diagnostic("expression.not_direct", site.place, "/expression", root.source.span, path=path)
