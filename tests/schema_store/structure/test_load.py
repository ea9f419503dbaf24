"""Every complaint about the shape of a document stands at its place, in plain words; nothing raises."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_store.document import AppDocument
from schema_store.structure.load import MAX_BYTES, MAX_COMPLAINTS, load_document
from schema_store.structure.messages import HINTS, SENTENCES
from tests.schema_store.documents import field, large, small

Change = Callable[[dict[str, Any]], object]


def complaints(data: Any) -> list[tuple[str, str]]:
    document, found = load_document(data)
    assert (document is None) == bool(found)
    return [(one.code.removeprefix("structure."), one.path) for one in found]


def test_a_good_document() -> None:
    assert load_document(small()) == (AppDocument.model_validate(small()), [])
    assert load_document(json.dumps(small())) == load_document(json.dumps(small()).encode())


FIELD = "/entities/0/fields/0"


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        (lambda d: d.pop("label"), "missing_word", ""),
        (lambda d: d.update(labels={}), "unknown_word", "/labels"),
        (lambda d: d.update(format=2), "not_allowed", "/format"),
        (lambda d: d.update(entities={}), "wrong_type", "/entities"),
        (lambda d: d.update(key="a b"), "bad_key", "/key"),
        (lambda d: d.update(key="a×b"), "bad_key", "/key"),
        (lambda d: d.update(key="9a"), "bad_key", "/key"),
        (lambda d: d.update(key="a\n"), "bad_key", "/key"),
        (lambda d: d.update(key="k" * 41), "bad_key", "/key"),
        (lambda d: d.update(label={}), "too_few_items", "/label"),
        (lambda d: d.update(label={"zh_CN": "x"}), "bad_locale", "/label/zh_CN"),
        (lambda d: d.update(label={"en": "x" * 2_001}), "too_long", "/label/en"),
        (lambda d: d.update(settings={"fiscal_year_start": 13}), "too_large", "/settings/fiscal_year_start"),
        (lambda d: d.update(settings={"currency": "yuan"}), "bad_format", "/settings/currency"),
        (lambda d: d["entities"][0]["fields"][0].update(type="txt"), "unknown_kind", f"{FIELD}/type"),
        (lambda d: d["entities"][0]["fields"][0].update(type=["text"]), "unknown_kind", f"{FIELD}/type"),
        (lambda d: d["entities"][0]["fields"][0].pop("type"), "missing_word", FIELD),
        (lambda d: d["entities"][0]["fields"][0].update(scale=2), "unknown_word", f"{FIELD}/scale"),
        (lambda d: d["entities"][0]["fields"][0].update(length="9"), "wrong_type", f"{FIELD}/length"),
        (lambda d: d["entities"][0]["fields"][0].update(length=True), "wrong_type", f"{FIELD}/length"),
        (lambda d: d["entities"][0]["fields"][0].update(length=0), "too_small", f"{FIELD}/length"),
        (
            lambda d: d["entities"][0]["fields"][0].update(normalise="emial"),
            "not_allowed",
            f"{FIELD}/normalise",
        ),
        (lambda d: d["entities"][0]["fields"].__setitem__(0, "name"), "wrong_type", FIELD),
        (lambda d: d["forms"][0]["items"][1].update(key="a×"), "bad_key", "/forms/0/items/1/key"),
        (
            lambda d: d["rules"][0]["actions"][0]["otherwise"][0].update(values={"a×": "1"}),
            "bad_key",
            "/rules/0/actions/0/otherwise/0/values/a×",
        ),
        (
            lambda d: d["rules"][0]["actions"][0]["then"][0].update(kind="stopp"),
            "unknown_kind",
            "/rules/0/actions/0/then/0/kind",
        ),
        (lambda d: d["rules"][0].update(actions=[]), "too_few_items", "/rules/0/actions"),
        (lambda d: d["rules"][0].update(condition=""), "too_short", "/rules/0/condition"),
    ],
)
def test_one_mistake_is_one_complaint_at_its_place(change: Change, code: str, path: str) -> None:
    data = small()
    change(data)
    assert complaints(data) == [(code, path)]


def test_all_complaints_at_once() -> None:
    data = small()
    data["entities"][0]["fields"][0] |= {"type": "txt"}
    data["entities"][0]["fields"][1]["lable"] = data["entities"][0]["fields"][1].pop("label")
    data["forms"][0]["items"] = {}
    assert sorted(complaints(data)) == [
        ("missing_word", "/entities/0/fields/1"),
        ("unknown_kind", f"{FIELD}/type"),
        ("unknown_word", "/entities/0/fields/1/lable"),
        ("wrong_type", "/forms/0/items"),
    ]


def test_sentences_and_hints_in_both_languages() -> None:
    data = small()
    data["entities"][0]["id"] = "abcdef"
    data["entities"][0]["fields"][0]["lenght"] = 3
    _, (one,) = load_document(data)
    assert one.message == {"zh-CN": "这里没有“lenght”这个属性。", "en": "There is no “lenght” here."}
    assert one.hint == {"zh-CN": "是否指“length”?", "en": "Did you mean “length”?"}
    assert one.id == "abcdef"
    assert one.params == {"word": "lenght", "near": "length"}


def test_the_list_of_complaints_ends() -> None:
    data = small()
    data["entities"][0]["fields"] = [field("txt", f"f{n}") for n in range(300)]
    found = complaints(data)
    assert len(found) == MAX_COMPLAINTS + 1
    assert found[-1] == ("too_many", "")


def test_what_is_no_json_says_so() -> None:
    assert complaints(b"\xff") == [("not_utf8", "")]
    assert complaints("{") == [("syntax", "")]
    assert complaints('{"key": "a", "key": "b"}') == [("duplicate_word", "/key")]
    assert complaints("[]") == [("wrong_type", "")]
    assert complaints(b" " * (MAX_BYTES + 1)) == [("too_big", "")]


def test_null_is_as_good_as_absent() -> None:
    data = small()
    data["entities"][0]["icon"] = None
    assert complaints(data) == []


_words = st.sampled_from(
    ["key", "label", "entities", "fields", "type", "text", "options", "kind", "id", "en", "items"]
)
_hostile = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | _words
    | st.just("\ud800"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(_words | st.text(max_size=3), inner, max_size=4)
    ),
)


@given(
    st.dictionaries(_words, _hostile),
    st.sampled_from(["entities", "forms", "rules", "settings", "tests"]),
    _hostile,
)
def test_hostile_documents_are_complained_about_never_raised(top: Any, section: str, inside: Any) -> None:
    for data in (top, small() | {section: inside}, small() | {section: [inside]}):
        document, found = load_document(data)
        assert (document is None) == bool(found)
        assert all(one.message["zh-CN"] and one.message["en"] for one in found)


@given(st.data())
def test_damage_anywhere_is_found_at_or_above_its_place(data: st.DataObject) -> None:
    document = small()
    node, path = document, ""
    while True:
        step = data.draw(
            st.sampled_from(sorted(node, key=str) if isinstance(node, dict) else range(len(node)))
        )
        path = f"{path}/{step}"
        if not isinstance(node[step], dict | list) or not node[step] or data.draw(st.booleans()):
            node[step] = data.draw(st.sampled_from([12.5, [[]], {"§": 1}]))
            break
        node = node[step]
    assert complaints(document)
    assert all(place.startswith(path) for _, place in complaints(document))


def test_every_sentence_is_in_both_languages_and_takes_its_words() -> None:
    for zh, en in [*SENTENCES.values(), *HINTS.values()]:
        assert zh.endswith(("。", "?"))
        assert en.endswith((".", "?"))


def test_a_document_of_70_kb_loads_fast() -> None:
    raw = json.dumps(large(), ensure_ascii=False).encode()
    assert 60_000 < len(raw) < 100_000
    load_document(raw)
    times = []
    for _ in range(5):
        start = time.process_time()
        document, found = load_document(raw)
        times.append(time.process_time() - start)
        assert document is not None, found
    print(f"load_document: {len(raw) / 1000:.0f} kB in {min(times) * 1000:.0f} ms")
    assert min(times) < 0.5


def test_reading_the_largest_template_takes_little_memory() -> None:
    """A counted ``\\w`` in the pattern of keys once cost 200 MiB: the matchers of a hundred places were built."""
    program = (
        "import resource\n"
        "from schema_store.document import AppDocument\n"
        "from templates import read_template\n"
        "raw = read_template('crm')\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "AppDocument.model_validate_json(raw)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 60 * 1024, f"{int(done.stdout) // 1024} MiB"


@pytest.mark.parametrize(
    "accept", [".pdf", "pdf", "image/", "*/*", "image/*x", "Image/PNG", "image/png; q=1"]
)
def test_what_is_accepted_is_told_as_media_types(accept: str):
    data = small()
    data["entities"][0]["fields"].append(
        field("file", "paper", accept=["image/*", "application/pdf", accept])
    )
    number = len(data["entities"][0]["fields"]) - 1
    ((code, path),) = complaints(data)
    assert path == f"/entities/0/fields/{number}/accept/2"
    assert code in SENTENCES
