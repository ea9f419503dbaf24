"""Leads of the year: where they come from, what their people do, how far they get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from templates.crm_demo import words
from templates.crm_demo.catalogue import product
from templates.crm_demo.customers import Customer, Firm, contact, customer, firm
from templates.crm_demo.kit import DAY, END, FIRST, LAST, SKILL, Book, Row, moment, money

#: Source → (weight, share that confirms a need, landing action, cost of one).
SOURCES: dict[str, tuple[float, float, str, int]] = {
    "website": (19, 0.230, "form", 60),
    "wechat": (11, 0.180, "form", 45),
    "baidu": (15, 0.145, "ad_click", 210),
    "douyin": (12, 0.125, "ad_click", 150),
    "fair": (9, 0.260, "badge", 320),
    "hotline": (8, 0.290, "call_in", 20),
    "referral": (6, 0.440, "referral", 80),
    "dealer": (5, 0.320, "referral", 40),
    "field": (5, 0.190, "visit", 130),
    "qr_terminal": (4, 0.180, "scan", 30),
    "designer": (3, 0.340, "referral", 160),
    "sms": (2, 0.050, "ad_click", 90),
    "wecom": (1, 0.300, "chat", 10),
}
REGION_FACTOR = {"zj": 1.05, "js": 0.96, "sh": 1.0, "ah": 0.8}
#: Share of the needs that end in a contract, by source; others 1.
SIGNING = {
    "referral": 1.35,
    "dealer": 1.2,
    "hotline": 1.1,
    "douyin": 0.7,
    "baidu": 0.85,
    "sms": 0.4,
    "fair": 0.95,
}


@dataclass
class Won:
    """A lead that became a customer: what its deal begins with."""

    lead: Row
    customer: Customer
    contact: Row
    at: int
    product: Row
    signs: bool


def leads(book: Book, count: int, campaigns: dict[str, list[Row]]) -> list[Won]:
    """Leads over the year, more in weeks near the present being still open."""
    found = []
    for _ in range(count):
        day = book.chance.randrange(FIRST, 1)
        won = _lead(book, day, campaigns)
        if won is not None:
            found.append(won)
    for day in range(5):
        for _ in range(6):
            _lead(book, day, campaigns)
    _duplicates(book)
    return found


def _lead(book: Book, day: int, campaigns: dict[str, list[Row]]) -> Won | None:
    chance = book.chance
    source = chance.weighted((name, each[0]) for name, each in SOURCES.items())
    online = source in ("website", "wechat", "baidu", "douyin", "wecom", "sms")
    at = chance.anytime(day) if online else chance.working(day)
    company = firm(book)
    wanted = product(book)
    row = book.add(
        "lead",
        book.next("l"),
        book.group(day),
        at,
        company.rep,
        by="ops" if online else company.rep,
        name=chance.person(),
        phone=book.phone() if chance.happens(0.95) else None,
        source=source,
        landing_action=SOURCES[source][2],
        region=company.place.region,
        city=company.place.city,
        industry=company.industry,
        acquisition_cost=money(SOURCES[source][3] * chance.uniform(0.7, 1.3)),
        need=_need(book, wanted) if chance.happens(0.38) else None,
        campaign=_campaign(book, campaigns, source, day),
    )
    if chance.happens(0.86):
        row.values["company"] = company.name
    if chance.happens(0.6):
        row.values["budget"] = money(round(chance.lognormvariate(11.6, 0.8), -3))
    if source in ("baidu", "douyin"):
        row.values["keyword"] = chance.choice(
            ("地暖管 厂家", "防水涂料 批发", "瓷砖空鼓 修补", "岩棉板 价格", "PPR 管 工程")
        )
    needs = SOURCES[source][1] * 0.905 * REGION_FACTOR[company.place.region] * SKILL[company.rep]
    return _follow(book, row, company, wanted, needs)


def _need(book: Book, wanted: Row) -> str:
    chance = book.chance
    units = {
        "metre": " 米",
        "piece": " 件",
        "set": " 套",
        "barrel": " 桶",
        "bag": " 袋",
        "square_metre": " 平",
        "hour": " 人时",
    }
    quantity = chance.randrange(3, 60) * 100
    sentence = chance.choice(words.NEEDS)
    return sentence.format(
        project=chance.choice(words.PROJECTS),
        product=wanted.values["name"],
        quantity=f"{quantity:,}",
        unit=units[wanted.values["unit"]],
    )


def _campaign(book: Book, campaigns: dict[str, list[Row]], source: str, day: int) -> str | None:
    running = [
        row.key
        for row in campaigns.get(source, ())
        if row.values["starts_on"] <= day <= row.values["ends_on"] + 25
    ]
    return book.chance.choice(running) if running else None


def _follow(book: Book, row: Row, company: Firm, wanted: Row, needs: float) -> Won | None:
    """What becomes of a lead. Those of the last days are still where they came in."""
    chance, rep, values = book.chance, row.owner, row.values
    fate = (
        "need"
        if chance.happens(needs)
        else chance.weighted((("contacted", 41), ("invalid", 27), ("dormant", 17), ("captured", 15)))
    )
    _behave(
        book, row, {"need": 2.6, "contacted": 1.0, "dormant": 0.8, "invalid": 0.25, "captured": 0.5}[fate]
    )
    first = _first_call(book, row)
    if fate == "captured" or first > END:
        return None
    if fate == "invalid" and chance.happens(0.4):
        values["invalid_reason"] = chance.choice(("spam", "wrong_number"))
        book.move(row, "invalid", first, rep)
        return None
    book.move(row, "contacted", first, rep)
    values["first_response_at"] = moment(first)
    values["note"] = chance.choice(words.LEAD_NOTES) if chance.happens(0.45) else None
    _grade(book, row, fate)
    if fate == "invalid":
        values["invalid_reason"] = chance.choice(("no_need", "no_need", "competitor", "out_of_area"))
        book.move(row, "invalid", chance.later(first, 0, 6), rep)
    elif fate == "dormant":
        slept = chance.later(first, 8, 45)
        if book.move(row, "dormant", slept, rep):
            values["wake_on"] = slept // DAY + chance.randrange(20, 120)
            values["tags"] = chance.weighted((("budget_delay", 4), (None, 5), ("price_sensitive", 1)))
    elif fate == "need":
        return _qualify(book, row, company, wanted, first)
    return None


def _first_call(book: Book, row: Row) -> int:
    """Minutes on most working days; what comes in at night or late waits for the morning."""
    chance = book.chance
    day, minute = divmod(row.at, DAY)
    if day % 7 < 5 and 510 <= minute < 1_050:
        return row.at + 2 + chance.count(24 if SKILL[row.owner] > 1 else 55)
    return max(chance.working(day + 1), row.at + 5)


def _grade(book: Book, row: Row, fate: str) -> None:
    visits = row.values.get("product_page_visits", 0)
    if visits >= 3 or fate == "need":
        row.values["grade"] = "A" if visits >= 3 or book.chance.happens(0.55) else "B"
    elif book.chance.happens(0.55):
        row.values["grade"] = book.chance.weighted((("B", 4), ("C", 6)))


def _qualify(book: Book, row: Row, company: Firm, wanted: Row, first: int) -> Won | None:
    """A confirmed need: nine days later on average; then a customer with an opportunity."""
    chance, rep, values = book.chance, row.owner, row.values
    values |= {"company": company.name, "position": chance.choice(words.POSITIONS)[0]}
    qualified = chance.later(first, 1, 15)
    if chance.happens(0.62):
        values["visit_booked_at"] = moment(min(row.at + chance.randrange(120, 6_000), END))
    if not book.move(row, "qualified", qualified, rep):
        return None
    converted = chance.later(qualified, 0, 4)
    if converted > END or chance.happens(0.17):
        return None
    made = customer(book, company, converted, row.group, level="normal")
    book.rows["contact"].remove(made.contacts.pop())
    person = contact(book, made, values["name"], values["phone"] or book.phone(), is_first=True)
    book.move(row, "converted", converted + 8, rep)
    values |= {"converted_account": made.account.key, "converted_contact": person.key}
    signs = chance.happens(0.36 * SIGNING.get(values["source"], 1.0) * SKILL[rep] ** 0.5)
    return Won(row, made, person, converted + 8, wanted, signs)


def _behave(book: Book, row: Row, warmth: float) -> None:
    """What the person behind a lead did; the counters are of the same events."""
    chance = book.chance
    online = 1.3 if row.values["source"] in ("website", "wechat", "baidu", "douyin") else 0.7
    visits, downloads = chance.count(0.9 * warmth * online), chance.count(0.45 * warmth)
    appointments = (
        chance.weighted(((0, 7), (1, 2), (2, 1))) if warmth > 2 else int(chance.happens(0.05 * warmth))
    )
    opens = chance.count(0.7 * warmth)
    counts = {
        "page_view": 1 + chance.count(2.35 * warmth * online),
        "product_page_visit": visits,
        "download": downloads,
        "appointment": appointments,
        "mail_opened": opens,
    }
    for kind, count in counts.items():
        for _ in range(count):
            day = row.at // DAY + round(chance.expovariate(1 / 6))
            # What they looked at first is how they came; the rest follows until the present.
            at = (
                row.at - chance.randrange(1, 90)
                if kind == "page_view" and chance.happens(0.4)
                else chance.anytime(min(day, max(LAST, row.at // DAY)))
            )
            book.tell(row.key, kind, at)
    stored: dict[str, Any] = {
        "site_minutes": min(chance.count(1.4 * counts["page_view"]), 26),
        "downloads": downloads,
        "appointments": appointments,
        "product_page_visits": visits,
        "mail_opens": opens,
    }
    row.values |= {name: count for name, count in stored.items() if count}


def _duplicates(book: Book) -> None:
    """The same person once more, months later by another way: kept as invalid, because the number is known."""
    chance = book.chance
    originals = [row for row in book.rows["lead"] if row.values["phone"] and row.at < -40 * DAY]
    for first in chance.sample(originals, 36):
        at = first.at + chance.randrange(2, 30) * DAY + chance.randrange(60)
        row = book.add(
            "lead", book.next("l"), first.group, at, first.owner, by="ops", **_seen_again(book, first)
        )
        book.move(row, "invalid", at + chance.randrange(3, 90), first.owner)


def _seen_again(book: Book, first: Row) -> dict[str, Any]:
    kept = {
        name: first.values.get(name) for name in ("name", "phone", "company", "region", "city", "industry")
    }
    return {
        **kept,
        "source": book.chance.choice(("wechat", "qr_terminal", "baidu")),
        "invalid_reason": "duplicate",
        "note": "手机号已有线索，按原负责人继续跟进，本条关闭。",
    }
