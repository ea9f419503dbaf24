# ruff: noqa: E501 -- a case or a record per line reads better than a wrapped one
"""The shared world of the conformance cases; ``build()`` is written to ``world.json`` by check_expected.py."""

from __future__ import annotations

from typing import Any

from world_small import NUMBERS, PHRASES, SLOTS

Json = dict[str, Any]
PREFIX = {
    "region": "1",
    "team": "2",
    "user": "3",
    "account": "a",
    "contract": "c",
    "event": "e",
    "opportunity": "b",
}
PREFIX |= {"quote": "d", "number": "4", "phrase": "5", "slot": "6"}


def uid(entity: str, n: int) -> str:
    """A readable UUID; ids of one entity sort by ``n``."""
    return f"{PREFIX[entity]}0000000-0000-4000-8000-{n:012d}"


def integer(digits: int) -> Json:
    return {"kind": "integer", "digits": digits}


def decimal(scale: int, digits: int) -> Json:
    return {"kind": "decimal", "scale": scale, "digits": digits}


def money(currency: str = "CNY", scale: int = 2, digits: int = 13) -> Json:
    return {"kind": "money", "currency": currency, "scale": scale, "digits": digits}


def percent(scale: int = 4, digits: int = 5) -> Json:
    return {"kind": "percent", "scale": scale, "digits": digits}


def text(length: int) -> Json:
    return {"kind": "text", "length": length}


def option(*keys: str) -> Json:
    return {"kind": "option", "options": list(keys)}


def to(entity: str) -> Json:
    return {"kind": "reference", "entity": entity}


def children(entity: str, inverse: str) -> Json:
    return {"kind": "records", "entity": entity, "inverse": inverse}


def plain(kind: str) -> Json:
    return {"kind": kind}


def many(item: Json, length: int = 20) -> Json:
    return {"kind": "list", "item": item, "length": length}


STAMP = {"created_at": plain("instant")}
KIND = option("direct", "distributor", "partner")
ENTITIES: Json = {
    "region": {"name": text(50), "parent": to("region"), "accounts": children("account", "region")},
    "team": {"name": text(50), "region": to("region"), "parent": to("team")},
    "user": {"name": text(50), "team": to("team"), "grade": integer(3), "quota": money(), "joined": plain("date")},
    "account": {
        "name": text(100), "code": text(20), "kind": KIND, "region": to("region"), "owner": to("user"),
        "parent": to("account"), "active": plain("boolean"), "employees": integer(9), "revenue": money(),
        "budget": money("USD"), "discount": percent(), "rating": decimal(1, 2), "weight": decimal(6, 9),
        "founded": plain("date"), "sla": plain("duration"), "tags": many(option("vip", "key", "cold")),
        "labels": many(text(20)), "notes": text(1000), "website": text(200), "extra": plain("json"),
        "contracts": children("contract", "account"), "events": children("event", "account"),
        "opportunities": children("opportunity", "account"), "subsidiaries": children("account", "parent"),
        "contacts": {"kind": "records", "entity": "user", "link": "account_contact"},
    },
    "contract": {
        "account": to("account"), "owner": to("user"), "title": text(80), "status": option("draft", "signed", "closed"),
        "amount": money(), "share": percent(), "score": decimal(3, 6), "units": integer(6), "starts": plain("date"),
        "ends": plain("date"), "signed_at": plain("instant"), "paid": plain("boolean"),
    },
    "event": {
        "account": to("account"), "kind": option("download", "visit", "call"), "happened_at": plain("instant"),
        "points": integer(4), "note": text(100), "took": plain("duration"),
    },
    "opportunity": {
        "account": to("account"), "stage": option("new", "won", "lost"), "amount": money(), "close_on": plain("date"),
        "quotes": children("quote", "opportunity"),
    },
    "quote": {"opportunity": to("opportunity"), "amount": money(), "approved": plain("boolean"), "valid": plain("date")},
    "number": {
        "i": integer(15), "j": integer(15), "k": integer(3), "a": decimal(2, 13), "b": decimal(4, 11),
        "c": decimal(10, 8), "m": money(), "f": money(), "y": money(scale=4, digits=11), "usd": money("USD"),
        "p": percent(), "q": percent(), "t": plain("boolean"), "u": plain("boolean"), "v": plain("boolean"),
    },
    "phrase": {
        "t": text(200), "u": text(50), "v": text(50), "n": integer(4), "o": option("red", "green", "blue"),
        "s": option("green", "blue", "红"),
    },
    "slot": {
        "d": plain("date"), "e": plain("date"), "at": plain("instant"), "till": plain("instant"),
        "took": plain("duration"), "span": plain("duration"), "n": integer(6),
    },
}  # fmt: skip
TIME_FIELDS = {"user": "joined", "contract": "signed_at", "event": "happened_at", "opportunity": "close_on"}

HOLIDAYS = ["2025-01-01", "2025-04-04", "2025-04-05", "2025-04-06", "2025-05-31", "2025-06-01", "2025-06-02"]
HOLIDAYS += [f"2025-01-{d}" for d in range(28, 32)] + [f"2025-02-0{d}" for d in range(1, 5)]
HOLIDAYS += [f"2025-05-0{d}" for d in range(1, 6)] + [f"2025-10-0{d}" for d in range(1, 9)]
HOLIDAYS += ["2026-01-01", "2026-01-02", "2026-01-03"] + [f"2026-02-{d}" for d in range(15, 24)]
HOLIDAYS += ["2026-04-04", "2026-04-05", "2026-04-06", "2026-06-19", "2026-06-20", "2026-06-21"]
HOLIDAYS += [f"2026-05-0{d}" for d in range(1, 6)] + [f"2026-10-0{d}" for d in range(1, 8)]
HOLIDAYS += ["2026-09-25", "2026-09-26", "2026-09-27"]
MAKEUP = ["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"]
MAKEUP += ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
CALENDARS = {
    "": {"weekdays": [1, 2, 3, 4, 5], "holidays": HOLIDAYS, "makeup": MAKEUP},
    "plain": {"weekdays": [1, 2, 3, 4, 5], "holidays": [], "makeup": []},
    "six": {
        "weekdays": [1, 2, 3, 4, 5, 6],
        "holidays": ["2026-04-03", "2026-04-04"],
        "makeup": ["2026-04-04"],
    },
    "gulf": {"weekdays": [7, 1, 2, 3, 4], "holidays": [], "makeup": []},
    "closed": {"weekdays": [], "holidays": [], "makeup": ["2026-04-05"]},
}
TABLES = {
    "commission": {"starts": ["0", "100000", "300000", "1000000"], "rates": ["0.03", "0.05", "0.08", "0.10"]},
    "mixed": {"starts": ["10", "20.5", "30"], "rates": ["0.1", "0.025", "0"]},
    "frost": {"starts": ["-10", "0", "10"], "rates": ["-0.5", "0.0", "0.5"]},
    "flat": {"starts": ["0"], "rates": ["0.06"]},
}
ACTOR = {
    "me": uid("user", 1), "my_team": uid("team", 2), "my_teams": [uid("team", 2), uid("team", 3)],
    "my_region": uid("region", 2), "my_regions": [uid("region", 2), uid("region", 3)],
    "my_roles": ["sales", "经理"],
}  # fmt: skip


def row(entity: str, n: int, **values: Any) -> Json:
    return {"id": uid(entity, n), **values}


def contract(
    n: int, account: int, status: str | None, amount: str | None, signed: str | None, **rest: Any
) -> Json:
    found = {
        "account": uid("account", account),
        "status": status,
        "amount": amount,
        "signed_at": signed,
        **rest,
    }
    return row("contract", n, **{key: value for key, value in found.items() if value is not None})


def event(
    n: int, account: int, kind: str | None, moment: str | None, points: int | None, **rest: Any
) -> Json:
    found = {
        "account": uid("account", account),
        "kind": kind,
        "happened_at": moment,
        "points": points,
        **rest,
    }
    return row("event", n, **{key: value for key, value in found.items() if value is not None})


def opportunity(n: int, account: int, stage: str, amount: str | None, close: str | None, **rest: Any) -> Json:
    found = {"account": uid("account", account), "stage": stage, "amount": amount, "close_on": close, **rest}
    return row("opportunity", n, **{key: value for key, value in found.items() if value is not None})


def quote(
    n: int, deal: int, amount: str | None, approved: bool | None, valid: str | None, **rest: Any
) -> Json:
    found = {
        "opportunity": uid("opportunity", deal),
        "amount": amount,
        "approved": approved,
        "valid": valid,
        **rest,
    }
    return row("quote", n, **{key: value for key, value in found.items() if value is not None})


WANG, LI = uid("user", 1), uid("user", 2)
RECORDS: Json = {
    "region": {
        "china": row("region", 1, name="中国"),
        "east": row("region", 2, name="华东", parent=uid("region", 1)),
        "shanghai": row("region", 3, name="上海", parent=uid("region", 2)),
        "north": row("region", 4, name="华北", parent=uid("region", 1)),
        "gone": row("region", 9, name="旧区", parent=uid("region", 1), deleted=True),
    },
    "team": {
        "head": row("team", 1, name="总部", region=uid("region", 1)),
        "east": row("team", 2, name="华东一队", region=uid("region", 2), parent=uid("team", 1)),
        "shanghai": row("team", 3, name="Shanghai", region=uid("region", 3), parent=uid("team", 2)),
        "lost": row("team", 4, name="无区"),
    },
    "user": {
        "wang": row("user", 1, name="王芳", team=uid("team", 2), grade=5, quota="500000.00", joined="2026-03-20"),
        "li": row("user", 2, name="李雷", team=uid("team", 3), grade=3, quota="300000.50", joined="2026-03-02"),
        "zhao": row("user", 3, name="赵", grade=1, joined="2026-03-03"),
        "left": row("user", 4, name="离职", team=uid("team", 4), grade=9, quota="1.00", joined="2026-04-01", deleted=True),
        "sun": row("user", 5, name="孙", team=uid("team", 4)),
    },
    "account": {
        "huaxin": row(
            "account", 1, name="华信科技", code="HX-001", kind="direct", region=uid("region", 3), owner=WANG, active=True,
            employees=1200, revenue="12345678.90", budget="5000.00", discount="0.1500", rating="4.5", weight="0.123456",
            founded="2001-02-28", sla="PT48H", tags=["vip", "key"], labels=["重点", "A_b%c"], notes="老客户，续约中",
            website="https://huaxin.example", extra={"a": 1}, created_at="2024-02-29T15:59:59.999999Z",
        ),
        "bluesea": row(
            "account", 2, name="蓝海贸易", code="", kind="distributor", region=uid("region", 4), owner=LI,
            parent=uid("account", 1), active=False, employees=0, revenue="0.00", discount="0.0000", rating="0.0",
            weight="0.000000", sla="PT0S", tags=[], labels=[], notes="", website=" \t\u3000", extra={},
            created_at="2024-02-29T16:00:00Z",
        ),
        "empty": row("account", 3),
        "orphan": row(
            "account", 4, name="Orphan & Co", kind="partner", region=uid("region", 9), owner=uid("user", 3),
            parent=uid("account", 9), active=True, employees=15, discount="0.3333", tags=["cold"],
            founded="2024-02-29", created_at="2026-03-31T16:30:00Z",
        ),
        "selfie": row("account", 5, name="Self", parent=uid("account", 5), owner=uid("user", 5), revenue="-0.01", active=True),
        "big": row(
            "account", 6, name="大", kind="direct", region=uid("region", 3), owner=WANG, parent=uid("account", 2),
            employees=999999999, revenue="9999999999999.99", discount="99999.9999", weight="999999999.999999",
        ),
        "ghost": row("account", 9, name="已删", region=uid("region", 4), parent=uid("account", 1), employees=77, deleted=True),
    },
    "contract": {
        "c1": contract(1, 1, "signed", "100000.00", "2026-03-31T16:30:00Z", title="甲", share="0.1000", score="1.500",
                       units=10, starts="2026-01-01", ends="2026-12-31", owner=WANG, paid=True),
        "c2": contract(2, 1, "signed", "250000.50", "2026-03-01T16:30:00Z", title="乙", share="0.2500", score="2.250",
                       units=20, starts="2024-02-29", ends="2025-02-28", owner=LI, paid=False),
        "c3": contract(3, 1, "draft", "80000.00", "2026-03-01T16:30:00.000001Z", title="丙", share="0.0500",
                       score="-0.125", units=30, starts="2026-04-01", owner=WANG),
        "c4": contract(4, 1, "closed", None, "2026-03-31T16:30:00.000001Z", title="丁", units=-5, ends="2026-03-31", paid=True),
        "c5": contract(5, 1, "signed", "33333.33", None, title="戊", share="0.3333", score="0.001", owner=LI, paid=True),
        "c6": contract(6, 1, "signed", "999999.99", "2026-03-31T16:29:00Z", title="已", units=999999, starts="1999-01-01",
                       score="999999.999", owner=WANG, paid=True, deleted=True),
        "c7": contract(7, 1, None, "100000.00", "2026-03-31T16:30:00Z", units=0, owner=WANG, paid=False),
        "b1": contract(11, 2, "draft", None, "2026-03-30T00:00:00Z", title="草稿"),
        "b2": contract(12, 2, "draft", None, None),
        "o1": contract(21, 4, "signed", "5.00", "2026-03-31T00:00:00Z", deleted=True),
        "g1": contract(31, 9, "signed", "7.00", "2026-03-31T00:00:00Z"),
        "x1": contract(41, 6, "signed", "9999999999999.99", "2026-03-31T16:30:00Z", units=999999, score="999999.999"),
        "x2": contract(42, 6, "signed", "9999999999999.99", "2026-03-31T16:30:00Z", units=999999, score="999999.999"),
        "x3": contract(43, 6, "signed", "9999999999999.98", "2026-03-31T16:29:59Z", units=999998, score="-999999.999"),
        "u1": contract(51, 5, "draft", "0.00", None, units=1),
        "n1": row("contract", 61, title="无客户", amount="1.00", status="signed"),
    },
    "event": {
        "e1": event(1, 1, "download", "2026-03-31T16:00:00Z", 5, note="白皮书 100%", took="PT15M"),
        "e2": event(2, 1, "download", "2026-03-29T16:30:00Z", 5, took="PT45M"),
        "e3": event(3, 1, "visit", "2026-03-29T16:30:00.000001Z", 10, note="上门"),
        "e4": event(4, 1, "call", "2026-02-01T00:00:00Z", None, note=""),
        "e5": event(5, 1, None, "2026-03-31T15:59:59Z", -3),
        "e6": event(6, 1, "visit", "2026-03-31T16:15:00Z", 100, deleted=True),
        "e7": event(7, 1, "call", None, 7),
        "e8": event(8, 2, "call", "2026-03-31T16:30:01Z", 1),
    },
    "opportunity": {
        "p1": opportunity(1, 1, "new", "1000.00", "2026-04-01"),
        "p2": opportunity(2, 1, "won", "2000.00", "2026-03-02"),
        "p3": opportunity(3, 1, "won", "3000.33", "2026-03-03"),
        "p4": opportunity(4, 1, "lost", "4000.00", "2026-04-02"),
        "p5": opportunity(5, 1, "new", None, None),
        "p6": opportunity(6, 2, "won", "600.00", "2026-03-31"),
        "p7": opportunity(7, 1, "won", "777.00", "2026-03-31", deleted=True),
    },
    "quote": {
        "q1": quote(1, 1, "900.00", True, "2026-04-30"),
        "q2": quote(2, 1, "1000.00", False, "2026-03-31"),
        "q3": quote(3, 1, "1000.01", True, None),
        "q4": quote(4, 1, None, None, "2026-04-01"),
        "q5": quote(5, 2, "10.00", True, "2026-04-01"),
        "q6": quote(6, 1, "5000.00", True, "2026-05-31", deleted=True),
    },
    "number": NUMBERS, "phrase": PHRASES, "slot": SLOTS,
}  # fmt: skip
LINKS = {
    "account_contact": [
        [uid("account", 1), uid("user", 1)], [uid("account", 1), uid("user", 2)], [uid("account", 1), uid("user", 3)],
        [uid("account", 1), uid("user", 4)], [uid("account", 2), uid("user", 1)], [uid("account", 4), uid("user", 4)],
        [uid("account", 9), uid("user", 5)],
    ]
}  # fmt: skip


def build() -> Json:
    """The world as ``world.json`` holds it."""
    entities = {}
    for key, fields in ENTITIES.items():
        entities[key] = {"time_field": TIME_FIELDS.get(key, "created_at"), "fields": fields | STAMP}
    for key in ("number", "phrase", "slot"):
        for n, record in enumerate(RECORDS[key].values(), 1):
            record["id"] = uid(key, n)
    return {
        "moment": "2026-03-31T16:30:00Z", "zone": "Asia/Shanghai", "currency": "CNY", "calendars": CALENDARS,
        "tables": TABLES, "actor": ACTOR, "entities": entities, "links": LINKS, "records": RECORDS,
    }  # fmt: skip
