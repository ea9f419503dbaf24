"""All checks of a document, one module per area; each takes an :class:`Analysis` and yields diagnostics."""

from __future__ import annotations

from schema_store.analysis.analysis import Analysis
from schema_store.checks.access import check_access
from schema_store.checks.calendars import check_calendars
from schema_store.checks.conversions import check_conversions
from schema_store.checks.cycles import check_cycles
from schema_store.checks.document_tests import check_document_tests
from schema_store.checks.expressions import check_expressions
from schema_store.checks.fields import check_fields
from schema_store.checks.names import check_names
from schema_store.checks.processes import check_processes
from schema_store.checks.references import check_references
from schema_store.checks.rule_loops import check_rule_loops
from schema_store.checks.rules import check_rules
from schema_store.checks.scoring import check_scoring
from schema_store.checks.surfaces import check_surfaces
from schema_store.checks.texts import check_texts
from schema_store.checks.uses import check_uses
from schema_store.diagnostics import Diagnostic
from schema_store.document import AppDocument

__all__ = ["CHECKS", "check_analysis", "check_document"]

#: In the order in which people read the complaints.
CHECKS = (
    check_names,
    check_references,
    check_expressions,
    check_cycles,
    check_scoring,
    check_calendars,
    check_processes,
    check_conversions,
    check_rules,
    check_rule_loops,
    check_texts,
    check_fields,
    check_surfaces,
    check_access,
    check_uses,
    check_document_tests,
)


def check_document(document: AppDocument) -> list[Diagnostic]:
    """Every complaint about a document whose structure is right; never raises."""
    return check_analysis(Analysis(document))


def check_analysis(analysis: Analysis) -> list[Diagnostic]:
    """The same for a document that has been analysed already."""
    return [complaint for check in CHECKS for complaint in check(analysis)]
