"""What requests do to the platform goes into its audit, in the transaction of the act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.transaction import Call
from runtime.auditing.acts import PlatformAct, changed_columns, note_act
from runtime.people.users import Person


def note(
    call: Call,
    act: str,
    subject: object = None,
    *,
    app: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    **details: Any,
) -> None:
    """Write down what the actor just did; ``before`` and ``after`` of what differs.

    Args:
        call: inside the transaction of the act.
        act: see :class:`runtime.auditing.acts.PlatformAct`.
        subject: what it was done to.
        app: to which app.
        before: columns, where something changed.
        after: the same then.
        details: anything else; no secret.
    """
    changes = changed_columns(before or {}, after or {}) if before is not None or after is not None else {}
    made = PlatformAct(
        act,
        by=call.actor.id,
        app=app,
        subject=None if subject is None else str(subject),
        details=changes | details,
    )
    note_act(call.connection, made, call.now)


def person_columns(person: Person) -> dict[str, Any]:
    """What the audit compares of a person."""
    return {**person.row._mapping, "roles": {app: sorted(keys) for app, keys in person.roles.items()}}
