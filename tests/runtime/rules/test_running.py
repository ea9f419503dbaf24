"""Rules with the save: what they do, in whose name, by which rights; all of it or nothing."""

from __future__ import annotations

from tests.runtime.rules.clinic import created, rule, sets
from tests.runtime.rules.conftest import Install
from tests.runtime.save.kit import ACTOR


def test_a_created_rule_sets_a_value(install: Install) -> None:
    world = install(rule("mark", "case", created(), sets(word='CONCAT(name, "!")'), condition="number > 3"))
    low = world.create("case", {"name": "a", "number": 3})
    high = world.create("case", {"name": "b", "number": 4})
    assert (low.version, high.version) == (1, 2)
    assert high.values["word"] == world.stored("case", high.id)["word"] == "b!"
    assert high.changed == {"name", "number", "word", "stage", "heat", "heat_band", "double"} | high.changed
    assert world.support("run", low.id) == []
    (run,) = world.support("run", high.id)
    assert (run.state, run.by, run.cause) == ("done", ACTOR, ["rule:mark"])
    assert run.why == {
        "trigger": {"kind": "created"},
        "condition": {"text": "number > 3", "met": True, "values": {"number": 4}},
        "steps": [{"key": "set", "kind": "set", "state": "done", "values": {"word": "b!"}}],
    }
    made, again = world.support("history", high.id)
    assert (made.by, made.cause) == (ACTOR, {})
    assert (again.by, again.cause["chain"]) == (ACTOR, ["rule:mark"])
