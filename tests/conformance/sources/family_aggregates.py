# ruff: noqa: E501 -- a case or a record per line reads better than a wrapped one
"""Aggregates over children: function × condition × window × by × this × empty × nulls × deleted × many-to-many."""

from kit import Family

family = Family(
    "aggregates", "PostgreSQL aggregates over hand-written joins; ids and counts by hand", "account"
)
F = family
C = "FROM contract c WHERE c.account = r.id AND NOT c.deleted"
SIGNED = f"{C} AND c.status = 'signed'"
for row in ("huaxin", "bluesea", "empty", "orphan", "big", "selfie"):
    F("COUNT(contracts)", "integer", on=row, sql=f"SELECT count(*) {C}", digits=9)
    F('COUNT(contracts, status == "signed")', "integer", on=row, sql=f"SELECT count(*) {SIGNED}")
    F(
        "SUM(contracts, amount)",
        "money(CNY,2)",
        on=row,
        sql=f"SELECT coalesce(sum(c.amount), 0) {C}",
        digits=19,
    )
    F(
        'SUM(contracts, amount, status == "signed")',
        "money(CNY,2)",
        on=row,
        sql=f"SELECT coalesce(sum(c.amount), 0) {SIGNED}",
    )
    F(
        "AVG(contracts, amount)",
        "money(CNY,10)",
        on=row,
        sql=f"SELECT round(sum(c.amount)::numeric(60,30) / nullif(count(c.amount), 0), 10) {C}",
    )
    F("MIN(contracts, amount)", "money(CNY,2)", on=row, sql=f"SELECT min(c.amount) {C}")
    F("MAX(contracts, amount)", "money(CNY,2)", on=row, sql=f"SELECT max(c.amount) {C}")
    F(
        "ANY(contracts, amount > 100000)",
        "boolean",
        on=row,
        sql=f"SELECT coalesce(bool_or(coalesce(c.amount > 100000, false)), false) {C}",
    )
    F(
        "ALL(contracts, amount > 0)",
        "boolean",
        on=row,
        sql=f"SELECT coalesce(bool_and(coalesce(c.amount > 0, false)), true) {C}",
    )
    F("SUM(contracts, units)", "integer", on=row, sql=f"SELECT coalesce(sum(c.units), 0) {C}", digits=12)
    F(
        "AVG(contracts, score)",
        "decimal(10)",
        on=row,
        sql=f"SELECT round(sum(c.score)::numeric(60,30) / nullif(count(c.score), 0), 10) {C}",
    )
    F("LATEST(contracts, amount)", "money(CNY,2)", on=row,
      sql=f"SELECT c.amount {C} AND c.signed_at IS NOT NULL ORDER BY c.signed_at DESC, c.id DESC LIMIT 1")  # fmt: skip
for value, kind in (
    ("score", "decimal(3)"),
    ("share", "percent(4)"),
    ("units", "integer"),
    ("starts", "date"),
    ("signed_at", "instant"),
):
    for function in ("MIN", "MAX"):
        F(
            f"{function}(contracts, {value})",
            kind,
            on="huaxin",
            sql=f"SELECT {function.lower()}(c.{value}) {C}",
        )
        F(
            f"{function}(contracts, {value}, paid)",
            kind,
            on="huaxin",
            sql=f"SELECT {function.lower()}(c.{value}) {C} AND c.paid",
        )
    if value not in ("starts", "signed_at"):
        F(f"SUM(contracts, {value})", kind, on="huaxin", sql=f"SELECT coalesce(sum(c.{value}), 0) {C}")
        F(
            f"SUM(contracts, {value}, not paid)",
            kind,
            on="huaxin",
            sql=f"SELECT coalesce(sum(c.{value}), 0) {C} AND NOT c.paid",
        )
F("AVG(contracts, share)", "decimal(10)", on="huaxin", sql=f"SELECT round(avg(c.share), 10) {C}")
F("AVG(contracts, units)", "decimal(10)", on="huaxin", sql=f"SELECT round(avg(c.units), 10) {C}")
F(
    "AVG(contracts, units)",
    "decimal(10)",
    "999998.6666666667",
    "big",
    sql=f"SELECT round(avg(c.units), 10) {C}",
)
# Conditions: null is not met.
F("COUNT(contracts, amount > 90000)", "integer", on="huaxin", sql=f"SELECT count(*) {C} AND c.amount > 90000")
F(
    "COUNT(contracts, not (amount > 90000))",
    "integer",
    on="huaxin",
    sql=f"SELECT count(*) {C} AND NOT c.amount > 90000",
    why="the contract without an amount is in neither",
)
F(
    "COUNT(contracts, ISBLANK(amount))",
    "integer",
    1,
    "huaxin",
    sql=f"SELECT count(*) {C} AND c.amount IS NULL",
)
F(
    'COUNT(contracts, status != "draft")',
    "integer",
    4,
    "huaxin",
    sql=f"SELECT count(*) {C} AND c.status <> 'draft'",
    why="the contract without a status is not counted",
)
F("COUNT(contracts, paid)", "integer", 3, "huaxin", sql=f"SELECT count(*) {C} AND c.paid")
F("COUNT(contracts, true)", "integer", 6, "huaxin", sql=f"SELECT count(*) {C}")
F("COUNT(contracts, false)", "integer", 0, "huaxin")
F("COUNT(contracts, amount / 0 > 1)", "integer", 0, "huaxin", why="null is not met")
F(
    'COUNT(contracts, status in ["draft", "closed"])',
    "integer",
    2,
    "huaxin",
    sql=f"SELECT count(*) {C} AND c.status IN ('draft', 'closed')",
)
F(
    "COUNT(contracts, BETWEEN(amount, 80000, 100000))",
    "integer",
    3,
    "huaxin",
    sql=f"SELECT count(*) {C} AND c.amount BETWEEN 80000 AND 100000",
)
F(
    'COUNT(contracts, status == "signed" and amount >= 100000)',
    "integer",
    2,
    "huaxin",
    sql=f"SELECT count(*) {SIGNED} AND c.amount >= 100000",
)
F(
    'COUNT(contracts, STARTSWITH(title, "甲"))',
    "integer",
    1,
    "huaxin",
    sql=f"SELECT count(*) {C} AND c.title LIKE '甲%'",
)
F('ANY(contracts, status == "signed" and amount < 0)', "boolean", False, "huaxin")
F("ANY(contracts, ISBLANK(amount))", "boolean", True, "huaxin")
F('ANY(contracts, status == "closed" and amount > 0)', "boolean", False, "huaxin", why="amount is null there")
F(
    'ALL(contracts, status == "draft")',
    "boolean",
    True,
    "bluesea",
    sql=f"SELECT bool_and(c.status = 'draft') {C}",
)
F(
    'ALL(contracts, status == "signed")',
    "boolean",
    True,
    "orphan",
    why="its only contract lies in the bin: true when none",
)
F('ANY(contracts, status == "signed")', "boolean", False, "orphan", why="false when none")
F(
    'ALL(contracts, status == "signed" or status == "draft")',
    "boolean",
    False,
    "huaxin",
    why="closed, and one without status: null is not met",
)
F("not ALL(contracts, paid)", "boolean", True, "huaxin")
# Values that are expressions.
F("SUM(contracts, amount * share)", "money(CNY,6)", on="huaxin", sql=f"SELECT sum(c.amount * c.share) {C}")
F(
    "SUM(contracts, amount * share, paid)",
    "money(CNY,6)",
    on="huaxin",
    sql=f"SELECT sum(c.amount * c.share) {C} AND c.paid",
)
F(
    "SUM(contracts, IF(paid, amount, 0))",
    "money(CNY,2)",
    on="huaxin",
    sql=f"SELECT sum(CASE WHEN c.paid THEN c.amount ELSE 0 END) {C}",
)
F(
    "SUM(contracts, COALESCE(amount, 0) + 0.5 * amount)",
    "money(CNY,3)",
    on="huaxin",
    sql=f"SELECT sum(coalesce(c.amount, 0) + 0.5 * c.amount) {C}",
)
F("SUM(contracts, 1)", "integer", 6, "huaxin", sql=f"SELECT count(*) {C}")
F(
    "AVG(contracts, amount / units)",
    "money(CNY,10)",
    on="huaxin",
    sql=f"SELECT round(avg(round(c.amount::numeric(60,30) / nullif(c.units, 0), 10)), 10) {C}",
)
F(
    "MAX(contracts, ROUND(amount, -3))",
    "money(CNY,0)",
    "250000",
    "huaxin",
    sql=f"SELECT max(round(c.amount, -3)) {C}",
)
F(
    'MAX(contracts, DATEDIFF(starts, ends, "day"))',
    "integer",
    365,
    "huaxin",
    sql=f"SELECT max(c.ends - c.starts) {C}",
)
F("MIN(contracts, ends)", "date", "2025-02-28", "huaxin", sql=f"SELECT min(c.ends) {C}")
F(
    "SUM(contracts, owner.grade)",
    "integer",
    on="huaxin",
    sql=f'SELECT sum((SELECT u.grade FROM "user" u WHERE u.id = c.owner)) {C}',
)
F("SUM(contracts, amount * 2) - 2 * SUM(contracts, amount)", "money(CNY,2)", "0.00", "big")
F(
    "SUM(contracts, amount) / COUNT(contracts)",
    "money(CNY,10)",
    on="huaxin",
    sql=f"SELECT round(sum(c.amount) / count(*), 10) {C}",
)
F('SUM(contracts, amount, status == "draft")', "money(CNY,2)", "0.00", "bluesea", why="only nulls: 0")
F(
    "SUM(contracts, amount) / revenue",
    "decimal(10)",
    on="huaxin",
    sql=f"SELECT round(sum(c.amount)::numeric(60,30) / r.revenue, 10) {C}",
)
# Paths in conditions, this.
F(
    "COUNT(contracts, owner == this.owner)",
    "integer",
    on="huaxin",
    sql=f"SELECT count(*) {C} AND c.owner = r.owner",
)
F(
    "SUM(contracts, amount, owner == this.owner)",
    "money(CNY,2)",
    on="huaxin",
    sql=f"SELECT sum(c.amount) {C} AND c.owner = r.owner",
)
F(
    "COUNT(contracts, owner != this.owner)",
    "integer",
    2,
    "huaxin",
    sql=f"SELECT count(*) {C} AND c.owner <> r.owner",
)
F("COUNT(contracts, owner.team == this.owner.team)", "integer", 3, "huaxin", why="c1, c3, c7: wang")
F('COUNT(contracts, owner.team.region.name == "上海")', "integer", 2, "huaxin", why="c2, c5: li")
F(
    "ANY(contracts, amount > this.revenue)",
    "boolean",
    False,
    "huaxin",
    sql=f"SELECT bool_or(c.amount > r.revenue) {C}",
)
F(
    "ANY(contracts, amount >= this.revenue)",
    "boolean",
    True,
    "big",
    sql=f"SELECT bool_or(c.amount >= r.revenue) {C}",
)
F(
    "COUNT(contracts, amount == this.revenue)",
    "integer",
    2,
    "big",
    sql=f"SELECT count(*) {C} AND c.amount = r.revenue",
)
F(
    "SUM(contracts, amount * this.discount)",
    "money(CNY,6)",
    on="huaxin",
    sql=f"SELECT sum(c.amount * r.discount) {C}",
)
F("COUNT(contracts, account.name == this.name)", "integer", 6, "huaxin", why="the child's own path back")
F("COUNT(contracts, account.parent == this.parent)", "integer", 2, "bluesea", why="both below huaxin")
F(
    "COUNT(subsidiaries)",
    "integer",
    1,
    "huaxin",
    sql="SELECT count(*) FROM account a WHERE a.parent = r.id AND NOT a.deleted",
    why="the deleted one is not seen",
)
F("COUNT(subsidiaries, employees < this.employees)", "integer", 1, "huaxin", why="bluesea has 0")
F(
    "SUM(subsidiaries, employees)",
    "integer",
    999999999,
    "bluesea",
    sql="SELECT sum(a.employees) FROM account a WHERE a.parent = r.id AND NOT a.deleted",
)
F("COUNT(subsidiaries, name == this.name)", "integer", 1, "selfie", why="it is its own child")
F("COUNT(subsidiaries, owner == this.owner)", "integer", 0, "huaxin")
# A path to many behind relations.
F(
    "SUM(account.contracts, amount)",
    "money(CNY,2)",
    on="contract.c1",
    sql="SELECT sum(c.amount) FROM contract c WHERE c.account = r.account AND NOT c.deleted",
)
F(
    "COUNT(account.contracts, amount > this.amount)",
    "integer",
    on="contract.c1",
    sql="SELECT count(*) FROM contract c WHERE c.account = r.account AND NOT c.deleted AND c.amount > r.amount",
)
F("COUNT(account.contracts)", "integer", 0, "contract.n1", why="null on the way: no children")
F("SUM(account.contracts, amount)", "money(CNY,2)", "0.00", "contract.n1")
F("AVG(account.contracts, amount)", "money(CNY,10)", None, "contract.n1")
F("ALL(account.contracts, amount > 0)", "boolean", True, "contract.n1")
F(
    "COUNT(parent.contracts)",
    "integer",
    6,
    "bluesea",
    sql="SELECT count(*) FROM contract c WHERE c.account = r.parent AND NOT c.deleted",
)
F('COUNT(parent.parent.contracts, status == "signed")', "integer", 3, "big")
F("COUNT(opportunity.account.contracts)", "integer", 6, "quote.q1")
F(
    "MAX(quotes, amount)",
    "money(CNY,2)",
    "1000.01",
    "opportunity.p1",
    sql="SELECT max(q.amount) FROM quote q WHERE q.opportunity = r.id AND NOT q.deleted",
)
F(
    "ANY(quotes, amount > this.amount)",
    "boolean",
    True,
    "opportunity.p1",
    sql="SELECT bool_or(q.amount > r.amount) FROM quote q WHERE q.opportunity = r.id AND NOT q.deleted",
)
F(
    "COUNT(quotes, approved and amount <= this.amount)",
    "integer",
    1,
    "opportunity.p1",
    sql="SELECT count(*) FROM quote q WHERE q.opportunity = r.id AND NOT q.deleted AND q.approved AND q.amount <= r.amount",
)
F("ALL(quotes, approved)", "boolean", False, "opportunity.p1", why="one is not, one is not known")
F("ALL(quotes, approved)", "boolean", True, "opportunity.p2")
F(
    "COUNT(quotes, valid >= TODAY())",
    "integer",
    2,
    "opportunity.p1",
    sql="SELECT count(*) FROM quote q WHERE q.opportunity = r.id AND NOT q.deleted AND q.valid >= today_()",
)
# Many to many.
M = 'FROM account_contact l JOIN "user" u ON u.id = l.b WHERE l.a = r.id AND NOT u.deleted'
for row in ("huaxin", "bluesea", "empty", "orphan"):
    F("COUNT(contacts)", "integer", on=row, sql=f"SELECT count(*) {M}")
    F("SUM(contacts, quota)", "money(CNY,2)", on=row, sql=f"SELECT coalesce(sum(u.quota), 0) {M}")
    F("AVG(contacts, grade)", "decimal(10)", on=row, sql=f"SELECT round(avg(u.grade), 10) {M}")
    F("MAX(contacts, joined, grade < 5)", "date", on=row, sql=f"SELECT max(u.joined) {M} AND u.grade < 5")
    F(
        "LATEST(contacts, name)",
        "text",
        on=row,
        sql=f"SELECT u.name {M} AND u.joined IS NOT NULL ORDER BY u.joined DESC, u.id DESC LIMIT 1",
    )
    F(
        "ANY(contacts, id == this.owner)",
        "boolean",
        on=row,
        sql=f"SELECT coalesce(bool_or(coalesce(u.id = r.owner, false)), false) {M}",
    )
    F(
        "ALL(contacts, grade > 0)",
        "boolean",
        on=row,
        sql=f"SELECT coalesce(bool_and(coalesce(u.grade > 0, false)), true) {M}",
    )
F("COUNT(contacts, team.region == this.region)", "integer", 1, "huaxin", why="li's team is in Shanghai")
F("COUNT(contacts, ISBLANK(team))", "integer", 1, "huaxin", why="zhao")
F("MIN(contacts, grade)", "integer", 1, "huaxin", sql=f"SELECT min(u.grade) {M}")
F(
    'COUNT(contacts, within="30d")',
    "integer",
    on="huaxin",
    sql=f"SELECT count(*) {M} AND u.joined > today_() - 30 AND u.joined <= today_()",
)
