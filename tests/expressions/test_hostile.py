"""No text escapes the language, stops it, or makes it work without bound; and every refusal can be explained."""

from __future__ import annotations

import gc
import json
import os
import re
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from expressions.explain import explain
from expressions.measure import MAX_COST
from expressions.messages import CATALOGUE, describe
from expressions.problems import Problem
from expressions.program import Program
from tests.expressions.hostile_texts import CASES, CONTEXT, RECORD, Outcome, admit, text_of

ROOT = Path(__file__).parents[2]
CPU_SECONDS = 0.050
MEMORY_BYTES = 10 * 1024 * 1024
IDS = [case["id"] for case in CASES]


def require_clear(problem: Problem, source: str) -> None:
    """A problem has a place in the text, and a sentence without gaps in both locales."""
    assert problem.code in CATALOGUE
    assert 0 <= problem.span.start <= problem.span.end <= len(source)
    for locale in ("zh-CN", "en"):
        sentence, hint = describe(problem, locale)
        assert sentence
        assert len(sentence) + len(hint) < 6_000
        assert not re.search(r"\bat 0x[0-9a-f]{6}", sentence + hint), "no repr of an object"
        (sentence + hint).encode("utf-8")


def printed(value: Any) -> Any:
    """A value as hostile.json writes it."""
    return format(value, "f") if isinstance(value, Decimal) else value


@pytest.fixture(autouse=True, scope="module")
def _only_what_is_new() -> Iterator[None]:
    """Garbage is looked for among what a text makes, not among all that other tests left in this process."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def cpu_of(run: Callable[[], object]) -> float:
    """Seconds of this thread's processor time, the best of three runs."""
    best = float("inf")
    for _ in range(3):
        start = time.thread_time()
        run()
        best = min(best, time.thread_time() - start)
        if best < CPU_SECONDS:
            break
    return best


def memory_of(run: Callable[[], object]) -> int:
    """Bytes at the peak."""
    gc.collect()
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def evaluate(program: Program) -> Any:
    """The value, twice the same, and the same as the explanation says."""
    value = program.eval(RECORD, CONTEXT)
    assert program.eval(RECORD, CONTEXT) == value
    explained = explain(program.checked, RECORD, CONTEXT).value
    assert (type(explained), printed(explained)) == (type(value), printed(value))
    return value


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_text_is_refused_or_has_its_value(case: dict[str, Any]) -> None:
    source = text_of(case)
    outcome: Outcome = admit(source)
    for problem in outcome.problems:
        require_clear(problem, source)
    if outcome.program is None:
        assert outcome.problems
        assert "value" not in case, f"refused: {outcome.problems[0]}"
        assert case.get("refused", "any") in ("any", outcome.problems[0].code)
        return
    assert "refused" not in case, f"evaluates to {outcome.program.eval(RECORD, CONTEXT)!r}"
    assert outcome.program.checked.cost <= MAX_COST
    value = evaluate(outcome.program)
    if "value" in case:
        assert printed(value) == case["value"]
        assert type(printed(value)) is type(case["value"])


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_text_costs_little(case: dict[str, Any]) -> None:
    source = text_of(case)
    assert cpu_of(lambda: admit(source)) < CPU_SECONDS
    assert memory_of(lambda: admit(source)) < MEMORY_BYTES
    program = admit(source).program
    if program is not None:
        assert cpu_of(lambda: program.eval(RECORD, CONTEXT)) < CPU_SECONDS
        assert memory_of(lambda: program.eval(RECORD, CONTEXT)) < MEMORY_BYTES
        assert memory_of(lambda: explain(program.checked, RECORD, CONTEXT)) < MEMORY_BYTES


def test_no_text_touches_files_processes_network_or_code() -> None:
    child = Path(__file__).with_name("hostile_texts.py")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [sys.executable, str(child)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    report = json.loads(run.stdout)
    assert report["probe"], "the hook sees a file being opened"
    assert report["texts"] == len(CASES)
    assert report["evaluated"] >= 40
    assert report["events"] == {}


def test_there_are_enough_texts_of_every_group() -> None:
    groups = {case["id"].rsplit("-", 1)[0] for case in CASES}
    assert groups == {"escape", "bomb", "unicode", "number", "quote", "path", "argument"}
    assert len(CASES) >= 150
    assert len(IDS) == len(set(IDS))
