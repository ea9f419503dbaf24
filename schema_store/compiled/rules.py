"""Compiled rules and signals, and the index by which a save finds those that it may start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from expressions.context import Context
from expressions.program import Program, Row
from expressions.typed import Value
from expressions.types import Type
from schema_store.document.access import Act
from schema_store.document.automation import Trigger
from schema_store.normalise import normalise_text
from schema_store.settle import settle

Text = Mapping[str, str]
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompiledValue:
    """A value that an action writes; ``type`` is the field's, None where the language does not see it."""

    field: str
    type: Type | None
    program: Program

    def value(self, row: Row, context: Context) -> Value:
        """The value as its field keeps it."""
        return settle(self.program.eval(row, context), self.type or self.program.type)


@dataclass(frozen=True, slots=True)
class CompiledAudience:
    """One who is meant: ``field`` a path to a person, ``role``, or one that only later work can find (``other``)."""

    kind: Literal["field", "role", "other"]
    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class CompiledSet:
    """Writes fields of the record."""

    key: str
    values: tuple[CompiledValue, ...]


@dataclass(frozen=True, slots=True)
class CompiledCreate:
    """Creates a record of ``target``."""

    key: str
    target: str
    values: tuple[CompiledValue, ...]


@dataclass(frozen=True, slots=True)
class CompiledTask:
    """Creates a to-do; ``about`` is the field of to-dos that names the record, None where they have none."""

    key: str
    title: Text
    assignee: CompiledAudience
    due: timedelta | None
    checklist: tuple[Text, ...]
    about: str | None


@dataclass(frozen=True, slots=True)
class CompiledAdvance:
    """Moves the record to a stage; ``fields`` are the stage fields that can show it."""

    key: str
    stage: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompiledAssign:
    """Hands the record to someone of a dispatch, or to nobody: into a pool."""

    key: str
    dispatch: str | None
    pool: str | None


@dataclass(frozen=True, slots=True)
class CompiledTag:
    """Adds tags."""

    key: str
    field: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompiledFreeze:
    """Closes or opens the inflow of a stage."""

    key: str
    stage: str
    is_closing: bool
    reason: Text


@dataclass(frozen=True, slots=True)
class CompiledBranch:
    """One way or the other."""

    key: str
    condition: Program
    then: tuple[CompiledAction, ...]
    otherwise: tuple[CompiledAction, ...]


@dataclass(frozen=True, slots=True)
class CompiledStop:
    """Ends the run."""

    key: str


@dataclass(frozen=True, slots=True)
class CompiledMessage:
    """What people are told; subject and body are templates by language, the subject may be empty."""

    key: str
    label: Text
    subject: Text
    body: Text


@dataclass(frozen=True, slots=True)
class CompiledNotify:
    """Tells people something, by a message over a channel."""

    key: str
    audience: tuple[CompiledAudience, ...]
    message: str
    channel: str


@dataclass(frozen=True, slots=True)
class CompiledCall:
    """Calls an operation of a connector."""

    key: str
    connector: str
    operation: str


@dataclass(frozen=True, slots=True)
class CompiledWait:
    """Waits, at most so long; ``event`` ends it sooner."""

    key: str
    duration: timedelta
    event: str | None


#: What leaves the database, or waits: it is done after the commit.
CompiledLater = CompiledNotify | CompiledCall | CompiledWait


CompiledAction = (
    CompiledSet
    | CompiledCreate
    | CompiledTask
    | CompiledAdvance
    | CompiledAssign
    | CompiledTag
    | CompiledFreeze
    | CompiledBranch
    | CompiledStop
    | CompiledNotify
    | CompiledCall
    | CompiledWait
)


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule, or a signal, which is a rule whose condition is a phrase in a text.

    Attributes:
        kind: ``rule`` or ``signal``.
        trigger: as the author wrote it; None for a signal: its text is written.
        within: the window of a pattern.
        condition, text: None: always.
        phrases: of a signal, as they are compared; ``field`` is where they are looked for.
        rights: acts by entity.
        reads: paths that the condition reads.
        uses: paths that the actions read.
    """

    id: str
    key: str
    kind: Literal["rule", "signal"]
    label: Text
    entity: str
    trigger: Trigger | None
    within: timedelta | None
    condition: Program | None
    text: str | None
    field: str | None
    phrases: tuple[str, ...]
    actions: tuple[CompiledAction, ...]
    with_save: bool
    rights: Mapping[str, frozenset[Act]]
    reads: frozenset[Path]
    uses: frozenset[Path]

    @property
    def cause(self) -> str:
        """How the chain of causes names it."""
        return f"{self.kind}:{self.key}"


Rules = Mapping[str, tuple[CompiledRule, ...]]


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """The rules of one entity by what starts them.

    Attributes:
        created, deleted: those acts.
        changed: any field that people write.
        fields: by field that a rule names, computed ones too.
        entered, left: by stage.
        events: by kind, patterns among them.
        bands: by band field.
        tiers: by SLA (its target) and by tier.
    """

    created: tuple[CompiledRule, ...]
    deleted: tuple[CompiledRule, ...]
    changed: tuple[CompiledRule, ...]
    fields: Rules
    entered: Rules
    left: Rules
    events: Rules
    bands: Rules
    tiers: Rules


def actions_of(actions: tuple[CompiledAction, ...]) -> Iterator[CompiledAction]:
    """Every action, those inside of branches too."""
    for action in actions:
        yield action
        if isinstance(action, CompiledBranch):
            yield from actions_of(action.then)
            yield from actions_of(action.otherwise)


def phrases_in(rule: CompiledRule, text: object) -> tuple[str, ...]:
    """The phrases of a signal that a text holds, as they are compared."""
    if not isinstance(text, str):
        return ()
    plain = normalise_text(text)
    return tuple(phrase for phrase in rule.phrases if phrase in plain)
