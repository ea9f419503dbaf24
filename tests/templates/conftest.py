"""The CRM template, read once."""

import pytest

from schema_store.analysis.analysis import Analysis
from schema_store.document import AppDocument
from schema_store.structure.load import load_document
from templates import read_template


@pytest.fixture(scope="session")
def raw() -> bytes:
    return read_template("crm")


@pytest.fixture(scope="session")
def document(raw: bytes) -> AppDocument:
    found, complaints = load_document(raw)
    assert complaints == []
    assert found is not None
    return found


@pytest.fixture(scope="session")
def analysis(document: AppDocument) -> Analysis:
    return Analysis(document)
