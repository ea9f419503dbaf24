"""The committed page of the field types is the one of the registry."""

from __future__ import annotations

from pathlib import Path

from schema_store.field_types import FIELD_TYPES
from schema_store.field_types.reference import example_of, reference_page

PAGE = Path(__file__).parents[3] / "docs/reference/field-types.md"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == reference_page(), "run: make reference"


def test_every_type_has_its_section() -> None:
    page = reference_page()
    assert all(f"\n## {key}\n" in page for key in FIELD_TYPES.types)
    assert all(example_of(kind).key == "example" for kind in FIELD_TYPES.types.values())
