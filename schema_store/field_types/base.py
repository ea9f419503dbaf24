"""What a field type does: its language type, its columns, its codec, what it can be asked, what it can become."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Generic, Literal, TypeVar

from expressions.types import Type
from schema_store.document.fields import BaseField

F = TypeVar("F", bound=BaseField)
Capability = Literal["filter", "sort", "unique", "index"]


class FieldValueError(ValueError):
    """A submitted value that a field cannot take.

    Attributes:
        code: stable, e.g. ``too_long``, ``not_an_option``, ``wrong_type``.
        params: the words that the sentence is filled with.
    """

    def __init__(self, code: str, **params: object):
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, object] = params


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a field type may need to know beside the field itself.

    Attributes:
        currency: of the workspace.
        locales: of the workspace.
        options: keys (with whether they are active) of a shared option set, or of the pipelines' stages, already
            looked up for this field; empty where the field brings its own.
        option_labels: of those options, every label by key.
        zone: of the workspace, IANA name; where a day begins.
        volatile: whether the expression of this computed field looks at the time, so that it has no column.
    """

    currency: str = "CNY"
    locales: tuple[str, ...] = ("zh-CN", "en")
    options: tuple[tuple[str, bool], ...] = ()
    option_labels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    zone: str = "Asia/Shanghai"
    volatile: bool = False


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column that a field needs.

    Attributes:
        part: ``""`` the value itself, ``"sort"`` a sort key, ``"norm"`` the normalised value that ``unique`` and
            duplicates compare, ``"raw"`` what was typed.
        type: the language type whose storage form the column has (``expressions.storage``).
        references: entity key where the column is a foreign key to an entity of the app.
    """

    part: Literal["", "sort", "norm", "raw"]
    type: Type
    references: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A declared "no": the reason, a stable code with a sentence per locale."""

    code: str
    sentence: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Conversion:
    """How values of one field become values of another.

    Attributes:
        convert: takes a value, gives the new value; raises :class:`FieldValueError` for one that does not convert.
        lossless: whether every value converts and converts back to itself.
    """

    convert: Callable[[Any], Any]
    lossless: bool


class FieldType(ABC, Generic[F]):
    """One field type; stateless, one instance in the registry.

    Attributes:
        key: the ``type`` of the document.
        spec: the document's model.
        refusals: capabilities that this type does not have, each with its reason.
    """

    key: ClassVar[str]
    spec: ClassVar[type[BaseField]]
    refusals: ClassVar[Mapping[Capability, Refusal]] = {}

    @abstractmethod
    def language_type(self, spec: F, around: Surroundings) -> Type | None:
        """The type under which expressions see the field; None when they cannot see it."""

    @abstractmethod
    def columns(self, spec: F, around: Surroundings) -> tuple[ColumnSpec, ...]:
        """The columns it needs; empty for ``links`` (a table of its own) and volatile formulas."""

    @abstractmethod
    def decode(self, spec: F, around: Surroundings, wire: Any) -> Any:
        """The value of a JSON value that someone sent; raises :class:`FieldValueError`. None and "" are empty."""

    @abstractmethod
    def encode(self, spec: F, around: Surroundings, value: Any) -> Any:
        """The JSON value of a value (shapes of DESIGN 11.5); None stays None."""

    def encoder(self, spec: F, around: Surroundings) -> Callable[[Any], Any]:
        """The same for many values of one field."""
        return partial(self.encode, spec, around)

    def derive(self, spec: F, around: Surroundings, value: Any) -> dict[str, Any]:
        """Values of the columns beside the main one, by part."""
        return {}

    def refusal(self, spec: F, around: Surroundings, capability: Capability) -> Refusal | None:
        """Why this field cannot be filtered, sorted, unique or indexed; None when it can."""
        return self.refusals.get(capability)

    @abstractmethod
    def convert_from(self, old: BaseField, new: F, around: Surroundings) -> Conversion | Refusal:
        """How values of ``old`` (any type) become values of this type, or why they do not."""


@dataclass(frozen=True, slots=True)
class FieldTypeRegistry:
    """All field types by key."""

    types: dict[str, FieldType[Any]] = field(default_factory=dict)

    def add(self, kind: FieldType[Any]) -> None:
        """Register; a key may be taken once."""
        if kind.key in self.types:
            raise ValueError(f"field type taken twice: {kind.key}")
        self.types[kind.key] = kind

    def of(self, spec: BaseField) -> FieldType[Any]:
        """The type of a field of a document."""
        return self.types[spec.type]  # type: ignore[attr-defined]  # every member of the union has it
