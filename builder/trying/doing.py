"""What the actions of a rule would do on a record: said, not done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from builder.trying.outcome import Json, Question
from expressions.program import Row
from runtime.change import wire_name
from runtime.rules.acting import kind_of
from schema_store.compiled.rules import CompiledAction, CompiledAudience, CompiledBranch
from schema_store.wire import to_wire


def said_actions(question: Question, actions: Iterable[CompiledAction], row: Row) -> Iterator[Json]:
    """Each action with its kind, what it would write, and of a branch the way that is taken."""
    context = question.trial.context(question.now)
    for action in actions:
        said: Json = {"key": action.key, "kind": kind_of(action)}
        if isinstance(action, CompiledBranch):
            met = action.condition.eval(row, context) is True
            said["way"] = "then" if met else "otherwise"
            said["trace"] = question.trace(action.condition.checked, row)
            said["actions"] = list(said_actions(question, action.then if met else action.otherwise, row))
        else:
            said |= {name: _plain(getattr(action, name)) for name in _told(action)}
            if written := getattr(action, "values", ()):
                said["values"] = {
                    wire_name(each.field): to_wire(each.value(row, context)) for each in written
                }
        yield said


#: What a person understands of an action, by the names of its attributes; those that it has are told.
_TOLD = (
    *("target", "stage", "is_closing", "dispatch", "pool", "field", "tags", "title", "assignee", "due"),
    *("checklist", "audience", "message", "channel", "connector", "operation", "duration", "event"),
)


def _told(action: CompiledAction) -> Iterator[str]:
    return (name for name in _TOLD if getattr(action, name, None) is not None)


def _plain(value: Any) -> Any:
    """In JSON; whom an action means as the author wrote it."""
    match value:
        case CompiledAudience(text=text):
            return text
        case Mapping():
            return dict(value)
        case tuple():
            return [_plain(each) for each in value]
    return to_wire(value)
