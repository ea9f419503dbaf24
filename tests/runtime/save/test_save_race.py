"""Many savers at once: no lost update, no number twice, no roll-up that misses a child, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from runtime.refusals import Stale, UniqueTaken
from tests.runtime.save.kit import World
from tests.runtime.save.test_save_rollups import from_scratch
from tests.runtime.save.test_save_steps import fresh

THREADS, EACH = 8, 6


def at_once(act: Callable[[int], object]) -> list[object]:
    """What each of the threads answers, or the refusal it met."""
    start = threading.Barrier(THREADS)

    def run(number: int) -> object:
        start.wait()
        try:
            return act(number)
        except (Stale, UniqueTaken) as refusal:
            return refusal

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_numbers_are_given_once_and_without_a_hole(shop: World):
    def act(number: int) -> list[str]:
        return [shop.create("customer", {"name": fresh(f"race{number}")}).values["code"] for _ in range(EACH)]

    numbers = sorted(int(code[-4:].lstrip("-")) for codes in at_once(act) for code in codes)  # type: ignore[union-attr]  # no refusal here
    assert numbers == list(range(numbers[0], numbers[0] + THREADS * EACH))


def test_of_equal_values_one_wins(shop: World):
    name = fresh("same")
    answers = at_once(lambda _: shop.create("customer", {"name": name}))
    assert sum(not isinstance(each, UniqueTaken) for each in answers) == 1


def test_no_update_is_lost(shop: World):
    """Everyone adds one to what they read, with its version, until it is taken: every one counts."""
    record = shop.create("product", {"name": fresh(), "price": "0.00"}).id

    def add(_number: int) -> int:
        stale = 0
        for _ in range(EACH):
            while True:
                seen = shop.stored("product", record)
                try:
                    price = f"{seen['price'] + 1:.2f}"
                    shop.update("product", record, {"price": price}, version=seen["version"])
                    break
                except Stale:
                    stale += 1
        return stale

    at_once(add)
    stored = shop.stored("product", record)
    assert stored["price"] == THREADS * EACH
    assert stored["version"] == THREADS * EACH + 1
    assert [row.version for row in shop.support("history", record)] == list(range(1, THREADS * EACH + 2))


def test_a_roll_up_misses_no_child_of_those_who_save_at_once(shop: World):
    customer = shop.create("customer", {"name": fresh()}).id

    def order(_number: int) -> None:
        for _ in range(EACH):
            shop.create("order", {"customer": str(customer), "amount": "1.00"})

    at_once(order)
    assert shop.stored("customer", customer)["total"] == Decimal(THREADS * EACH)
    assert from_scratch(shop) == {}
