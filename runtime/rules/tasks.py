"""To-dos that rules create: records of the entity that the settings of the app name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from runtime.assigning import choose, dispatch_to_role
from runtime.change import Values
from runtime.refusals import Conflict
from runtime.unit import Unit
from schema_store.compiled.rules import CompiledTask, Text


def make_task(unit: Unit, action: CompiledTask, record: UUID, row: Values) -> tuple[str, dict[str, Any]]:
    """The entity of to-dos, and the wire values of a new one.

    Raises:
        Conflict: ``no_tasks``, the app keeps no to-dos.
    """
    shape = unit.served.app.tasks
    if shape is None:
        raise Conflict("no_tasks")
    assignee = _assignee(unit, action, shape.entity, row)
    wire: dict[str, Any] = {shape.title: _words(unit, action.title)}
    if action.about is not None:
        wire[action.about] = str(record)
    if shape.assignee is not None and assignee is not None:
        wire[shape.assignee] = str(assignee)
        wire["owner_id"] = str(assignee)
    if shape.due is not None and action.due is not None:
        wire[shape.due] = (unit.now + action.due).isoformat()
    if shape.checklist is not None and action.checklist:
        wire[shape.checklist] = "\n".join(f"□ {_words(unit, line)}" for line in action.checklist)
    return shape.entity, wire


def _words(unit: Unit, text: Text) -> str:
    """In the language of the workspace: a to-do is one text for everybody."""
    return text.get(unit.served.app.default_locale) or next(iter(text.values()))


def _assignee(unit: Unit, action: CompiledTask, entity: str, row: Values) -> UUID | None:
    """Who shall do it: of those who hold a role, the one with the fewest open to-dos; None where nobody is named."""
    if action.assignee.kind == "role":
        return choose(unit, dispatch_to_role(action.assignee.text, entity), row).person
    if action.assignee.kind != "field":
        return None
    person = row.get(".".join(action.assignee.path))
    return person if isinstance(person, UUID) else None
