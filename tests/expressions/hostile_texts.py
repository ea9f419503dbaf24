"""Hostile texts on their way through the language, and the watch over what they touch.

Run as a program it evaluates every text under an audit hook and prints, as JSON, the system events that it saw.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from expressions.checker import check
from expressions.context import Calendar, Context
from expressions.env import EntityInfo, Env, FieldInfo, TierTable
from expressions.explain import explain
from expressions.parser import check_syntax
from expressions.problems import Problem
from expressions.program import Program, compile_program
from expressions.types import (
    BOOLEAN,
    DATE,
    DURATION,
    INSTANT,
    JSON,
    Type,
    decimal,
    integer,
    list_of,
    money,
    option,
    percent,
    records,
    reference,
    text,
)  # fmt: skip

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("hostile.json").read_text(encoding="utf-8"))
MOMENT = datetime(2026, 3, 31, 16, 30, tzinfo=UTC)
WANG, HUAXIN = UUID(int=1), UUID(int=2)


def fields(inverses: dict[str, str | None] | None = None, **types: Type) -> dict[str, FieldInfo]:
    """Fields by key, the ones that every entity has included."""
    types |= {"created_at": INSTANT}
    return {key: FieldInfo(key, type_, (inverses or {}).get(key)) for key, type_ in types.items()}


ENTITIES = {
    "account": EntityInfo("account", fields(
        {"contracts": "account"}, id=reference("account"), name=text(100), code=text(20),
        notes=text(1000), kind=option("direct", "partner"), owner=reference("user"),
        parent=reference("account"), active=BOOLEAN, employees=integer(9),
        revenue=money("CNY"), discount=percent(), rating=decimal(1, 2), founded=DATE, sla=DURATION,
        tags=list_of(option("vip", "key")), extra=JSON, contracts=records("contract"),
    )),
    "contract": EntityInfo("contract", fields(
        id=reference("contract"), account=reference("account"), owner=reference("user"), title=text(80),
        amount=money("CNY"), signed_at=INSTANT, paid=BOOLEAN,
    ), "signed_at"),
    "user": EntityInfo("user", fields(id=reference("user"), name=text(50), grade=integer(3))),
}  # fmt: skip
ENV = Env(
    ENTITIES,
    "account",
    tables={"flat": TierTable((Decimal(0),), (Decimal("0.06"),))},
    calendars=frozenset({"", "plain"}),
)
CONTEXT = Context(MOMENT, calendars={"": Calendar(), "plain": Calendar()}, tables=ENV.tables)
CHILD = {
    "id": HUAXIN, "account": HUAXIN, "owner": WANG, "owner.name": "王芳", "title": "甲", "amount": Decimal("100.00"),
    "signed_at": MOMENT - timedelta(days=1), "paid": True, "created_at": MOMENT, "account.name": "华信",
}  # fmt: skip
RECORD = {
    "id": HUAXIN, "name": "华信", "code": "HX", "notes": "n" * 1000, "kind": "direct", "owner": WANG,
    "owner.name": "王芳", "owner.grade": 5, "owner.id": WANG, "owner.id.name": "王芳", "id.name": "华信",
    "parent": None, "parent.name": None, "active": True, "employees": 1200, "revenue": Decimal("12345678.90"),
    "discount": Decimal("0.1500"), "rating": Decimal("4.5"),
    "founded": date(2001, 2, 28), "sla": timedelta(days=2), "tags": ("vip",), "extra": {}, "created_at": MOMENT,
    "contracts": tuple(CHILD for _ in range(50)),
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of a text: its problems, or a program."""

    problems: list[Problem]
    program: Program | None


def text_of(case: dict[str, Any]) -> str:
    """The text, written out or built of repeated parts."""
    found: str = case["text"] if "text" in case else "".join(part * count for part, count in case["build"])
    return found


def admit(source: str) -> Outcome:
    """Parse, check and compile."""
    node, problems = check_syntax(source)
    if node is None:
        return Outcome(problems, None)
    checked, problems = check(node, ENV)
    return Outcome(problems, None if checked is None else compile_program(checked))


def watch(run: Callable[[], Any], seen: list[str], allowed: frozenset[str]) -> Any:
    """The result of ``run``; system events on the way are noted."""
    ACTIVE[0] = (seen, allowed)
    try:
        return run()
    finally:
        ACTIVE[0] = None


ACTIVE: list[tuple[list[str], frozenset[str]] | None] = [None]


def hook(event: str, args: tuple[Any, ...]) -> None:
    """The audit hook: notes every event that is not allowed just now."""
    if (active := ACTIVE[0]) is not None:
        seen, allowed = active
        if event not in allowed:
            seen.append(f"{event} {str(args)[:120]}")


#: While a program is made its function is compiled from an ``ast``; ``id()`` tells nothing to anyone.
MAKING = frozenset({"compile", "code.__new__", "object.__getattr__", "function.__new__", "builtins.id"})
RUNNING = frozenset({"builtins.id"})


def watch_all() -> dict[str, Any]:
    """Every text through check, evaluation and explanation under the hook."""
    for case in CASES:  # what Python loads at first use is loaded here, before the watch begins
        if (program := admit(text_of(case)).program) is not None:
            program.eval(RECORD, CONTEXT)
            explain(program.checked, RECORD, CONTEXT)
    sys.addaudithook(hook)
    found: dict[str, list[str]] = {}
    evaluated = 0
    for case in CASES:
        source, seen = text_of(case), found.setdefault(case["id"], [])
        program = watch(partial(admit, source), seen, MAKING).program
        if program is not None:
            evaluated += 1
            watch(partial(program.eval, RECORD, CONTEXT), seen, RUNNING)
            watch(partial(explain, program.checked, RECORD, CONTEXT), seen, RUNNING)
    probe: list[str] = []
    watch(Path(__file__).read_bytes, probe, RUNNING)
    return {
        "texts": len(CASES),
        "evaluated": evaluated,
        "probe": probe,
        "events": {k: v for k, v in found.items() if v},
    }


if __name__ == "__main__":
    print(json.dumps(watch_all()))
