"""The field types, one class each: what a field of a document does. ``FIELD_TYPES.of(spec)`` gives its type."""

from schema_store.field_types.base import FieldTypeRegistry
from schema_store.field_types.choices import OptionsType, OptionType, StageType, TagsType
from schema_store.field_types.contact import EmailType, PhoneType, UrlType
from schema_store.field_types.dates import DateType, InstantType
from schema_store.field_types.derived import CodeType, FormulaType, RollupType, ScoreType
from schema_store.field_types.files import FilesType, FileType, ImagesType, ImageType
from schema_store.field_types.numbers import BooleanType, DecimalType, IntegerType, MoneyType, PercentType
from schema_store.field_types.relations import LinksType, ReferenceType, RegionType, TeamType, UserType
from schema_store.field_types.structured import JsonType, TranslatedTextType
from schema_store.field_types.text import LongTextType, TextType

#: Every field type of the vocabulary, in its order.
FIELD_TYPES = FieldTypeRegistry()
for _kind in (
    TextType(),
    LongTextType(),
    IntegerType(),
    DecimalType(),
    MoneyType(),
    PercentType(),
    BooleanType(),
    DateType(),
    InstantType(),
    OptionType(),
    OptionsType(),
    StageType(),
    ReferenceType(),
    LinksType(),
    UserType(),
    TeamType(),
    RegionType(),
    PhoneType(),
    EmailType(),
    UrlType(),
    FileType(),
    FilesType(),
    ImageType(),
    ImagesType(),
    CodeType(),
    FormulaType(),
    RollupType(),
    ScoreType(),
    TagsType(),
    TranslatedTextType(),
    JsonType(),
):
    FIELD_TYPES.add(_kind)

__all__ = ["FIELD_TYPES", "FieldTypeRegistry"]
