"""Nothing is lost without a counted, accepted loss."""

from __future__ import annotations

from collections.abc import Collection

from schema_store.migration.plan import Loss, MigrationPlan


class LossNotAccepted(Exception):
    """Something would be lost that nobody accepted.

    Attributes:
        plan: with the losses as counted just now.
        missing: those that were not accepted.
    """

    def __init__(self, plan: MigrationPlan, missing: tuple[Loss, ...]):
        super().__init__(", ".join(loss.id for loss in missing))
        self.plan, self.missing = plan, missing


class PlanRefused(LossNotAccepted):
    """Something stands in the way that nobody can accept; ``missing`` says what."""


def require_accepted(plan: MigrationPlan, accepted: Collection[str]) -> None:
    """Raise unless every loss of the plan was accepted by id.

    Raises:
        PlanRefused: something must change first.
        LossNotAccepted: acceptance is missing.
    """
    blocking = tuple(loss for loss in plan.losses if loss.blocking)
    if blocking:
        raise PlanRefused(plan, blocking)
    missing = tuple(loss for loss in plan.losses if loss.id not in accepted)
    if missing:
        raise LossNotAccepted(plan, missing)
