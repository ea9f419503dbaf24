"""What becomes of a record that is converted: the records made from it, and the links between them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as PydanticField

from schema_store.document.base import FieldKey, Key, Labelled, Ref, ValueExpression

#: A field of the entity that a target makes records of.
TargetField = Annotated[Key, Ref("field", "target")]


class ConversionTarget(Labelled):
    """A record that the conversion makes of the entity ``target``, or finds.

    ``values`` are computed from the record that is converted. ``links`` names, by reference field, targets before
    this one. A live record whose unique field ``match`` has the value that would be given is used instead of a new one.
    ``source_field`` is the field of the converted record that keeps the link. Whoever converts may leave an
    ``optional`` one out.
    """

    target: Annotated[Key, Ref("entity")]
    values: dict[TargetField, ValueExpression] = {}
    links: dict[TargetField, Annotated[Key, Ref("target", "conversion")]] = {}
    match: TargetField | None = None
    source_field: FieldKey | None = None
    optional: bool = False


class Conversion(Labelled):
    """Makes other records from one, in one transaction, and moves it to ``stage`` through that stage's gate."""

    stage: Annotated[Key, Ref("stage", "entity")]
    targets: Annotated[list[ConversionTarget], PydanticField(min_length=1, max_length=10)]
