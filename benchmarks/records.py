"""Records over HTTP beside a hand-written app, both as processes of one worker, in turns, on both databases.

``python -m benchmarks records --rows 1000000 --seconds 1 --rounds 7 --only get,list --database postgresql``
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from benchmarks.http_client import Run, drive, request
from benchmarks.installation import SERVER, Pair, free_port, installed, ours_running, reference_running
from benchmarks.processor import Meter

#: Ratios of requests a second to the reference app (DESIGN 9).
TARGETS = {"get": 1.0, "list": 1.0, "create": 0.6, "update": 0.6, "bulk": 0.5}
LINES = (1, 16)
#: Leads that came from elsewhere have numbers from here on, so that nobody's phone is taken.
_NEW = 5_000_000_000
#: Some ten thousand names, as a firm meets them: who has the same one is looked at twice.
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
_GIVEN = "伟芳敏静强磊洋艳勇军杰娟涛超明霞平刚桂英"


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of request to each app, and what both answer with.

    Attributes:
        ours, theirs: make the next request.
        status: of ours and theirs.
        most: requests of one round (a bulk request is a second by itself).
        lines: numbers of connections it is driven with.
    """

    name: str
    ours: Callable[[], bytes]
    theirs: Callable[[], bytes]
    status: tuple[int, int] = (200, 200)
    most: int = 1_000_000
    lines: tuple[int, ...] = LINES


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    port: int
    meter: Meter


@dataclass(frozen=True, slots=True)
class Servers:
    """Ours, theirs, and theirs without transactions round reads (PostgreSQL only)."""

    ours: Server
    theirs: Server
    bare: Server | None


def run(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks records")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--only", default="get,list,create,update,bulk,pages")
    parser.add_argument("--database", default="sqlite,postgresql")
    options = parser.parse_args(arguments or [])
    for dialect in options.database.split(","):
        with installed(dialect, options.rows) as pair, ExitStack() as stack:
            servers = _start(pair, dialect, stack)
            print(
                f"\nRecords on {dialect}, {options.rows:,} leads (ratios: requests a second, ours to hand-written)"
            )
            for work in _works(pair, servers):
                if work.name in options.only.split(","):
                    _measure(work, servers, options.rounds, options.seconds)
            if "pages" in options.only.split(","):
                _pages(pair, servers.ours.port, options.rounds, options.seconds)


def _start(pair: Pair, dialect: str, stack: ExitStack) -> Servers:
    on_postgres = dialect == "postgresql"
    engine = (
        sa.create_engine(SERVER, isolation_level="AUTOCOMMIT")
        if on_postgres
        else sa.create_engine("sqlite://")
    )

    def start(run: Callable[..., Any], url: str, **environment: str) -> Server:
        port = free_port()
        process = stack.enter_context(run(pair, port, **environment))
        return Server(port, Meter(process.pid, make_url(url).database if on_postgres else None, engine))

    bare = start(reference_running, pair.theirs, REFERENCE_AUTOCOMMIT="1") if on_postgres else None
    return Servers(start(ours_running, pair.ours), start(reference_running, pair.theirs), bare)


def _works(pair: Pair, servers: Servers) -> Iterator[Work]:
    token = pair.tokens["director"]
    ours, theirs = "/api/v1/apps/crm/records/lead", "/leads"
    leads = _some_leads(servers, token)
    luck = random.Random(1)
    number = itertools.count(_NEW)

    def to_ours(method: str, path: str, body: Any = None) -> bytes:
        raw = None if body is None else orjson.dumps(body)
        return request(method, ours + path, servers.ours.port, token=token, body=raw)

    def to_theirs(method: str, path: str, body: Any = None) -> bytes:
        return request(
            method, theirs + path, servers.theirs.port, body=None if body is None else orjson.dumps(body)
        )

    def lead() -> dict[str, Any]:
        return new_lead(next(number), luck, pair.regions)

    yield Work(
        "get",
        lambda: to_ours("GET", f"/{luck.choice(leads)}"),
        lambda: to_theirs("GET", f"/{luck.choice(leads)}"),
    )
    asked = quote('stage == "qualified" and budget >= 100000', safe="")
    yield Work(
        "list",
        lambda: to_ours("GET", f"?filter={asked}&sort=-created_at&limit=50"),
        lambda: to_theirs("GET", "?stage=qualified&budget=100000&limit=50"),
    )
    yield Work(
        "create", lambda: to_ours("POST", "", lead()), lambda: to_theirs("POST", "", lead()), (201, 201)
    )

    def change() -> dict[str, Any]:
        return {"note": f"called at {luck.random()}"}

    yield Work(
        "update",
        lambda: to_ours("PATCH", f"/{luck.choice(leads)}", change()),
        lambda: to_theirs("PATCH", f"/{luck.choice(leads)}", change()),
    )
    yield Work(
        "bulk",
        lambda: to_ours("POST", "/bulk", {"create": [lead() for _ in range(1_000)]}),
        lambda: to_theirs("POST", "/bulk", [lead() for _ in range(1_000)]),
        most=1,
        lines=(1,),
    )


def new_lead(number: int, luck: random.Random, regions: list[str]) -> dict[str, Any]:
    """What is sent to make a lead."""
    return {
        "name": luck.choice(_SURNAMES) + luck.choice(_GIVEN) + luck.choice(_GIVEN),
        "phone": f"1{number}",
        "email": f"new{number}@example.com",
        "company": f"上海{luck.choice(_SURNAMES)}氏建材 {number % 100_000}",
        "source": "website",
        "region": luck.choice(regions) if regions else None,
        "city": "上海",
        "budget": "120000.00",
        "need": "需要外墙保温材料，约 2000 平方米，请尽快联系。",
        "site_minutes": luck.randrange(9),
        "downloads": luck.randrange(4),
    }


def _some_leads(servers: Servers, token: str) -> list[str]:
    """Ids of leads that both have, from all over the table."""
    found: list[str] = []
    with httpx.Client(
        base_url=f"http://127.0.0.1:{servers.ours.port}", headers={"Authorization": f"Bearer {token}"}
    ) as http:
        for stage, sort in itertools.product(("captured", "qualified", "converted", "dormant"), ("", "-")):
            words = {
                "filter": f'stage == "{stage}"',
                "sort": f"{sort}created_at",
                "fields": "id",
                "limit": "500",
            }
            answer = http.get("/api/v1/apps/crm/records/lead", params=words)
            answer.raise_for_status()
            found += [each["id"] for each in answer.json()["items"]]
    return found


@dataclass(slots=True)
class Side:
    """What was seen of one server: runs, requests, seconds of processor of it and of its database."""

    runs: list[Run] = field(default_factory=list)
    requests: int = 0
    own: float = 0.0
    database: float = 0.0

    @property
    def cost(self) -> float:
        """Seconds of processor a request, database and all."""
        return (self.own + self.database) / self.requests


def _measure(work: Work, servers: Servers, rounds: int, seconds: float) -> None:
    for lines in work.lines:
        asked: dict[str, tuple[Server, Callable[[], bytes], int]] = {
            "ours": (servers.ours, work.ours, work.status[0]),
            "theirs": (servers.theirs, work.theirs, work.status[1]),
        }
        if servers.bare and work.name in ("get", "list"):
            asked["bare"] = (servers.bare, work.theirs, work.status[1])
        sides = {name: Side() for name in asked}
        for count in range(rounds + 1):
            for name, (server, make, status) in asked.items():
                before = server.meter.read()
                run = drive(server.port, make, lines=lines, seconds=seconds, most=work.most, expect=status)
                after = server.meter.read()
                if count:  # the first round warms both up
                    side = sides[name]
                    side.runs.append(run)
                    side.requests += run.requests
                    side.own += after[0] - before[0]
                    side.database += after[1] - before[1]
        _show(work.name, lines, sides)


def _show(name: str, lines: int, sides: dict[str, Side]) -> None:
    def ratio(other: str) -> float:
        return statistics.median(
            a.rate / b.rate for a, b in zip(sides["ours"].runs, sides[other].runs, strict=True)
        )

    print(
        f"  {name}, {lines} line{'s' if lines > 1 else ''}: {ratio('theirs'):.2f} × (target ≥ {TARGETS[name]})",
        end="",
    )
    if "bare" in sides:
        print(f"; without transactions {ratio('bare'):.2f} ×", end="")
    print()
    for who, side in sides.items():
        rate, slow = (statistics.median(getattr(run, what) for run in side.runs) for what in ("rate", "slow"))
        own, database = (seconds / side.requests * 1e3 for seconds in (side.own, side.database))
        client = statistics.median(run.client for run in side.runs) * 1e6
        print(
            f"    {who:7}{rate:8.1f}/s  p99 {slow * 1e3:7.1f} ms  processor {own:6.2f} + {database:5.2f} ms"
            f" ({sides['theirs'].cost / side.cost:.2f} ×)  client {client:.0f} µs",
            flush=True,
        )


def _pages(pair: Pair, port: int, rounds: int, seconds: float) -> None:
    """Page 1 beside page 1,000 of 50, by a cursor that 100 pages of 500 led to."""
    token, path = pair.tokens["director"], "/api/v1/apps/crm/records/lead?sort=-created_at"
    cursor = ""
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}
    ) as http:
        for limit in [500] * 99 + [450]:
            answer = http.get(f"{path}&limit={limit}&fields=id{cursor}")
            answer.raise_for_status()
            cursor = f"&cursor={quote(answer.json()['next'], safe='')}"
    first = request("GET", f"{path}&limit=50", port, token=token)
    deep = request("GET", f"{path}&limit=50{cursor}", port, token=token)
    ratios, times = [], []
    for _ in range(rounds):
        pair_of = [drive(port, lambda made=made: made, seconds=seconds).median for made in (first, deep)]
        ratios.append(pair_of[1] / pair_of[0])
        times.append(pair_of[0])
    print(
        f"  page 1,000 takes {statistics.median(ratios):.2f} × page 1 (target ≤ 1.2), "
        f"which takes {statistics.median(times) * 1e3:.2f} ms",
        flush=True,
    )
