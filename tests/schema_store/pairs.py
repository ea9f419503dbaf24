"""Random documents that share ids, so that one can become the other: keys, types and everything else may differ."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from schema_store.document import AppDocument
from schema_store.field_types import FIELD_TYPES
from schema_store.field_types.base import FieldValueError
from tests.schema_store.kit import document, entity, field, option, pad

KEYS = ("alpha", "beta", "gamma", "delta", "电话", "手机", "epsilon")
ENTITIES = ("one", "two", "three")


@st.composite
def a_field(draw: st.DrawFn, key: str, ident: str, targets: list[str]) -> dict[str, Any]:
    kind = draw(st.sampled_from(SIMPLE + (("reference", "links") if targets else ())))
    more: dict[str, Any] = {"indexed": draw(st.booleans())} if kind in INDEXED else {}
    if kind == "text":
        more |= {
            "length": draw(st.sampled_from((3, 20, 255))),
            "name_like": draw(st.booleans()),
            "normalise": draw(st.sampled_from((None, "text", "phone"))),
        }
    elif kind == "decimal":
        more |= {"digits": draw(st.sampled_from((6, 15))), "scale": draw(st.sampled_from((0, 2)))}
    elif kind in ("option", "options"):
        names = draw(st.lists(st.sampled_from("abcd"), unique=True, min_size=1))
        ids = draw(st.permutations(["opt1", "opt2", "opt3", "opt4"]))
        more["options"] = [option(name, ids[place]) for place, name in enumerate(names)]
    elif kind in ("reference", "links"):
        more["entity"] = draw(st.sampled_from(targets))
        if kind == "reference":
            more["on_delete"] = draw(st.sampled_from(("restrict", "clear", "cascade")))
    if draw(st.integers(0, 4)) == 0 and kind in LITERALS:
        more |= {"required": True, "default": LITERALS[kind]}
    return field(kind, key, ident, **more)


SIMPLE = (
    *("text", "text", "long_text", "integer", "decimal", "money", "boolean", "date", "instant"),
    *("option", "options", "phone", "email", "tags", "json", "user"),
)
INDEXED = ("text", "integer", "decimal", "date", "option")
LITERALS: dict[str, Any] = {"text": "x", "integer": 7, "decimal": "1", "boolean": True, "date": "2026-01-02"}


@st.composite
def related(draw: st.DrawFn) -> AppDocument:
    """A document over the shared ids."""
    names = draw(st.lists(st.sampled_from(ENTITIES), unique=True, min_size=1))
    keys = dict(zip(names, draw(st.permutations(ENTITIES)), strict=False))
    entities = []
    for name in names:
        idents = draw(st.lists(st.integers(0, 4), unique=True, max_size=5))
        labels = draw(st.permutations(KEYS))
        targets = [keys[other] for other in names]
        fields = [
            draw(a_field(labels[place], f"{name}f{ident}", targets)) for place, ident in enumerate(idents)
        ]
        more: dict[str, Any] = {}
        simple = [f for f in fields if f["type"] in ("integer", "date")]
        if len(simple) > 1 and draw(st.booleans()):
            more["indexes"] = [
                {"key": "both", "id": pad(f"ix{name}"), "fields": [f["key"] for f in simple[:2]]}
            ]
        entities.append(entity(keys[name], *fields, ident=name, **more))
    return document(*entities)


WIRE: dict[str, tuple[Any, ...]] = {
    "text": ("a", "12", "张三", "true", "2026-01-02", " b c "),
    "long_text": ("a\nb", "7", "x" * 300),
    "integer": (0, 7, -3, 123456),
    "decimal": ("1", "2.50", "-7.25", "123456"),
    "money": ("0.01", "99999.99"),
    "boolean": (True, False),
    "date": ("2026-01-02", "1999-12-31"),
    "instant": ("2026-01-02T03:04:05Z",),
    "option": tuple("abcd"),
    "options": (["a"], ["b", "d"]),
    "phone": ("13800138000", "+8613900139000"),
    "email": ("a@example.com",),
    "tags": (["x"], ["y", "z"]),
    "json": ({"a": 1}, [1, 2]),
}


def value_of(spec: Any, around: Any, pick: int) -> Any:
    """Some value that a field can hold, or None."""
    samples = WIRE.get(spec.type, ())
    if not samples:
        return None
    try:
        return FIELD_TYPES.of(spec).decode(spec, around, samples[pick % len(samples)])
    except FieldValueError:
        return None
