"""Compiled forms: fields in order, sections taken apart with their visibility."""

from __future__ import annotations

from schema_store.analysis.analysis import Analysis
from schema_store.compile.app import build_app
from schema_store.document import AppDocument
from schema_store.ids import with_ids
from tests.schema_store.documents import field, label

DOCUMENT = {
    "key": "toy",
    "label": label("toy"),
    "entities": [{"key": "lead", "label": label("lead"), "fields": [field("text", "name"), field("integer", "age")]}],
    "forms": [
        {
            "key": "main",
            "label": label("main"),
            "entity": "lead",
            "items": [
                {"kind": "text", "key": "hello", "text": label("hello")},
                {"kind": "field", "key": "name", "field": "name", "required": "age > 3"},
                {
                    "kind": "section",
                    "key": "more",
                    "label": label("more"),
                    "visible": "not ISBLANK(name)",
                    "items": [
                        {"kind": "field", "key": "age", "field": "age", "visible": "me == owner", "read_only": "true"}
                    ],
                },
            ],
        }
    ],
}  # fmt: skip


def test_a_form_is_its_fields_with_what_it_asks_for():
    app = build_app(Analysis(with_ids(AppDocument.model_validate(DOCUMENT))), 1)
    name, age = app.forms["main"].fields
    assert (name.field, len(name.visible), name.read_only) == ("name", 0, None)
    assert name.required is not None
    assert (age.field, len(age.visible), age.required) == ("age", 2, None)
    read = {path for program in age.programs for path in program.checked.fields}
    assert read == {("name",), ("owner",)}
