"""Documents for tests: a small one by hand, larger ones by rule, random ones by Hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from schema_store.document import AppDocument

Json = dict[str, Any]


def label(text: str) -> Json:
    return {"zh-CN": text, "en": text}


def field(kind: str, key: str, **more: Any) -> Json:
    return {"type": kind, "key": key, "label": label(key), **more}


def small() -> Json:
    """One entity, one form with sections, one rule with branches: every way in which elements nest."""
    return {
        "key": "crm",
        "label": label("CRM"),
        "entities": [
            {
                "key": "lead",
                "label": label("线索"),
                "fields": [
                    field("text", "name", required=True, name_like=True),
                    field(
                        "option",
                        "source",
                        options=[
                            {"key": "web", "label": label("网络")},
                            {"key": "fair", "label": label("展会")},
                        ],
                    ),
                    field(
                        "reference",
                        "parent",
                        entity="lead",
                        inverse={"key": "children", "label": label("下级")},
                    ),
                ],
            }
        ],
        "forms": [
            {
                "key": "main",
                "label": label("主表单"),
                "entity": "lead",
                "items": [
                    {
                        "kind": "section",
                        "key": "top",
                        "label": label("基本"),
                        "items": [{"kind": "field", "key": "name", "field": "name"}],
                    },
                    {"kind": "text", "key": "text", "text": label("说明")},
                ],
            }
        ],
        "rules": [
            {
                "key": "hot",
                "label": label("热线索"),
                "entity": "lead",
                "trigger": {"kind": "created"},
                "actions": [
                    {
                        "kind": "branch",
                        "key": "fork",
                        "condition": "true",
                        "then": [{"kind": "stop", "key": "end"}],
                        "otherwise": [{"kind": "set", "key": "end", "values": {"name": '"x"'}}],
                    }
                ],
            }
        ],
    }


def large(entities: int = 12, fields: int = 30) -> Json:
    """A valid document of 60 to 100 kB."""

    def one(index: int) -> Json:
        key = f"f{index}"
        help = label(f"帮助文字 {index}")
        match index % 4:
            case 0:
                return field("text", key, help=help, required=True)
            case 1:
                return field("integer", key, help=help)
            case 2:
                choices = [{"key": f"o{n}", "label": label(f"选项 {n}")} for n in range(5)]
                return field("option", key, help=help, options=choices)
            case _:
                return field("money", key, help=help)

    return {
        "key": "crm",
        "label": label("CRM"),
        "entities": [
            {"key": f"e{n}", "label": label(f"对象 {n}"), "fields": [one(i) for i in range(fields)]}
            for n in range(entities)
        ],
    }


#: Few keys and ids, so that twins and taken ids happen.
_keys = st.sampled_from(["a", "b", "c", "甲"])
_ids = st.sampled_from([None, None, None, "abcdef", "zzzzzz", "000000000000"])
_labels = st.dictionaries(
    st.sampled_from(["zh-CN", "en"]), st.text('ab"\\/中\u2028 ', max_size=4), min_size=1
)


@st.composite
def _elements(draw: st.DrawFn, **more: Any) -> Json:
    made: Json = {"key": draw(_keys), "label": draw(_labels)}
    if (id := draw(_ids)) is not None:
        made["id"] = id
    return made | {name: draw(strategy) for name, strategy in more.items()}


_options = st.lists(_elements(), max_size=3)
_fields = st.one_of(
    _elements(type=st.just("text"), length=st.integers(1, 1_000)),
    _elements(type=st.just("option"), options=_options),
    _elements(type=st.just("reference"), entity=_keys, inverse=st.none() | _elements()),
    _elements(
        type=st.just("json"), json_schema=st.dictionaries(_keys, st.none() | st.integers() | st.floats(-1, 1))
    ),
)
_entities = _elements(fields=st.lists(_fields, max_size=4))


@st.composite
def documents(draw: st.DrawFn) -> AppDocument:
    """Documents whose elements have, lack, share and take each other's ids."""
    entities = draw(st.lists(_entities, max_size=3))
    document = AppDocument.model_validate({"key": "crm", "label": draw(_labels), "entities": entities})
    # The key of an environment is no key that a document may have: the installation gives it.
    return document.model_copy(update={"key": draw(st.sampled_from(["crm", "crm~sandbox"]))})
