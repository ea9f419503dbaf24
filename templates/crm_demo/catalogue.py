"""What is there before the year begins: products, rivals' prices, campaigns, articles, dealers and their trade."""

from __future__ import annotations

from typing import Any

from templates.crm_demo import words
from templates.crm_demo.kit import DAY, END, FIRST, Book, Row, money

#: Products cross-sold or pushed by campaigns are chosen by these weights.
_CATEGORY_WEIGHTS = {
    "pipes": 1.4,
    "waterproofing": 1.3,
    "tile_adhesive": 1.2,
    "interface_agent": 0.8,
    "auxiliary": 0.9,
}


def products(book: Book) -> list[Row]:
    """All products; the first record of the demo is among them."""
    chance, made = book.chance, []
    for number, (name, category, unit, spec, standard, price, cost, order) in enumerate(
        words.PRODUCTS, start=1
    ):
        at = (FIRST - 400 + number) * DAY + 9 * 60 + number
        row = book.add(
            "product",
            f"p{number}",
            "",
            at,
            "ops",
            name=name,
            category=category,
            product_line="building",
            sku=f"ZJL-{words.SKUS[category]}-{number:03d}",
            unit=unit,
            spec=spec,
            standard=standard,
            list_price=price,
            floor_price=money(float(price) * 0.86),
            cost_price=money(float(price) * cost),
            stock=str(round(order * chance.uniform(0.4, 3))),
            stock_at="-3 07:30",
            substitute=f"p{number - 1}" if number in (2, 6, 17, 24, 36) else None,
        )
        made.append(row)
        for rival in chance.sample(words.RIVALS, 3):
            _rival_price(book, row, rival, float(price))
    return made


def _rival_price(book: Book, product: Row, rival: str, price: float) -> None:
    chance = book.chance
    at = chance.working(chance.randrange(FIRST, -4))
    book.add(
        "competitor_price",
        book.next("cp"),
        book.group(at // DAY),
        at,
        chance.choice(("rep1", "rep2", "rep3", "jiang.yi")),
        competitor=rival,
        product=product.key,
        their_product=f"{rival[:2]} {product.values['name'].split(' ')[-1]}",
        price=money(max(price * chance.uniform(0.86, 1.12), 0.3)),
        seen_on=at // DAY,
        verified=chance.happens(0.6),
        origin=chance.choice(("poster", "quote", "web", "customer")),
        region=chance.choice(("zj", "js", "sh")),
    )


def product(book: Book) -> Row:
    """One of the products, as customers ask for them."""
    return book.chance.weighted(
        (row, _CATEGORY_WEIGHTS[row.values["category"]]) for row in book.rows["product"]
    )


def campaigns(book: Book) -> dict[str, list[Row]]:
    """Three runs of each campaign, by channel."""
    chance = book.chance
    made: dict[str, list[Row]] = {}
    for number, (name, channel, keyword, budget) in enumerate(words.CAMPAIGNS):
        for run in range(3):
            start = FIRST + run * 120 + number * 9 - number % 7
            length = 4 if channel == "fair" else 60
            spent = budget * chance.uniform(0.82, 1.04)
            row = book.add(
                "campaign",
                book.next("cm"),
                "",
                (start - 20) * DAY + 10 * 60,
                "director",
                name=f"{name} 第{run + 1}期",
                channel=channel,
                keyword=keyword,
                starts_on=start,
                ends_on=start + length,
                region=chance.choice(("zj", "js", "sh", "east")),
                budget=money(budget),
                spent=money(spent),
                target_leads=chance.randrange(40, 120, 5),
            )
            book.move(row, "running", start * DAY + 9 * 60, "director")
            if (start + length) * DAY < END:
                row.values["note"] = f"花费 {spent / 10_000:.1f} 万，{chance.choice(words.LESSONS)}。"
                book.move(row, "closed", (start + length + 1) * DAY + 17 * 60, "director")
            made.setdefault(channel, []).append(row)
    return made


def articles(book: Book) -> None:
    """The knowledge base: each text, and a brief for the main products."""
    chance = book.chance
    for kind, name, topic, stage, body in words.ARTICLES:
        _article(book, kind, name, topic, stage, body, chance.randrange(20, 160))
    for row in book.rows["product"][:: len(book.rows["product"]) // 24][:24]:
        values = row.values
        body = (
            f"规格：{values['spec']}。执行标准：{values['standard']}。目录价 {values['list_price']} 元。"
            f"卖点一句话：同价位里供货稳定、随货带检测报告。适用场景与禁忌见产品手册；施工疑问转技术服务部。"
        )
        _article(
            book, "faq", f"{values['name']}：一页讲清", "", "proposal", body, chance.randrange(3, 60), row.key
        )


def scripts(book: Book) -> None:
    """What to say at which stage; written last, so that the rest of the year stays as it was tuned."""
    for name, stage, body in words.SCRIPTS:
        _article(book, "script", name, "", stage, body, book.chance.randrange(40, 200), always=True)


def _article(
    book: Book,
    kind: str,
    name: str,
    topic: str,
    stage: str,
    body: str,
    used: int,
    product: str = "",
    *,
    always: bool = False,
) -> None:
    at = book.chance.working(book.chance.randrange(FIRST - 100, -30))
    row = book.add(
        "article",
        book.next("ar"),
        "" if always else book.group(at // DAY),
        at,
        "service",
        name=name,
        kind=kind,
        body=body,
        digest=body[:60],
        pipeline_stage=stage,
        topics=topic,
        products=product,
        industries="construction|decoration",
        used=used,
        revision=book.chance.randrange(1, 4),
    )
    book.move(row, "published", book.chance.later(at, 1, 4), "service")


def dealers(book: Book) -> None:
    """Dealers, their orders of the year, and a rebate for each quarter that is over."""
    chance = book.chance
    for number in range(24):
        region = chance.weighted((("zj", 10), ("js", 7), ("sh", 3), ("ah", 4)))
        city = chance.weighted((place, place[1]) for place in words.CITIES[region])
        name = book.unique(
            lambda city=city: (
                f"{city[0]}{chance.choice(words.BRAND_FIRST)}{chance.choice(words.BRAND_SECOND)}{chance.choice(words.PARTNERS)}"
            )
        )
        size = chance.lognormvariate(0, 0.6)
        dealer = book.add(
            "dealer",
            f"d{number + 1}",
            "",
            chance.working(FIRST - chance.randrange(60, 900)),
            "hu.bin",
            name=name,
            level="gold" if size > 1.6 else "silver" if size > 0.9 else "regular",
            region=region,
            contact_name=chance.person(),
            phone=book.phone(),
            agreement_until=chance.randrange(20, 400),
            annual_target=money(round(size * 900_000, -4)),
        )
        _orders(book, dealer, size)


def _orders(book: Book, dealer: Row, size: float) -> None:
    chance, quarters = book.chance, [0.0] * 4
    for _ in range(round(20 * size**0.4)):
        day = chance.randrange(FIRST, 0)
        at = chance.working(day)
        row = product(book)
        price = float(row.values["list_price"]) * 0.9
        quantity = max(round(chance.lognormvariate(9.9, 0.5) * size / price, -1), 10)
        order = book.add(
            "dealer_order",
            book.next("do"),
            book.group(day),
            at,
            "hu.bin",
            dealer=dealer.key,
            product=row.key,
            quantity=money(quantity),
            unit_price=money(price),
            amount=money(quantity * price),
            ordered_on=at // DAY,
            wanted_on=at // DAY + 7,
            region=dealer.values["region"],
            erp_no=f"K3-{book.next('erp')[3:].zfill(6)}",
        )
        if chance.happens(0.04):
            book.move(order, "cancelled", chance.later(at, 0, 2), "hu.bin")
            continue
        quarters[min(-day // 91, 3)] += quantity * price
        _deliver(book, order)
    for quarter in range(1, 4):
        _rebate(book, dealer, quarter, quarters[quarter] * 0.78)


def _deliver(book: Book, order: Row) -> None:
    chance = book.chance
    confirmed = chance.later(order.at, 0, 1)
    shipped = chance.later(confirmed, 1, 4)
    delivered = chance.later(shipped, 1, 5)
    book.move(order, "confirmed", confirmed, "ge.lihua")
    book.move(order, "shipped", shipped, "fu.xiaomin")
    if book.move(order, "delivered", delivered, "fu.xiaomin"):
        order.values["delivered_on"] = delivered // DAY


def _rebate(book: Book, dealer: Row, quarter: int, base: float) -> None:
    chance = book.chance
    at = chance.working(-(quarter - 1) * 91 - chance.randrange(14, 24))
    values: dict[str, Any] = {"year": f"@year q-{quarter}", "quarter": f"@quarter q-{quarter}"}
    row = book.add(
        "rebate",
        book.next("rb"),
        book.group(at // DAY),
        at,
        "hu.bin",
        dealer=dealer.key,
        **values,
        base_amount=money(base),
        last_year_amount=money(base / chance.uniform(0.8, 1.4)),
        pay_as=chance.choice(("goods", "credit", "cash")),
    )
    if base and chance.happens(0.2):
        row.values |= {"deduction": money(min(base * 0.001, 500)), "deduction_reason": "一笔货款逾期 20 天"}
    checked = chance.later(at, 2, 6)
    approved = chance.later(checked, 1, 4)
    book.move(row, "checked", checked, "finance")
    if book.move(row, "approved", approved, "director") and quarter > 1:
        paid = chance.later(approved, 3, 12)
        row.values["paid_on"] = paid // DAY
        book.move(row, "paid", paid, "finance")
