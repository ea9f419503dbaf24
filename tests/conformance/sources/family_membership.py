"""``in``, ``not in``, BETWEEN: null members, lists of fields, equal numbers of other scales."""

from kit import Family

family = Family("membership", "PostgreSQL IN and BETWEEN; hand", "number")
F = family
F("i in [1, 7, 9]", "boolean", True, "plain", sql="r.i in (1, 7, 9)")
F("i in [1, 9]", "boolean", False, "plain", sql="r.i in (1, 9)")
F("i not in [1, 9]", "boolean", True, "plain", sql="r.i not in (1, 9)")
F("i not in [1, 7]", "boolean", False, "plain", sql="r.i not in (1, 7)")
F("i in [7, null]", "boolean", True, "plain", sql="r.i in (7, null)")
F("i in [8, null]", "boolean", None, "plain", sql="r.i in (8, null)")
F("i not in [7, null]", "boolean", False, "plain", sql="r.i not in (7, null)")
F("i not in [8, null]", "boolean", None, "plain", sql="r.i not in (8, null)")
F("i in [7, 8]", "boolean", None, "nulls", sql="r.i in (7, 8)")
F("i not in [7, 8]", "boolean", None, "nulls", sql="r.i not in (7, 8)")
F("i in [i]", "boolean", None, "nulls", sql="r.i in (r.i)")
F("j in [i, 5]", "boolean", True, "mixed", sql="r.j in (r.i, 5)")
F("j in [i, 6]", "boolean", None, "mixed", sql="r.j in (r.i, 6)")
F("i in [7.00, 8.5]", "boolean", True, "plain", sql="r.i in (7.00, 8.5)")
F("a in [12.340, 1]", "boolean", True, "plain", sql="r.a in (12.340, 1)")
F("a in [b, c, 12.34]", "boolean", True, "plain", sql="r.a in (r.b, r.c, 12.34)")
F("m in [1999.99, 5]", "boolean", True, "plain", sql="r.m in (1999.99, 5)")
F("p in [0.15]", "boolean", True, "plain", sql="r.p in (0.15)")
F("3 in [1, 2, 3]", "boolean", True, sql="3 in (1, 2, 3)")
F("4 in [1, 2, 3]", "boolean", False, sql="4 in (1, 2, 3)")
F("not i in [7]", "boolean", False, "plain", sql="not r.i in (7)")
F("i in [7] and j in [3]", "boolean", False, "plain", sql="r.i in (7) and r.j in (3)")
F(
    't in ["华东大区客户，续约中", "x"]',
    "boolean",
    True,
    "phrase.chinese",
    sql="r.t in ('华东大区客户，续约中', 'x')",
)
F('t in ["ABCabc", "abcabc"]', "boolean", False, "phrase.abc", sql="r.t in ('ABCabc', 'abcabc')")
F("t in [u, v]", "boolean", False, "phrase.abc", sql="r.t in (r.u, r.v)")
F('t in [""]', "boolean", True, "phrase.blank", sql="r.t in ('')")
F('t in [u, "xyz"]', "boolean", True, "phrase.part", sql="r.t in (r.u, 'xyz')")
F('t in [u, "zyx"]', "boolean", None, "phrase.part", sql="r.t in (r.u, 'zyx')")
F('o in ["red", "green"]', "boolean", True, "phrase.emoji", sql="r.o in ('red', 'green')")
F('o not in ["red", "green"]', "boolean", True, "phrase.wide", sql="r.o not in ('red', 'green')")
F('o in ["red"]', "boolean", None, "phrase.nulls", sql="r.o in ('red')")
F(
    'd in ["2024-02-29", "2025-02-28"]',
    "boolean",
    True,
    "slot.leap",
    sql="r.d in (date '2024-02-29', date '2025-02-28')",
)
F('e in [d, "2025-02-28"]', "boolean", True, "slot.month_end", sql="r.e in (r.d, date '2025-02-28')")
F(
    'at in ["2024-02-29T23:59:59.999999+08:00"]',
    "boolean",
    True,
    "slot.leap",
    sql="r.at in (timestamptz '2024-02-29T23:59:59.999999+08:00')",
)
F(
    'took in ["48h", "1d"]',
    "boolean",
    True,
    "slot.leap",
    sql="r.took in (interval '48 hours', interval '1 day')",
)
F("owner in [parent.owner]", "boolean", False, "account.big", why="wang, and li owns the parent")
F(
    "owner in [parent.owner, parent.parent.owner]",
    "boolean",
    True,
    "account.big",
    why="wang owns the grandparent",
)
F("owner in [parent.owner]", "boolean", None, "account.huaxin", why="no parent: a null member")
F('"vip" in tags', "boolean", True, "account.huaxin", sql="'vip' = any(r.tags)")
F('"cold" in tags', "boolean", False, "account.huaxin", sql="'cold' = any(r.tags)")
F('"cold" not in tags', "boolean", True, "account.huaxin", sql="not 'cold' = any(r.tags)")
F(
    '"vip" in tags',
    "boolean",
    False,
    "account.bluesea",
    sql="'vip' = any(r.tags)",
    why="an empty list has no member",
)
F('"vip" in tags', "boolean", None, "account.empty", sql="'vip' = any(r.tags)", why="null list")
F('"vip" not in tags', "boolean", None, "account.empty", sql="not 'vip' = any(r.tags)")
F('"A_b%c" in labels', "boolean", True, "account.huaxin", sql="'A_b%c' = any(r.labels)")
F('"a_b%c" in labels', "boolean", False, "account.huaxin", sql="'a_b%c' = any(r.labels)")
F('"重点" in labels', "boolean", True, "account.huaxin", sql="'重点' = any(r.labels)")
F(
    '"A" in labels',
    "boolean",
    False,
    "account.huaxin",
    sql="'A' = any(r.labels)",
    why="a member, not a part of one",
)
F("code in labels", "boolean", False, "account.huaxin", sql="r.code = any(r.labels)")
F("name in labels", "boolean", None, "account.empty", why="null in, null out")
F("owner == me", "boolean", True, "account.huaxin", actor=True, why="wang is me")
F("owner == me", "boolean", False, "account.bluesea", actor=True)
F("owner == me", "boolean", None, "account.empty", actor=True)
F(
    "owner.team in my_teams",
    "boolean",
    True,
    "account.bluesea",
    actor=True,
    why="li's team lies below my team",
)
F("owner.team == my_team", "boolean", False, "account.bluesea", actor=True)
F("owner.team in my_teams", "boolean", None, "account.orphan", actor=True, why="zhao has no team")
F("owner.team in my_teams", "boolean", False, "account.selfie", actor=True)
F("region in my_regions", "boolean", True, "account.huaxin", actor=True)
F("region == my_region", "boolean", False, "account.huaxin", actor=True)
F("region in my_regions", "boolean", False, "account.bluesea", actor=True)
F("region not in my_regions", "boolean", None, "account.empty", actor=True)
F('"sales" in my_roles', "boolean", True, "account.empty", actor=True)
F('"经理" in my_roles and not "admin" in my_roles', "boolean", True, "account.empty", actor=True)
F("owner == me or region in my_regions", "boolean", None, "account.empty", actor=True)
F("BETWEEN(i, 1, 7)", "boolean", True, "plain", sql="r.i between 1 and 7")
F("BETWEEN(i, 7, 9)", "boolean", True, "plain", sql="r.i between 7 and 9")
F("BETWEEN(i, 8, 9)", "boolean", False, "plain", sql="r.i between 8 and 9")
F("BETWEEN(i, 9, 1)", "boolean", False, "plain", sql="r.i between 9 and 1", why="low above high: nothing")
F("BETWEEN(i, 6.99, 7.01)", "boolean", True, "plain", sql="r.i between 6.99 and 7.01")
F("BETWEEN(a, b, i)", "boolean", False, "plain", sql="r.a between r.b and r.i")
F("BETWEEN(m, 1999.99, 2000)", "boolean", True, "plain", sql="r.m between 1999.99 and 2000")
F("BETWEEN(m, f, y)", "boolean", False, "plain", sql="r.m between r.f and r.y")
F("BETWEEN(j, 1, i)", "boolean", None, "mixed", sql="r.j between 1 and r.i")
F("BETWEEN(j, 9, i)", "boolean", False, "mixed", sql="r.j between 9 and r.i")
F('BETWEEN(t, "a", "b")', "boolean", True, "phrase.abc", sql="r.t between 'a' and 'b'")
F(
    'BETWEEN(d, "2024-02-29", "2024-02-29")',
    "boolean",
    True,
    "slot.leap",
    sql="r.d between '2024-02-29' and '2024-02-29'",
)
F('BETWEEN(d, "2024-03-01", e)', "boolean", False, "slot.leap", sql="r.d between '2024-03-01' and r.e")
F("BETWEEN(NOW(), at, till)", "boolean", False, "slot.leap", sql="now_() between r.at and r.till")
F(
    'BETWEEN(took, "1d", "3d")',
    "boolean",
    True,
    "slot.leap",
    sql="r.took between interval '1 day' and interval '3 days'",
)
F("not BETWEEN(i, 1, 7)", "boolean", None, "nulls", sql="not r.i between 1 and 7")
