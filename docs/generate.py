"""Writes everything that is generated from the registries: ``make reference``. Tests fail when one of them is stale."""

from __future__ import annotations

from pathlib import Path

from expressions.reference import write_pages
from schema_store import reference as diagnostics
from schema_store.field_types import reference as field_types
from schema_store.structure.schema import write_schema

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs/reference"


def main() -> None:
    """Write the pages and the JSON Schema."""
    write_pages(ROOT / "docs")
    field_types.write_page(REFERENCE / "field-types.md")
    diagnostics.write_page(REFERENCE / "diagnostics.md")
    write_schema(ROOT / "schema_store/document/app.schema.json")


if __name__ == "__main__":
    main()
