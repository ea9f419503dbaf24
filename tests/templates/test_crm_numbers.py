"""The CRM template at work: its own tests pass, and its figures agree with sums written down independently."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_store.compile.app import compile_app
from schema_store.compiled.app import App
from schema_store.document import AppDocument
from schema_store.document_tests.run import run_tests

NOW = datetime(2026, 3, 31, 2, tzinfo=UTC)
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def app(document: AppDocument) -> App:
    found, complaints = compile_app(document, 1)
    assert complaints == []
    assert found is not None
    return found


def test_the_documents_own_tests_pass(document: AppDocument, app: App):
    results = run_tests(document.tests, app)
    failed = [(each.key, each.got, each.failure) for each in results if not each.passed]
    assert failed == []
    executed = document.tests
    assert len([each for each in results if each.passed]) == len(executed) >= 40


def test_the_documents_tests_look_at_everything_finance_asked_for(document: AppDocument):
    amounts = {test.given["amount"] for test in document.tests if test.target == "dealer_rebate"}
    assert {"0.00", "99999.99", "100000.00", "300000.00", "350000.00"} <= amounts
    tested = {test.target for test in document.tests if test.kind in ("calculation", "score")}
    assert tested == {each.key for each in (*document.calculations, *document.scores)}


def _by_hand(amount: Decimal) -> Decimal:
    """The rebate as the agreement says it: each part of the amount at its own rate."""
    bounds = ((Decimal(0), Decimal(100_000), "0.01"), (Decimal(100_000), Decimal(300_000), "0.02"))
    total = sum(
        (max(min(amount, high) - low, Decimal(0)) * Decimal(rate) for low, high, rate in bounds), Decimal(0)
    )
    return (total + max(amount - 300_000, Decimal(0)) * Decimal("0.03")).quantize(CENT, ROUND_HALF_UP)


@given(st.decimals(min_value=0, max_value=10_000_000, places=2))
def test_the_rebate_is_the_sum_of_its_slices(app: App, amount: Decimal):
    result = app.calculations["dealer_rebate"].evaluate({"amount": amount}, app.context(NOW))
    assert result.value == _by_hand(amount)
    lines = result.lines
    assert lines["slice_1"] + lines["slice_2"] + lines["slice_3"] == lines["rebate"]


@given(st.tuples(*[st.integers(0, 500)] * 3), st.booleans())
def test_maturity_is_its_four_terms(app: App, counts: tuple[int, int, int], is_complete: bool):
    minutes, downloads, appointments = counts
    score = app.scores["maturity"]
    row = {
        "name": "王建国",
        "phone": "+8613800000001",
        "company": "浙建联",
        "source": "fair" if is_complete else None,
        "region": "east",
        "site_minutes": minutes,
        "downloads": downloads,
        "appointments": appointments,
    }
    result = score.evaluate(row, app.context(NOW))
    assert result.value == 3 * minutes + 8 * downloads + 15 * appointments + (5 if is_complete else 0)


@pytest.mark.parametrize("key", ["maturity", "health", "grading", "lqi"])
def test_every_score_has_a_band(app: App, key: str):
    score = app.scores[key]
    reached = [
        [band.key for band in score.bands if band.is_reached(Decimal(step) / 10)] for step in range(1001)
    ]
    assert all(reached)
    assert {keys[-1] for keys in reached} == {band.key for band in score.bands}
