"""The field types as authors write them: one model each, told apart by ``type``.

What a type *does* (codec, column, filters, retype) stands in :mod:`schema_store.field_types`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field as PydanticField

from schema_store.document.base import (
    Condition,
    DecimalText,
    EntityKey,
    Expr,
    FieldKey,
    Key,
    Labelled,
    LocaleText,
    MediaType,
    Model,
    Ref,
)

OnDelete = Literal["restrict", "clear", "cascade"]
Normaliser = Literal["text", "phone", "email", "company", "domain"]


class Purpose(Model):
    """Why a field is kept at all (the data value canvas): a field without a use is a field to remove."""

    action: LocaleText
    decision: LocaleText | None = None
    benefit: LocaleText | None = None


class BaseField(Labelled):
    """What every field has.

    ``default`` is a plain value in wire form; ``default_expression`` is computed when a record is created.
    ``normalise`` names how values are compared for ``unique`` and duplicates.
    """

    help: LocaleText | None = None
    required: bool = False
    read_only: bool = False
    indexed: bool = False
    purpose: Purpose | None = None
    default: Any = None
    default_expression: Annotated[
        str | None, PydanticField(min_length=1, max_length=4_000), Expr("result", "actor")
    ] = None


class _Unique(Model):
    unique: bool = False
    normalise: Normaliser | None = None


class Completion(Model):
    """What is offered while a text is typed: records of ``source``, found by their search.

    Whoever takes one gets its values into fields (``values``: field to fill, field of the record), and a link to it
    into ``link``.
    """

    source: Annotated[Key, Ref("entity")]
    values: Annotated[
        dict[FieldKey, Annotated[Key, Ref("field", "source")]], PydanticField(max_length=30)
    ] = {}
    link: FieldKey | None = None


class Phrases(Model):
    """Texts to put in at the cursor: field ``text`` of the records of ``entity`` that ``filter`` lets through."""

    entity: EntityKey
    text: FieldKey
    filter: Condition | None = None


class TextField(BaseField, _Unique):
    """One line of text; ``name_like`` keeps a pinyin sort key beside it."""

    type: Literal["text"]
    length: Annotated[int, PydanticField(ge=1, le=1_000)] = 255
    pattern: Annotated[str | None, PydanticField(max_length=500)] = None
    name_like: bool = False
    completion: Completion | None = None


class LongTextField(BaseField):
    """Several lines of text."""

    type: Literal["long_text"]
    length: Annotated[int, PydanticField(ge=1, le=60_000)] = 10_000
    phrases: Phrases | None = None


class IntegerField(BaseField, _Unique):
    """A whole number of at most 15 digits."""

    type: Literal["integer"]
    minimum: int | None = None
    maximum: int | None = None


class _Exact(Model):
    minimum: DecimalText | None = None
    maximum: DecimalText | None = None


class DecimalField(BaseField, _Unique, _Exact):
    """An exact number; ``digits`` counts all digits, ``scale`` those behind the point."""

    type: Literal["decimal"]
    digits: Annotated[int, PydanticField(ge=1, le=15)] = 15
    scale: Annotated[int, PydanticField(ge=0, le=10)] = 2


class MoneyField(BaseField, _Exact):
    """An amount in one currency (the workspace's where none is named)."""

    type: Literal["money"]
    currency: Annotated[str | None, PydanticField(pattern=r"^[A-Z]{3}$")] = None
    digits: Annotated[int, PydanticField(ge=1, le=15)] = 15
    scale: Annotated[int, PydanticField(ge=0, le=4)] = 2


class PercentField(BaseField, _Exact):
    """A share, kept as its fraction; ``scale`` counts the digits of the fraction (4: hundredths of a percent)."""

    type: Literal["percent"]
    scale: Annotated[int, PydanticField(ge=2, le=8)] = 4


class BooleanField(BaseField):
    """Yes or no."""

    type: Literal["boolean"]


class DateField(BaseField, _Unique):
    """A calendar day, without a zone."""

    type: Literal["date"]


class InstantField(BaseField):
    """A moment, kept in UTC."""

    type: Literal["instant"]


class Option(Labelled):
    """One choice; an inactive one stays readable but cannot be chosen any more."""

    colour: Annotated[str | None, PydanticField(pattern=r"^[a-z]{2,20}$")] = None
    active: bool = True


class _Choice(Model):
    options: Annotated[list[Option], PydanticField(max_length=1_000)] = []
    option_set: Annotated[Key | None, Ref("option_set")] = None


class OptionField(BaseField, _Choice, _Unique):
    """One of several options, its own or those of a shared set."""

    type: Literal["option"]


class OptionsField(BaseField, _Choice):
    """Any number of options."""

    type: Literal["options"]


class StageField(BaseField):
    """Where a record stands; the pipelines of the entity that name this field give the stages."""

    type: Literal["stage"]


class Inverse(Labelled):
    """The many side of a relation: the name under which the target finds its children."""


class ReferenceField(BaseField, _Unique):
    """A link to one record; ``inverse`` names the children on the other side."""

    type: Literal["reference"]
    entity: EntityKey
    on_delete: OnDelete = "restrict"
    inverse: Inverse | None = None


class LinksField(BaseField):
    """Links to many records (a table of its own)."""

    type: Literal["links"]
    entity: EntityKey
    inverse: Inverse | None = None


class UserField(BaseField):
    """A person of the workspace."""

    type: Literal["user"]


class TeamField(BaseField):
    """A team of the workspace."""

    type: Literal["team"]


class RegionField(BaseField):
    """A region of the workspace's region tree."""

    type: Literal["region"]


class PhoneField(BaseField):
    """A phone number, kept in E.164 (an extension behind ``;ext=``); ``country`` reads numbers without ``+``."""

    type: Literal["phone"]
    unique: bool = False
    country: Annotated[str, PydanticField(pattern=r"^[A-Z]{2}$")] = "CN"


class EmailField(BaseField):
    """A mail address, compared without case."""

    type: Literal["email"]
    unique: bool = False


class UrlField(BaseField):
    """A web address (http or https)."""

    type: Literal["url"]


class FileField(BaseField):
    """One uploaded file."""

    type: Literal["file"]
    accept: Annotated[list[MediaType], PydanticField(max_length=50)] = []


class FilesField(BaseField):
    """Several uploaded files."""

    type: Literal["files"]
    accept: Annotated[list[MediaType], PydanticField(max_length=50)] = []
    maximum: Annotated[int, PydanticField(ge=1, le=100)] = 20


class ImageField(BaseField):
    """One picture; with ``watermark`` the browser writes moment, person and record into it before it is sent."""

    type: Literal["image"]
    watermark: bool = False


class ImagesField(BaseField):
    """Several pictures; ``watermark`` as of one."""

    type: Literal["images"]
    watermark: bool = False
    maximum: Annotated[int, PydanticField(ge=1, le=100)] = 20


class CodeField(BaseField):
    """A number given by a rule, unique, never typed.

    ``pattern`` is text with ``{YYYY} {YY} {MM} {DD} {seq:N}``; the sequence restarts when the rest changes.
    ``gaps``: ``allowed`` takes numbers outside the transaction's fate (fast, a refused save leaves a hole),
    ``none`` takes them inside it (savers of one prefix wait for each other).
    """

    type: Literal["code"]
    pattern: Annotated[str, PydanticField(min_length=3, max_length=80)]
    gaps: Literal["allowed", "none"] = "none"


ResultKind = Literal["boolean", "integer", "decimal", "money", "percent", "text", "date", "instant", "option"]


class Result(Model):
    """What a computed field gives; the expression's value is rounded half-up to ``scale`` at this boundary."""

    type: ResultKind
    scale: Annotated[int, PydanticField(ge=0, le=10)] = 2
    length: Annotated[int, PydanticField(ge=1, le=10_000)] = 255
    options: list[Option] = []


class FormulaField(BaseField):
    """Computed from the record and what it refers to."""

    type: Literal["formula"]
    expression: Annotated[str, PydanticField(min_length=1, max_length=4_000), Expr("result", "record")]
    result: Result


class RollupField(BaseField):
    """One aggregate over children, kept right when they change: ``SUM(contracts, amount)``."""

    type: Literal["rollup"]
    expression: Annotated[str, PydanticField(min_length=1, max_length=4_000), Expr("result", "record")]
    result: Result


class ScoreField(BaseField):
    """Written by a score model (``scores``); ``scale`` digits behind the point."""

    type: Literal["score"]
    scale: Annotated[int, PydanticField(ge=0, le=4)] = 0


class TagsField(BaseField):
    """Free tags; ``suggestions`` are offered first."""

    type: Literal["tags"]
    suggestions: list[Option] = []


class TranslatedTextField(BaseField):
    """A text per locale, for exports in several languages."""

    type: Literal["translated_text"]
    length: Annotated[int, PydanticField(ge=1, le=2_000)] = 500


class JsonField(BaseField):
    """Structured data that must match a JSON Schema (2020-12)."""

    type: Literal["json"]
    json_schema: dict[str, Any] = {}


Field = Annotated[
    TextField
    | LongTextField
    | IntegerField
    | DecimalField
    | MoneyField
    | PercentField
    | BooleanField
    | DateField
    | InstantField
    | OptionField
    | OptionsField
    | StageField
    | ReferenceField
    | LinksField
    | UserField
    | TeamField
    | RegionField
    | PhoneField
    | EmailField
    | UrlField
    | FileField
    | FilesField
    | ImageField
    | ImagesField
    | CodeField
    | FormulaField
    | RollupField
    | ScoreField
    | TagsField
    | TranslatedTextField
    | JsonField,
    PydanticField(discriminator="type"),
]
