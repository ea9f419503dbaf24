"""COMPLETENESS: the share of arguments that are not blank."""

from kit import Family
from reference import share

family = Family(
    "completeness",
    "Python fractions over hand-counted blanks; PostgreSQL num_nonnulls / num_nulls where null is the only blank",
    "account",
)
F = family
HUAXIN = (
    "name",
    "code",
    "kind",
    "region",
    "owner",
    "parent",
    "active",
    "founded",
    "tags",
    "notes",
    "website",
    "labels",
)
F("COMPLETENESS(name)", "percent(10)", "1.0000000000", "huaxin")
F("COMPLETENESS(name)", "percent(10)", "0.0000000000", "empty")
F("COMPLETENESS(parent)", "percent(10)", "0.0000000000", "huaxin")
F(
    "COMPLETENESS(name, parent)",
    "percent(10)",
    "0.5000000000",
    "huaxin",
    sql="num_nonnulls(r.name, r.parent) / 2.0",
)
F("COMPLETENESS(name, code, parent)", "percent(10)", "0.6666666667", "huaxin", sql="round(2 / 3.0, 10)")
F("COMPLETENESS(name, code, notes)", "percent(10)", "0.3333333333", "bluesea", why="empty texts are blank")
F("COMPLETENESS(name, website)", "percent(10)", "0.5000000000", "bluesea", why="white space only is blank")
F(
    "COMPLETENESS(tags, labels, name, kind)",
    "percent(10)",
    "0.5000000000",
    "bluesea",
    why="empty lists are blank",
)
F(
    "COMPLETENESS(employees, revenue, active, rating)",
    "percent(10)",
    "1.0000000000",
    "bluesea",
    why="zero and false are not blank",
    sql="num_nonnulls(r.employees, r.revenue, r.active, r.rating) / 4.0",
)
F(
    "COMPLETENESS(sla, discount)",
    "percent(10)",
    "1.0000000000",
    "bluesea",
    why="a duration of nothing is not blank",
)
F(
    "COMPLETENESS(name, code, kind, region, owner, active, founded)",
    "percent(10)",
    "0.0000000000",
    "empty",
    sql="num_nonnulls(r.name, r.code, r.kind, r.region, r.owner, r.active, r.founded) / 7.0",
)
F(
    "COMPLETENESS(name, code, kind, region, owner, active, founded)",
    "percent(10)",
    on="orphan",
    py=share([False, True, False, False, False, False, False]),
    sql="round(num_nonnulls(r.name, r.code, r.kind, r.region, r.owner, r.active, r.founded) / 7.0, 10)",
)
F(
    f"COMPLETENESS({', '.join(HUAXIN)})",
    "percent(10)",
    on="huaxin",
    py=share(name == "parent" for name in HUAXIN),
)
F(
    "COMPLETENESS(owner.name, owner.team, owner.team.region, parent.name)",
    "percent(10)",
    "0.7500000000",
    "huaxin",
    why="parent is null on the way",
)
F('COMPLETENESS(1, "", null)', "percent(10)", "0.3333333333", why="of 1, empty, null")
F('COMPLETENESS(" ", "x")', "percent(10)", "0.5000000000")
F("COMPLETENESS(1 / 0, 1)", "percent(10)", "0.5000000000", why="by zero is null")
F("COMPLETENESS(IF(active, name, null), name)", "percent(10)", "0.5000000000", "bluesea")
F(
    "ROUND(COMPLETENESS(name, code, parent) * 100)",
    "decimal(0)",
    "67",
    "huaxin",
    why="percent × integer is decimal",
)
F("COMPLETENESS(name, code, parent) >= 0.6", "boolean", True, "huaxin")
