"""What computed values depend on: the order to compute them in, cycles, and what a change must refresh."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from expressions.env import EntityInfo, FieldInfo
from expressions.typed import Checked
from expressions.types import Kind

N = TypeVar("N")
#: A field of an entity: ``("contract", "amount")``.
FieldName = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One step from a changed record to the records that its change concerns.

    Attributes:
        kind: ``up``: to the record that ``field`` of this record names (the old and the new one); ``down``: to the
            records of ``entity`` whose ``field`` names this record; ``link``: to the records of ``entity`` on the
            other side of the link table of ``field`` (declared at ``owner``).
        entity: where the step arrives.
        field: the reference or links field that is walked.
        owner: the entity that declares ``field``.
    """

    kind: Literal["up", "down", "link"]
    entity: str
    field: str
    owner: str


@dataclass(frozen=True, slots=True)
class Refresh:
    """A computed field that must be computed again when a field changes.

    Attributes:
        entity: of the computed field.
        field: its key.
        steps: from the changed record to the records to refresh; empty for the record itself.
    """

    entity: str
    field: str
    steps: tuple[Step, ...]


#: A field that is read, and the steps from a record where it changed to the records that read it.
Reading = tuple[FieldName, tuple[Step, ...]]


def reads(
    entity: str, checked: Checked, entities: Mapping[str, EntityInfo], links: Mapping[FieldName, FieldName]
) -> Iterator[Reading]:
    """Every field that an expression of ``entity`` reads, with the way back to the records that read it.

    A path is read field by field: ``customer.region`` depends on ``customer`` of the record itself and on
    ``region`` of the customer; ``contracts`` on the reference of the contracts that points back.

    Args:
        entity: whose record the expression looks at.
        checked: the expression.
        entities: of the environment.
        links: for every name of many-to-many children, the links field that declares it.
    """
    for path in checked.fields:
        yield from _path(entity, path, entities, links)


def _path(
    entity: str,
    path: tuple[str, ...],
    entities: Mapping[str, EntityInfo],
    links: Mapping[FieldName, FieldName],
) -> Iterator[Reading]:
    here = entity
    steps: tuple[Step, ...] = ()
    for key in path:
        info = entities[here].fields[key]
        there = info.type.entity or ""
        if info.type.kind == Kind.RECORDS:
            source, step = _many(here, there, info, links)
            yield source, steps if source == (here, key) else (step, *steps)
            here, steps = there, (step, *steps)
            continue
        yield (here, key), steps
        if info.type.kind == Kind.REFERENCE:
            here, steps = there, (Step("down", here, key, here), *steps)


def _many(
    here: str, there: str, info: FieldInfo, links: Mapping[FieldName, FieldName]
) -> tuple[FieldName, Step]:
    """The field that ties children to their parent, and the step from a child to the parent."""
    if info.inverse is not None:
        return (there, info.inverse), Step("up", here, info.inverse, there)
    owner, field = links[here, info.key]
    return (owner, field), Step("link", here, field, owner)


def components(graph: Mapping[N, Iterable[N]]) -> list[list[N]]:
    """Strongly connected components of ``graph`` (node → what it depends on), dependencies first.

    The order is that of the mapping where the dependencies leave a choice. Iterative: depth is no limit.
    """
    index: dict[N, int] = {}
    low: dict[N, int] = {}
    stack: list[N] = []
    on_stack: set[N] = set()
    found: list[list[N]] = []
    for root in graph:
        work = [(root, iter(graph[root]))] if root not in index else []
        if work:
            index[root] = low[root] = len(index)
            stack.append(root)
            on_stack.add(root)
        while work:
            node, rest = work[-1]
            for target in rest:
                if target not in graph:
                    continue
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(graph[target])))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    found.append(_pop(stack, on_stack, node))
    return found


def _pop(stack: list[N], on_stack: set[N], node: N) -> list[N]:
    """The members of a component, in the order they were met."""
    at = stack.index(node)
    members = stack[at:]
    del stack[at:]
    on_stack.difference_update(members)
    return members


def cycle_through(graph: Mapping[N, Iterable[N]], members: list[N]) -> list[N]:
    """A shortest way round inside a component, its first member at both ends; empty when there is none."""
    inside, start = set(members), members[0]
    came: dict[N, N] = {}
    waiting = [start]
    for node in waiting:
        for target in graph[node]:
            if target == start:
                way = [start, node]
                while node != start:
                    node = came[node]
                    way.append(node)
                return way[::-1] if len(members) > 1 or start in graph[start] else []
            if target in inside and target not in came:
                came[target] = node
                waiting.append(target)
    return []


def reverse(reading: Mapping[FieldName, Iterable[Reading]]) -> dict[FieldName, tuple[Refresh, ...]]:
    """What a change of each field must refresh, from what each computed field reads."""
    found: dict[FieldName, dict[Refresh, None]] = defaultdict(dict)
    for (entity, key), sources in reading.items():
        for source, steps in sources:
            found[source][Refresh(entity, key, steps)] = None
    return {source: tuple(refreshes) for source, refreshes in found.items()}
