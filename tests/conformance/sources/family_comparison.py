# ruff: noqa: E501 -- a case or a record per line reads better than a wrapped one
"""Every comparison over every kind, less, equal, greater and null; and what the other families touch too rarely."""

from kit import Family

family = Family(
    "comparison",
    'PostgreSQL comparisons of the same columns (text with COLLATE "C"), its date parts, least and greatest',
)
F = family
SIGNS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
#: entity, left, right, rows
PAIRS = (
    ("slot", "d", "e", ("leap", "reverse", "half")),
    ("slot", "d", "d", ("leap",)),
    ("slot", "at", "till", ("leap", "reverse", "half")),
    ("slot", "at", "at", ("old",)),
    ("slot", "took", "span", ("leap", "reverse", "half", "old")),
    ("slot", "took", "took", ("half",)),
    ("phrase", "t", "u", ("abc", "wild", "emoji", "high", "part")),
    ("phrase", "u", "v", ("combining", "blank", "repeat")),
    ("phrase", "t", "t", ("emoji",)),
    ("phrase", "o", "s", ("abc", "emoji", "chinese", "cases")),
    ("number", "i", "j", ("negative", "big", "mixed")),
    ("number", "m", "f", ("plain", "negative", "zero")),
    ("number", "p", "q", ("plain", "big")),
    ("number", "i", "c", ("negative", "thirds")),
)  # fmt: skip
for entity, left, right, rows in PAIRS:
    collation = ' COLLATE "C"' if entity == "phrase" else ""
    for sign, sql in SIGNS.items():
        for row in rows:
            F(
                f"{left} {sign} {right}",
                "boolean",
                on=f"{entity}.{row}",
                sql=f"r.{left}{collation} {sql} r.{right}",
            )
for sign in ("==", "!="):
    for row in ("plain", "zero", "negative", "nulls"):
        F(f"t {sign} u", "boolean", on=f"number.{row}", sql=f"r.t {SIGNS[sign]} r.u")
    for row in ("huaxin", "selfie", "bluesea", "empty"):
        F(f"id {sign} parent", "boolean", on=f"account.{row}", sql=f"r.id {SIGNS[sign]} r.parent")
for row in ("leap", "reverse", "last", "nulls"):
    null = "case when r.{0} is not null and r.{1} is not null then {2}(r.{0}, r.{1}) end"
    for function, sql in (("MIN", "least"), ("MAX", "greatest")):
        F(f"{function}(d, e)", "date", on=f"slot.{row}", sql=null.format("d", "e", sql))
        F(f"{function}(at, till)", "instant", on=f"slot.{row}", sql=null.format("at", "till", sql))
HERE = "(r.till AT TIME ZONE zone_())"
ENDS = {"week": "6 days", "month": "1 month - 1 day", "quarter": "3 months - 1 day", "year": "1 year - 1 day"}
for unit, length in ENDS.items():
    for row in ("leap", "month_end", "reverse", "nulls"):
        F(
            f'ENDOF(till, "{unit}")',
            "date",
            on=f"slot.{row}",
            sql=f"(date_trunc('{unit}', {HERE}) + interval '{length}')::date",
        )
        F(
            f'ENDOF(till, "{unit}")',
            "date",
            on=f"slot.{row}",
            sql=f"(date_trunc('{unit}', {HERE}) + interval '{length}')::date",
            zone="America/New_York",
        )
for function, part in (
    ("YEAR", "year"),
    ("QUARTER", "quarter"),
    ("MONTH", "month"),
    ("DAY", "day"),
    ("WEEKDAY", "isodow"),
    ("HOUR", "hour"),
):
    for row in ("month_end", "century", "far"):
        F(
            f"{function}(till)",
            "integer",
            on=f"slot.{row}",
            sql=f"extract({part} from {HERE})",
            zone="America/New_York",
        )
    if function != "HOUR":
        for row in ("reverse", "spring", "autumn", "old", "far"):
            F(f"{function}(e)", "integer", on=f"slot.{row}", sql=f"extract({part} from r.e)")
REST = "case when r.{b} = 0 then null when mod(r.{a}, r.{b}) <> 0 and sign(r.{a}) <> sign(r.{b}) then mod(r.{a}, r.{b}) + r.{b} else mod(r.{a}, r.{b}) end"
for row in ("plain", "negative", "half", "minus_half", "thirds", "lowest"):
    F("MOD(y, m)", "money(CNY,4)", on=f"number.{row}", sql=REST.format(a="y", b="m"))
    F("FLOOR(y)", "money(CNY,0)", on=f"number.{row}", sql="floor(r.y)")
    F("CEIL(y)", "money(CNY,0)", on=f"number.{row}", sql="ceil(r.y)")
for row in ("leap", "month_end", "old", "autumn"):
    F("took + span", "duration", on=f"slot.{row}", sql="r.took + r.span")
    F("span - took", "duration", on=f"slot.{row}", sql="r.span - r.took")
    F("at + took", "instant", on=f"slot.{row}", sql="r.at + extract(epoch from r.took) * interval '1 second'")
    F(
        "till - span",
        "instant",
        on=f"slot.{row}",
        sql="r.till - extract(epoch from r.span) * interval '1 second'",
    )
    F("till - at", "duration", on=f"slot.{row}", sql="r.till - r.at")
for row in ("huaxin", "bluesea", "orphan", "empty"):
    F("ISBLANK(tags)", "boolean", on=f"account.{row}", sql="coalesce(cardinality(r.tags), 0) = 0")
    F("ISBLANK(labels)", "boolean", on=f"account.{row}", sql="coalesce(cardinality(r.labels), 0) = 0")
    F(
        'kind not in ["direct", "partner"]',
        "boolean",
        on=f"account.{row}",
        sql="r.kind not in ('direct', 'partner')",
    )
for row in ("wide", "chinese", "wild", "repeat"):
    F("LOWER(t)", "text", on=f"phrase.{row}", sql='lower(r.t COLLATE "default")')
    F("UPPER(t)", "text", on=f"phrase.{row}", sql='upper(r.t COLLATE "default")')
F(
    "LOWER(t)",
    "text",
    "àéÿß ÿžſıiŉĸķ αωςσάΐ жяёӏ ａｚ \u212a ǅ ẞ ⅷ ⓐ µ",
    "phrase.cases",
    why="İ → i (simple mapping), Ӏ-lower ӏ stays lower; K (Kelvin), ǅ, ẞ outside the blocks stay",
)
F(
    "UPPER(t)",
    "text",
    "ÀÉŸß ŸŽSIİŉĸĶ ΑΩΣΣΆΐ ЖЯЁӀ ＡＺ \u212a ǅ ẞ ⅷ ⓐ Μ",
    "phrase.cases",
    why="ſ → S, ı → I, µ → Μ, ς → Σ; ß ŉ ĸ ΐ have no single upper case",
)
