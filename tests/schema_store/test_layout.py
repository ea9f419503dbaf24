"""Names that are made once, and a layout that survives the trip through JSON."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressions import types
from schema_store.layout import (
    NAME_LIMIT,
    ColumnLayout,
    IndexLayout,
    Layout,
    LinkLayout,
    TableLayout,
    fresh_name,
    index_name,
    schema_name,
    storage_type,
)

KEYS = st.text(min_size=1, max_size=40)


@given(KEYS, st.from_regex(r"[a-z0-9]{6,26}", fullmatch=True), st.sampled_from(["", "norm", "sort", "raw"]))
def test_names_are_short_ascii_and_fresh(key: str, ident: str, part: str) -> None:
    taken: set[str] = set()
    for _ in range(4):
        name = fresh_name(key, ident, part, taken)
        assert name.isascii()
        assert name.replace("_", "").isalnum()
        assert len(name) <= NAME_LIMIT
        assert name not in taken
        taken.add(name)


@pytest.mark.parametrize(
    ("app", "schema"), [("crm", "crm"), ("crm~sandbox", "crm__sandbox"), ("my_app2", "my_app2")]
)
def test_schemas(app: str, schema: str) -> None:
    assert schema_name(app) == schema


@pytest.mark.parametrize(
    "app",
    ["客户", "CRM", "crm__sandbox", "public", "pg_catalog", "sqlite", "main", "a" * 60, "information_schema"],
)
def test_a_key_that_is_no_schema_gets_a_digest(app: str) -> None:
    name = schema_name(app)
    assert name.startswith("app_")
    assert name.isascii()
    assert len(name) <= NAME_LIMIT
    assert name != schema_name("crm~sandbox")


@given(
    st.lists(
        st.sampled_from(["crm", "Crm", "crm~a", "crm__a", "客户", "客户~a", "合同", "a_b", "a__b", "a~b"])
    )
)
def test_two_apps_never_share_a_schema(apps: list[str]) -> None:
    assert len({schema_name(app) for app in apps}) == len(set(apps))


def test_a_layout_survives_json() -> None:
    columns = (
        ColumnLayout("f1", "", "name_1", storage_type(types.text(20)), nullable=False),
        ColumnLayout("f1", "norm", "name_1_norm", storage_type(types.text(20)), retired=3),
        ColumnLayout("f2", "", "tags_1", storage_type(types.list_of(types.option("a", "b")))),
        ColumnLayout("f3", "", "amount_1", storage_type(types.money("CNY"))),
        ColumnLayout(
            "f4", "", "up_1", storage_type(types.reference("x")), references="e1", on_delete="clear"
        ),
    )
    indexes = (IndexLayout("ix", ("name_1", "id")), IndexLayout("ux", ("name_1",), unique=True))
    layout = Layout(
        "crm",
        (TableLayout("e1", "lead_1", columns, indexes), TableLayout("e2", "old_1", retired=7)),
        (LinkLayout("f5", "links_1", "e1", "e2", retired=7),),
    )
    assert Layout.from_json(layout.to_json()) == layout
    assert layout.table("e1").column("f1", "norm") is None
    assert [column.name for column in layout.table("e1").active] == ["name_1", "tags_1", "amount_1", "up_1"]
    assert layout.physical("lead_1", "sqlite") == "crm__lead_1"
    assert layout.physical("lead_1", "postgresql") == "lead_1"


def test_storage_forgets_what_it_does_not_depend_on() -> None:
    assert storage_type(types.text(5)) == storage_type(types.option("a"))
    assert storage_type(types.option("a")) == storage_type(types.option("a", "b"))
    assert storage_type(types.money("CNY")) == storage_type(types.money("EUR"))
    assert storage_type(types.decimal(2, 5)) != storage_type(types.decimal(3, 5))
    assert storage_type(types.list_of(types.reference("x"))) != storage_type(types.list_of(types.text()))


def test_index_names_depend_on_all_that_they_stand_for() -> None:
    names = {
        index_name(schema, table, columns, unique)
        for schema in ("a", "b")
        for table in ("t", "u")
        for columns in (("x",), ("x", "id"), ("y",))
        for unique in (True, False)
    }
    assert len(names) == 24
    assert all(len(name) <= 63 for name in names)
