"""Every case of the conformance data on every engine that this process has: same value, same type, same digits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from expressions.checker import check, compile_expression
from expressions.messages import describe
from expressions.parser import check_syntax
from expressions.sql import not_translatable
from tests.conformance.engines import Run, explain_run, odd_session, program_run, same, sql_run
from tests.conformance.world import FOLDER, World, read_value
from tests.conftest import Databases

Case = Mapping[str, Any]

FAMILIES: dict[str, list[Case]] = {
    path.stem: json.loads(path.read_text())["cases"]
    for path in sorted(FOLDER.glob("*.json"))
    if path.name != "world.json"
}
VALUES = {family: [case for case in cases if "refused" not in case] for family, cases in FAMILIES.items()}
REFUSALS = [case for cases in FAMILIES.values() for case in cases if "refused" in case]


class Bench:
    """The engines of this session and how many cases each has run."""

    def __init__(self, world: World, runs: Mapping[str, Run]) -> None:
        self.world = world
        self.runs = runs
        self.counts = dict.fromkeys(runs, 0)
        self.refused = dict.fromkeys(runs, 0)
        self.done: dict[tuple[str, str], list[str]] = {}

    def differences(self, name: str, family: str) -> list[str]:
        """What is wrong with a family on one engine; run once."""
        if (name, family) not in self.done:
            found = (difference(self, name, case) for case in VALUES[family])
            self.done[name, family] = [each for each in found if each]
        return self.done[name, family]


@pytest.fixture(scope="module")
def bench(databases: Databases) -> Iterator[Bench]:
    world = World.load()
    runs = {"program": program_run(world), "explain": explain_run(world)}
    with ExitStack() as stack:
        for name in databases.names:
            engine = databases.engine(name)
            stack.callback(databases.remove, engine)
            with engine.begin() as connection:
                world.schema.fill(connection)
            connection = stack.enter_context(engine.connect())
            odd_session(connection)
            runs[name] = sql_run(world, connection)
        yield Bench(world, runs)


def difference(bench: Bench, name: str, case: Case) -> str | None:
    """What is wrong with one case on one engine, or None."""
    checked = compile_expression(case["expression"], bench.world.env(case))
    refused = not_translatable(checked)
    is_sql = name in ("sqlite", "postgresql")
    where = f"{case['id']} on {name}: {case['expression']}"
    if is_sql and refused:
        bench.refused[name] += 1
        return None if "python_only" in case else f"{where}: not translatable, but the case does not say so"
    if is_sql and "python_only" in case:
        return f"{where}: should have been refused: {case['python_only']}"
    if str(checked.type) != (case["type"] or "null"):
        return f"{where}: type {checked.type} instead of {case['type']}"
    expected = read_value(case["value"], checked.type)
    found = bench.runs[name](checked, case.get("entity"), case.get("record"), bench.world.context(case))
    bench.counts[name] += 1
    return None if same(found, expected) else f"{where}: {found!r} instead of {expected!r}"


@pytest.mark.parametrize("family", VALUES)
@pytest.mark.parametrize("name", ["program", "explain", "sqlite", "postgresql"])
def test_values(bench: Bench, name: str, family: str) -> None:
    if name not in bench.runs:
        pytest.skip("PostgreSQL does not answer")
    wrong = bench.differences(name, family)
    assert not wrong, "\n".join(wrong)


def test_every_case_ran_on_every_engine(bench: Bench) -> None:
    total = sum(map(len, VALUES.values()))
    for name in bench.runs:
        for family in VALUES:
            bench.differences(name, family)
    print(f"\n{total} cases with a value: ran {bench.counts}, refused as not translatable {bench.refused}")
    assert total > 2_000
    for name in bench.runs:
        assert bench.counts[name] + bench.refused[name] == total


def test_refusals() -> None:
    world = World.load()
    wrong = [found for case in REFUSALS if (found := refusal_difference(world, case))]
    print(f"\n{len(REFUSALS)} refusals")
    assert not wrong, "\n".join(wrong)


def refusal_difference(world: World, case: Case) -> str | None:
    """What is wrong with one refusal, or None."""
    node, problems = check_syntax(case["expression"])
    if node is not None:
        _, problems = check(node, world.env(case))
    where = f"{case['id']}: {case['expression'][:80]}"
    if not problems:
        return f"{where}: accepted"
    if case["refused"] not in ("any", problems[0].code):
        return f"{where}: {problems[0].code} instead of {case['refused']}"
    said = " ".join([*describe(problems[0], "en"), *problems[0].params.values()])
    return None if case.get("hint", "") in said else f"{where}: no {case['hint']!r} in {said!r}"


def test_ids_are_unique() -> None:
    ids = [case["id"] for cases in FAMILIES.values() for case in cases]
    assert len(ids) == len(set(ids))
