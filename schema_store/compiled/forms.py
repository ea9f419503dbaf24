"""Compiled forms: what entering a record through them asks for beyond what the entity asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from expressions.program import Program

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CompiledFormField:
    """A field on a form.

    Attributes:
        field: its key.
        visible: conditions that must all hold for it to be shown, those of its section among them.
        required, read_only: when it must be filled in, or may not be touched; None: the form does not say.
    """

    field: str
    visible: tuple[Program, ...]
    required: Program | None
    read_only: Program | None

    @property
    def programs(self) -> Iterator[Program]:
        """All of them."""
        yield from self.visible
        yield from (each for each in (self.required, self.read_only) if each is not None)


@dataclass(frozen=True, slots=True)
class CompiledForm:
    """A form of an entity; ``fields`` in the order of the form, sections taken apart."""

    id: str
    key: str
    label: Text
    entity: str
    fields: tuple[CompiledFormField, ...]


@dataclass(frozen=True, slots=True)
class CompiledPublicForm:
    """A form for people without an account.

    Attributes:
        id, key, label, description: of the form; ``description`` may be empty.
        entity: key.
        fields: keys, in the order in which they are asked for.
        values: what is written with every record, in wire form.
        autocomplete: by field, what a browser may fill in.
        thanks: what is said at the end; empty: the product's own words.
    """

    id: str
    key: str
    label: Text
    description: Text
    entity: str
    fields: tuple[str, ...]
    values: Mapping[str, Any]
    autocomplete: Mapping[str, str]
    thanks: Text

    @property
    def written(self) -> frozenset[str]:
        """The keys of everything that it writes."""
        return frozenset((*self.fields, *self.values))
