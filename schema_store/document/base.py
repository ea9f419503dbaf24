"""Building blocks of the document: keys, texts, expressions, references, the base of every element."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

#: Keys are identifiers (letters of any script, digits, underscore); NFKC and reserved words are checked later.
#: No upper bound in it: a counted ``\w`` of all scripts costs the matcher megabytes, in each of a hundred places.
KEY_PATTERN = r"^[^\W\d]\w*$"
KEY_LENGTH = 40
#: Ids are made once and never change; see :mod:`schema_store.ids`.
ID_PATTERN = r"^[a-z0-9]{6,26}$"

Key = Annotated[str, Field(pattern=KEY_PATTERN, max_length=KEY_LENGTH)]
ElementId = Annotated[str, Field(pattern=ID_PATTERN)]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
#: A text per locale, e.g. ``{"zh-CN": "线索", "en": "Lead"}``.
LocaleText = Annotated[
    dict[Locale, Annotated[str, Field(max_length=2_000)]], Field(min_length=1, max_length=20)
]
#: ``30d``, ``48h``, ``15m``, ``2w`` or ISO 8601.
DurationText = Annotated[
    str, Field(pattern=r"^([0-9]{1,6}[wdhm]|P([0-9]{1,6}W|([0-9]{1,6}D)?(T([0-9]{1,6}H)?([0-9]{1,6}M)?)?))$")
]
#: ``image/png``, or ``image/*`` for all of a kind.
MediaType = Annotated[str, Field(pattern=r"^[a-z]{1,20}/([a-z0-9][a-z0-9.+-]*|\*)$", max_length=127)]
DecimalText = Annotated[str, Field(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,10})?$")]
DateText = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks a string that names another element by key.

    Attributes:
        kind: what is named: ``entity field option_set role stage line calendar message connector operation view
            dashboard metric dimension pool dispatch children rule target``.
        of: where the owner of the named element comes from: ``""`` the document; ``"entity"`` the entity of the
            nearest enclosing element (its ``entity`` attribute, or the entity itself); ``"pipeline"``,
            ``"calculation"`` and ``"conversion"`` the nearest enclosing one; else the name of a sibling attribute
            that names it.
    """

    kind: str
    of: str = ""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schema of the string, with the mark as ``x-reference`` for editors."""
        return {**handler(core), "x-reference": {"kind": self.kind, "of": self.of}}


@dataclass(frozen=True, slots=True)
class Expr:
    """Marks a string that is an expression.

    Attributes:
        expects: kind of result wanted (``boolean``, ``number`` …), ``any``, ``result`` (the field's own), or ``like``
            (what can be found in the field that is named beside it, or in a list of such).
        scope: what it may name: ``record`` (fields of the entity in reach), ``actor`` (also ``me`` …),
            ``inputs`` (a calculation's inputs and earlier lines), ``event`` (a behaviour event's data),
            ``child`` (the rows of the ``children`` path beside it).
    """

    expects: str = "boolean"
    scope: Literal["record", "actor", "inputs", "event", "child"] = "record"

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schema of the string, with the mark as ``x-expression`` for editors."""
        return {**handler(core), "x-expression": {"expects": self.expects, "scope": self.scope}}


_EXPRESSION = Field(min_length=1, max_length=4_000)
#: A yes/no question about a record.
Condition = Annotated[str, _EXPRESSION, Expr("boolean", "record")]
#: A yes/no question about a record and the person who asks.
ActorCondition = Annotated[str, _EXPRESSION, Expr("boolean", "actor")]
#: A number computed from a record.
NumberExpression = Annotated[str, _EXPRESSION, Expr("number", "record")]
#: Any value computed from a record.
ValueExpression = Annotated[str, _EXPRESSION, Expr("any", "record")]

EntityKey = Annotated[Key, Ref("entity")]
FieldKey = Annotated[Key, Ref("field", "entity")]
RoleKey = Annotated[Key, Ref("role")]


class Model(BaseModel):
    """Base of all parts of the document: unknown words are refused, values do not change in place."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, validate_default=False)


class Element(Model):
    """A part with an identity: the id survives every rename, the key is for people and expressions."""

    id: ElementId | None = None
    key: Key


class Labelled(Element):
    """An element that people see."""

    label: LocaleText
    description: LocaleText | None = None
