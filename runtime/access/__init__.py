"""Who may do what with which records and fields: the one place that decides, as SQL and as sets of names."""

from __future__ import annotations

from runtime.access.access import Access, access_for, engine_access, form_access, rule_access
from runtime.access.explanation import Explanation
from runtime.access.scope import AccessScope
from schema_store.document.access import Act

__all__ = [
    "Access",
    "AccessScope",
    "Act",
    "Explanation",
    "access_for",
    "engine_access",
    "form_access",
    "rule_access",
]
