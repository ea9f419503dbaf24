"""What a checked expression refers to, and the text with renamed keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from expressions.checker import check
from expressions.coercion import places_of
from expressions.env import Env
from expressions.lexer import scan_tokens
from expressions.measure import walk
from expressions.nodes import Binary, Call, ListOf, Logic, Node, Unary
from expressions.parser import check_syntax
from expressions.printer import print_text
from expressions.problems import ExpressionError, Span
from expressions.registry import REGISTRY
from expressions.typed import ActorWord, Aggregate, Apply, Checked, Const, Field, Listing, Typed, Variable
from expressions.types import Kind

ReferenceKind = Literal["field", "children", "option", "table", "calendar", "variable", "actor"]

#: Entries that compare or bring together their arguments, so that an option stands beside its field.
_MEMBERSHIP = frozenset({"in", "not_in"})
_CHOICES = frozenset({"IF", "IFS", "SWITCH", "COALESCE"})


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that an expression names.

    Attributes:
        kind: ``children`` is a field that holds the records of a to-many relation.
        key: of the field, table, calendar, variable, or the actor's word; of an option its field's key.
        entity: that the field belongs to (field, children, option).
        option: the option's key.
    """

    kind: ReferenceKind
    key: str
    entity: str | None = None
    option: str | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """A reference with the place of its key in the text; ``part`` counts the names of a dotted path."""

    reference: Reference
    span: Span
    part: int = 0


def names_used(checked: Checked, target: tuple[str, str] | None = None) -> frozenset[Reference]:
    """Everything that the expression refers to.

    ``target`` is the (entity, field) whose options a literal result means, where the result goes into an
    option field.
    """
    return frozenset(found.reference for found in _find(checked, target))


def places_used(
    text: str, checked: Checked, target: tuple[str, str] | None = None
) -> Iterator[tuple[Reference, Span]]:
    """Everything that ``text``, checked before, refers to, with the characters that name it (a literal's quotes too).

    What is not written out, as the time field that a window takes by itself, is left out. ``target`` as above.
    """
    calls: dict[Span, Call] | None = None
    for found in _find(checked, target):
        if calls is None and found.reference.kind in ("table", "calendar"):
            node, _ = check_syntax(text)
            calls = {call.span: call for call in _calls(node)} if node is not None else {}
        span = found.span
        if span.start == span.end:
            continue
        is_plain = found.part == 0 and text[span.start : span.end].isidentifier()
        yield found.reference, span if is_plain else _place(text, found, "", calls or {})[0]


def rename(
    text: str, env: Env, renames: Mapping[Reference, str], target: tuple[str, str] | None = None
) -> str:
    """``text`` with the keys in ``renames`` replaced where they are truly named; every other byte stays.

    Args:
        text: an expression that is right in ``env``, where the old keys hold.
        env: the names before the renaming.
        renames: the reference with its old key to the new key (for an option: to the option's new key).
        target: as for :func:`names_used`.

    Raises:
        ExpressionError: the text is not right in ``env``.
    """
    node, problems = check_syntax(text)
    checked: Checked | None = None
    if node is not None:
        expected = env.entities[target[0]].fields[target[1]].type if target is not None else None
        checked, problems = check(node, env, expected)
    if node is None or checked is None:
        raise ExpressionError(problems)
    calls = {call.span: call for call in _calls(node)}
    edits: dict[Span, str] = {}
    for found in _find(checked, target):
        new = renames.get(found.reference)
        if new is not None and found.span.start < found.span.end:
            span, written = _place(text, found, new, calls)
            edits[span] = written
    for span in sorted(edits, key=lambda span: span.start, reverse=True):
        text = text[: span.start] + edits[span] + text[span.end :]
    return text


def _place(text: str, found: _Found, new: str, calls: Mapping[Span, Call]) -> tuple[Span, str]:
    """The span to replace and what with."""
    span = found.span
    if found.reference.kind in ("table", "calendar"):
        span = calls[span].args[found.part].span
    if found.reference.kind in ("table", "calendar", "option"):
        return span, print_text(new, text[span.start])
    names = [token for token in scan_tokens(text[span.start : span.end]) if token.kind == "name"]
    token = names[found.part]
    return Span(span.start + token.start, span.start + token.start + len(token.text)), new


def _find(checked: Checked, target: tuple[str, str] | None) -> Iterator[_Found]:
    for node in walk(checked.root):
        match node:
            case Field():
                yield from _field(node)
            case Variable():
                yield _Found(Reference("variable", node.name), node.span)
            case ActorWord():
                yield _Found(Reference("actor", node.word), node.span)
            case Apply():
                yield from _settings(node)
    yield from _options(checked.root, target)


def _field(node: Field) -> Iterator[_Found]:
    last = len(node.path) - 1
    for index, (key, entity) in enumerate(zip(node.path, node.entities, strict=True)):
        kind: ReferenceKind = "children" if index == last and node.type.kind == Kind.RECORDS else "field"
        yield _Found(Reference(kind, key, entity), node.span, index + node.outer)


def _settings(node: Apply) -> Iterator[_Found]:
    for index, parameter in enumerate(REGISTRY[node.entry].overloads[node.overload].parameters):
        value = dict(node.settings).get(parameter.name)
        if parameter.kinds == "table":
            yield _Found(Reference("table", str(value)), node.span, index)
        elif parameter.kinds == "calendar" and value:
            yield _Found(Reference("calendar", str(value)), node.span, index)


def _options(root: Typed, target: tuple[str, str] | None) -> Iterator[_Found]:
    """Every option literal with each field that it stands beside."""
    groups = [list(_sources(group)) for node in walk(root) for group in _groups(node)]
    for group in groups:
        owners = {(node.entities[-1], node.path[-1]) for node in group if isinstance(node, Field)}
        yield from _literals(group, owners)
    yield from _literals(_sources([root]), {target} if target is not None else set())


def _literals(group: Iterable[Typed], owners: set[tuple[str, str]]) -> Iterator[_Found]:
    for node in group:
        if isinstance(node, Const) and node.type.kind == Kind.OPTION and isinstance(node.value, str):
            for entity, key in sorted(owners):
                yield _Found(Reference("option", key, entity, node.value), node.span)


def _groups(node: Typed) -> Iterator[list[Typed]]:
    """The arguments of a node that stand beside each other."""
    if not isinstance(node, Apply):
        return
    if node.entry in _MEMBERSHIP:
        yield list(node.args)
        return
    places = places_of(node.entry, len(node.args))
    for group in (places.compared, places.branches):
        if group:
            yield [node.args[index] for index in group]


def _sources(nodes: Iterable[Typed]) -> Iterator[Typed]:
    """The literals and option fields that a value may come from, through lists, choices and aggregates."""
    for node in nodes:
        if isinstance(node, Listing):
            yield from _sources(node.items)
        elif isinstance(node, Apply) and node.entry in _CHOICES:
            branches = places_of(node.entry, len(node.args)).branches
            yield from _sources(node.args[index] for index in branches)
        elif isinstance(node, Aggregate) and node.value is not None:
            yield from _sources([node.value])
        elif isinstance(node, Const) or (isinstance(node, Field) and _holds_options(node)):
            yield node


def _holds_options(node: Field) -> bool:
    item = node.type.item if node.type.kind == Kind.LIST else node.type
    return item is not None and item.kind == Kind.OPTION


def _calls(node: Node) -> Iterator[Call]:
    match node:
        case Call():
            yield node
            below: tuple[Node, ...] = (*node.args, *(value for _, value in node.keywords))
        case Unary():
            below = (node.operand,)
        case Binary():
            below = (node.left, node.right)
        case Logic() | ListOf():
            below = node.items
        case _:
            below = ()
    for part in below:
        yield from _calls(part)
