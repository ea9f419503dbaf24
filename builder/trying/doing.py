"""What the actions of a rule would do on a record: said, not done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from builder.trying.outcome import Json, Question
from expressions.program import Row
from runtime.change import wire_name
from runtime.rules.acting import kind_of
from schema_store.compiled.rules import CompiledAction, CompiledBranch
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


def _told(action: CompiledAction) -> Iterator[str]:
    """Plain words of an action that a person understands."""
    names = (
        "target",
        "stage",
        "dispatch",
        "pool",
        "tags",
        "message",
        "channel",
        "title",
        "connector",
        "operation",
    )
    return (name for name in names if getattr(action, name, None) is not None)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value
