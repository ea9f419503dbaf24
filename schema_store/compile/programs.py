"""The programs of a document's expressions, by the model and attribute they stand at."""

from __future__ import annotations

from expressions.program import Program, compile_program
from expressions.typed import Checked
from schema_store.analysis.analysis import Analysis
from schema_store.document.base import Element, Model


class Programs:
    """Compiles expressions that have been checked; equal expressions share one program.

    Attributes:
        analysis: of the document.
    """

    def __init__(self, analysis: Analysis):
        self.analysis = analysis
        self._pointers = {id(place.model): place.pointer for place in reversed(analysis.walk.places)}
        self._made: dict[int, Program] = {}

    def pointer(self, model: Model) -> str:
        """Where a model of the document stands."""
        return self._pointers[id(model)]

    def find(self, model: Model, attribute: str) -> Program | None:
        """The program of an expression; None when the attribute is empty."""
        finding = self.analysis.expressions.get(f"{self._pointers[id(model)]}/{attribute}")
        return None if finding is None or finding.checked is None else self._program(finding.checked)

    def get(self, model: Model, attribute: str) -> Program:
        """The program of an expression that must be there.

        Raises:
            LookupError: it is empty or has problems.
        """
        program = self.find(model, attribute)
        if program is None:
            raise LookupError(f"no expression at {self._pointers[id(model)]}/{attribute}")
        return program

    def _program(self, checked: Checked) -> Program:
        if id(checked) not in self._made:
            self._made[id(checked)] = compile_program(checked)
        return self._made[id(checked)]


def require_id(element: Element) -> str:
    """The id of an element of a document that has been given ids.

    Raises:
        ValueError: it has none.
    """
    if element.id is None:
        raise ValueError(f"no id: {element.key}")
    return element.id
