"""A checked expression as one generated Python function.

The function is built as an ``ast`` from the checked tree, never from text. Its only globals are registry
functions and hoisted constants; null checks, comparisons, ``and or not`` and the loops of aggregates are
written out, so that it costs little more than the lambda that a programmer would write by hand.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any

from expressions.context import Context
from expressions.inlining import Inlined
from expressions.precision import count_exact, needed_precision
from expressions.typed import Checked, Typed, Value
from expressions.types import Type

Row = Mapping[str, Any]

#: Exact operations from which it pays to look at the decimal context once.
_GUARD_FROM = 4


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled expression.

    Attributes:
        checked: what it was made of.
        type: of the result.
        eval: the generated function ``(row, context) -> value`` of one record; ``row`` holds every path of
            ``checked.fields``. It never raises for values that their types allow.
    """

    checked: Checked
    type: Type
    eval: Callable[[Row, Context], Value] = field(repr=False, compare=False)


def compile_program(checked: Checked) -> Program:
    """The function of a checked expression."""
    return Program(checked, checked.type, generate_function(checked.root))


def generate_function(root: Typed) -> Callable[[Row, Context], Any]:
    """The Python function ``(row, context) -> value`` of a tree."""
    is_guarded = count_exact(root) >= _GUARD_FROM
    lowering = Inlined(precision=needed_precision(root) if is_guarded else None)
    result = lowering.root(root)
    body: list[ast.stmt] = [*lowering.preamble(), *lowering.body(result)]
    parameters = ast.arguments([], [ast.arg("row"), ast.arg("context")], None, [], [], None, [])
    function = ast.FunctionDef("evaluate", parameters, body, [])
    module = ast.fix_missing_locations(ast.Module([function], []))
    code = next(
        each for each in compile(module, "<expression>", "exec").co_consts if isinstance(each, CodeType)
    )
    return FunctionType(code, {"__builtins__": {}, **lowering.hoisted})
