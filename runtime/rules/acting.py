"""What the actions of a rule do: each becomes an ordinary save, through every step of the order of execution."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from runtime.assigning import choose, keep_assignment
from runtime.change import Values, wire_name
from runtime.computed.rows import Rows
from runtime.freezes import freeze_stage, thaw_stage
from runtime.loading import Want, want_of
from runtime.refusals import FieldError, Forbidden, Invalid, NotFound
from runtime.rules.doors import Doors
from runtime.rules.tasks import make_task
from runtime.saved import Saved
from runtime.unit import Unit
from runtime.writer.locking import lock_record
from schema_store.compiled.app import CompiledField
from schema_store.compiled.dispatch import CompiledDispatch
from schema_store.compiled.process import CompiledStage
from schema_store.compiled.rules import (
    CompiledAction,
    CompiledAdvance,
    CompiledAssign,
    CompiledBranch,
    CompiledCall,
    CompiledCreate,
    CompiledFreeze,
    CompiledLater,
    CompiledNotify,
    CompiledRule,
    CompiledSet,
    CompiledStop,
    CompiledTag,
    CompiledTask,
    CompiledValue,
    CompiledWait,
)

#: ``{"key", "kind", "state": done | unchanged | later | failed | undone, …}`` and what it did.
Step = dict[str, Any]


class Acting:
    """One run while it goes on.

    Args:
        unit: in which the rule acts, by its own rights.
        doors: into the order of execution.
        rule: that runs.
        record: on which.
        values: of the record when the rule matched; what a deleted record's rule sees.

    Attributes:
        steps: what was done so far, the last one perhaps not to the end.
        left: paths of the actions for after the commit, as :func:`paths_of` has them.
    """

    def __init__(self, unit: Unit, doors: Doors, rule: CompiledRule, record: UUID, values: Values | None):
        self.unit, self.doors, self.rule, self.record = unit, doors, rule, record
        self.steps: list[Step] = []
        self.left: list[str] = []
        self._matched = values
        self._row: Values | None = None
        self._has_waited = False
        self._inside = ""

    def perform(self, actions: Iterable[CompiledAction]) -> bool:
        """Do the actions one after the other; False when one of them ends the run.

        From the first one that waits on, everything is left for after the commit.

        Raises:
            Refused: an action is refused; ``steps`` ends with it.
        """
        for action in actions:
            if self._has_waited or isinstance(action, CompiledLater):
                self._put_off(action)
                continue
            step = self._step(action)
            if isinstance(action, CompiledStop):
                return False
            if isinstance(action, CompiledBranch):
                if not self._branch(action, step):
                    return False
                continue
            _DOES[type(action)](self, action, step)
        return True

    def _step(self, action: CompiledAction, state: str = "done") -> Step:
        step: Step = {"key": action.key, "kind": kind_of(action), "state": state}
        self.steps.append(step)
        return step

    def _put_off(self, action: CompiledAction) -> None:
        """What is done after the commit, or behind a wait."""
        self._has_waited = self._has_waited or isinstance(action, CompiledWait)
        self._step(action, "later")
        self._leave(action)

    def _leave(self, action: CompiledAction) -> None:
        self.left.append(f"{self._inside}{action.key}")

    @property
    def row(self) -> Values:
        """The record as it is now, locked, with what the actions read around it.

        Raises:
            NotFound: it is gone.
        """
        if self._row is None:
            self._row = self._load()
        return self._row

    def _load(self) -> Values:
        unit = self.unit
        try:
            row = lock_record(unit, self.rule.entity, self.record, ("read",))
        except NotFound:
            if self._matched is None:
                raise
            row = dict(self._matched)  # it went into the bin: what it was is all that can be looked at
        want = unit.statement(("rule", self.rule.id), self._want)
        Rows(unit.connection, unit.served, unit.context).complete(want, [row])
        return row

    def _want(self) -> Want:
        return want_of(self.unit.served.app, self.rule.entity, self.rule.uses)

    def _branch(self, action: CompiledBranch, step: Step) -> bool:
        met = action.condition.eval(self.row, self.unit.context) is True
        way = step["way"] = "then" if met else "otherwise"
        outside, self._inside = self._inside, f"{self._inside}{action.key}/{way}/"
        goes_on = self.perform(action.then if met else action.otherwise)
        self._inside = outside
        return goes_on

    def _set(self, action: CompiledSet, step: Step) -> None:
        self._write(self._wire(self.rule.entity, action.values), step)

    def _write(self, wire: Mapping[str, Any], step: Step) -> None:
        """Change the record; what is the same already is not written."""
        saved = self.doors.update(self.unit, self.rule.entity, self.record, wire)
        self._note(saved, wire, step)

    def _note(self, saved: Saved, wire: Mapping[str, Any], step: Step) -> None:
        self._row = None
        step["values"] = {key: value for key, value in wire.items() if key in saved.changed}
        if not step["values"]:
            step["state"] = "unchanged"

    def _wire(self, entity: str, values: Iterable[CompiledValue]) -> dict[str, Any]:
        fields = self.unit.served.app.entities[entity].fields
        return {
            wire_name(each.field): _encode(fields.get(each.field), each.value(self.row, self.unit.context))
            for each in values
        }

    def _create(self, action: CompiledCreate, step: Step) -> None:
        wire = self._wire(action.target, action.values)
        self._made(action.target, wire, step)

    def _made(self, entity: str, wire: dict[str, Any], step: Step) -> None:
        """What a rule makes belongs to the owner of the record that it is about, unless it says otherwise."""
        owner = self.row.get("owner")
        if owner is not None:
            wire.setdefault("owner_id", str(owner))
        saved = self.doors.create(self.unit, entity, wire)
        step["made"] = {"entity": entity, "id": str(saved.id)}

    def _task(self, action: CompiledTask, step: Step) -> None:
        entity, wire = make_task(self.unit, action, self.record, self.row)
        self._made(entity, wire, step)

    def _advance(self, action: CompiledAdvance, step: Step) -> None:
        field = next((key for key in action.fields if self.row.get(key) is not None), action.fields[0])
        step["field"], step["to"] = field, action.stage
        if self.row.get(field) == action.stage:
            step["state"] = "unchanged"
            return
        saved = self.doors.transition(self.unit, self.rule.entity, self.record, action.stage, field=field)
        assert isinstance(saved, Saved)
        self._note(saved, {field: action.stage}, step)

    def _assign(self, action: CompiledAssign, step: Step) -> None:
        """Hand the record over; where nobody is free it stays as it is, and the reasons say so."""
        entity = self.rule.entity
        if action.dispatch is None:
            step["pool"] = action.pool
            keep_assignment(self.unit, action, entity, self.record, None, {})
            self._write({"owner_id": None}, step)
            return
        dispatch = self.unit.served.app.dispatches[action.dispatch]
        choice = choose(self.unit, dispatch, self._dispatched(dispatch))
        keep_assignment(self.unit, action, entity, self.record, choice.person, choice.why)
        step["dispatch"], step["row"] = dispatch.key, choice.why["row"]
        if choice.person is None:
            step["state"] = "unchanged"
        else:
            self._write({"owner_id": str(choice.person)}, step)

    def _dispatched(self, dispatch: CompiledDispatch) -> Values:
        """The record with what the rows of a dispatch look at."""
        unit, entity = self.unit, self.rule.entity
        want = unit.statement(
            ("dispatch", dispatch.id), lambda: want_of(unit.served.app, entity, dispatch.reads)
        )
        row = lock_record(unit, entity, self.record, ("read",))
        Rows(unit.connection, unit.served, unit.context).complete(want, [row])
        return row

    def _tag(self, action: CompiledTag, step: Step) -> None:
        standing = tuple(self.row.get(action.field) or ())
        fresh = [tag for tag in action.tags if tag not in standing]
        if not fresh:
            step["state"] = "unchanged"
            return
        self._write({action.field: [*standing, *fresh]}, step)

    def _freeze(self, action: CompiledFreeze, step: Step) -> None:
        """Close or open a stage; it takes the right to move records of the entity.

        Raises:
            Forbidden: the rule does not have it.
        """
        if not self.unit.access.can(self.rule.entity, "transition"):
            raise Forbidden
        reason = {"rule": self.rule.key, "record": str(self.record), "text": dict(action.reason)}
        did = [
            freeze_stage(self.unit, stage, reason) if action.is_closing else thaw_stage(self.unit, stage)
            for stage in self._stages(action.stage)
        ]
        step["stage"] = action.stage
        if not any(did):
            step["state"] = "unchanged"

    def _stages(self, key: str) -> list[CompiledStage]:
        """The stages of that key in the pipelines of the entity."""
        pipelines = self.unit.served.app.entities[self.rule.entity].pipelines.values()
        return [each.stages[key] for group in pipelines for each in group if key in each.stages]


def kind_of(action: CompiledAction) -> str:
    """What the document calls an action of this class."""
    return _KINDS[type(action)]


def paths_of(actions: Iterable[CompiledAction], inside: str = "") -> Iterator[tuple[str, CompiledAction]]:
    """Every action with its path: its key behind those of the branches and ways around it."""
    for action in actions:
        yield f"{inside}{action.key}", action
        if isinstance(action, CompiledBranch):
            yield from paths_of(action.then, f"{inside}{action.key}/then/")
            yield from paths_of(action.otherwise, f"{inside}{action.key}/otherwise/")


def _encode(field: CompiledField | None, value: Any) -> Any:
    """A value in wire form; the owner, the one system field that may be written, by id.

    Raises:
        Invalid: a value that its field cannot hold.
    """
    if field is None:
        return None if value is None else str(value)
    try:
        return field.encode(value)
    except (TypeError, ValueError) as error:
        raise Invalid([FieldError(f"/{field.key}", "not_a_value")]) from error


_KINDS: Mapping[type[CompiledAction], str] = {
    CompiledSet: "set",
    CompiledCreate: "create",
    CompiledTask: "task",
    CompiledAdvance: "advance",
    CompiledAssign: "assign",
    CompiledTag: "tag",
    CompiledFreeze: "freeze",
    CompiledBranch: "branch",
    CompiledStop: "stop",
    CompiledNotify: "notify",
    CompiledCall: "connector",
    CompiledWait: "wait",
}
_DOES: Mapping[type[CompiledAction], Callable[[Acting, Any, Step], None]] = {
    CompiledSet: Acting._set,
    CompiledCreate: Acting._create,
    CompiledTask: Acting._task,
    CompiledAdvance: Acting._advance,
    CompiledAssign: Acting._assign,
    CompiledTag: Acting._tag,
    CompiledFreeze: Acting._freeze,
}
