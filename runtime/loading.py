"""What a set of programs reads around a record, as a tree: own fields, records referred to, children.

Pure. :mod:`runtime.computed.rows` loads it; a row is then what :class:`expressions.program.Program` wants: dotted keys
over to-one relations, sequences of rows for children.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from expressions.types import Kind
from schema_store.compiled.app import App, CompiledFormula

Path = tuple[str, ...]


@dataclass(frozen=True)
class Want:
    """What is read of the records of one entity.

    Attributes:
        entity: key; of the app, of the platform, or of a history.
        fields: single values that stand in a column, in a fixed order; references that are walked included.
        hops: by reference field, what is read of the record it names.
        children: by name of the children, what is read of each.
        volatile: formulas that have no column, in the order to compute them.
    """

    entity: str
    fields: tuple[str, ...]
    hops: Mapping[str, Want]
    children: Mapping[str, Want]
    volatile: tuple[CompiledFormula, ...]

    @cached_property
    def names(self) -> tuple[tuple[str, bool], ...]:
        """Every key that a loaded row has, with whether it holds children."""
        own = [(name, False) for name in self.fields]
        own += [(formula.field, False) for formula in self.volatile]
        own += [(name, True) for name in self.children]
        below = [(f"{key}.{name}", many) for key, hop in self.hops.items() for name, many in hop.names]
        return (*own, *below)

    @cached_property
    def is_plain(self) -> bool:
        """Whether nothing but the record itself is read."""
        return not self.hops and not self.children and not self.volatile


def want_of(app: App, entity: str, paths: Iterable[Path], *, afresh: bool = False) -> Want:
    """What the paths of programs of ``entity`` read.

    Args:
        app: whose entity it is.
        entity: key.
        paths: of the programs.
        afresh: formulas are computed from what they read, also where a column holds what they came to.
    """
    return _Builder(app, afresh).build(entity, frozenset(paths))


class _Builder:
    def __init__(self, app: App, afresh: bool):
        self.app, self.afresh = app, afresh

    def build(self, entity: str, paths: frozenset[Path]) -> Want:
        """The tree of the paths of one entity; a path of length 0 is the record itself."""
        paths = frozenset(path for path in paths if path)
        volatile = tuple(self._volatile(entity, paths))
        for formula in volatile:
            paths |= formula.program.checked.fields
        computed = {formula.field for formula in volatile}
        below: dict[str, set[Path]] = {}
        for path in paths:
            below.setdefault(path[0], set()).add(path[1:])
        infos = self.app.infos[entity].fields
        fields, hops, children = {"id"}, {}, {}
        for key, rests in below.items():
            kind = infos[key].type
            if kind.kind is Kind.RECORDS:
                children[key] = self.build(kind.entity or "", frozenset(rests))
                continue
            if key not in computed:
                fields.add(key)
            if rests != {()}:
                hops[key] = self.build(kind.entity or "", frozenset(rests))
        return Want(entity, tuple(sorted(fields)), hops, children, volatile)

    def _volatile(self, entity: str, paths: Iterable[Path]) -> Iterator[CompiledFormula]:
        """Formulas that are computed now and that the paths name, directly or not, dependencies first."""
        own = self.app.entities.get(entity)
        if own is None:
            return
        without = {
            step.field: step
            for step in own.derivation
            if isinstance(step, CompiledFormula) and (self.afresh or own.fields[step.field].is_volatile)
        }
        named = {path[0] for path in paths} & without.keys()
        waiting = list(named)
        while waiting:
            for path in without[waiting.pop()].program.checked.fields:
                if path[0] in without and path[0] not in named:
                    named.add(path[0])
                    waiting.append(path[0])
        yield from (step for key, step in without.items() if key in named)
