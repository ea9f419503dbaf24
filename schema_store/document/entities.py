"""Entities: what is kept, how records are told apart, what must hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field as PydanticField

from schema_store.document.base import (
    Condition,
    Element,
    FieldKey,
    Labelled,
    LocaleText,
    Model,
)
from schema_store.document.conversions import Conversion
from schema_store.document.fields import Field, Normaliser, Option


class OptionSet(Labelled):
    """Options shared by several fields."""

    options: Annotated[list[Option], PydanticField(min_length=1, max_length=1_000)]


class UniqueKey(Element):
    """Fields that together may occur once among live records; records with an empty field are not compared."""

    fields: Annotated[list[FieldKey], PydanticField(min_length=1, max_length=5)]
    message: LocaleText | None = None


class MatchField(Model):
    """How one field is compared when looking for duplicates."""

    field: FieldKey
    match: Literal["exact", "fuzzy"] = "exact"
    normalise: Normaliser = "text"
    threshold: Annotated[int, PydanticField(ge=50, le=100)] = 88


class DuplicateRule(Labelled):
    """When two records are probably the same: all ``fields`` match."""

    fields: Annotated[list[MatchField], PydanticField(min_length=1, max_length=5)]
    when: Condition | None = None
    action: Literal["warn", "refuse"] = "warn"


class ValidationRule(Labelled):
    """What must be true of a saved record; ``message`` is shown at ``field`` when it is not."""

    condition: Condition
    message: LocaleText
    field: FieldKey | None = None


class FieldCondition(Element):
    """A condition that holds for a field whatever form or door is used."""

    field: FieldKey
    effect: Literal["required", "read_only"]
    when: Condition


class Index(Element):
    """An index beyond those derived from views, scopes and relations."""

    fields: Annotated[list[FieldKey], PydanticField(min_length=1, max_length=5)]


class Entity(Labelled):
    """A kind of record, one table.

    ``name_field`` is what people call a record by; ``time_field`` is what windows look at.
    ``behaviour`` says whether events may be kept for its records. ``conversion`` makes other records from one.
    """

    plural: LocaleText | None = None
    icon: Annotated[str | None, PydanticField(pattern=r"^[a-z0-9-]{1,40}$")] = None
    name_field: FieldKey | None = None
    time_field: FieldKey | None = None
    fields: Annotated[list[Field], PydanticField(max_length=400)] = []
    uniques: Annotated[list[UniqueKey], PydanticField(max_length=20)] = []
    duplicates: Annotated[list[DuplicateRule], PydanticField(max_length=10)] = []
    validations: Annotated[list[ValidationRule], PydanticField(max_length=100)] = []
    conditions: Annotated[list[FieldCondition], PydanticField(max_length=200)] = []
    indexes: Annotated[list[Index], PydanticField(max_length=20)] = []
    search_fields: Annotated[list[FieldKey], PydanticField(max_length=20)] = []
    conversion: Conversion | None = None
