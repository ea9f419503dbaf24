"""Garbled documents: each is a document or a list of complaints, never an exception, and soon.

``MUTATIONS=10000`` runs more of them; ``MUTATION_SEED`` repeats a run. The seed is printed.
"""

from __future__ import annotations

import copy
import os
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from schema_store.analysis.walk import escape
from schema_store.compile.app import compile_app
from schema_store.diagnostics import Diagnostic
from schema_store.structure.load import load_document
from tests.schema_store.sales import sales

COUNT = int(os.environ.get("MUTATIONS", "300"))
SEED = int(os.environ.get("MUTATION_SEED", "20260101"))
#: Milliseconds of processor time within which 95 of 100 answers come; 200 is the target, the rest is for slow machines.
SOON = 400

Json = Any
#: The parent of a value and its step.
Spot = tuple[Json, Any]

SCRAPS: list[Json] = [
    None, True, 0, -1, 10**30, 1e308, "", " ", "x" * 5_000, "＝", "\x00", "\ud800", [], {}, [[]], {"a": {}},
    "name", "lead", "class", "1 +", "me == me", "P", "0d", "999999w", "-0", "2026-02-30", "((a+)+)+", "a" * 41,
    "SUM(contracts, amount)", "COUNT(events, kind == 'x', within=\"9d\")", "this.name", "customer.customer.leads",
    "1" * 60 + " * " + "9" * 60, "(" * 60 + "1" + ")" * 60, "budget == budget and " * 60 + "true",
]  # fmt: skip


def spots(value: Json) -> list[Spot]:
    """Every place of a JSON value."""
    found: list[Spot] = []
    waiting = [value]
    for holder in waiting:
        steps = holder if isinstance(holder, dict) else range(len(holder))
        for step in steps:
            found.append((holder, step))
            if isinstance(holder[step], dict | list):
                waiting.append(holder[step])
    return found


def remove(data: Json, chance: random.Random) -> None:
    holder, step = chance.choice(spots(data))
    del holder[step]


def duplicate(data: Json, chance: random.Random) -> None:
    lists = [holder[step] for holder, step in spots(data) if isinstance(holder[step], list) and holder[step]]
    chosen = chance.choice(lists or [["x"]])
    chosen.insert(chance.randrange(len(chosen) + 1), copy.deepcopy(chance.choice(chosen)))


def replace(data: Json, chance: random.Random) -> None:
    holder, step = chance.choice(spots(data))
    holder[step] = copy.deepcopy(chance.choice(SCRAPS))


def swap(data: Json, chance: random.Random) -> None:
    places = spots(data)
    (one, here), (two, there) = chance.choice(places), chance.choice(places)
    one[here], two[there] = copy.deepcopy(two[there]), copy.deepcopy(one[here])


def swap_alike(data: Json, chance: random.Random) -> None:
    """Two values of one word: keys with keys, expressions with expressions. The structure stays right."""
    places = [spot for spot in spots(data) if isinstance(spot[0], dict) and isinstance(spot[0][spot[1]], str)]
    if not places:
        return
    one, word = chance.choice(places)
    two = chance.choice([holder for holder, step in places if step == word])
    one[word], two[word] = two[word], one[word]


def retype(data: Json, chance: random.Random) -> None:
    typed = [holder for holder, step in spots(data) if step == "type" and isinstance(holder, dict)]
    if typed:
        chance.choice(typed)["type"] = copy.deepcopy(chance.choice(typed)["type"])


def garble(data: Json, chance: random.Random) -> None:
    """Some characters of a text: most of the long texts are expressions."""
    texts = [(holder, step) for holder, step in spots(data) if isinstance(holder[step], str) and holder[step]]
    holder, step = chance.choice(
        sorted(texts, key=lambda spot: -len(spot[0][spot[1]]))[: len(texts) // 3 + 1]
    )
    text = holder[step]
    at = chance.randrange(len(text))
    holder[step] = text[:at] + chance.choice("()\"'+-*/=<>.,[] 0x客\u202e") + text[at + chance.randrange(2) :]


def wrong_id(data: Json, chance: random.Random) -> None:
    holders = [holder for holder, step in spots(data) if step == "key" and isinstance(holder, dict)]
    if holders:
        chance.choice(holders)["id"] = chance.choice(["abcdef", "x", 7, "ABCDEF", "a" * 27])


MUTATIONS: list[Callable[[Json, random.Random], None]] = [
    remove, duplicate, replace, swap, swap_alike, swap_alike, retype, garble, garble, wrong_id,
]  # fmt: skip


def mutant(seed: int) -> Json:
    """The sales app after one to four mutations."""
    chance = random.Random(seed)
    data = copy.deepcopy(BASE)
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        chance.choice(MUTATIONS)(data, chance)
    return data


BASE: Json = sales()


def judge(data: Json) -> tuple[str, list[Diagnostic]]:
    """How far a document comes, and the complaints."""
    document, complaints = load_document(data)
    if document is None:
        return "structure", complaints
    app, complaints = compile_app(document, 1)
    return ("app" if app is not None else "checks"), complaints


def pointers(data: Json, pointer: str = "") -> set[str]:
    found = {pointer}
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in items:
        found |= pointers(value, f"{pointer}/{escape(str(step))}")
    return found


def verify(data: Json, complaints: list[Diagnostic]) -> None:
    """Every complaint stands in or directly below something that is there, and says something twice."""
    known = pointers(data)
    for each in complaints:
        parent = each.path.rpartition("/")[0]
        outer = parent.rpartition("/")[0]
        assert {each.path, parent, outer} & known, (each.code, each.path)
        assert all(each.message[locale].strip() for locale in ("zh-CN", "en")), each.code
        assert set(each.hint) in (set(), {"zh-CN", "en"}), each.code


def test_every_mutant_is_a_document_or_complaints() -> None:
    outcomes: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    times = []
    print(f"{COUNT} mutants from seed {SEED}")
    for number in range(COUNT):
        data = mutant(SEED + number)
        start = time.process_time()
        try:
            outcome, complaints = judge(data)
        except Exception as error:
            raise AssertionError(f"mutant {SEED + number}") from error
        times.append((time.process_time() - start) * 1_000)
        verify(data, complaints)
        assert outcome == "app" or complaints
        outcomes[outcome] += 1
        codes.update(each.code for each in complaints)
    times.sort()
    late = times[int(len(times) * 0.95)]
    print(
        dict(outcomes),
        f"{len(codes)} codes;",
        f"median {statistics.median(times):.0f} ms, 95 % {late:.0f} ms",
    )
    print(f"slowest {times[-1]:.0f} ms")
    assert set(outcomes) == {"app", "checks", "structure"}
    assert late < SOON
