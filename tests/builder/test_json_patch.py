"""JSON Patch by the cases of RFC 6902 and by what somebody may try."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.json_patch import BadPatch, apply_patch


@pytest.mark.parametrize(
    ("value", "operations", "wanted"),
    [
        ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux"}], {"foo": "bar", "baz": "qux"}),
        ({"foo": ["a", "c"]}, [{"op": "add", "path": "/foo/1", "value": "b"}], {"foo": ["a", "b", "c"]}),
        ({"foo": ["a"]}, [{"op": "add", "path": "/foo/-", "value": "b"}], {"foo": ["a", "b"]}),
        ({"foo": 1, "bar": 2}, [{"op": "remove", "path": "/bar"}], {"foo": 1}),
        ({"foo": [1, 2, 3]}, [{"op": "remove", "path": "/foo/1"}], {"foo": [1, 3]}),
        ({"foo": 1}, [{"op": "replace", "path": "/foo", "value": None}], {"foo": None}),
        ({"foo": [1, 2]}, [{"op": "replace", "path": "/foo/0", "value": 9}], {"foo": [9, 2]}),
        (
            {"a": {"b": 1}, "c": {}},
            [{"op": "move", "from": "/a/b", "path": "/c/d"}],
            {"a": {}, "c": {"d": 1}},
        ),
        ({"foo": [1, 2, 3]}, [{"op": "move", "from": "/foo/0", "path": "/foo/2"}], {"foo": [2, 3, 1]}),
        ({"a": [1]}, [{"op": "copy", "from": "/a", "path": "/b"}], {"a": [1], "b": [1]}),
        ({"a/b": 1, "m~n": 2}, [{"op": "remove", "path": "/a~1b"}, {"op": "remove", "path": "/m~0n"}], {}),
        ({"a": 1}, [{"op": "test", "path": "/a", "value": 1}], {"a": 1}),
        ({"a": 1}, [{"op": "replace", "path": "", "value": [1]}], [1]),
        ({"": 1}, [{"op": "replace", "path": "/", "value": 2}], {"": 2}),
    ],
)
def test_operations(value: Any, operations: list[dict[str, Any]], wanted: Any) -> None:
    assert apply_patch(value, operations) == wanted


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "/a/b/c", "value": 1},
        {"op": "add", "path": "/list/9", "value": 1},
        {"op": "add", "path": "/list/01", "value": 1},
        {"op": "add", "path": "/list/x", "value": 1},
        {"op": "add", "path": "/list/" + "9" * 50, "value": 1},
        {"op": "add", "path": "/text/x", "value": 1},
        {"op": "add", "path": "a", "value": 1},
        {"op": "add", "path": "/a"},
        {"op": "add", "path": 3, "value": 1},
        {"op": "remove", "path": "/nothing"},
        {"op": "remove", "path": "/list/-"},
        {"op": "replace", "path": "/nothing", "value": 1},
        {"op": "move", "from": "/list", "path": "/list/0"},
        {"op": "move", "path": "/a"},
        {"op": "copy", "from": "/nothing", "path": "/a"},
        {"op": "test", "path": "/one", "value": True},
        {"op": "test", "path": "/list", "value": [1]},
        {"op": "move", "from": 3, "path": "/a"},
        {"op": "copy", "from": None, "path": "/a"},
        {"op": "add", "path": "/a~2b", "value": 1},
        {"op": "add", "path": "/list/-1", "value": 1},
        {"op": [], "path": ""},
        {"op": "explode", "path": ""},
        {},
    ],
)
def test_patches_that_do_not_fit_change_nothing(operation: dict[str, Any]) -> None:
    value = {"a": {}, "list": [1, 2], "text": "t", "one": 1}
    with pytest.raises(BadPatch):
        apply_patch(value, [{"op": "add", "path": "/new", "value": 1}, operation])
    assert value == {"a": {}, "list": [1, 2], "text": "t", "one": 1}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_replacing_the_whole_and_testing_it(old: Any, new: Any) -> None:
    operations = [{"op": "replace", "path": "", "value": new}, {"op": "test", "path": "", "value": new}]
    assert apply_patch(old, operations) == new


@given(st.dictionaries(st.text(max_size=3), JSON, min_size=1, max_size=4), JSON)
def test_adding_and_removing_comes_back(value: dict[str, Any], new: Any) -> None:
    step = "new/~key"
    pointer = "/" + step.replace("~", "~0").replace("/", "~1")
    added = apply_patch(value, [{"op": "add", "path": pointer, "value": new}])
    assert added == value | {step: new}
    assert apply_patch(added, [{"op": "remove", "path": pointer}]) == value


def test_copies_cannot_fill_the_memory() -> None:
    """Forty of them would be 2^40 values."""
    doubling = [{"op": "copy", "from": "", "path": f"/{number}"} for number in range(40)]
    with pytest.raises(BadPatch, match="copies more than"):
        apply_patch({}, doubling)
    assert len(apply_patch({}, doubling[:10])) == 10


@given(
    JSON,
    st.lists(
        st.fixed_dictionaries(
            {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]) | JSON},
            optional={
                "path": st.text("/~01a-", max_size=6) | JSON,
                "from": st.text("/~01a-", max_size=6) | JSON,
                "value": JSON,
            },
        ),
        max_size=4,
    ),
)
def test_whatever_is_sent_is_applied_or_refused(value: Any, operations: list[dict[str, Any]]) -> None:
    before = deepcopy(value)
    with suppress(BadPatch):
        apply_patch(value, operations)
    assert value == before
