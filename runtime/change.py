"""A record on its way through the order of execution: what was, what is asked, what will be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from runtime.access import Act
from runtime.refusals import FieldError, Invalid, Refused
from runtime.saved import Saved
from runtime.unit import FollowUp, Root
from schema_store.compiled.app import CompiledEntity
from schema_store.compiled.forms import CompiledForm
from schema_store.compiled.process import CompiledPipeline
from schema_store.document.fields import LinksField

Deed = Literal["create", "update", "delete", "restore"]
Values = dict[str, Any]

#: Names of system fields: on the wire, in expressions.
WIRE_NAMES = {"owner_id": "owner"}


@dataclass(frozen=True, slots=True)
class StageMove:
    """A stage that changes: ``start`` None where the record had none (it is created)."""

    field: str
    pipeline: CompiledPipeline
    start: str | None
    to: str | None


@dataclass(frozen=True, slots=True)
class Entered:
    """A stage that a record was moved into: when and by whom (None: by whoever made it), in which stage field."""

    field: str
    stage: str
    at: datetime
    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """Moments and people of a record that was; None takes what a save of today would take.

    Attributes:
        created_at, created_by, updated_at, updated_by: of the record; ``created_*`` of a new one stand for both.
        stages: what its stage fields went through, in the order of time; the last one is where it stands.
        codes: numbers that it had, by code field; the field's sequence goes on behind them.
    """

    created_at: datetime | None = None
    created_by: UUID | None = None
    updated_at: datetime | None = None
    updated_by: UUID | None = None
    stages: tuple[Entered, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked for.

    Attributes:
        wire: JSON values by field key.
        version: the version that was looked at; None: any.
        form: key of the form that was filled in.
        evidence: files shown for the gate, ``[{"key", "file_id"}]``.
        note: why, in the actor's words.
        override: the reason for passing a gate by right.
        mode: ``history``: an import of what was; ``undo``: an import is taken back. Both pass gates.
        past: when and by whom, in an import of what was.
        rules: what rules do about it: run, only say what they would do, or nothing.
    """

    wire: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None
    form: str | None = None
    evidence: tuple[Mapping[str, str], ...] = ()
    note: str | None = None
    override: str | None = None
    mode: Literal["normal", "history", "undo"] = "normal"
    past: Past | None = None
    rules: Literal["run", "simulate", "none"] = "run"


@dataclass
class Change:
    """One record being saved. Values are Python values by field key, system fields by their names in expressions.

    Attributes:
        act: what is done.
        rights: the acts that the actor needs for it, on the row before and on the row after.
        entity: of the record.
        id: of the record.
        request: what was asked.
        before: as stored; None while it is created.
        after: as it will be; derived values are filled in by the steps.
        given: fields that the request names and whose value is a new one.
        errors: complaints about values so far; raised together.
        row: ``after`` with everything that programs read around it (dotted paths, children).
        row_before: the same of ``before``.
        moves: stages that change.
        warnings: duplicates that only warn.
        form: the form that was filled in.
        reasons: why a score is what it is, by score: points by factor.
        written: fields that were different when it was written.
        settled: what ``changed`` says from the write on; None while values come and go.
        root: what its writes, and those that it causes, are counted on.
        refusal: why it is not done; a step that refuses writes it here, and no later step sees the change.
        is_put_off: whether it must wait for the changes before it in the batch to be written (:mod:`runtime.waves`).
        follow_ups: what must be saved next because of it.
    """

    act: Deed
    rights: tuple[Act, ...]
    entity: CompiledEntity
    id: UUID
    request: Request
    before: Values | None
    after: Values
    given: frozenset[str] = frozenset()
    errors: list[FieldError] = field(default_factory=list)
    row: Values = field(default_factory=dict)
    row_before: Values | None = None
    moves: tuple[StageMove, ...] = ()
    warnings: tuple[Any, ...] = ()
    reasons: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    form: CompiledForm | None = None
    written: frozenset[str] = frozenset()
    settled: frozenset[str] | None = None
    root: Root = field(default_factory=Root)
    refusal: Refused | None = None
    is_put_off: bool = False
    follow_ups: list[FollowUp] = field(default_factory=list)

    def refuse(self, refusal: Refused) -> None:
        """Refuse it; of several refusals the first one stands."""
        self.refusal = self.refusal or refusal

    def require_valid(self, errors: Iterable[FieldError]) -> None:
        """Refuse it when there is a complaint."""
        if found := tuple(errors):
            self.refuse(Invalid(found))

    @property
    def key(self) -> str:
        """Of the entity."""
        return self.entity.key

    @property
    def changed(self) -> frozenset[str]:
        """Fields whose value differs from what is stored; when it is created, those that have a value."""
        if self.settled is not None:
            return self.settled
        after, before = self.after, self.before
        if before is None:
            return frozenset({key for key, value in after.items() if value is not None})
        old = before.get
        # Nearly every value is the very object that was loaded; comparing ids and numbers takes its time.
        return frozenset(
            {key for key, value in after.items() if (was := old(key)) is not value and was != value}
        )

    @property
    def links(self) -> tuple[str, ...]:
        """Fields whose pairs stand in a table of their own and are asked to change."""
        fields = self.entity.fields
        return tuple(key for key in self.given if key in fields and isinstance(fields[key].spec, LinksField))

    @property
    def pairs(self) -> dict[str, tuple[frozenset[UUID], frozenset[UUID]]]:
        """By links field: the records to let go, and those to take."""
        found = {}
        for key in self.links:
            old = frozenset((self.before or {}).get(key) or ())
            new = frozenset(self.after[key] or ())
            found[key] = (old - new, new - old)
        return found


@dataclass(frozen=True, slots=True)
class Row:
    """One of many that are asked for at once.

    Attributes:
        request: what is asked of it.
        record_id: which record; of a new one the id that a client chose, None: any.
    """

    request: Request
    record_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: exactly one of the two is there."""

    saved: Saved | None
    refusal: Refused | None


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a transition would meet; nothing was written.

    Attributes:
        allowed: whether it would pass.
        unmet: what is missing, as the gate names it.
    """

    allowed: bool
    unmet: tuple[Any, ...] = ()


def wire_name(key: str) -> str:
    """The name on the wire of a field or of a system field's name in expressions."""
    return "owner_id" if key == "owner" else key
