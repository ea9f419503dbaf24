"""Fields one by one: ranges, patterns, defaults, options, codes, schemas; what entities say of their fields."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from schema_store.analysis.analysis import Analysis
from schema_store.analysis.walk import Place
from schema_store.diagnostics import Diagnostic
from schema_store.document.entities import Entity
from schema_store.document.fields import (
    BaseField,
    CodeField,
    Completion,
    DateField,
    FormulaField,
    InstantField,
    JsonField,
    LongTextField,
    OptionField,
    OptionsField,
    Phrases,
    ReferenceField,
    RollupField,
    ScoreField,
    TextField,
)
from schema_store.field_types.base import Capability
from schema_store.field_types.structured import check_json_schema
from schema_store.field_types.text import check_pattern
from schema_store.messages import diagnostic

COMPUTED = (FormulaField, RollupField, ScoreField, CodeField)
_CODE_PART = re.compile(r"\{([^{}]*)\}")
_CODE_WORDS = frozenset({"YYYY", "YY", "MM", "DD"})
#: Escapes, bounds of repetitions, openings of classes (a first ``]`` is a member), any other character.
_PATTERN_PART = re.compile(r"\\.|\{\d+,\d*\}|\[\^?\]?|.", re.DOTALL)
_SEQUENCE = re.compile(r"seq:([1-9]|1[0-2])")


def check_fields(analysis: Analysis) -> Iterator[Diagnostic]:
    """What is wrong with each field in itself and with the fields an entity singles out."""
    for place in analysis.walk.of(BaseField):
        field = place.model
        assert isinstance(field, BaseField)
        yield from _sizes(place, field)
        yield from _special(analysis, place, field)
        if isinstance(field, TextField) and field.completion is not None:
            yield from _completion(analysis, place, field.completion)
        if isinstance(field, LongTextField) and field.phrases is not None:
            yield from _phrases(analysis, place, field.phrases)
        yield from _defaults(analysis, place, field)
        yield from _capabilities(analysis, place, field)
    for place in analysis.walk.of(Entity):
        yield from _entity(analysis, place)


def _sizes(place: Place, field: BaseField) -> Iterator[Diagnostic]:
    low, high = _bound(field, "minimum"), _bound(field, "maximum")
    if low is not None and high is not None and low > high:
        yield diagnostic("field.range", place, "/minimum", minimum=low, maximum=high)
    digits, scale = getattr(field, "digits", None), getattr(field, "scale", None)
    if digits is not None and scale is not None and scale > digits:
        yield diagnostic("field.digits", place, "/scale", scale=scale, digits=digits)


def _bound(field: BaseField, name: str) -> Decimal | None:
    value = getattr(field, name, None)
    try:
        return None if value is None else Decimal(value)
    except InvalidOperation:
        return None


def _special(analysis: Analysis, place: Place, field: BaseField) -> Iterator[Diagnostic]:
    """What only this type of field can do wrong."""
    match field:
        case TextField(pattern=str(pattern)):
            yield from _pattern(place, pattern)
        case OptionField() | OptionsField():
            yield from _choice(analysis, place, field)
        case CodeField():
            yield from _code(place, field.pattern)
        case JsonField():
            yield from _schema(place, field.json_schema)
        case ReferenceField(on_delete="clear", required=True):
            yield diagnostic("field.clear_required", place, "/on_delete", field=field.key)
        case FormulaField() | RollupField() if field.result.type == "option" and not field.result.options:
            yield diagnostic("field.no_options", place, "/result/options", field=field.key)


def _completion(analysis: Analysis, place: Place, completion: Completion) -> Iterator[Diagnostic]:
    """Records can be looked for by what is typed, and what they bring fits where it goes."""
    source = analysis.lookup.entities.get(completion.source)
    if source is not None and not source.search_fields:
        yield diagnostic("field.completion_search", place, "/completion/source", entity=source.key)
    own = analysis.lookup.fields.get(place.entity or "", {})
    theirs = analysis.lookup.fields.get(completion.source, {})
    for key, name in completion.values.items():
        taken, given = own.get(key), theirs.get(name)
        if taken is not None and given is not None and _sort(taken) != _sort(given):
            yield diagnostic(
                "field.completion_like", place, f"/completion/values/{key}", field=key, given=name
            )
    link = own.get(completion.link or "")
    if link is not None and not (isinstance(link, ReferenceField) and link.entity == completion.source):
        yield diagnostic("field.completion_link", place, "/completion/link", field=link.key)


def _sort(field: BaseField) -> tuple[object, ...]:
    """What two fields must have in common for a value of one to be one of the other."""
    kind = "text" if isinstance(field, LongTextField) else getattr(field, "type", "")
    return kind, getattr(field, "entity", None), getattr(field, "option_set", None)


def _phrases(analysis: Analysis, place: Place, phrases: Phrases) -> Iterator[Diagnostic]:
    """What is put in is a text."""
    text = analysis.lookup.fields.get(phrases.entity, {}).get(phrases.text)
    if text is not None and not isinstance(text, TextField | LongTextField):
        yield diagnostic("field.phrases_text", place, "/phrases/text", field=text.key)


def _pattern(place: Place, pattern: str) -> Iterator[Diagnostic]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a pattern that Python warns about means something else tomorrow
            re.compile(pattern)
    except (re.error, FutureWarning, DeprecationWarning, OverflowError, RecursionError) as problem:
        yield diagnostic("field.bad_pattern", place, "/pattern", pattern=pattern, reason=problem)
        return
    if reason := check_pattern(
        pattern
    ):  # the engine that runs it knows no look-around and no back-references
        yield diagnostic("field.bad_pattern", place, "/pattern", pattern=pattern, reason=reason)
        return
    if has_nested_repetition(pattern):
        yield diagnostic("field.slow_pattern", place, "/pattern", pattern=pattern)


def has_nested_repetition(pattern: str) -> bool:
    """Whether something that repeats without bound is itself repeated: ``(a+)+``, ``((ab)*c){2,}``.

    Such a pattern can take exponential time on a text that nearly matches.
    """
    groups = [False]  # per open group: whether something inside repeats without bound
    closed = in_class = False
    for part in _PATTERN_PART.findall(pattern):
        if in_class:
            in_class = part != "]"
        elif part.startswith("["):
            in_class = True
        elif part == "(":
            groups.append(False)
        elif part == ")" and len(groups) > 1:
            closed = groups.pop()
            groups[-1] |= closed
            continue
        elif part in ("*", "+") or part.endswith(",}"):
            if closed:
                return True
            groups[-1] = True
        closed = False
    return False


def _choice(analysis: Analysis, place: Place, field: OptionField | OptionsField) -> Iterator[Diagnostic]:
    if field.options and field.option_set:
        yield diagnostic("field.options_twice", place, "/option_set", field=field.key)
    if not field.options and not field.option_set:
        yield diagnostic("field.no_options", place, field=field.key)
    elif (options := analysis.lookup.options(field)) and not any(option.active for option in options):
        yield diagnostic("field.no_active_option", place, field=field.key)


def _code(place: Place, pattern: str) -> Iterator[Diagnostic]:
    words = _CODE_PART.findall(pattern)
    unknown = [word for word in words if word not in _CODE_WORDS and not _SEQUENCE.fullmatch(word)]
    rest = _CODE_PART.sub("", pattern)
    if unknown or "{" in rest or "}" in rest:
        found = f"{{{unknown[0]}}}" if unknown else pattern
        yield diagnostic("field.code_word", place, "/pattern", word=found)
    elif sum(word.startswith("seq:") for word in words) != 1:
        yield diagnostic("field.code_sequence", place, "/pattern", pattern=pattern)


def _schema(place: Place, schema: dict[str, Any]) -> Iterator[Diagnostic]:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as problem:
        at = "".join(f"/{step}" for step in problem.absolute_path)
        yield diagnostic("field.bad_schema", place, f"/json_schema{at}", reason=problem.message[:200])
    except RecursionError:
        yield diagnostic("field.bad_schema", place, "/json_schema", reason="nested too deeply")
    else:
        if reason := check_json_schema(schema):
            yield diagnostic("field.bad_schema", place, "/json_schema", reason=reason)


def _defaults(analysis: Analysis, place: Place, field: BaseField) -> Iterator[Diagnostic]:
    has_value = field.default is not None
    if has_value and field.default_expression:
        yield diagnostic("field.default_twice", place, "/default_expression", field=field.key)
    if isinstance(field, COMPUTED):
        if has_value or field.default_expression:
            yield diagnostic("field.default_computed", place, "/default", field=field.key)
    elif has_value and (reason := analysis.value_fault(place.entity or "", field, field.default)):
        yield diagnostic("value.invalid", place, "/default", field=field.key, reason=reason)


def _capabilities(analysis: Analysis, place: Place, field: BaseField) -> Iterator[Diagnostic]:
    """``unique`` and ``indexed`` where the type refuses them."""
    wanted: dict[Capability, bool] = {"unique": getattr(field, "unique", False), "index": field.indexed}
    for capability, is_wanted in wanted.items():
        if is_wanted:
            yield from refused(
                analysis, place, "/indexed" if capability == "index" else "/unique", field, capability
            )


def refused(
    analysis: Analysis, place: Place, at: str, field: BaseField | None, capability: Capability
) -> Iterator[Diagnostic]:
    """A complaint when the type of ``field`` says no to ``capability``, with its own reason."""
    refusal = analysis.refusal(place.entity or "", field, capability) if field else None
    if refusal and field:
        zh, en = refusal.sentence["zh-CN"], refusal.sentence["en"]
        yield diagnostic(f"field.no_{capability}", place, at, field=field.key, zh=zh, en=en)


def _entity(analysis: Analysis, place: Place) -> Iterator[Diagnostic]:
    entity = place.model
    assert isinstance(entity, Entity)
    fields = analysis.lookup.fields[entity.key]
    time = fields.get(entity.time_field or "")
    if time is not None and not is_moment(time):
        yield diagnostic("entity.time_field", place, "/time_field", field=time.key)
    sections: tuple[tuple[str, Capability], ...] = (("uniques", "unique"), ("indexes", "index"))
    for section, capability in sections:
        for index, item in enumerate(getattr(entity, section)):
            for number, key in enumerate(item.fields):
                at = f"/{section}/{index}/fields/{number}"
                yield from refused(analysis, place, at, fields.get(key), capability)


def is_moment(field: BaseField) -> bool:
    """Whether the value of a field is a date or an instant."""
    if isinstance(field, FormulaField | RollupField):
        return field.result.type in ("date", "instant")
    return isinstance(field, DateField | InstantField)
