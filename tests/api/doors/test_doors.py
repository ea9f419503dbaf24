"""Door × rule: whatever the door, the same rule refuses with the same words, and nothing is written.

A further door (public form …) is one entry of ``DOORS``; a further rule one of ``RULES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson
import pytest

from tests.api.doors.gauntlet import Gauntlet, Json, make_gauntlet
from tests.asgi import Answer
from tests.conftest import Databases


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gauntlet]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    engine = databases.engine(request.param)
    try:
        yield make_gauntlet(engine, tmp_path_factory.mktemp("home"))
    finally:
        databases.remove(engine)


@dataclass(frozen=True)
class Refusal:
    """What a door says no with: status, code, complaints by field, what a gate misses by kind."""

    status: int
    code: str
    errors: tuple[tuple[str, str], ...] = ()
    unmet: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Rule:
    """A rule and what breaks it.

    Attributes:
        bad: the values that do, given what stands in the way.
        refusal: the one answer.
        around: other records that have to be there first.
        stored: values with which a standing record is one step from breaking it.
        not_by: sorts of doors by which it cannot be broken.
    """

    bad: Callable[[Gauntlet], Json]
    refusal: Refusal
    around: Callable[[Gauntlet], Any] = lambda world: None
    stored: Json = field(default_factory=dict)
    not_by: frozenset[str] = frozenset()


def invalid(*errors: tuple[str, str]) -> Refusal:
    return Refusal(422, "invalid", errors)


def closed(kind: str, key: str, code: str = "gate_closed") -> Refusal:
    return Refusal(409, code, (), ((kind, key),))


def to(stage: str) -> Callable[[Gauntlet], Json]:
    return lambda world: {"stage": stage}


#: Only given values are decoded, only a move passes a gate: what comes back from the bin is neither.
_NOT_RESTORED = frozenset({"restore"})
#: What a cell of a file means is read, with complaints of its own, before it is a value; it has no column for the rest.
_NOT_READ = frozenset({"restore", "import"})
_PHONE, _SERIAL = "+8613900000000", "TAKEN"


def _fill_small(world: Gauntlet) -> None:
    if "small" not in world.owned:
        world.owned["small"] = world.stored(stage="small")


def _once(key: str, **values: Any) -> Callable[[Gauntlet], None]:
    def make(world: Gauntlet) -> None:
        if key not in world.owned:
            world.owned[key] = world.stored(**values)

    return make


RULES: dict[str, Rule] = {
    "required": Rule(lambda world: {"name": None}, invalid(("name", "required")), not_by=_NOT_RESTORED),
    "unknown field": Rule(lambda world: {"nonsense": 1}, invalid(("nonsense", "unknown_field")), not_by=_NOT_READ),
    "system field": Rule(lambda world: {"created_at": "2026-01-01T00:00:00Z"},
                         invalid(("created_at", "system_field")), not_by=_NOT_READ),
    "type": Rule(lambda world: {"low": "x"}, invalid(("low", "bad_format")), not_by=_NOT_READ),
    "range": Rule(lambda world: {"price": "-1.00"}, invalid(("price", "too_small")), not_by=_NOT_RESTORED),
    "option": Rule(lambda world: {"sort": "none"}, invalid(("sort", "not_an_option")), not_by=_NOT_RESTORED),
    "reference": Rule(lambda world: {"part_of": str(uuid4())}, invalid(("part_of", "no_such_record")),
                      not_by=_NOT_READ),
    "condition: required": Rule(lambda world: {"price": "600.00"}, invalid(("note", "required"))),
    "condition: read-only": Rule(lambda world: {"sort": "good"}, invalid(("sort", "read_only")),
                                 stored={"note": "sealed"}, not_by=frozenset({"create", "restore", "import"})),
    "read-only for the role": Rule(lambda world: {"fixed": "x"}, Refusal(403, "field_read_only"), not_by=_NOT_RESTORED),
    "unique": Rule(lambda world: {"serial": _SERIAL}, Refusal(409, "unique"), _once("serial", serial=_SERIAL)),
    "duplicate": Rule(lambda world: {"phone": _PHONE}, Refusal(409, "duplicate"), _once("phone", phone=_PHONE)),
    "validation": Rule(lambda world: {"low": 9, "high": 1}, invalid(("high", "validation"))),
    "gate: field": Rule(to("filled"), closed("field", "sort"), not_by=_NOT_RESTORED),
    "gate: evidence": Rule(to("shown"), closed("evidence", "photo"), not_by=_NOT_RESTORED),
    "gate: action": Rule(to("called"), closed("action", "call"), not_by=_NOT_RESTORED),
    "gate: person": Rule(to("helped"), closed("person", "helper"), not_by=_NOT_RESTORED),
    "gate: criterion": Rule(to("checked"), closed("criterion", "cheap"), not_by=_NOT_RESTORED),
    "capacity": Rule(to("small"), closed("capacity", "small", "stage_frozen"), _fill_small),
    "freeze": Rule(to("frozen"), closed("frozen", "frozen", "stage_frozen")),
    "with-check": Rule(lambda world: {"area": str(world.there)}, Refusal(403, "forbidden"), not_by=_NOT_RESTORED),
}  # fmt: skip

Door = Callable[[Gauntlet, Rule], Answer]
THINGS = "/records/thing"


def _create(world: Gauntlet, rule: Rule) -> Answer:
    return world.send("POST", THINGS, world.good() | rule.bad(world))


def _repeated(world: Gauntlet, rule: Rule) -> Answer:
    """Twice under one key: refused both times, and the refusal is not kept as the answer."""
    body, key = world.good() | rule.bad(world), uuid4().hex
    first = world.send("POST", THINGS, body, idempotency_key=key)
    again = world.send("POST", THINGS, body, idempotency_key=key)
    assert (first.status, first.body) == (again.status, again.body)
    return again


def _bulk_create(atomic: bool) -> Door:
    def run(world: Gauntlet, rule: Rule) -> Answer:
        rows = [world.good() | rule.bad(world)]
        if atomic:
            rows.insert(0, world.good())
        return world.send("POST", f"{THINGS}/bulk", {"create": rows, "atomic": atomic})

    return run


def _bulk_update(atomic: bool) -> Door:
    def run(world: Gauntlet, rule: Rule) -> Answer:
        rows: list[Json] = [{"id": world.owned["victim"], **rule.bad(world)}]
        if atomic:
            rows.insert(0, {"id": world.owned["bystander"], "note": uuid4().hex})
        return world.send("POST", f"{THINGS}/bulk", {"update": rows, "atomic": atomic})

    return run


def _cell(world: Gauntlet, rule: Rule) -> Answer:
    return world.send("PATCH", f"{THINGS}/{world.owned['victim']}", rule.bad(world))


def _transition(world: Gauntlet, rule: Rule) -> Answer:
    bad = rule.bad(world)
    stage = bad.pop("stage", "done")
    return world.send("POST", f"{THINGS}/{world.owned['victim']}/transition", {"to": stage, "values": bad})


def _upsert_new(world: Gauntlet, rule: Rule) -> Answer:
    good = world.good()
    return world.send("PUT", f"{THINGS}/by/serial/{good.pop('serial')}", good | rule.bad(world))


def _upsert_old(world: Gauntlet, rule: Rule) -> Answer:
    return world.send("PUT", f"{THINGS}/by/serial/{world.owned['victim serial']}", rule.bad(world))


def _restore(world: Gauntlet, rule: Rule) -> Answer:
    """It was good when it went into the bin; what changed around it, or was put into it, makes it bad."""
    return world.send("POST", f"{THINGS}/{world.owned['binned']}/restore")


def _convert(world: Gauntlet, rule: Rule) -> Answer:
    wish = {"thing": world.good() | rule.bad(world)}
    return world.send("POST", f"/records/sketch/{world.owned['sketch']}/convert", wish)


def _import(world: Gauntlet, rule: Rule) -> Answer:
    """As one who creates the row would be answered: of the status of its refusal, with its words."""
    (row,) = world.bring(world.good() | rule.bad(world))
    if row["kind"] != "refused":
        return Answer(201, [], orjson.dumps(row))
    first, *_ = errors = row["errors"]
    status = {"forbidden": 403, "field_read_only": 403, "unique": 409, "duplicate": 409}.get(
        first["code"], 422
    )
    told = {
        "status": 409 if "unmet" in first else status,
        "code": first["code"],
        "unmet": first.get("unmet", []),
    }
    if told["status"] == 422:
        told |= {"code": "invalid", "errors": errors}
    return Answer(told["status"], [], orjson.dumps(told))


#: Sort of the door, and how a record comes through it. Doors of the same sort break the same rules.
DOORS: dict[str, tuple[str, Door]] = {
    "create": ("create", _create),
    "idempotent repeat": ("create", _repeated),
    "bulk create, all or none": ("create", _bulk_create(True)),
    "bulk create, each": ("create", _bulk_create(False)),
    "upsert, new": ("create", _upsert_new),
    "conversion": ("create", _convert),
    "import": ("import", _import),
    "cell": ("update", _cell),
    "bulk update, all or none": ("update", _bulk_update(True)),
    "bulk update, each": ("update", _bulk_update(False)),
    "upsert, there already": ("update", _upsert_old),
    "transition": ("update", _transition),
    "restore": ("restore", _restore),
}


def refusal_of(answer: Answer) -> Refusal:
    body = answer.json
    if answer.status == 200 and "results" in body:
        (result,) = body["results"]
        body = result.get("error") or {"status": result["status"], "code": ""}
        status = body["status"]
    else:
        status = answer.status
    for error in body.get("errors", ()):
        assert error["message"], error
        assert not error["message"].endswith(("：", ": ")), error  # a sentence with its word missing
    return Refusal(
        status,
        body.get("code", ""),
        tuple(sorted((_field_of(error), error["code"]) for error in body.get("errors", ()))),
        tuple(sorted((each["kind"], each["key"]) for each in body.get("unmet", ()))),
    )


def _field_of(error: Json) -> str:
    """The field complained about; a conversion says of which of its targets."""
    pointer = error.get("pointer", "")
    return pointer.removeprefix("/thing/") if pointer.startswith("/thing/") else error["field"]


CELLS = [
    (door, rule)
    for door, (sort, _) in DOORS.items()
    for rule, described in RULES.items()
    if sort not in described.not_by
]


@pytest.mark.parametrize(("door", "rule"), CELLS, ids=[f"{rule} / {door}" for door, rule in CELLS])
def test_every_door_refuses_alike_and_writes_nothing(world: Gauntlet, door: str, rule: str) -> None:
    described = RULES[rule]
    described.around(world)
    serial = f"V{uuid4().hex[:8]}"
    world.owned["victim"] = world.stored(serial=serial, **described.stored)
    world.owned["victim serial"] = serial
    world.owned["bystander"] = world.stored()
    world.owned["sketch"] = world.sketch()
    if door == "restore":
        world.owned["binned"] = world.stored(binned=True, **described.bad(world))
    before = world.everything()
    answer = DOORS[door][1](world, described)
    assert refusal_of(answer) == described.refusal, answer.body
    assert world.everything() == before


@pytest.mark.parametrize("door", DOORS)
def test_every_door_opens_for_what_breaks_nothing(world: Gauntlet, door: str) -> None:
    """The counterpart, so that no cell above is refused for another reason."""
    nothing = Rule(lambda world: {"note": "fine"}, Refusal(200, ""))
    serial = f"V{uuid4().hex[:8]}"
    world.owned |= {
        "victim": world.stored(serial=serial),
        "victim serial": serial,
        "bystander": world.stored(),
        "binned": world.stored(binned=True),
        "sketch": world.sketch(),
    }
    before = world.everything()
    answer = DOORS[door][1](world, nothing)
    assert answer.status in (200, 201), answer.body
    assert world.everything() != before
