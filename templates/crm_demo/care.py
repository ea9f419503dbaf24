"""What keeps people busy beside the deals: calls and visits, tickets, complaints, requests, tasks, behaviour."""

from __future__ import annotations

from typing import Any

from templates.crm_demo import words
from templates.crm_demo.catalogue import product
from templates.crm_demo.customers import Customer, boss
from templates.crm_demo.deals import Deal
from templates.crm_demo.kit import DAY, END, FIRST, TECHNICIANS, Book, Row, moment, money

_PREVENTABLE = (("yes", 61), ("no", 34), ("unknown", 5))


def activity(
    book: Book, owner: str, group: str, at: int, kind: str, name: str, summary: str, **values: Any
) -> None:
    """A call, visit or meeting; what would be in the future is left out."""
    if at > END:
        return
    minutes = {
        "call": (2, 16),
        "visit": (40, 160),
        "meeting": (50, 150),
        "demo": (40, 90),
        "checkin": (30, 120),
    }
    chance = book.chance
    spent = chance.randrange(*minutes[kind]) if kind in minutes else None
    cost = {"call": 3, "visit": chance.randrange(60, 260), "demo": 120, "meeting": 90}.get(kind)
    book.add(
        "activity",
        book.next("ac"),
        group,
        at,
        owner,
        name=name,
        kind=kind,
        minutes=spent,
        summary=summary if chance.happens(0.5) else None,
        direction="in" if chance.happens(0.15) else None,
        cost=money(cost) if cost else None,
        sentiment=chance.weighted(((None, 7), ("positive", 2), ("negative", 1))),
        **values,
    )


def lead_calls(book: Book) -> None:
    """One to three touches of every lead that somebody spoke to."""
    chance = book.chance
    for lead in book.rows["lead"]:
        if not lead.moves or lead.moves[0][0] != "contacted":
            continue
        at = lead.moves[0][1]
        for number in range(chance.weighted(((0, 6), (1, 5), (2, 1)))):
            name, summary = chance.choice(words.CALLS) if number else words.CALLS[0]
            kind = "call" if not number or chance.happens(0.6) else "wecom"
            activity(
                book, lead.owner, lead.group, at + number, kind, name, summary, lead=lead.key, side="sales"
            )
            at = chance.later(at, 1, 6)


def deal_touches(book: Book, made: Deal) -> None:
    """Visits, meetings and calls along the stages of a deal; sales and technicians take part."""
    chance, row, of = book.chance, made.row, made.customer
    technician = TECHNICIANS[of.firm.place.region]
    common = {"account": of.account.key, "opportunity": row.key, "contact": row.values["contact"]}
    steps = [("need", row.at, row.owner), *row.moves]
    for stage, at, _ in steps:
        when = chance.later(at, 0, 2)
        if chance.happens(0.7 if stage in ("need", "quote", "lost") else 0.1):
            name, summary = chance.choice(words.CALLS[1:])
            activity(book, row.owner, row.group, when, "call", name, summary, side="sales", **common)
        if stage in ("proposal", "sample", "won") and chance.happens(0.6):
            name, summary = chance.choice(words.VISITS)
            who, side = (technician, "technical") if chance.happens(0.45) else (row.owner, "sales")
            spot = f"{of.firm.place.city}{of.firm.place.district}"
            activity(book, who, row.group, when, "visit", name, summary, side=side, place=spot, **common)
        if chance.happens({"negotiation": 0.6, "proposal": 0.25}.get(stage, 0)):
            name, summary = chance.choice(words.MEETINGS)
            activity(book, row.owner, row.group, when + 30, "meeting", name, summary, side="sales", **common)
    if row.stage == "won":
        _survey(book, of, chance.later(made.at, 20, 60))
    _ask(book, made)


def _survey(book: Book, of: Customer, at: int) -> None:
    chance = book.chance
    score = chance.weighted(((10, 24), (9, 26), (8, 20), (7, 12), (6, 7), (5, 5), (3, 4), (1, 2)))
    activity(
        book,
        "fu.xiaomin",
        of.group,
        at,
        "survey",
        chance.choice(words.SURVEYS),
        f"客户打 {score} 分。",
        side="service",
        account=of.account.key,
        contact=of.contacts[0].key,
        nps=score,
        responsiveness=min(100, score * 9 + chance.randrange(0, 12)),
    )


def _ask(book: Book, made: Deal) -> None:
    """A request to colleagues, for one deal in seven."""
    chance, row = book.chance, made.row
    if not chance.happens(0.14):
        return
    kind, name, parameters, answer = chance.choice(words.REQUESTS)
    at = chance.later(row.at, 1, 6)
    if at > END:
        return
    asked = book.add(
        "request",
        book.next("rq"),
        row.group,
        at,
        row.owner,
        name=name.format(project=chance.choice(words.PROJECTS)),
        kind=kind,
        account=made.customer.account.key,
        opportunity=row.key,
        product=made.product.key,
        parameters=parameters,
        content=f"商机 {row.values['name']}，客户希望尽快答复。",
    )
    book.move(asked, "submitted", at + 5, row.owner)
    asked.values["reviewer"] = "service"
    answered = at + chance.count(500) + 45
    if book.move(asked, "in_review", at + 40, "service") and answered < END:
        asked.values |= {"answered_at": moment(answered), "answer": answer}
        book.move(asked, "adopted" if kind == "process_idea" else "answered", answered, "service")


def tickets(book: Book, customers: list[Customer], count: int) -> None:
    """Service tickets over the year of customers that have bought; some end in a complaint."""
    chance = book.chance
    buyers = [
        each
        for each in customers
        if each.account.stage in ("contract_signed", "order_execution", "after_sales")
    ]
    for _ in range(count):
        of = chance.choice(buyers)
        begins = max(of.account.moves[-1][1] // DAY + 1, int(of.group.partition(":")[2]), FIRST)
        if begins < -3:
            ticket = _ticket(book, of, chance.working(chance.randrange(begins, -2)))
            if chance.happens(0.15):
                _complain(book, of, ticket)


def _ticket(book: Book, of: Customer, at: int) -> Row:
    chance = book.chance
    topic, kind, problem, tag, prevention, solution = chance.choice(words.PROBLEMS)
    preventable = chance.weighted(_PREVENTABLE) if prevention else "no"
    row = book.add(
        "ticket",
        book.next("t"),
        of.group,
        at,
        "fu.xiaomin",
        name=f"{of.firm.short}：{topic}",
        account=of.account.key,
        contact=of.contacts[0].key,
        product=product(book).key,
        kind=kind,
        region=of.firm.place.region,
        problem=problem if chance.happens(0.45) else None,
        topic=topic,
        channel=chance.weighted((("hotline", 83), ("wecom", 9), ("sales", 4), ("wechat", 2), ("site", 2))),
        priority=chance.weighted((("normal", 7), ("high", 2), ("urgent", 1), ("low", 1))),
        tags=tag,
        preventable=preventable,
        prevented_by=prevention if preventable == "yes" else None,
    )
    _serve(book, row, of, kind, solution)
    return row


def _serve(book: Book, row: Row, of: Customer, kind: str, solution: str) -> None:
    chance, values = book.chance, row.values
    technician = TECHNICIANS[of.firm.place.region]
    answered = row.at + 1 + chance.count(7)
    if answered > END:
        return
    values |= {"first_response_at": moment(answered), "technician": technician}
    book.move(row, "assigned", answered, "fu.xiaomin")
    begun = chance.later(answered, 0, 1)
    book.move(row, "in_progress", begun, technician)
    if kind != "inquiry" and begun + 90 < END:
        place = f"{of.firm.place.city}{of.firm.place.district}"
        values |= {
            "checkin_at": moment(begun + 90),
            "checkin_place": place,
            "cost": money(chance.randrange(120, 900)),
        }
        activity(
            book,
            technician,
            row.group,
            begun + 90,
            "checkin",
            "上门服务打卡",
            solution,
            side="service",
            ticket=row.key,
            account=of.account.key,
            place=place,
        )
    solved = (
        begun + 30 + chance.count(60) if kind == "inquiry" else max(chance.later(begun, 0, 3), begun + 150)
    )
    if not book.move(row, "resolved", solved, technician):
        return
    values |= {"resolved_at": moment(solved), "solution": solution}
    if kind in ("repair", "rework") and chance.happens(0.12):
        values |= {"second_visit": True, "cost": "4200.00"}
    if book.move(row, "closed", chance.later(solved, 0, 3), "fu.xiaomin"):
        values["satisfaction"] = chance.weighted(((5, 10), (4, 7), (3, 2), (2, 1)))


def _complain(book: Book, of: Customer, ticket: Row) -> None:
    chance = book.chance
    at = chance.later(ticket.at, 0, 3)
    if at > END:
        return
    name, category, cause, why = chance.choice(words.COMPLAINTS)
    row = book.add(
        "complaint",
        book.next("cp-"),
        of.group,
        at,
        "service",
        name=f"{of.firm.short}：{name}",
        account=of.account.key,
        contact=of.contacts[0].key,
        ticket=ticket.key,
        product=ticket.values["product"],
        category=category,
        severity=chance.weighted((("normal", 7), ("serious", 2), ("critical", 1))),
        region=of.firm.place.region,
        description_text=f"{name}。要求三个工作日内答复。",
        repeat=chance.happens(0.16) or None,
    )
    if category in ("promise", "delivery") and chance.happens(0.6):
        row.values |= {
            "promise": "补偿 200 元券",
            "promise_amount": "200.00",
            "promise_kept": chance.happens(0.8),
        }
    if not book.move(row, "tracing", at + 60 + chance.count(300), "service"):
        return
    solved = chance.later(at, 1, 5)
    if not book.move(row, "resolved", max(solved, row.moves[-1][1] + 1), "service"):
        return
    row.values |= {
        "cause_class": cause,
        "cause": why,
        "trace": f"{name}。经查：{why}已回访客户并列入改进清单。",
    }
    closed = chance.later(row.moves[-1][1], 1, 6)
    if book.move(row, "closed", closed, "service"):
        row.values["closed_at"] = moment(closed)


def follow_ups(book: Book, customers: list[Customer], count: int) -> None:
    """Calls on customers between the deals, some by managers."""
    chance = book.chance
    for _ in range(count):
        of = chance.choice(customers)
        begins = max(of.account.at // DAY + 1, int(of.group.partition(":")[2]), FIRST)
        if begins >= -2:
            continue
        at = chance.working(chance.randrange(begins, -2))
        name, summary = chance.choice((*words.CALLS[2:], *words.VISITS[2:]))
        is_boss = chance.happens(0.08)
        owner = boss(of.firm.rep) if is_boss else of.firm.rep
        person = chance.choice(of.contacts)
        kind = chance.weighted((("call", 6), ("wecom", 3), ("visit", 1)))
        side = "management" if is_boss else "sales"
        activity(
            book,
            owner,
            of.group,
            max(at, person.at + 5),
            kind,
            name,
            summary,
            side=side,
            account=of.account.key,
            contact=person.key,
        )
        if chance.happens(0.12):
            _survey(book, of, chance.later(at, 1, 9))


def tasks(book: Book, customers: list[Customer], deals: list[Deal], count: int) -> None:
    """To-dos: most done, some late, some for the days to come."""
    chance = book.chance
    for number in range(count):
        kind, name = chance.choice(words.TASKS)
        near: dict[str, Any]
        if number % 3:
            made = chance.choice(deals)
            of, begins, near = made.customer, made.row.at, {"opportunity": made.row.key}
        else:
            of = chance.choice(customers)
            begins, near = max(of.account.at, FIRST * DAY, int(of.group.partition(":")[2]) * DAY), {}
        days = max(1, -3 - begins // DAY)
        at = chance.working(begins // DAY + 1 + min(int(chance.expovariate(1 / 30)), days))
        if at > END:
            continue
        due = chance.later(at, 1, 9)
        task = book.add(
            "task",
            book.next("tk"),
            of.group,
            at,
            of.firm.rep,
            name=name.format(name=of.firm.short),
            kind=kind,
            assignee=of.firm.rep,
            due_at=moment(due),
            account=of.account.key,
            **near,
            priority=chance.weighted((("normal", 7), ("high", 2), ("low", 1))),
        )
        _do(book, task, kind, due)


def _do(book: Book, task: Row, kind: str, due: int) -> None:
    chance = book.chance
    done = chance.later(task.at, 0, (due - task.at) / DAY + (4 if chance.happens(0.2) else 0))
    if chance.happens(0.06):
        book.move(task, "dropped", done, task.owner)
    elif chance.happens(0.93) and book.move(task, "done", done, task.owner):
        task.values |= {"done_at": moment(done), "result": chance.choice(words.TASK_RESULTS)}
        if kind == "promise":
            task.values["promise_amount"] = "200.00"


def behaviour(book: Book, customers: list[Customer], deals: list[Deal]) -> None:
    """What customers look at: pages and documents, by their accounts and deals."""
    chance = book.chance
    for of in customers:
        begins = max(of.account.at // DAY, int(of.group.partition(":")[2]), FIRST)
        for _ in range(chance.count(7)):
            if begins < -3:
                kind = chance.weighted(
                    (("page_view", 5), ("product_page_visit", 3), ("download", 2), ("mail_opened", 2))
                )
                book.tell(
                    of.account.key, kind, max(chance.anytime(chance.randrange(begins, -2)), of.account.at + 1)
                )
    for made in deals:
        for stage, at, _ in made.row.moves:
            if stage in ("proposal", "quote"):
                for _ in range(1 + chance.count(1.2)):
                    book.tell(made.row.key, "document_opened", min(at + chance.randrange(60, 4_000), END))
            if stage == "proposal" and chance.happens(0.7):
                book.tell(made.row.key, "visit_booked", min(at + chance.randrange(30, 2_000), END))
