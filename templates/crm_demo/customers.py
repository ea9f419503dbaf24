"""Customers with their contacts: those of earlier years, and those that leads of the year became."""

from __future__ import annotations

from dataclasses import dataclass

from pypinyin import lazy_pinyin

from templates.crm_demo import words
from templates.crm_demo.kit import COAST, DAY, MANAGERS, REGION_WEIGHTS, REPS, Book, Chance, Row, money


@dataclass
class Place:
    """Where somebody is: region, city, area code, district."""

    region: str
    city: str
    area: str
    district: str


@dataclass
class Firm:
    """A company as a lead names it and an account records it."""

    name: str
    short: str
    industry: str
    kind: str
    place: Place
    rep: str


@dataclass
class Customer:
    """An account with its contacts; ``group`` is the story's."""

    account: Row
    firm: Firm
    contacts: list[Row]
    group: str


def place(chance: Chance, region: str = "") -> Place:
    """A place, by the weight of regions and cities."""
    chosen = region or chance.weighted(REGION_WEIGHTS.items())
    city = chance.weighted((each, each[1]) for each in words.CITIES[chosen])
    return Place(chosen, city[0], city[2], chance.choice(city[3]))


def firm(book: Book, where: Place | None = None) -> Firm:
    """A company that is not there yet."""
    chance = book.chance
    spot = where or place(chance)
    ending, industry, kind, _ = chance.weighted((each, each[3]) for each in words.COMPANIES)

    def name() -> str:
        brand = chance.choice(words.BRAND_FIRST) + chance.choice(words.BRAND_SECOND)
        return f"{spot.city}{brand}{chance.choice(words.BRAND_SECOND) if chance.happens(0.2) else ''}{ending}"

    full = book.unique(name)
    short = full.removeprefix(spot.city).removesuffix(ending) + ending[:2]
    team = "zj_coast" if spot.city in COAST else spot.region
    rep = chance.weighted((each, 1 + (each in ("rep1", "rep3"))) for each in REPS[team])
    return Firm(full, short, industry, kind, spot, rep)


def customer(book: Book, found: Firm, at: int, group: str, *, level: str = "normal") -> Customer:
    """The account of a company and the people there."""
    chance = book.chance
    pinyin = "".join(lazy_pinyin(found.short))[:24]
    size = chance.lognormvariate(0, 0.7)
    account = book.add(
        "account",
        book.next("a"),
        group,
        at,
        found.rep,
        name=found.name,
        short_name=found.short,
        customer_class=found.kind,
        industry=found.industry,
        level=level,
        region=found.place.region,
        city=found.place.city,
        store=None,
        phone=f"{found.place.area}-5555{int(book.next('line')[4:]):04d}",
        address=_address(chance, found.place),
        email=f"info@{pinyin}.example" if chance.happens(0.25) else None,
        website=f"https://www.{pinyin}.example" if chance.happens(0.15) else None,
        credit_code=f"9133010099{int(book.next('code')[4:]):07d}X",
        registered_capital=money(round(size * 8_000_000, -6) or 1_000_000),
        insured_people=round(size * 40) + 3,
        legal_person=chance.person(),
        founded_on=at // DAY - chance.randrange(400, 6_000),
        gross_margin_rate=f"{chance.uniform(0.16, 0.34):.4f}",
        repurchase_rate=f"{chance.uniform(0.1, 0.7):.4f}",
        strategic=level == "strategic" or None,
        verified_on=min(at // DAY + chance.randrange(0, 200), -3),
        tags=chance.weighted(((None, 12), ("seasonal_q3", 2), ("key_reference", 1), ("late_payer", 1))),
    )
    if found.kind == "export":
        account.values["export_name"] = {
            "en": f"{pinyin[:12].title()} Trading Co., Ltd.",
            "zh-CN": found.name,
        }
    made = Customer(account, found, [], group)
    for number in range(chance.weighted(((1, 5), (2, 4), (3, 1)))):
        contact(book, made, "", "", is_first=number == 0)
    return made


def _address(chance: Chance, where: Place) -> str:
    return f"{where.city}市{where.district}{chance.choice(words.STREETS)} {chance.randrange(8, 988)} 号"


def contact(book: Book, of: Customer, name: str, phone: str, *, is_first: bool = False) -> Row:
    """Somebody at a customer; the first has the words of the lead where there was one."""
    chance = book.chance
    position, department, role = chance.choice(words.POSITIONS)
    at = of.account.at + (5 if is_first else chance.randrange(10, 40) * 30)
    row = book.add(
        "contact",
        book.next("c"),
        of.group,
        at,
        of.firm.rep,
        name=name or chance.person(),
        account=of.account.key,
        position=position,
        department=department,
        decision_roles=role if chance.happens(0.7) else None,
        decision_weight=f"{chance.choice((0.2, 0.3, 0.4, 0.5, 0.6)):.4f}" if chance.happens(0.5) else None,
        attitude=chance.weighted((("supporter", 3), ("neutral", 4), ("unknown", 2), ("opponent", 1))),
        phone=phone or book.phone(),
        language="en" if of.firm.kind == "export" else "zh",
    )
    of.contacts.append(row)
    return row


def standing_customers(book: Book, count: int) -> list[Customer]:
    """Customers of earlier years; each begins something this year, on the day of its group."""
    chance, made = book.chance, []
    for _ in range(count):
        day = chance.randrange(-364, -4)
        at = chance.working(chance.randrange(-1_150, -385))
        level = chance.weighted((("normal", 10), ("active", 8), ("key", 4), ("strategic", 1), ("dormant", 2)))
        each = customer(book, firm(book), at, book.group(day), level=level)
        each.account.values["verified_on"] = chance.randrange(-200, -3)
        if level in ("key", "strategic", "active"):
            each.account.values["credit_limit"] = money(
                chance.choice((200, 300, 500, 800, 1_500, 3_000)) * 1_000
            )
        _live(book, each)
        made.append(each)
    return made


def _live(book: Book, each: Customer) -> None:
    """The stages of a customer that has bought before."""
    chance, at = book.chance, each.account.at
    service = "service"
    for stage in (
        "first_contact",
        "need_confirmed",
        "quote_sent",
        "contract_signed",
        "order_execution",
        "after_sales",
    ):
        at = chance.later(at, 3, 30)
        who = service if stage in ("order_execution", "after_sales") else each.firm.rep
        book.move(each.account, stage, at, who)


def advance(book: Book, each: Customer, stage: str, at: int) -> None:
    """Move a customer on, unless it is there or further already."""
    order = (
        "lead_acquired",
        "first_contact",
        "need_confirmed",
        "quote_sent",
        "sample_delivered",
        "contract_signed",
        "order_execution",
        "after_sales",
    )
    here = each.account.stage or "lead_acquired"
    last = each.account.moves[-1][1] if each.account.moves else each.account.at
    if order.index(stage) > order.index(here):
        book.move(each.account, stage, max(at, last + 1), each.firm.rep)


def boss(rep: str) -> str:
    """Who leads a sales person."""
    return MANAGERS[rep]
