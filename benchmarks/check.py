"""Check and compile of the CRM document: target ≤ 300 ms together."""

from __future__ import annotations

from benchmarks.timing import compare, show
from schema_store.analysis.analysis import Analysis
from schema_store.checks import check_analysis
from schema_store.compile.app import build_app
from schema_store.ids import with_ids
from schema_store.structure.load import load_document
from templates import read_template


def run() -> None:
    """Time each part of reading, checking and compiling the CRM."""
    raw = read_template("crm")
    loaded, _ = load_document(raw)
    assert loaded is not None
    document = with_ids(loaded)

    def check_and_compile() -> object:
        analysis = Analysis(document)
        assert not [found for found in check_analysis(analysis) if found.severity == "error"]
        return build_app(analysis, 1)

    figures = compare(
        {
            "load (JSON, schema, models)": lambda: load_document(raw),
            "ids": lambda: with_ids(loaded),
            "check": lambda: check_analysis(Analysis(document)),
            "check and compile": check_and_compile,
        },
        "check and compile",
        rounds=7,
    )
    fields = sum(len(entity.fields) for entity in document.entities)
    show(
        f"CRM document: {len(raw) // 1024} KiB, {fields} fields (check and compile: target ≤ 300 ms)", figures
    )
