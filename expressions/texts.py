"""Text templates: Jinja2 cut down to a list of what is allowed (RELIABILITY 4.9), over plain values.

The sandbox is no permission system: what a text may say is decided by the values that it is given, never by it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from expressions.problems import Span

#: Of a template: characters, nodes, loops inside each other; of what it says: characters, seconds of work.
MAX_SOURCE, MAX_NODES, MAX_LOOPS = 20_000, 2_000, 1
MAX_OUTPUT, MAX_SECONDS = 200_000, 0.25
#: Nodes of a template that may be there, and filters with how many arguments.
_NODES = frozenset(
    {"Template", "Output", "TemplateData", "Name", "Getattr", "Const", "Filter", "Test", "If", "CondExpr"}
    | {"Compare", "Operand", "And", "Or", "Not", "Neg", "For"}
)
_FILTERS = {
    "default": 1, "upper": 0, "lower": 0, "title": 0, "trim": 0, "round": 1, "length": 0, "join": 1, "first": 0,
    "last": 0, "truncate": 1, "escape": 0,
}  # fmt: skip
_LONGEST_ARGUMENT = 200
#: Names that are the engine's own.
_ITS_OWN = frozenset({"self", "loop", "caller", "varargs", "kwargs"})
_loading = threading.Lock()


class BadText(ValueError):
    """A template that is not allowed, or what it says is too much; ``code`` says which."""

    def __init__(self, code: str, detail: str = ""):
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class TextTemplate:
    """A template that may be used; ``names`` are those that it asks for."""

    names: frozenset[str]
    _parts: Callable[[Mapping[str, Any]], Iterator[str]]

    def render(self, values: Mapping[str, Any]) -> str:
        """What it says of these values; a name without a value says nothing.

        Raises:
            BadText: ``too_long`` or ``too_slow``.
        """
        said, length, began = [], 0, time.thread_time()
        known = {name: values[name] for name in self.names if values.get(name) is not None}
        for part in self._parts(known):
            length += len(part)
            if length > MAX_OUTPUT:
                raise BadText("too_long")
            if time.thread_time() - began > MAX_SECONDS:
                raise BadText("too_slow")
            said.append(part)
        return "".join(said)


@lru_cache(maxsize=1_000)
def parse_text(source: str, *, html: bool = False) -> TextTemplate:
    """A template of a text.

    Args:
        source: what the author wrote.
        html: whether values are escaped for a page.

    Raises:
        BadText: ``too_long``, ``syntax``, ``not_allowed`` with what is not.
    """
    if len(source) > MAX_SOURCE:
        raise BadText("too_long")
    jinja2, environment = _environment(html)
    try:
        tree = environment.parse(source)
    except jinja2.TemplateSyntaxError as error:
        raise BadText("syntax", error.message or "") from error
    except RecursionError as error:
        raise BadText("too_long") from error
    names = _check(tree)
    template = environment.from_string(tree)
    return TextTemplate(names, lambda values: template.generate(values))


def names_in(source: str) -> list[tuple[str, Span]]:
    """Where a template names its values, in order; empty for one that is not allowed.

    So it is where the engine reads something else than what stands there (``{%-``, line ends of Windows).
    """
    try:
        names = parse_text(source).names
    except BadText:
        return []
    tokens = [(kind, text) for _, kind, text in _environment(False)[1].lex(source)]
    if not source.startswith("".join(text for _, text in tokens)):
        return []
    found, at, before = [], 0, ""
    for kind, text in tokens:
        if kind == "name" and text in names and before not in (".", "|", "is"):
            found.append((text, Span(at, at + len(text))))
        before = before if kind == "whitespace" else text
        at += len(text)
    return found


@lru_cache(maxsize=2)
def _environment(html: bool) -> tuple[Any, Any]:
    with _loading:  # threads that import it at the same time would see it half
        import jinja2  # noqa: PLC0415 - most processes never write a message
        from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    class Plain(ImmutableSandboxedEnvironment):
        """Values are plain: parts of dictionaries, nothing is called."""

        def getattr(self, obj: Any, attribute: str) -> Any:
            found = obj.get(attribute) if isinstance(obj, Mapping) else None
            return self.undefined(name=attribute) if found is None else found

        def is_safe_callable(self, _obj: Any) -> bool:
            return False

    made = Plain(autoescape=html)
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in _FILTERS}
    made.tests = {"defined": made.tests["defined"]}
    return jinja2, made


def _check(tree: Any) -> frozenset[str]:
    """The free names of a template, unless something in it is not allowed."""
    own: set[str] = set()
    asked: set[str] = set()
    waiting, count = [(tree, 0)], 0
    while waiting:
        node, loops = waiting.pop()
        count += 1
        if count > MAX_NODES:
            raise BadText("too_long")
        kind = type(node).__name__
        _allow(node, kind, loops)
        if kind == "For":
            loops += 1
            own.update(_assigned(node.target))
        if kind == "Name" and node.ctx == "load":
            asked.add(node.name)
        waiting += [(child, loops) for child in node.iter_child_nodes()]
    return frozenset(asked - own)


def _assigned(target: Any) -> Iterator[str]:
    if type(target).__name__ != "Name":
        raise BadText("not_allowed", type(target).__name__)
    yield target.name


def _allow(node: Any, kind: str, loops: int) -> None:
    if kind not in _NODES:
        raise BadText("not_allowed", kind)
    if kind == "For" and (node.recursive or loops >= MAX_LOOPS):
        raise BadText("not_allowed", "nested loop")
    if kind in ("Getattr", "Name") and (node.attr if kind == "Getattr" else node.name).startswith("_"):
        raise BadText("not_allowed", "_")
    if kind == "Name" and node.name in _ITS_OWN:
        raise BadText("not_allowed", node.name)
    if kind == "Test" and (node.name != "defined" or node.args):
        raise BadText("not_allowed", node.name)
    if kind == "Filter":
        _allow_filter(node)


def _allow_filter(node: Any) -> None:
    most = _FILTERS.get(node.name)
    plain = all(type(each).__name__ == "Const" and _is_short(each.value) for each in node.args)
    if most is None or len(node.args) > most or node.kwargs or node.dyn_args or node.dyn_kwargs or not plain:
        raise BadText("not_allowed", node.name)


def _is_short(value: object) -> bool:
    size = len(value) if isinstance(value, str) else abs(value) if isinstance(value, int) else None
    return size is not None and size <= _LONGEST_ARGUMENT
