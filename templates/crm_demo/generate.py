"""Writes the demo year of 浙建联, an invented building-materials firm: ``python -m templates.crm_demo.generate``.

The files beside this one are what it writes; ``people.json`` and ``manifest.json`` are written by hand. A seed makes
the same files every time. Numbers of the source text are its aim: 19.3 % of the leads confirm a need, 6.1 % sign.
"""

from __future__ import annotations

from pathlib import Path

from templates.crm_demo.care import behaviour, deal_touches, follow_ups, lead_calls, tasks, tickets
from templates.crm_demo.catalogue import articles, campaigns, dealers, product, products, scripts
from templates.crm_demo.customers import Customer, standing_customers
from templates.crm_demo.deals import Deal, contract, deal
from templates.crm_demo.kit import DAY, END, Book, files_of
from templates.crm_demo.leads import leads

SEED = 20260301
#: Before seasons leave out one in four.
LEADS, STANDING, TICKETS, FOLLOW_UPS, TASKS = 2_540, 350, 520, 540, 980
#: How the deals of standing customers end.
FATES = (("won", 44), ("lost", 33), ("open", 23))


def write_year() -> dict[str, str]:
    """The text of every file by its name."""
    book = Book(SEED)
    products(book)
    running = campaigns(book)
    articles(book)
    dealers(book)
    standing = standing_customers(book, STANDING)
    deals = [made for each in standing for made in _standing_deals(book, each)]
    became = leads(book, LEADS, running)
    for won in became:
        fate = "won" if won.signs else book.chance.weighted((("lost", 58), ("open", 42)))
        made = deal(
            book,
            won.customer,
            won.contact,
            won.product,
            won.at,
            fate,
            source=won.lead.values["source"],
            campaign=won.lead.values["campaign"],
        )
        won.lead.values["converted_opportunity"] = made.row.key
        deals.append(made)
    customers = [*standing, *(won.customer for won in became)]
    _around(book, customers, deals)
    scripts(book)
    return files_of(book)


def _standing_deals(book: Book, each: Customer) -> list[Deal]:
    """One or two deals in the year, and a contract of the year before for one in three."""
    chance, day = book.chance, int(each.group.partition(":")[2])
    if chance.happens(0.33):
        contract(book, each, None, None, chance.later(each.account.moves[-1][1], 5, 60))
    if each.account.values["level"] == "dormant":
        return []
    made = []
    for _ in range(chance.weighted(((1, 7), (2, 2)))):
        at = chance.working(day)
        if at < END:
            made.append(
                deal(book, each, chance.choice(each.contacts), product(book), at, chance.weighted(FATES))
            )
        day += chance.randrange(20, 120)
    return made


def _around(book: Book, customers: list[Customer], deals: list[Deal]) -> None:
    lead_calls(book)
    for made in deals:
        deal_touches(book, made)
    tickets(book, customers, TICKETS)
    follow_ups(book, customers, FOLLOW_UPS)
    tasks(book, customers, deals, TASKS)
    behaviour(book, customers, deals)
    assert max(row.at for rows in book.rows.values() for row in rows) < 5 * DAY


def main() -> None:
    """Write the files."""
    folder = Path(__file__).parent
    for name, content in write_year().items():
        (folder / name).write_text(content, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
