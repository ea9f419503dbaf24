"""SQLite's registered functions against plain Python arithmetic, through a real connection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expressions import arithmetic
from expressions.sqlite_functions import register
from expressions.storage import scaled, unscaled
from expressions.wide import decode_wide, encode_wide
from schema_store.database import connect

SMALL = st.integers(-(10**18) + 1, 10**18 - 1)
WIDE = st.integers(-(10**28), 10**28)
STEPS = st.one_of(SMALL, WIDE.map(encode_wide))
SCALE = st.integers(0, 8)
ONCE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def sqlite() -> Iterator[sa.Connection]:
    engine = connect("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def ask(connection: sa.Connection, name: str, *args: Any) -> Any:
    """The function's value; wide texts as numbers."""
    marks = ", ".join("?" * len(args))
    found = connection.exec_driver_sql(f"SELECT {name}({marks})", args).scalar_one()
    return decode_wide(found) if isinstance(found, str) and len(found) == 65 else found


def number(steps: int | str) -> int:
    return steps if isinstance(steps, int) else decode_wide(steps)


@ONCE
@given(a=STEPS, b=STEPS, i=SCALE, j=SCALE)
def test_sums_and_products(sqlite: sa.Connection, a: int | str, b: int | str, i: int, j: int) -> None:
    left, right = number(a) * 10**i, number(b) * 10**j
    assert ask(sqlite, "dg_add", a, i, b, j) == left + right
    assert ask(sqlite, "dg_sub", a, i, b, j) == left - right
    assert ask(sqlite, "dg_cmp", a, i, b, j) == (left > right) - (left < right)
    assert ask(sqlite, "dg_mul", a, b) == number(a) * number(b)
    assert ask(sqlite, "dg_neg", a) == -number(a)
    assert ask(sqlite, "dg_abs", a) == abs(number(a))
    assert ask(sqlite, "dg_mod", a, i, b, j) == (left % right if right else None)


@ONCE
@given(a=STEPS, b=STEPS, i=SCALE, j=SCALE)
def test_quotients_round_half_up(sqlite: sa.Connection, a: int | str, b: int | str, i: int, j: int) -> None:
    expected = arithmetic.divide(unscaled(number(a), i), unscaled(number(b), j))
    found = ask(sqlite, "dg_div", a, b, 10 + j - i)
    assert found == (None if expected is None else scaled(expected, 10))


@ONCE
@given(x=STEPS, scale=SCALE, places=st.integers(-12, 7), mode=st.sampled_from(["half", "up", "down"]))
def test_rounding(sqlite: sa.Connection, x: int | str, scale: int, places: int, mode: str) -> None:
    value = unscaled(number(x), scale)
    if places >= scale:
        return
    found = ask(sqlite, "dg_round", x, scale - places, max(-places, 0), mode)
    assert unscaled(found, max(places, 0)) == arithmetic.round_to(value, places, mode)


@ONCE
@given(x=STEPS, scale=SCALE)
def test_whole_and_printed(sqlite: sa.Connection, x: int | str, scale: int) -> None:
    value = unscaled(number(x), scale)
    assert ask(sqlite, "dg_floor", x, scale) == number(x) // 10**scale
    assert ask(sqlite, "dg_ceil", x, scale) == -(-number(x) // 10**scale)
    assert ask(sqlite, "dg_text", x, scale) == format(value, "f")
    assert ask(sqlite, "dg_wide", x, scale) == number(x) * 10**scale


@ONCE
@given(values=st.lists(STEPS | st.none(), max_size=8))
def test_sum_never_overflows(sqlite: sa.Connection, values: list[int | str | None]) -> None:
    rows = " UNION ALL ".join(["SELECT ? AS v"] * len(values)) or "SELECT NULL AS v WHERE false"
    found = sqlite.exec_driver_sql(f"SELECT dg_sum(v) FROM ({rows})", tuple(values)).scalar_one()
    known = [number(value) for value in values if value is not None]
    assert (None if found is None else decode_wide(found)) == (sum(known) if known else None)


def test_a_native_sum_overflows_where_ours_does_not(sqlite: sa.Connection) -> None:
    rows = "SELECT 9223372036854775807 AS v UNION ALL SELECT 1"
    with pytest.raises(sa.exc.OperationalError, match="overflow"):
        sqlite.exec_driver_sql(f"SELECT sum(v) FROM ({rows})").scalar_one()
    split = f"SELECT dg_join(sum(v / 1000000000), sum(v % 1000000000)) FROM ({rows})"
    assert decode_wide(sqlite.exec_driver_sql(split).scalar_one()) == 2**63


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("dg_date", (2024, 2, 29), "2024-02-29"),
        ("dg_date", (2023, 2, 29), None),
        ("dg_date", (0, 1, 1), None),
        ("dg_date", (10**17, 1, 1), None),
        ("dg_add_to_date", ("2026-01-31", 1, "month"), "2026-02-28"),
        ("dg_add_to_date", ("9999-12-31", 1, "day"), None),
        ("dg_add_to_date", ("2026-01-01", 10**17, "year"), None),
        ("dg_months_apart", ("2024-02-29", "2025-02-28"), 12),
        ("dg_months_apart", ("2025-02-28", "2024-02-29"), -12),
        ("dg_start_of", ("2026-05-20", "quarter"), "2026-04-01"),
        ("dg_end_of", ("9999-12-31", "week"), None),
        ("dg_end_of", ("9999-12-31", "quarter"), "9999-12-31"),
        ("dg_local_date", (1774974600000000, "Asia/Shanghai"), "2026-04-01"),
        ("dg_local_date", (-62135596800000000, "America/New_York"), None),
        ("dg_local_hour", (1774974600000000, "Asia/Shanghai"), 0),
        ("dg_local_hour", (253402300799999999, "Asia/Shanghai"), None),
        ("dg_add_time", (0, 3, 60_000_000), 180_000_000),
        ("dg_add_time", (0, 10**17, 60_000_000), None),
        ("dg_workdays", ("2026-05-15", "2026-05-18", "[[0,1,2,3,4,5,5,5],[],[]]"), 1),
        ("dg_workdays", ("1899-12-31", "2026-05-18", "[[0,1,2,3,4,5,5,5],[],[]]"), None),
        ("dg_lower", ("ÀＡ",), "àａ"),
        ("dg_upper", ("ßµ",), "ßΜ"),
    ],
)
def test_values(sqlite: sa.Connection, name: str, args: tuple[Any, ...], expected: Any) -> None:
    assert ask(sqlite, name, *args) == expected


class Recorder:
    """Stands in for a connection and keeps what is registered."""

    def __init__(self) -> None:
        self.functions: dict[str, tuple[int, Any, bool]] = {}

    def create_function(self, name: str, narg: int, func: Any, *, deterministic: bool = False) -> None:
        self.functions[name] = (narg, func, deterministic)

    def create_aggregate(self, name: str, n_arg: int, aggregate_class: Any) -> None:
        self.functions[name] = (n_arg, aggregate_class, True)


def test_null_in_null_out_and_deterministic() -> None:
    recorder = Recorder()
    register(recorder)
    scalar = {name: entry for name, entry in recorder.functions.items() if name != "dg_sum"}
    assert len(scalar) > 20
    for name, (count, function, deterministic) in scalar.items():
        assert deterministic, name
        assert function(*[None] * count) is None, name


def test_the_planner_may_call_with_other_kinds() -> None:
    """SQLite estimates ``text_column > dg_f(?, 1)`` by calling with texts, ``integer_column > …`` with numbers."""
    recorder = Recorder()
    register(recorder)
    for name, (count, function, _) in recorder.functions.items():
        if name != "dg_sum":
            assert function(*[1e64] * count) is None, name
            assert function(*[b"x"] * count) is None, name
    functions = {name: function for name, (_, function, _) in recorder.functions.items()}
    assert functions["dg_add"]("5", "0", "-7", "1") == encode_wide(-65)
    assert functions["dg_add_to_date"]("2026-04-01", "-30", "day") == "2026-03-02"
    assert functions["dg_div"]("no number", "1", "0") is None
