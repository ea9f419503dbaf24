"""What the work on stored values is made of, for one plan."""

from __future__ import annotations

from schema_store.migration.columns import fields_in_both
from schema_store.migration.convert import Materials
from schema_store.migration.defaults import default_evaluators
from schema_store.migration.plan import MigrationPlan


def materials_of(plan: MigrationPlan) -> Materials:
    """The fields of both documents, what their types need to know, and the default expressions."""
    return Materials(
        both=fields_in_both(plan.old_shape, plan.shape),
        fields=plan.shape.fields,
        around=plan.shape.around,
        evaluators=default_evaluators(plan),
    )
