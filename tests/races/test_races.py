"""Fifty clients at once against the real server on both databases: every outcome is exact, none is 5xx."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa

from schema_store.database import reading
from tests.conftest import Databases
from tests.processes import Process, prepare

CLIENTS = 50
T = TypeVar("T")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    if request.param not in databases.names:
        pytest.skip("PostgreSQL does not answer")
    process = prepare(databases, request.param, tmp_path_factory.mktemp("home"))
    process.start()
    try:
        yield process
    finally:
        process.stop()
        databases.remove(process.crm.engine)


def at_once(server: Process, act: Callable[[httpx.Client, int], T], app: str = "crm") -> list[T]:
    """What each of fifty clients gets that begin at the same moment."""
    start = threading.Barrier(CLIENTS)

    def run(number: int) -> T:
        with server.client(app=app) as client:
            start.wait()
            return act(client, number)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(run, range(CLIENTS)))


def told(answer: httpx.Response) -> tuple[int, str]:
    assert answer.status_code < 500, answer.text
    code = answer.json().get("code") if answer.is_error else ""
    return answer.status_code, code


def made(client: httpx.Client, entity: str, **values: Any) -> dict[str, Any]:
    answer = client.post(f"records/{entity}", json=values)
    assert answer.status_code == 201, answer.text
    record: dict[str, Any] = answer.json()
    return record


def rows(server: Process, entity: str) -> int:
    with reading(server.crm.engine) as connection:
        table = server.crm.served.entity_table(entity)
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_p17_no_update_is_lost(server: Process) -> None:
    """Everyone adds one to what they read, with its version, until it is taken."""
    with server.client() as client:
        id_ = made(client, "lead", name="计数")["id"]

    def add(client: httpx.Client, _number: int) -> int:
        for tries in range(10 * CLIENTS):
            seen = client.get(f"records/lead/{id_}")
            minutes = seen.json()["site_minutes"] + 1
            answer = client.patch(
                f"records/lead/{id_}",
                json={"site_minutes": minutes},
                headers={"if-match": seen.headers["etag"]},
            )
            if told(answer) == (200, ""):
                return tries
            assert told(answer) == (412, "stale")
        raise AssertionError("never got through")

    stale = sum(at_once(server, add))
    with server.client() as client:
        record = client.get(f"records/lead/{id_}").json()
        history = client.get(f"records/lead/{id_}/history?limit=500").json()["items"]
    print(f"{CLIENTS} updates, {stale} stale in between")
    assert (record["site_minutes"], record["version"]) == (CLIENTS, CLIENTS + 1)
    assert [entry["version"] for entry in history] == list(range(CLIENTS + 1, 0, -1))
    written = [
        each["after"] for entry in history for each in entry["changes"] if each["field"] == "site_minutes"
    ]
    assert written == list(range(CLIENTS, -1, -1))


def test_p17_updates_without_a_version_all_stand_in_the_history(server: Process) -> None:
    """Different fields by everyone at once: each write is whole, and none undoes another's field."""
    with server.client() as client:
        id_ = made(client, "lead", name="字段")["id"]
    fields = ("company", "position", "keyword", "city", "note")

    def write(client: httpx.Client, number: int) -> tuple[str, str]:
        field, value = fields[number % len(fields)], f"值{number}"
        assert told(client.patch(f"records/lead/{id_}", json={field: value})) == (200, "")
        return field, value

    given = at_once(server, write)
    with server.client() as client:
        record = client.get(f"records/lead/{id_}").json()
        history = client.get(f"records/lead/{id_}/history?limit=500").json()["items"]
    written = [(each["field"], each["after"]) for entry in history for each in entry["changes"]]
    assert record["version"] == CLIENTS + 1
    assert set(given) <= set(written)
    # The value that stands is the last one written, and each change began where the one before it ended.
    for field in fields:
        changes = [each for entry in history for each in entry["changes"] if each["field"] == field]
        assert record[field] == changes[0]["after"]
        assert [each["before"] for each in changes[:-1]] == [each["after"] for each in changes[1:]]


def test_p18_of_equal_unique_values_one_wins(server: Process) -> None:
    def create(client: httpx.Client, number: int) -> list[tuple[int, str]]:
        return [told(client.post("records/account", json={"name": name})) for name in names]

    names = [f"唯一{number}{uuid4().hex}公司" for number in range(3)]
    for answers in map(Counter, zip(*at_once(server, create), strict=True)):
        assert answers.pop((201, "")) == 1
        assert answers.keys() <= {(409, "unique"), (409, "duplicate")}, answers


def test_p18_upserts_of_one_value_make_one_record(server: Process) -> None:
    before, serial = rows(server, "account"), f"同{uuid4().hex}公司"
    answers = Counter(
        at_once(
            server,
            lambda client, n: told(client.put(f"records/account/by/name/{serial}", json={"note": str(n)})),
        )
    )
    assert rows(server, "account") == before + 1
    assert answers[(201, "")] == 1
    assert answers.keys() <= {(201, ""), (200, ""), (409, "unique"), (409, "duplicate"), (409, "conflict")}, (
        answers
    )


def test_p18_numbers_have_neither_gaps_nor_doubles(server: Process) -> None:
    """Every second create is refused after its number was taken: the number is given again."""

    def create(client: httpx.Client, number: int) -> str | None:
        bad = {"founded_on": "2999-01-01"} if number % 2 else {}
        answer = client.post("records/account", json={"name": f"编号{uuid4().hex}", **bad})
        assert told(answer) == ((422, "invalid") if number % 2 else (201, "")), answer.text
        return None if number % 2 else str(answer.json()["code"])

    first = [code for code in at_once(server, create) if code]
    again = [code for code in at_once(server, create) if code]
    numbers = sorted(int(code.rpartition("-")[2]) for code in (*first, *again))
    assert numbers == list(range(numbers[0], numbers[0] + CLIENTS))


def test_numbers_that_may_have_gaps_have_no_doubles(server: Process) -> None:
    codes = at_once(server, lambda client, n: made(client, "lead", name=f"线索{n}")["code"])
    assert len(set(codes)) == CLIENTS


def test_p16_the_same_key_does_it_once(server: Process) -> None:
    before, key = rows(server, "lead"), uuid4().hex

    def create(client: httpx.Client, _number: int) -> tuple[int, bytes, str, str]:
        answer = client.post("records/lead", json={"name": "一次"}, headers={"idempotency-key": key})
        assert answer.status_code < 500, answer.text
        return answer.status_code, answer.content, answer.headers["location"], answer.headers["etag"]

    answers = set(at_once(server, create))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 201
    assert rows(server, "lead") == before + 1


def test_a_full_stage_takes_one_more_and_no_more(server: Process) -> None:
    with server.client(app="gauntlet") as client:
        area = str(server.crm.ids["east"])
        things = [made(client, "thing", name="n", area=area)["id"] for _ in range(CLIENTS)]

    def enter(client: httpx.Client, number: int) -> tuple[int, str]:
        return told(client.post(f"records/thing/{things[number]}/transition", json={"to": "small"}))

    answers = Counter(at_once(server, enter, "gauntlet"))
    assert answers == {(200, ""): 1, (409, "stage_frozen"): CLIENTS - 1}


def test_roll_ups_are_the_sums_of_their_children(server: Process) -> None:
    """Children made, changed, moved away and deleted at once, and an account that is changed itself meanwhile."""
    with server.client() as client:
        one, two = (made(client, "account", name=f"汇总{uuid4().hex}")["id"] for _ in range(2))

    def act(client: httpx.Client, number: int) -> None:
        account = one if number % 2 else two
        deal = made(client, "opportunity", name="单", account=account, amount=f"{number}.25")["id"]
        match number % 4:
            case 0:
                changed = client.patch(f"records/opportunity/{deal}", json={"amount": "1000.50"})
                assert told(changed) == (200, "")
            case 1:
                move = client.patch(f"records/opportunity/{deal}", json={"account": two})
                assert told(move) == (200, "")
            case 2:
                assert client.delete(f"records/opportunity/{deal}").status_code == 204
            case 3:
                noted = client.patch(f"records/account/{account}", json={"note": str(number)})
                assert told(noted) == (200, "")

    at_once(server, act)
    with server.client() as client:
        for account in (one, two):
            record = client.get(f"records/account/{account}").json()
            words = {"filter": f'account.name == "{record["name"]}"', "limit": "500", "fields": "amount"}
            deals = client.get("records/opportunity", params=words).json()["items"]
            assert record["open_opportunities"] == len(deals)
            assert Decimal(record["pipeline_amount"]) == sum(Decimal(deal["amount"]) for deal in deals)
