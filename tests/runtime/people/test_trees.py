"""Teams and regions."""

from __future__ import annotations

import threading
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from runtime.people.trees import (
    DEEPEST,
    REGIONS,
    TEAMS,
    create_node,
    ids_below,
    list_nodes,
    load_node,
    update_node,
)
from runtime.refusals import Invalid, NotFound, Refused, UniqueTaken
from schema_store.database import reading, writing
from tests.people import NOW


def _make(engine: Engine, name: str, parent: UUID | None = None, **values: str) -> UUID:
    with writing(engine) as connection:
        return create_node(connection, TEAMS, {"name": name, "parent_id": parent, **values}, NOW)


def _move(engine: Engine, node: UUID, parent: UUID | None) -> None:
    with writing(engine) as connection:
        update_node(connection, TEAMS, node, {"parent_id": parent}, NOW)


def _below(engine: Engine, node: UUID) -> set[UUID]:
    with reading(engine) as connection:
        return set(ids_below(connection, TEAMS, node))


def test_below_is_the_node_and_all_under_it(people: Engine) -> None:
    root, other = _make(people, "root"), _make(people, "other")
    child = _make(people, "child", root)
    leaf = _make(people, "leaf", child)
    assert _below(people, root) == {root, child, leaf}
    assert _below(people, child) == {child, leaf}
    assert _below(people, other) == {other}
    assert _below(people, uuid4()) == set()
    with reading(people) as connection:
        names = [row.name for row in list_nodes(connection, TEAMS, "", 10)]
    assert names == ["root", "child", "leaf", "other"], "parents stand before their children"


def test_a_move_takes_all_below_along(people: Engine) -> None:
    a, b = _make(people, "a"), _make(people, "b")
    child = _make(people, "child", a)
    leaf = _make(people, "leaf", child)
    _move(people, child, b)
    assert _below(people, a) == {a}
    assert _below(people, b) == {b, child, leaf}
    _move(people, child, None)
    assert _below(people, b) == {b}
    assert _below(people, child) == {child, leaf}


def test_a_circle_is_refused(people: Engine) -> None:
    root = _make(people, "root")
    leaf = _make(people, "leaf", _make(people, "child", root))
    for target in (leaf, root):
        with pytest.raises(Invalid) as caught:
            _move(people, root, target)
        assert [error.code for error in caught.value.errors] == ["cycle"]
    assert len(_below(people, root)) == 3


def test_depth_is_limited_for_new_nodes_and_for_moves(people: Engine) -> None:
    chain = [_make(people, "0")]
    while len(chain) < DEEPEST:
        chain.append(_make(people, str(len(chain)), chain[-1]))
    with pytest.raises(Invalid):
        _make(people, "too deep", chain[-1])
    pair = _make(people, "pair")
    _make(people, "below", pair)
    _move(people, pair, chain[-3])
    with pytest.raises(Invalid):
        _move(people, pair, chain[-2])


def test_unknown_nodes_and_taken_codes(people: Engine) -> None:
    node = _make(people, "a", code="EAST")
    with pytest.raises(Invalid):
        _make(people, "b", uuid4())
    with pytest.raises(UniqueTaken) as caught:
        _make(people, "b", code="EAST")
    assert caught.value.code == "unique"
    with pytest.raises(NotFound):
        _move(people, uuid4(), None)
    with writing(people) as connection:
        update_node(connection, TEAMS, node, {"code": "EAST", "name": "east"}, NOW)
        assert load_node(connection, TEAMS, node).name == "east"
        create_node(connection, REGIONS, {"name": "another tree", "code": "EAST"}, NOW)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(-1, 7)), max_size=12))
def test_paths_follow_any_moves(people: Engine, moves: list[tuple[int, int]]) -> None:
    """After any moves, "below" by path is what following the parents gives."""
    with writing(people) as connection:
        connection.execute(sa.update(TEAMS).values(parent_id=None))
        connection.execute(sa.delete(TEAMS))
    nodes = [_make(people, str(index)) for index in range(8)]
    parents: dict[UUID, UUID | None] = dict.fromkeys(nodes)
    for which, where in moves:
        target = nodes[where] if where >= 0 else None
        closes = target is not None and nodes[which] in _upwards(parents, target)
        try:
            _move(people, nodes[which], target)
            assert not closes
            parents[nodes[which]] = target
        except Invalid:
            assert closes
    for node in nodes:
        assert _below(people, node) == {other for other in nodes if node in _upwards(parents, other)}


def _upwards(parents: dict[UUID, UUID | None], node: UUID | None) -> set[UUID]:
    seen = set()
    while node is not None:
        seen.add(node)
        node = parents[node]
    return seen


def test_two_moves_at_once_cannot_close_a_circle(people: Engine) -> None:
    for _ in range(5):
        a, b = _make(people, "a"), _make(people, "b")
        outcomes: list[str] = []
        start = threading.Barrier(2)

        def move(
            node: UUID, target: UUID, start: threading.Barrier = start, to: list[str] = outcomes
        ) -> None:
            start.wait()
            try:
                _move(people, node, target)
                to.append("moved")
            except Refused as refusal:
                to.append(refusal.code)

        threads = [threading.Thread(target=move, args=pair) for pair in ((a, b), (b, a))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["invalid", "moved"]
