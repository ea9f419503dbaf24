# ruff: noqa: E501 -- a case or a record per line reads better than a wrapped one
"""Paths over to-one relations: null on the way, deleted targets, references compared."""

from kit import Family
from world import uid

family = Family(
    "paths",
    "PostgreSQL scalar subqueries; hand. Decided here, since the document says only that deleted children are never seen: a reference to a record"
    " in the bin stays a reference, what lies behind it is null",
    "account",
)
F = family
REGION = "(SELECT x.name FROM region x WHERE x.id = r.region AND NOT x.deleted)"
OWNER = '(SELECT u.{} FROM "user" u WHERE u.id = r.owner AND NOT u.deleted)'
TEAM = '(SELECT t.{} FROM "user" u JOIN team t ON t.id = u.team WHERE u.id = r.owner)'
PARENT = "(SELECT p.{} FROM account p WHERE p.id = r.parent AND NOT p.deleted)"
for row in ("huaxin", "bluesea", "empty", "orphan", "selfie", "big"):
    F("region.name", "text", on=row, sql=REGION)
    F("owner.name", "text", on=row, sql=OWNER.format("name"))
    F("owner.quota", "money(CNY,2)", on=row, sql=OWNER.format("quota"))
    F("owner.team.name", "text", on=row, sql=TEAM.format("name"))
    F("parent.name", "text", on=row, sql=PARENT.format("name"))
    F("parent.employees + employees", "integer", on=row, sql=f"{PARENT.format('employees')} + r.employees")
for row in ("huaxin", "orphan", "selfie", "empty"):
    F("owner", "reference(user)", on=row, sql="r.owner")
    F("owner.team", "reference(team)", on=row, sql=OWNER.format("team"))
    F("owner.team.region", "reference(region)", on=row, sql=TEAM.format("region"))
F("region", "reference(region)", uid("region", 9), "orphan", why="the reference to a record in the bin stays")
F("parent", "reference(account)", uid("account", 9), "orphan", sql="r.parent")
F("ISBLANK(region)", "boolean", False, "orphan", why="the reference itself is there")
F("ISBLANK(region.name)", "boolean", True, "orphan", why="behind a record in the bin is nothing")
F("parent.employees", "integer", None, "orphan", sql=PARENT.format("employees"))
F("parent.region.name", "text", None, "orphan", why="parent lies in the bin")
F("region.parent.name", "text", "华东", "huaxin")
F("region.parent.parent.name", "text", "中国", "huaxin")
F("region.parent.parent.parent.name", "text", None, "huaxin", why="the root has no parent")
F("region.parent", "reference(region)", None, "orphan", why="behind a record in the bin")
F("owner.team.region.parent.name", "text", "中国", "huaxin", why="wang → team east → 华东 → 中国")
F("owner.team.region.parent.parent", "reference(region)", None, "huaxin")
F("owner.team.parent.region.name", "text", "华东", "bluesea", why="li → Shanghai → parent team east → 华东")
F(
    "parent.parent.parent.parent.parent.name",
    "text",
    "Self",
    "selfie",
    why="its own parent; five relations are allowed",
)
F("parent.parent.parent.name", "text", None, "big", why="big → bluesea → huaxin → none")
F("parent.parent.name", "text", "华信科技", "big")
F("parent.parent.region.parent.name", "text", "华东", "big")
F("parent == parent.parent", "boolean", True, "selfie", sql=f"r.parent = {PARENT.format('parent')}")
F("parent == parent.parent", "boolean", None, "huaxin", sql=f"r.parent = {PARENT.format('parent')}")
F("owner == parent.owner", "boolean", False, "bluesea", sql=f"r.owner = {PARENT.format('owner')}")
F("owner != parent.owner", "boolean", True, "bluesea", sql=f"r.owner <> {PARENT.format('owner')}")
F("owner == parent.parent.owner", "boolean", True, "big", why="wang and wang")
F("region == owner.team.region", "boolean", False, "huaxin", sql=f"r.region = {TEAM.format('region')}")
F("region == owner.team.region", "boolean", None, "orphan", why="zhao has no team")
F("region.parent == owner.team.region", "boolean", True, "huaxin", why="华东 and 华东")
F('parent.name == "华信科技"', "boolean", True, "bluesea", sql=f"{PARENT.format('name')} = '华信科技'")
F('not (parent.name == "华信科技")', "boolean", None, "huaxin", why="null stays null under not")
F(
    "COALESCE(parent.name, name)",
    "text",
    "华信科技",
    "huaxin",
    sql=f"coalesce({PARENT.format('name')}, r.name)",
)
F("COALESCE(parent.name, name)", "text", "Orphan & Co", "orphan", why="parent lies in the bin")
F(
    'CONCAT(region.name, "/", owner.name)',
    "text",
    "上海/王芳",
    "huaxin",
    sql=f"concat({REGION}, '/', {OWNER.format('name')})",
)
F('CONCAT(region.name, "/", owner.name)', "text", "/", "empty")
F("IF(parent.active, 1, 2)", "integer", 1, "bluesea", sql="1")
F("IF(parent.active, 1, 2)", "integer", 2, "huaxin", why="null is not met")
F("parent.kind == kind", "boolean", False, "bluesea", sql=f"{PARENT.format('kind')} = r.kind")
F(
    'parent.kind == "direct" or active',
    "boolean",
    True,
    "bluesea",
    sql=f"{PARENT.format('kind')} = 'direct' or r.active",
)
F('"vip" in parent.tags', "boolean", True, "bluesea", why="huaxin is vip")
F('"vip" in parent.tags', "boolean", None, "huaxin", why="no parent")
F("parent.sla + sla", "duration", "P2D", "bluesea", why="48 h + nothing")
F("DATE(parent.created_at)", "date", "2024-02-29", "bluesea", why="23:59:59.999999 in Shanghai")
F("MAX(owner.grade, parent.owner.grade)", "integer", 5, "bluesea", sql="greatest(3, 5)")
F("account.name", "text", "华信科技", "contract.c1")
F("account.region.parent.name", "text", "华东", "contract.c1")
F("account.owner == owner", "boolean", True, "contract.c1", why="wang owns both")
F("account.owner == owner", "boolean", False, "contract.c2", why="wang, li")
F("account.name", "text", None, "contract.n1", sql="(SELECT a.name FROM account a WHERE a.id = r.account)")
F("account.employees", "integer", None, "contract.g1", why="the account lies in the bin")
F("amount * account.discount", "money(CNY,6)", "15000.000000", "contract.c1", sql="r.amount * 0.1500")
F("account.parent.revenue", "money(CNY,2)", "12345678.90", "contract.b1")
F("opportunity.account.owner.team.region.name", "text", "华东", "quote.q1", why="five relations")
F("opportunity.amount - amount", "money(CNY,2)", "100.00", "quote.q1", sql="1000.00 - 900.00")
F("opportunity.close_on < valid", "boolean", None, "quote.q3")
F("account", "reference(account)", uid("account", 1), "contract.c1")
F("id == parent", "boolean", True, "selfie", sql="r.id = r.parent")
F("id != parent", "boolean", True, "bluesea", sql="r.id <> r.parent")
