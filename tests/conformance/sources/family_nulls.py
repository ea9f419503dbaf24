"""Null and three-valued logic."""

from itertools import product

from kit import Family

family = Family("nulls", "PostgreSQL's own three-valued logic; hand", "number")
F = family
# On the row "plain" t is true, u is false, v is null.
for left, right in product("tuv", repeat=2):
    F(f"{left} and {right}", "boolean", on="plain", sql=f"r.{left} and r.{right}")
for left, right in product("tuv", repeat=2):
    F(f"{left} or {right}", "boolean", on="plain", sql=f"r.{left} or r.{right}")
for left, right in product("tuv", repeat=2):
    F(f"{left} == {right}", "boolean", on="plain", sql=f"r.{left} = r.{right}")
for name in "tuv":
    F(f"not {name}", "boolean", on="plain", sql=f"not r.{name}")
for sign in ("==", "!=", "<", "<=", ">", ">="):
    F(f"a {sign} b", "boolean", None, "nulls", sql=f"r.a {sign.replace('==', '=').replace('!=', '<>')} r.b")
    F(f"i {sign} j", "boolean", None, "mixed", sql=f"r.i {sign.replace('==', '=').replace('!=', '<>')} r.j")
F("not (a == b)", "boolean", None, "nulls", sql="not r.a = r.b")
F("a == a", "boolean", None, "nulls", sql="r.a = r.a")
F("t and v and u", "boolean", False, "plain", sql="r.t and r.v and r.u")
F("t and v and t", "boolean", None, "plain", sql="r.t and r.v and r.t")
F("u or v or t", "boolean", True, "plain", sql="r.u or r.v or r.t")
F("u or v or u", "boolean", None, "plain", sql="r.u or r.v or r.u")
F("not (v and t)", "boolean", None, "plain", sql="not (r.v and r.t)")
F("not (v and u)", "boolean", True, "plain", sql="not (r.v and r.u)")
F("not (v or t)", "boolean", False, "plain", sql="not (r.v or r.t)")
F("(a > 1) or (j > 1)", "boolean", True, "mixed", sql="r.a > 1 or r.j > 1")
F("(a > 1) and (j < 1)", "boolean", False, "mixed", sql="r.a > 1 and r.j < 1")
F("a + j", "decimal(2)", None, "mixed", sql="r.a + r.j")
F("j - a", "decimal(2)", None, "mixed", sql="r.j - r.a")
F("a * 0", "decimal(2)", None, "nulls", sql="r.a * 0")
F("-a", "decimal(2)", None, "nulls", sql="-r.a")
F("a / b", "decimal(10)", None, "mixed", why="null in, null out")
F("b / a", "decimal(10)", None, "mixed", why="null in, null out")
F("IF(v, 1, 2)", "integer", 2, "plain", sql="case when r.v then 1 else 2 end")
F("IF(not v, 1, 2)", "integer", 2, "plain", sql="case when not r.v then 1 else 2 end")
F("IF(v, 1)", "integer", None, "plain", sql="case when r.v then 1 end")
F('IF(a > 1, "high", "low")', "text", "low", "nulls", sql="case when r.a > 1 then 'high' else 'low' end")
F("ABS(a)", "decimal(2)", None, "nulls", sql="abs(r.a)")
F("ROUND(a, 1)", "decimal(1)", None, "nulls", sql="round(r.a, 1)")
F("FLOOR(a)", "integer", None, "nulls", sql="floor(r.a)")
F("MOD(i, j)", "integer", None, "mixed", sql="mod(r.i, r.j)")
F("MOD(j, i)", "integer", None, "mixed", sql="mod(r.j, r.i)")
F("MIN(i, j)", "integer", None, "mixed", why="any null gives null (LEAST of PostgreSQL says otherwise)")
F("MAX(j, i)", "integer", None, "mixed", why="any null gives null")
F("MIN(1, 2, i)", "integer", None, "mixed", why="any null gives null")
F("BETWEEN(i, 0, 10)", "boolean", None, "mixed", sql="r.i between 0 and 10")
F("BETWEEN(j, i, 4)", "boolean", False, "mixed", sql="r.j between r.i and 4", why="null and false is false")
F("BETWEEN(j, i, 6)", "boolean", None, "mixed", sql="r.j between r.i and 6")
F("BETWEEN(j, 6, i)", "boolean", False, "mixed", sql="r.j between 6 and r.i")
F("LEN(t)", "integer", None, "phrase.nulls", sql="length(r.t)")
F('t == ""', "boolean", None, "phrase.nulls", sql="r.t = ''")
F('t == ""', "boolean", True, "phrase.blank", sql="r.t = ''")
F("LEN(t)", "integer", 0, "phrase.blank", sql="length(r.t)")
F("LEFT(t, n)", "text", None, "phrase.nulls", sql="left(r.t, r.n::int)")
F('LEFT("abc", n)', "text", None, "phrase.nulls", sql="left('abc', r.n::int)")
F("CONTAINS(t, u)", "boolean", None, "phrase.part", why="null part")
F("CONTAINS(u, t)", "boolean", None, "phrase.part", why="null text")
F('REPLACE(t, u, "a")', "text", None, "phrase.part", why="null in, null out")
F(
    'REPLACE(t, "q", u)',
    "text",
    None,
    "phrase.part",
    why="null in, null out, even when nothing is replaced",
    sql="replace(r.t, 'q', r.u)",
)
F("UPPER(u)", "text", None, "phrase.part", sql="upper(r.u)")
F("d < e", "boolean", None, "slot.nulls", sql="r.d < r.e")
F("d - e", "integer", None, "slot.nulls", sql="r.d - r.e")
F("YEAR(d)", "integer", None, "slot.nulls", sql="extract(year from r.d)")
F('DATEADD(d, 1, "day")', "date", None, "slot.nulls", sql="r.d + 1")
F('DATEADD(TODAY(), n, "day")', "date", None, "slot.nulls", why="null in, null out")
F("at - till", "duration", None, "slot.half", sql="r.at - r.till")
F("till + span", "instant", None, "slot.half", sql="r.till + r.span")
F("took > span", "boolean", None, "slot.half", sql="r.took > r.span")
F('kind == "direct"', "boolean", None, "account.empty", sql="r.kind = 'direct'")
F('kind != "direct"', "boolean", None, "account.empty", sql="r.kind <> 'direct'")
F("region == owner.team.region", "boolean", None, "account.empty", why="null reference")
F("not active", "boolean", None, "account.empty", sql="not r.active")
F("null and false", "boolean", False, sql="null and false")
F("null or true", "boolean", True, sql="null or true")
F("null and true", "boolean", None, sql="null and true")
F("not null", "boolean", None, sql="not null")
F("COALESCE(null, 5)", "integer", 5, sql="coalesce(null, 5)")
F("IF(true, null, 5)", "integer", None, why="null takes the type of the other side")
F("1 + null", "integer", None, why="null takes the type of the other side")
