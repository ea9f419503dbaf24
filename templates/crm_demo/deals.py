"""Opportunities through their stages, with quotes, samples, contracts, payments and the plans behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from templates.crm_demo import words
from templates.crm_demo.customers import Customer, advance, boss
from templates.crm_demo.kit import DAY, END, TECHNICIANS, Book, Row, moment, money

#: What a deal that is not lost goes through; a sample only where the customer asks for one.
WAY = ("proposal", "quote", "sample", "negotiation", "won")
#: How often a deal that is not won ends, or waits, in a stage.
STOPS = {"need": 2, "proposal": 4, "quote": 5, "sample": 5, "negotiation": 4}
#: Days from the stage before.
DAYS = {"proposal": (1, 5), "quote": (2, 7), "sample": (3, 8), "negotiation": (2, 8), "won": (1, 9)}


@dataclass
class Deal:
    """A deal on its way; ``at`` is when its last stage was entered."""

    row: Row
    customer: Customer
    product: Row
    at: int
    quotes: int = 0


def deal(book: Book, of: Customer, person: Row, wanted: Row, at: int, fate: str, **values: Any) -> Deal:
    """An opportunity and everything that follows from it, as far as the present.

    Args:
        book: the year.
        of: whose.
        person: whom the firm talks to.
        wanted: the product.
        at: when it begins.
        fate: ``won``, ``lost`` or ``open``.
        values: further fields.
    """
    chance, rep = book.chance, of.firm.rep
    amount = _amount(book, of)
    name = f"{of.firm.short}·{chance.choice(words.PROJECTS)}{wanted.values['name'].split(' ')[0]}供货"
    row = book.add(
        "opportunity",
        book.next("o"),
        of.group,
        at,
        rep,
        name=name,
        account=of.account.key,
        contact=person.key,
        amount=money(amount),
        margin=money(amount * chance.uniform(0.14, 0.36)),
        product=wanted.key,
        product_line="building",
        expected_close=min(at // DAY + chance.randrange(18, 75), 90),
        process_class=of.firm.kind,
        requirement=f"{wanted.values['name']}，{wanted.values['spec']}，分批进场。"
        if chance.happens(0.6)
        else None,
        qa_rounds=chance.weighted(((0, 4), (1, 3), (2, 2), (3, 1))),
        tags=chance.weighted(((None, 14), ("tender", 3), ("urgent", 2), ("budget_delay", 2))),
        **values,
    )
    if len(of.contacts) > 1:
        row.values["buying_committee"] = "|".join(each.key for each in of.contacts)
    made = Deal(row, of, wanted, at)
    advance(book, of, "first_contact", at + 2)
    advance(book, of, "need_confirmed", at + 30)
    _go(book, made, fate)
    return made


def _amount(book: Book, of: Customer) -> float:
    """Three in four below 300,000; strategic customers buy more."""
    size = {"strategic": 2.6, "key": 1.8, "active": 1.2}.get(of.account.values["level"], 1.0)
    base: float = book.chance.lognormvariate(11.55, 0.85) * size
    return round(min(max(base, 6_000), 4_800_000), -2)


def _go(book: Book, made: Deal, fate: str) -> None:
    chance = book.chance
    stages = [stage for stage in WAY if stage != "sample" or chance.happens(0.33)]
    stop = chance.weighted((stage, STOPS[stage]) for stage in ("need", *stages[:-1]))
    if fate != "won" and stop == "need":
        stages = []
    for stage in stages:
        if fate != "won" and stage == "won":
            break
        at = chance.later(made.at, *DAYS[stage])
        if not book.move(made.row, stage, at, made.row.owner):
            break
        made.at = at
        _enter(book, made, stage, at)
        if fate != "won" and stage == stop:
            break
    if fate == "lost":
        _lose(book, made)
    elif fate == "open" or made.row.stage != "won":
        _wait(book, made)


def _enter(book: Book, made: Deal, stage: str, at: int) -> None:
    chance, values, of = book.chance, made.row.values, made.customer
    if stage == "proposal":
        values["technician"] = TECHNICIANS[of.firm.place.region]
        version = chance.weighted(((1, 6), (2, 3), (3, 1)))
        sent = chance.later(at, 0, 3)
        values |= {"proposal_version": version} | ({"proposal_sent_at": moment(sent)} if sent < END else {})
        answered = chance.later(sent, 0, 4)
        if answered < END and chance.happens(0.82):
            values["feedback_at"] = moment(answered)
        values["site_window_from"] = at // DAY + 25
        values["site_window_to"] = at // DAY + 25 + chance.randrange(20, 70)
    elif stage == "quote":
        advance(book, of, "quote_sent", at)
        _quotes(book, made, at)
    elif stage == "sample":
        advance(book, of, "sample_delivered", at)
        _sample(book, made, at)
    elif stage == "won":
        _win(book, made, at)


def _wait(book: Book, made: Deal) -> None:
    made.row.values |= {
        "next_step": book.chance.choice(words.NEXT_STEPS),
        "next_step_on": book.chance.randrange(-4, 14),
    }
    made.row.values["expected_close"] = book.chance.randrange(-10, 80)
    if book.chance.happens(0.15):
        made.row.values["note"] = "客户在等预算批复，下月初再催。"


def _lose(book: Book, made: Deal) -> None:
    chance, values = book.chance, made.row.values
    at = chance.later(made.at, 3, 20)
    if not book.move(made.row, "lost", at, made.row.owner):
        return
    reason, _, note = chance.weighted((each, each[1]) for each in words.LOST)
    values |= {"lost_reason": reason, "lost_note": note}
    if reason in ("price", "competitor", "relation"):
        values["lost_to"] = chance.choice(words.RIVALS)
    for quote in book.rows.get("quote", ())[-3:]:
        if quote.values["opportunity"] == made.row.key and quote.stage == "sent":
            book.move(quote, "rejected", at, made.row.owner)


def _quotes(book: Book, made: Deal, at: int) -> None:
    """One to three versions, the last is current."""
    chance = book.chance
    versions = chance.weighted(((1, 6), (2, 3), (3, 1)))
    factor = 1.0 + 0.035 * (versions - 1)
    for number in range(1, versions + 1):
        row = _quote(book, made, at, number, float(made.row.values["amount"]) * factor)
        factor -= 0.035
        made.quotes = number
        at = chance.later(at, 1, 4)
        if number < versions and (at > END or not book.move(row, "withdrawn", at, made.row.owner)):
            break


def _quote(book: Book, made: Deal, at: int, number: int, amount: float) -> Row:
    chance, wanted, rep = book.chance, made.product.values, made.row.owner
    discount = chance.weighted(((0.0, 2), (0.05, 3), (0.08, 3), (0.12, 2), (0.25, 0.4)))
    price = float(wanted["list_price"])
    quantity = max(round(amount * chance.uniform(0.55, 0.9) / (price * (1 - discount))), 1)
    line = round(quantity * price * (1 - discount), 2)
    total = max(round(amount, 2), line)
    sent = at + chance.randrange(20, 200)
    row = book.add(
        "quote",
        book.next("q"),
        made.customer.group,
        at,
        rep,
        opportunity=made.row.key,
        account=made.customer.account.key,
        version_no=number,
        product=made.product.key,
        quantity=money(quantity),
        unit_price=wanted["list_price"],
        discount=f"{discount:.4f}",
        other_amount=money(total - line),
        amount=money(total),
        cost_amount=money(total * chance.uniform(0.64, 0.86)),
        valid_until=at // DAY + 30,
        sent_at=moment(sent),
        payment_terms=chance.weighted(
            (("thirty_seventy", 5), ("milestone", 4), ("net_30", 3), ("prepaid", 2), ("on_delivery", 1))
        ),
        trade_term="fob" if made.customer.firm.kind == "export" else None,
        lines=_lines(book, made, quantity, discount) if chance.happens(0.2) else None,
    )
    if discount > 0.2 and book.move(row, "approval", at + 5, rep):
        row.values["note"] = "年底冲量，一次性特价，主管已口头同意。"
    book.move(row, "sent", max(sent, at + 10), rep)
    return row


def _lines(book: Book, made: Deal, quantity: float, discount: float) -> list[dict[str, str]]:
    """The main product and what is laid beside it."""
    chance = book.chance
    others = chance.sample(book.rows["product"], chance.randrange(1, 3))
    lines = [
        (made.product, float(quantity)),
        *((row, chance.randrange(5, 90) * 10.0) for row in others if row is not made.product),
    ]
    return [
        {
            "product": row.values["name"],
            "quantity": money(count),
            "price": money(float(row.values["list_price"]) * (1 - discount)),
        }
        for row, count in lines
    ]


def _sample(book: Book, made: Deal, at: int) -> None:
    chance = book.chance
    row = book.add(
        "sample",
        book.next("s"),
        made.customer.group,
        at,
        made.row.owner,
        opportunity=made.row.key,
        account=made.customer.account.key,
        product=made.product.key,
        quantity="1.00",
        requested_on=at // DAY,
        name=f"{made.product.values['name'].split(' ')[0]}·{chance.choice(words.SAMPLES_NOTES)}",
    )
    sent = chance.later(at, 1, 3)
    if not book.move(row, "sample", sent, "fu.xiaomin"):
        return
    row.values["sent_on"] = sent // DAY
    back = chance.later(sent, 4, 15)
    if back > END:
        return
    result = chance.weighted((("passed", 7), ("conditional", 2), ("failed", 1)))
    row.values |= {"result": result, "feedback_on": back // DAY}
    if result == "failed":
        book.move(row, "failed", back, "service")
    elif book.move(row, "small_batch", back, "service"):
        row.values["batch_quantity"] = money(chance.randrange(20, 300))
        grown = chance.later(back, 15, 60)
        if chance.happens(0.5) and book.move(row, "mass_production", grown, made.row.owner):
            row.values["annual_quantity"] = money(chance.randrange(8, 60) * 500)


def _win(book: Book, made: Deal, at: int) -> None:
    quote = next((q for q in reversed(book.rows["quote"]) if q.values["opportunity"] == made.row.key), None)
    if quote is not None:
        book.move(quote, "accepted", max(at - 30, quote.moves[-1][1] + 1), made.row.owner)
        made.row.values["amount"] = quote.values["amount"]
    made.row.values["expected_close"] = at // DAY
    made.row.values["margin"] = money(float(made.row.values["amount"]) * book.chance.uniform(0.15, 0.34))
    contract(book, made.customer, made.row, quote, at)


def contract(book: Book, of: Customer, opportunity: Row | None, quote: Row | None, signed: int) -> Row:
    """A contract signed at a moment, with payments and, where people work on a site, a service plan."""
    chance, rep = book.chance, of.firm.rep
    drafted = max(signed - chance.randrange(2, 9) * DAY, of.account.at + 60)
    delivery = signed // DAY + chance.weighted(((12, 3), (25, 4), (45, 4), (75, 2)))
    deal_amount = float(opportunity.values["amount"]) if opportunity else chance.lognormvariate(11.6, 0.7)
    name = opportunity.values["name"].removesuffix("供货") if opportunity else f"{of.firm.short} 年度补货"
    row = book.add(
        "contract",
        book.next("k"),
        of.group,
        drafted,
        rep,
        name=f"{name}合同",
        account=of.account.key,
        opportunity=opportunity.key if opportunity else None,
        quote=quote.key if quote else None,
        kind="export" if of.firm.kind == "export" else "sale",
        template="standard_sale",
        amount=money(deal_amount),
        region=of.firm.place.region,
        signed_on=signed // DAY,
        expires_on=signed // DAY + chance.choice((180, 365, 365, 730)),
        delivery_on=delivery,
        project_manager=TECHNICIANS[of.firm.place.region],
        payment_days=chance.choice((0, 30, 30, 60)),
        prepayment_rate="0.3000",
        retention_rate=chance.choice(("0.0300", "0.0500")),
        warranty_months=24,
        penalty_rate="0.000300",
        dispute_place="ours",
        liability_cap=True,
    )
    _sign(book, row, of, drafted, signed)
    if row.stage in ("signed", "executing", "completed"):
        advance(book, of, "contract_signed", signed)
    _payments(book, row, of, signed, delivery, deal_amount)
    if deal_amount > 60_000 and chance.happens(0.42):
        _plan(book, row, of, signed, delivery)
    _finish(book, row, of, signed, delivery)
    return row


def _sign(book: Book, row: Row, of: Customer, drafted: int, signed: int) -> None:
    chance, rep = book.chance, of.firm.rep
    days = (signed - drafted) // DAY
    reviewed = chance.working(drafted // DAY + days // 3)
    if chance.happens(0.14):
        row.values |= {
            "template": "customer_draft",
            "penalty_rate": "0.000800",
            "legal_opinion": "客户版本：违约金上限改为合同额 10%，争议改由我方所在地法院管辖，其余可接受。",
        }
        book.move(row, "legal_review", max(drafted + 30, min(reviewed, signed - 90)), rep)
    approved = min(chance.working(drafted // DAY + days * 2 // 3), signed - 30)
    book.move(row, "approval", max(approved, (row.moves[-1][1] if row.moves else drafted) + 10), boss(rep))
    book.move(row, "signed", signed, rep)


def _finish(book: Book, row: Row, of: Customer, signed: int, delivery: int) -> None:
    chance = book.chance
    begun = chance.later(signed, 2, 8)
    if row.stage != "signed" or not book.move(row, "executing", begun, "service"):
        return
    advance(book, of, "order_execution", begun)
    nodes = [node for node in book.rows["payment_node"] if node.values["contract"] == row.key]
    paid = max((node.moves[-1][1] for node in nodes if node.stage == "paid"), default=0)
    if all(node.stage == "paid" for node in nodes):
        done = chance.later(max(paid, delivery * DAY), 1, 6)
        if book.move(row, "completed", done, "finance"):
            advance(book, of, "after_sales", done)


def _payments(book: Book, row: Row, of: Customer, signed: int, delivery: int, amount: float) -> None:
    """Thirty per cent at once, the rest with the goods and the acceptance; part is kept back on large ones."""
    first = round(amount * 0.3, 2)
    kept = round(amount * 0.05, 2) if amount > 200_000 else 0.0
    middle = round((amount - first - kept) * 0.6, 2)
    parts = [
        ("预付款", "prepayment", signed // DAY + 7, first),
        ("发货款", "delivery", delivery, middle),
        ("验收款", "acceptance", delivery + 30, round(amount - first - kept - middle, 2)),
    ]
    if kept:
        parts.append(("质保金", "retention", delivery + 365, kept))
    slow = of.account.values.get("tags") == "late_payer"
    for number, (name, kind, due, part) in enumerate(parts, start=1):
        node = book.add(
            "payment_node",
            book.next("n"),
            of.group,
            signed + number,
            "ge.lihua",
            name=name,
            contract=row.key,
            account=of.account.key,
            sequence=number,
            kind=kind,
            amount=money(part),
            due_on=due,
        )
        _pay(book, node, due, part, slow=slow)


def _pay(book: Book, node: Row, due: int, part: float, *, slow: bool) -> None:
    chance, values = book.chance, node.values
    invoiced = chance.working(due - chance.randrange(4, 12))
    if invoiced > node.at and book.move(node, "invoiced", invoiced, "ge.lihua"):
        values |= {"invoiced_on": invoiced // DAY, "invoice_no": f"2033{int(book.next('fp')[2:]):08d}"}
    late = chance.happens(0.5 if slow else 0.075)
    days = chance.randrange(4, 75) if late else -chance.randrange(0, 6)
    at = chance.working(max(due + days, node.at // DAY + 1))
    if late and due < -1 and book.move(node, "overdue", chance.working(due + 1), "ge.lihua"):
        values["note"] = chance.choice(
            ("电话催收，对方称付款流程在走。", "已发催款函，财务与销售双线跟进。", "客户承诺月底前付清。")
        )
        if at > END:
            values["promised_on"] = chance.randrange(1, 15)
    if at > END or at <= (node.moves[-1][1] if node.moves else node.at):
        at = max(at, (node.moves[-1][1] if node.moves else node.at) + 60)
    if book.move(node, "paid", at, "ge.lihua"):
        values |= {
            "paid_on": at // DAY,
            "paid_amount": money(part),
            "method": chance.weighted((("transfer", 8), ("acceptance", 2))),
            "bank_reference": f"D{int(book.next('bank')[4:]):06d}",
        }
    elif late and chance.happens(0.3):
        values["paid_amount"] = money(part * 0.4)


def _plan(book: Book, row: Row, of: Customer, signed: int, delivery: int) -> None:
    """Twelve nodes counted back from the day of handover."""
    chance = book.chance
    handover = max(delivery, signed // DAY + 61) + chance.randrange(0, 20)
    technician = TECHNICIANS[of.firm.place.region]
    plan = book.add(
        "service_plan",
        book.next("sp"),
        of.group,
        signed + 20,
        "service",
        name=row.values["name"].removesuffix("合同") + "服务计划",
        contract=row.key,
        account=of.account.key,
        region=of.firm.place.region,
        project_manager=technician,
        customer_contact=of.contacts[0].key,
        supervisor_name=f"{chance.person()}（监理）",
        supervisor_phone=book.phone(),
        signed_on=signed // DAY,
        handover_on=handover,
        site_window_from=handover - 25,
        site_window_to=handover,
    )
    open_nodes = 0
    for number, (kind, name, back, checklist) in enumerate(words.NODES, start=1):
        planned = handover - back
        node = book.add(
            "service_node",
            book.next("sn"),
            of.group,
            plan.at + number,
            "service",
            plan=plan.key,
            kind=kind,
            name=name,
            sequence=number,
            planned_on=planned,
            checklist=checklist if number % 3 == 1 else None,
        )
        open_nodes += _reach(book, node, planned, technician)
    if not open_nodes:
        book.move(plan, "done", chance.later(handover * DAY + 600, 1, 4), "service")


def _reach(book: Book, node: Row, planned: int, technician: str) -> bool:
    """Whether a node is still open."""
    chance = book.chance
    told = (planned - 2) * DAY + 9 * 60
    if told > END:
        return True
    book.move(node, "notified", max(told, node.at + 1), "service")
    if chance.happens(0.02):
        node.values["note"] = "本项目不涉及该工序。"
        book.move(node, "skipped", max(chance.working(planned), node.at + 2), technician)
        return False
    slip = chance.weighted(((0, 78), (1, 8), (3, 5), (7, 3)))
    if slip and book.move(node, "late", max((planned + 1) * DAY + 540, node.at + 2), "service"):
        node.values["note"] = chance.choice(
            ("雨天停工顺延。", "监理未到场，改期。", "客户方人员变动，重新约时间。")
        )
    done = max(chance.working(planned + slip), node.moves[-1][1] + 30)
    if chance.happens(0.04) or not book.move(node, "confirmed", done, technician):
        return True
    node.values["actual_on"] = done // DAY
    return False
