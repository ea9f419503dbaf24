"""What an expression names, element by element, with the characters that name it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from expressions.nodes import Binary, Call, ListOf, Literal, Logic, Node, Unary
from expressions.parser import parse
from expressions.problems import Span
from expressions.typed import ActorWord, Aggregate, Apply, Const, Field, Listing, Typed, Variable
from schema_store.analysis import Analysis
from schema_store.document.base import Element
from schema_store.document.fields import BaseField, FormulaField, RollupField, StageField
from schema_store.document.scoring import Calculation
from schema_store.findings import Finding
from schema_store.walk import Place

_IDENTIFIER = re.compile(r"\w+")
#: Entries whose value is one of their arguments.
_CHOOSING = frozenset({"IF", "IFS", "SWITCH", "COALESCE"})
#: Functions that name a table or calendar by a literal: the argument and where it is kept.
_NAMING = {"TIER": (1, "tables"), "WORKDAYS": (2, "calendars")}

#: An element and the characters that name it (a literal's quotes included).
Named = tuple[Element, Span]


class Mention(NamedTuple):
    """A value that names an element."""

    element: Element
    pointer: str
    place: Place
    is_member: bool = False


def options_of(analysis: Analysis, entity: str, field: BaseField, key: str) -> list[Element]:
    """The options (or the stages, of every pipeline on the field) that ``key`` means as a value of ``field``."""
    elements: Iterable[Element] = analysis.lookup.options(field)
    if isinstance(field, StageField):
        pipelines = analysis.lookup.pipelines.get((entity, field.key), [])
        elements = [stage for pipeline in pipelines for stage in pipeline.stages]
    elif isinstance(field, FormulaField | RollupField):
        elements = field.result.options
    return [element for element in elements if element.key == key]


def mentions_in(finding: Finding, analysis: Analysis) -> Iterator[Named]:
    """Every element that a checked expression names; nothing for one with problems."""
    if finding.checked is None:
        return
    reader = _Reader(finding, analysis)
    yield from reader.visit(finding.checked.root, reader.result_fields())
    if "TIER" in finding.site.text or "WORKDAYS" in finding.site.text:
        yield from _settings(parse(finding.site.text), analysis)


#: A field whose options a literal may mean, with its entity.
_Source = tuple[str, BaseField]


class _Reader:
    def __init__(self, finding: Finding, analysis: Analysis):
        self.finding, self.analysis, self.lookup = finding, analysis, analysis.lookup
        owner = finding.site.place.nearest(Calculation)
        self.calculation = owner.model if owner and isinstance(owner.model, Calculation) else None

    def result_fields(self) -> list[_Source]:
        """The field that the value of the whole expression goes to."""
        site = self.finding.site
        if site.mark.expects == "result" and isinstance(site.place.model, BaseField):
            return [(site.place.entity or "", site.place.model)]
        field = self.lookup.target(site.slot) if site.slot else None
        if site.slot and isinstance(field, BaseField):
            return [(self.lookup.owner_entity(site.slot.mark, site.place) or "", field)]
        return []

    def visit(self, node: Typed, sources: list[_Source]) -> Iterator[Named]:
        """Names and literals below ``node``; a literal may mean an option of ``sources``."""
        match node:
            case Field():
                yield from self.field(node)
            case Const(value=str(key)):
                for entity, field in sources:
                    for option in options_of(self.analysis, entity, field, key):
                        yield option, node.span
            case Variable(name=name) if self.calculation:
                for element in (*self.calculation.inputs, *self.calculation.lines):
                    if element.key == name:
                        yield element, node.span
            case Listing(items=items):
                for item in items:
                    yield from self.visit(item, sources)
            case Apply():
                yield from self.apply(node, sources)
            case Aggregate():
                yield from self.aggregate(node, sources)

    def apply(self, node: Apply, sources: list[_Source]) -> Iterator[Named]:
        """Literals beside a field mean its options; beside ``my_roles`` they mean roles."""
        beside = [source for arg in node.args for source in self.flowing(arg)]
        inner = [*beside, *(sources if node.entry in _CHOOSING else [])]
        for arg in node.args:
            yield from self.visit(arg, inner)
        if any(isinstance(arg, ActorWord) and arg.word == "my_roles" for arg in node.args):
            yield from self.roles(node)

    def roles(self, node: Apply) -> Iterator[Named]:
        """Role keys written beside ``my_roles``."""
        roles = self.lookup.section("role")
        for arg in node.args:
            if isinstance(arg, Const) and isinstance(arg.value, str) and arg.value in roles:
                yield roles[arg.value], arg.span

    def aggregate(self, node: Aggregate, sources: list[_Source]) -> Iterator[Named]:
        """The path to the children, then what is asked of each."""
        yield from self.visit(node.source, [])
        if node.value is not None:
            yield from self.visit(node.value, sources)
        if node.condition is not None:
            yield from self.visit(node.condition, [])
        if node.time is not None and node.time.span.end > node.time.span.start:
            yield from self.field(node.time)

    def flowing(self, node: Typed) -> Iterator[_Source]:
        """The fields whose value the value of ``node`` may be."""
        if isinstance(node, Field):
            entity, key = node.entities[-1], node.path[-1]
            field = self.lookup.fields.get(entity, {}).get(key)
            if field is not None:
                yield entity, field
        elif isinstance(node, Apply) and node.entry in _CHOOSING:
            for arg in node.args:
                yield from self.flowing(arg)
        elif isinstance(node, Aggregate) and node.value is not None:
            yield from self.flowing(node.value)

    def field(self, node: Field) -> Iterator[Named]:
        """Each key of a dotted path with its own characters."""
        text = self.finding.site.text[node.span.start : node.span.end]
        words = list(_IDENTIFIER.finditer(text))[-len(node.path) :]
        if [_normal(word.group()) for word in words] != list(node.path):
            return  # not written: the time field that a window takes by itself
        for entity, key, word in zip(node.entities, node.path, words, strict=True):
            element = self.named(entity, key)
            if element is not None:
                yield element, Span(node.span.start + word.start(), node.span.start + word.end())

    def named(self, entity: str, key: str) -> Element | None:
        """The field, or the many side of another entity's field."""
        field = self.lookup.fields.get(entity, {}).get(key)
        if field is not None:
            return field
        many = self.lookup.children.get(entity, {}).get(key)
        return many.field.inverse if many else None


def _normal(word: str) -> str:
    return unicodedata.normalize("NFKC", word)


def _settings(node: Node, analysis: Analysis) -> Iterator[Named]:
    """Tables and calendars, which the checked tree keeps as settings without a place."""
    match node:
        case Call(function=function, args=args):
            if function in _NAMING:
                index, section = _NAMING[function]
                named = args[index] if len(args) > index else None
                if isinstance(named, Literal):
                    for element in getattr(analysis.document, section):
                        if element.key == named.value:
                            yield element, named.span
            for part in (*args, *(value for _, value in node.keywords)):
                yield from _settings(part, analysis)
        case Unary():
            yield from _settings(node.operand, analysis)
        case Binary():
            yield from _settings(node.left, analysis)
            yield from _settings(node.right, analysis)
        case Logic() | ListOf():
            for part in node.items:
                yield from _settings(part, analysis)
