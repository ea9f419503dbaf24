"""Order, cycles, and the way from a change to what it concerns."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from schema_store.analysis.analysis import Analysis
from schema_store.analysis.dependencies import Refresh, Step, components, cycle_through, reverse
from tests.schema_store.checks.cases import changed, complaints
from tests.schema_store.documents import field
from tests.schema_store.sales import document, sales

GRAPHS = st.integers(1, 9).flatmap(
    lambda size: st.fixed_dictionaries(
        {node: st.lists(st.integers(0, size), max_size=4) for node in range(size)}
    )
)


def reachable(graph: dict[int, list[int]], start: int) -> set[int]:
    seen: set[int] = set()
    waiting = [target for target in graph[start] if target in graph]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += [target for target in graph[node] if target in graph]
    return seen


@given(GRAPHS)
def test_components_are_the_nodes_that_reach_each_other(graph: dict[int, list[int]]) -> None:
    found = components(graph)
    assert sorted(node for members in found for node in members) == sorted(graph)
    ways = {node: reachable(graph, node) for node in graph}
    for members in found:
        for node in members:
            mutual = {other for other in graph if other in ways[node] and node in ways[other]}
            assert mutual | {node} == set(members)


@given(GRAPHS)
def test_dependencies_come_first(graph: dict[int, list[int]]) -> None:
    found = components(graph)
    position = {node: index for index, members in enumerate(found) for node in members}
    for node, targets in graph.items():
        assert all(position[target] <= position[node] for target in targets if target in graph)


@given(GRAPHS)
def test_a_cycle_is_a_closed_way_and_is_found_when_there_is_one(graph: dict[int, list[int]]) -> None:
    for members in components(graph):
        way = cycle_through(graph, members)
        has_cycle = len(members) > 1 or members[0] in graph[members[0]]
        assert bool(way) == has_cycle
        if way:
            assert way[0] == way[-1] == members[0]
            assert all(two in graph[one] for one, two in pairwise(way))
            assert len(set(way)) == len(way) - 1


def test_a_chain_of_ten_thousand_is_no_problem() -> None:
    chain = {node: [node + 1] for node in range(10_000)}
    assert components(chain)[0] == [9_999]


def test_the_order_of_the_sales_app() -> None:
    order = Analysis(document()).derivation.order
    assert order.index(("customer", "contract_total")) < order.index(("customer", "size"))
    assert order.index(("customer", "size")) < order.index(("lead", "heat"))
    assert order.index(("lead", "heat")) < order.index(("lead", "heat_band"))
    assert order.index(("lead", "expected")) < order.index(("lead", "weight"))


def refreshes(
    entity: str, key: str, analysis: Analysis | None = None
) -> set[tuple[str, str, tuple[Step, ...]]]:
    found = (analysis or Analysis(document())).derivation.refreshes.get((entity, key), ())
    return {(each.entity, each.field, each.steps) for each in found}


TO_CUSTOMER = Step("up", "customer", "customer", "contract")
TO_LEADS = Step("down", "lead", "customer", "lead")


def test_a_field_of_the_record_itself() -> None:
    assert refreshes("lead", "chance") == {("lead", "expected", ())}


def test_a_field_behind_a_relation_concerns_those_that_point_there() -> None:
    assert refreshes("customer", "grade") == {("lead", "weight", (TO_LEADS,))}
    assert refreshes("lead", "customer") == {("lead", "weight", ()), ("lead", "heat", ())}


def test_a_childs_field_concerns_the_old_and_the_new_parent() -> None:
    assert refreshes("contract", "status") == {("customer", "contract_total", (TO_CUSTOMER,))}
    assert refreshes("contract", "customer") == {("customer", "contract_total", (TO_CUSTOMER,))}


def test_events_concern_their_record() -> None:
    back = Step("up", "lead", "record", "lead.events")
    assert refreshes("lead.events", "kind") == {("lead", "heat", (back,))}


def test_links_concern_both_sides() -> None:
    entities = sales()["entities"]
    count = field(
        "formula", "names", expression='COUNT(tags, CONTAINS(name, "x"))', result={"type": "integer"}
    )
    uses = field("rollup", "uses", expression="COUNT(leads, visits > 0)", result={"type": "integer"})
    entities[2]["fields"].append(count)
    entities[4]["fields"].append(uses)
    analysis = Analysis(changed({"/entities": entities}))
    link = Step("link", "lead", "tags", "lead")
    assert refreshes("tag", "name", analysis) == {("lead", "names", (link,))}
    assert refreshes("lead", "tags", analysis) == {
        ("lead", "names", ()),
        ("tag", "uses", (Step("link", "tag", "tags", "lead"),)),
    }
    assert ("tag", "uses", (Step("link", "tag", "tags", "lead"),)) in refreshes("lead", "visits", analysis)


def test_a_path_through_several_relations_is_walked_back_in_order() -> None:
    entities = sales()["entities"]
    deep = field("formula", "deep", expression="customer.contract_total > 5", result={"type": "boolean"})
    many = field(
        "formula", "many", expression="COUNT(customer.contracts, amount > 5)", result={"type": "integer"}
    )
    entities[2]["fields"] += [deep, many]
    analysis = Analysis(changed({"/entities": entities}))
    assert ("lead", "deep", (TO_LEADS,)) in refreshes("customer", "contract_total", analysis)
    assert ("lead", "many", (TO_CUSTOMER, TO_LEADS)) in refreshes("contract", "amount", analysis)


def test_volatility_spreads_through_formulas_and_stops_at_scores() -> None:
    entities = sales()["entities"]
    entities[2]["fields"] += [
        field("formula", "lateness", expression="IF(late, 1, 0)", result={"type": "integer"}),
        field("formula", "warmth", expression="heat + 1", result={"type": "integer"}),
        field("formula", "steady", expression="visits + 1", result={"type": "integer"}),
    ]
    derivation = Analysis(changed({"/entities": entities})).derivation
    assert derivation.volatile == {("lead", "late"), ("lead", "lateness"), ("lead", "heat")}


def test_a_rollup_over_a_volatile_formula_is_refused() -> None:
    rollup = field("rollup", "late_leads", expression="COUNT(leads, late)", result={"type": "integer"})
    [found] = complaints({"/entities/0/fields/-": rollup})
    assert found.code == "expression.volatile_rollup"


def test_reverse_names_each_concern_once() -> None:
    reading = {("a", "x"): [(("a", "y"), ()), (("a", "y"), ())]}
    assert reverse(reading) == {("a", "y"): (Refresh("a", "x", ()),)}
