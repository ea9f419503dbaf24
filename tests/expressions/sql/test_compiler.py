"""What the compiler sees to beyond single functions: places, filters, the cache, depth, boundaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from expressions.checker import compile_expression
from expressions.context import ActorValues
from expressions.env import Env
from expressions.problems import Span
from expressions.program import compile_program
from expressions.registry import REGISTRY
from expressions.sql import compile_sql, context_parameters, is_true, not_translatable
from expressions.typed import Apply, Checked, Const, Listing
from expressions.types import BOOLEAN, Kind, Type, integer, list_of, text
from expressions.types import option as option_type
from tests.conformance.engines import dialect_of, same
from tests.conformance.world import World, WorldScope

CASE = {"entity": "account", "actor": True}
NAMES = pytest.mark.parametrize("name", ["sqlite", "postgresql"])
Filled = Mapping[str, sa.Connection]


def connection_of(filled: Filled, name: str) -> sa.Connection:
    if name not in filled:
        pytest.skip("PostgreSQL does not answer")
    return filled[name]


class Filtered(WorldScope):
    """Sees only some rows of some entities."""

    def __init__(self, world: World, entity: str, visible: Mapping[str, str]) -> None:
        super().__init__(world, entity)
        self.visible = visible

    def row_filter(self, entity: str, alias: sa.FromClause) -> sa.ColumnElement[Any] | None:
        name = self.visible.get(entity)
        return None if name is None else alias.c[name] == sa.bindparam("visible_to")


def selected(checked: Checked, scope: WorldScope, connection: sa.Connection, **more: Any) -> dict[str, Any]:
    """The value of each record, by handle."""
    world, root = scope.world, scope.root
    assert root is not None
    dialect = dialect_of(connection.engine)
    statement = sa.select(root.c.id, compile_sql(checked, scope, dialect).label("value")).select_from(root)
    found = {
        row.id: row[1]
        for row in connection.execute(statement, context_parameters(world.context(CASE), dialect) | more)
    }
    return {handle: found[record["id"]] for handle, record in world.records["account"].items()}


@NAMES
def test_a_row_filter_stands_at_every_hop(filled: Filled, world: World, name: str) -> None:
    connection = connection_of(filled, name)
    wang, li = (world.records["user"][handle]["id"] for handle in ("wang", "li"))
    scope = Filtered(world, "account", {"contract": "f_owner", "account": "f_owner"})
    counted = compile_expression("COUNT(contracts)", world.env(CASE))
    everyone = selected(counted, WorldScope(world, "account"), connection)["huaxin"]
    mine, other = (selected(counted, scope, connection, visible_to=user)["huaxin"] for user in (wang, li))
    assert (everyone, mine, other) == (6, 3, 2)
    parent = compile_expression("parent.name", world.env(CASE))
    assert selected(parent, scope, connection, visible_to=wang)["bluesea"] == "华信科技"
    assert selected(parent, scope, connection, visible_to=li)["bluesea"] is None
    children = compile_expression("COUNT(parent.contracts)", world.env(CASE))
    assert selected(children, scope, connection, visible_to=wang)["bluesea"] == 3
    assert selected(children, scope, connection, visible_to=li)["bluesea"] == 0


@NAMES
def test_one_statement_serves_every_moment_and_actor(filled: Filled, world: World, name: str) -> None:
    connection = connection_of(filled, name)
    dialect = dialect_of(connection.engine)
    checked = compile_expression(
        'owner == me and created_at <= NOW() or TODAY() == "2030-01-01"', world.env(CASE)
    )
    scope = WorldScope(world, "account")
    assert scope.root is not None
    statement = (
        sa.select(scope.root.c.f_code).select_from(scope.root).where(compile_sql(checked, scope, dialect))
    )
    assert statement._generate_cache_key() is not None
    context = world.context(CASE)
    hits: list[str] = []

    def count(_conn: Any, _cursor: Any, _sql: str, _values: Any, execution: Any, _many: bool) -> None:
        if execution.compiled is not None:  # the first of a transaction may be a bare BEGIN
            hits.append(execution.cache_hit.name)

    event.listen(connection, "before_cursor_execute", count)
    for handle in ("wang", "li", "zhao"):
        actor = ActorValues(me=world.records["user"][handle]["id"])
        values = context_parameters(replace(context, actor=actor), dialect)
        codes = set(connection.execute(statement, values).scalars())
        assert codes == {"wang": {"HX-001"}, "li": {""}, "zhao": {None}}[handle]
    late = replace(context, now=context.now.replace(year=2029, month=12, day=31, hour=20))
    everything = connection.execute(statement, context_parameters(late, dialect)).all()
    event.remove(connection, "before_cursor_execute", count)
    assert len(everything) == len(world.records["account"])
    assert hits[1:] == ["CACHE_HIT"] * 3


@NAMES
def test_no_teams_is_not_in_not_null(filled: Filled, world: World, name: str) -> None:
    connection = connection_of(filled, name)
    checked = compile_expression("owner.team in my_teams", world.env(CASE))
    dialect = dialect_of(connection.engine)
    context = replace(world.context(CASE), actor=ActorValues(me=UUID(int=1)))
    scope = WorldScope(world, "account")
    assert scope.root is not None
    statement = sa.select(scope.root.c.id, compile_sql(checked, scope, dialect).label("v")).select_from(
        scope.root
    )
    found = {row.id: row[1] for row in connection.execute(statement, context_parameters(context, dialect))}
    assert found[world.records["account"]["huaxin"]["id"]] is False
    assert found[world.records["account"]["empty"]["id"]] is None


@NAMES
def test_boundary(filled: Filled, world: World, name: str) -> None:
    connection = connection_of(filled, name)
    dialect = dialect_of(connection.engine)
    checked = compile_expression("employees > 10", world.env(CASE))
    scope = WorldScope(world, "account")
    assert scope.root is not None
    condition = compile_sql(checked, scope, dialect)
    statement = sa.select(sa.func.count()).select_from(scope.root)
    met, unmet = (
        connection.execute(statement.where(each)).scalar_one()
        for each in (condition, sa.not_(is_true(condition)))
    )
    assert met + unmet == len(world.records["account"])


NEGATED = {
    "ISBLANK(not active)": {"huaxin": False, "bluesea": False, "empty": True},
    "ISBLANK(ALL(contracts, amount > 0))": {"huaxin": False, "empty": False},
    "ISBLANK(not (active and employees > 5))": {"huaxin": False, "bluesea": False, "empty": True},
    "ISBLANK(not (active or employees > 5))": {"huaxin": False, "empty": True},
    "(not active) == active": {"huaxin": False, "bluesea": False, "empty": None},
    'ISBLANK(kind not in ["direct"])': {"huaxin": False, "empty": True},
    "ISBLANK(not BETWEEN(employees, 1, 5))": {"huaxin": False, "empty": True},
    "(not (employees > 5)) in [active]": {"huaxin": False, "empty": None},
}


@NAMES
@pytest.mark.parametrize("text_", NEGATED)
def test_not_binds_before_what_stands_around_it(filled: Filled, world: World, name: str, text_: str) -> None:
    checked = compile_expression(text_, world.env(CASE))
    found = selected(checked, WorldScope(world, "account"), connection_of(filled, name))
    assert {handle: found[handle] for handle in NEGATED[text_]} == NEGATED[text_]


DEEP = {
    "rounded": ("employees", "ROUND({} + 1, -1)", 18),
    "quotients": ("revenue", "({} / 3)", 3),
    "least": ("employees", "MIN({}, 7)", 30),
    "texts": ("name", "RIGHT(LEFT({}, 9), 5)", 15),
    "dates": ("founded", 'DATEADD({}, 1, "month")', 30),
    "months": ("employees", 'DATEDIFF(DATEADD("2020-01-31", {}, "day"), TODAY(), "month")', 12),
    "nots": ("active", "(not {})", 35),
    "branches": ("employees", "IF({} > 3, 5, 1)", 18),
    "ends": ("name", 'CONCAT(IF(ENDSWITH({}, "a"), "b", "a"), "")', 10),
}


@NAMES
@pytest.mark.parametrize("kind", DEEP)
def test_depth_does_not_multiply(filled: Filled, world: World, name: str, kind: str) -> None:
    """An argument that SQL names twice stands in it once, so nesting makes the SQL longer, not exponentially."""
    connection = connection_of(filled, name)
    text_, shape, depth = DEEP[kind]
    for _ in range(depth):
        text_ = shape.replace("{}", text_)
    checked = compile_expression(text_, world.env(CASE))
    scope = WorldScope(world, "account")
    sql = str(compile_sql(checked, scope, dialect_of(connection.engine)).compile(connection.engine))
    assert len(sql) < 1_500 * depth
    found = selected(checked, scope, connection)["huaxin"]
    assert same(found, compile_program(checked).eval(world.row("account", "huaxin"), world.context(CASE)))


@NAMES
def test_a_long_list_and_a_wide_condition(filled: Filled, world: World, name: str) -> None:
    connection = connection_of(filled, name)
    many = ", ".join(str(number) for number in range(400, 800))
    conditions = " or ".join(f"employees == {number}" for number in range(60))
    for text_, expected in (
        (f"employees in [{many}]", False),
        (f"({conditions}) or employees in [1200]", True),
    ):
        checked = compile_expression(text_, world.env(CASE))
        assert selected(checked, WorldScope(world, "account"), connection)["huaxin"] is expected


VARIABLES: dict[str, tuple[Type, Any]] = {
    "率": (Type(Kind.PERCENT, scale=4, digits=5), Decimal("0.1500")),
    "limit": (integer(15), 7),
    "on": (BOOLEAN, True),
    "kinds": (list_of(option_type("a", "b")), ("a",)),
    "who": (Type(Kind.REFERENCE, entity="user"), UUID(int=5)),
    "t": (text(9), "x"),
}
USES = (
    "率",
    "率 * limit",
    "IF(on, limit, 0)",
    "not on",
    '"a" in kinds',
    "who",
    'CONCAT(t, "y")',
    "kinds",
    "limit / 3 > 2",
)


@NAMES
@pytest.mark.parametrize("is_null", [False, True])
@pytest.mark.parametrize("text_", USES)
def test_variables(filled: Filled, world: World, name: str, text_: str, is_null: bool) -> None:
    connection = connection_of(filled, name)
    dialect = dialect_of(connection.engine)
    values = {key: None if is_null else value for key, (_, value) in VARIABLES.items()}
    context = replace(world.context({}), variables=values)
    checked = compile_expression(text_, Env(variables={key: type_ for key, (type_, _) in VARIABLES.items()}))
    statement = sa.select(compile_sql(checked, WorldScope(world, None), dialect).label("v"))
    found = connection.execute(statement, context_parameters(context, dialect)).scalar_one()
    assert same(found, compile_program(checked).eval({}, context))


@pytest.mark.parametrize(("value", "named"), [("a\0b", r"'a\x00b'"), ("\ud800", r"'\ud800'")])
def test_a_text_that_no_database_holds_is_named(value: str, named: str) -> None:
    """The parser refuses such a text; a tree made in another way could hold it."""
    const = Const(value, text(9), Span(0, 3))
    (problem,) = not_translatable(Checked(const, const.type, frozenset(), False, 0))
    assert (problem.code, problem.params["name"], problem.span) == (
        "expr.not_translatable",
        named,
        Span(0, 3),
    )


def test_an_entry_without_sql_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = REGISTRY["LEN"]
    bare = replace(entry, overloads=tuple(replace(each, sql=None) for each in entry.overloads))
    monkeypatch.setitem(REGISTRY._entries, "LEN", bare)
    checked = compile_expression('LEN("a") + LEN("b")', Env())
    problems = not_translatable(checked)
    assert [(each.params["name"], each.span.start) for each in problems] == [("LEN", 0), ("LEN", 11)]
    with pytest.raises(ValueError, match="LEN has no SQL"):
        compile_sql(checked, WorldScope(World.load(), None), "sqlite")


def test_lists_that_are_values() -> None:
    span = Span(0, 1)
    numbers = Listing((Const(1, integer(1), span),), list_of(integer(1)), span)
    texts = Listing((Const("a", text(1), span),), list_of(text(1)), span)
    for node, count in ((numbers, 1), (texts, 0)):
        checked = Checked(node, node.type, frozenset(), False, 0)
        assert len(not_translatable(checked)) == count
    inside = Apply("in", 0, (Const(1, integer(1), span), numbers), (), BOOLEAN, span)
    assert not_translatable(Checked(inside, BOOLEAN, frozenset(), False, 0)) == []


def test_a_field_needs_a_record(world: World) -> None:
    checked = compile_expression("employees + COUNT(contracts)", world.env(CASE))
    with pytest.raises(ValueError, match="record"):
        compile_sql(checked, WorldScope(world, None), "sqlite")
