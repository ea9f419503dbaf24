"""The stream over real HTTP: what comes, how soon, when it ends, and what many of them cost."""

from __future__ import annotations

import http.client
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from api.streams import MOST_OF_PERSON
from runtime.people.passwords import hash_password
from runtime.people.users import set_password, update_user
from schema_store.database import writing
from tests.api.crm import Crm, crm
from tests.api.test_after_commit import hot, work
from tests.asgi import serving
from tests.people import PASSWORD

__all__ = ["crm"]
Event = tuple[str, dict[str, Any], str]


@dataclass
class Reader:
    """Reads a stream in a thread of its own."""

    address: str
    headers: dict[str, str]
    words: str = ""
    events: list[Event] = field(default_factory=list)
    status: int = 0
    is_over: bool = False
    _connection: http.client.HTTPConnection | None = None

    def read(self) -> None:
        """Until it ends, or :meth:`close` is called."""
        host = self.address.removeprefix("http://")
        self._connection = connection = http.client.HTTPConnection(host, timeout=60)
        try:
            connection.request("GET", f"/api/v1/stream{self.words}", headers=self.headers)
            answer = connection.getresponse()
            self.status = answer.status
            self._take(answer)
        finally:
            connection.close()
            self.is_over = True

    def _take(self, answer: http.client.HTTPResponse) -> None:
        fields: dict[str, str] = {}
        while raw := answer.readline():
            name, _, value = raw.decode().rstrip("\n").partition(": ")
            if value:
                fields[name] = value
                continue
            if "event" in fields:
                event = (fields["event"], orjson.loads(fields["data"]), fields.get("id", ""))
                self.events.append(event)
            fields = {}

    def close(self) -> None:
        """Go away, as a page that is closed."""
        if self._connection is not None and self._connection.sock is not None:
            self._connection.sock.shutdown(socket.SHUT_RDWR)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """What came of one kind."""
        return [data for name, data, _ in self.events if name == kind]

    def until(self, holds: Callable[[], bool], seconds: float = 5) -> float:
        """Wait until something holds; how long that took."""
        begin = time.monotonic()
        while not holds():
            assert time.monotonic() - begin < seconds, self.events
            time.sleep(0.02)
        return time.monotonic() - begin


@contextmanager
def reading(address: str, headers: dict[str, str], words: str = "") -> Iterator[Reader]:
    reader = Reader(address, headers, words)
    thread = threading.Thread(target=reader.read, daemon=True)
    thread.start()
    try:
        reader.until(lambda: bool(reader.events) or reader.is_over)
        yield reader
    finally:
        reader.close()
        thread.join(timeout=10)


@pytest.fixture
def address(crm: Crm) -> Iterator[str]:
    with serving(crm.app) as found:
        yield found
        crm.app.state.streams.close()


def bearer(crm: Crm, who: str) -> dict[str, str]:
    return {"authorization": f"Bearer {crm.tokens[who]}"}


@contextmanager
def session(crm: Crm, address: str, who: str) -> Iterator[tuple[httpx.Client, dict[str, str]]]:
    """Somebody who signed in, and the header by which their browser shows it."""
    with writing(crm.engine) as connection:
        set_password(connection, crm.ids[who], hash_password(PASSWORD), crm.clock.now)
    with httpx.Client(base_url=f"{address}/api/v1", headers={"origin": address}) as client:
        assert client.post("/auth/login", json={"username": who, "password": PASSWORD}).status_code == 200
        yield client, {"cookie": f"dougong={client.cookies['dougong']}"}


def activate(crm: Crm, who: str, *, active: bool) -> None:
    with writing(crm.engine) as connection:
        update_user(connection, crm.ids[who], {"active": active}, crm.clock.now)


def test_a_notice_comes_within_two_seconds_of_the_rule(crm: Crm, address: str) -> None:
    with reading(address, bearer(crm, "rep1")) as rep, reading(address, bearer(crm, "rep2")) as other:
        before = rep.of("hello")[0]["unread"]
        record = hot(crm)
        work(crm, record)
        assert rep.until(lambda: bool(rep.of("notification"))) < 2
        (notice,) = rep.of("notification")
        assert (notice["record_id"], notice["unread"]) == (record, before + 1)
        assert notice["subject"].startswith("高意向线索")
        assert crm.as_("rep1").get("/notifications").json["items"][0] == {
            name: value for name, value in notice.items() if name != "unread"
        }
        time.sleep(1.2)
        assert len(rep.of("notification")) == 1, "told once"
        assert other.of("notification") == []


def test_what_came_meanwhile_is_told_when_it_goes_on(crm: Crm, address: str) -> None:
    work(crm, hot(crm))
    known = crm.as_("rep1").get("/notifications?limit=1").json["items"][0]["id"]
    later = hot(crm)
    work(crm, later)
    for words, more in (("?seconds=0", {"last-event-id": known}), (f"?seconds=0&after={known}", {})):
        with reading(address, bearer(crm, "rep1") | more, words) as rep:
            rep.until(lambda: rep.is_over)
            assert [each["record_id"] for each in rep.of("notification")] == [later]
            assert [name for name, _, _ in rep.events] == ["hello", "notification", "end"]
    with reading(address, bearer(crm, "rep1") | {"last-event-id": "none"}, "?seconds=0") as rep:
        assert rep.of("notification") == []


def test_who_signs_out_is_told_nothing_any_more(crm: Crm, address: str) -> None:
    with session(crm, address, "rep1") as (client, cookie), reading(address, cookie) as rep:
        assert client.post("/auth/logout").status_code == 204
        assert rep.until(lambda: rep.is_over) < 1.5
        assert rep.of("end") == [{"reason": "signed_out"}]
        work(crm, hot(crm))
    assert rep.of("notification") == []
    with reading(address, cookie) as rep:
        assert (rep.status, rep.events) == (401, [])


def test_who_is_deactivated_is_told_nothing_any_more(crm: Crm, address: str) -> None:
    with ExitStack() as stack:
        _, cookie = stack.enter_context(session(crm, address, "rep3"))
        rep = stack.enter_context(reading(address, cookie))
        program = stack.enter_context(reading(address, bearer(crm, "rep3")))
        try:
            activate(crm, "rep3", active=False)
            assert rep.until(lambda: rep.is_over and program.is_over) < 1.5
        finally:
            activate(crm, "rep3", active=True)


def test_a_change_of_the_record_that_is_looked_at(crm: Crm, address: str) -> None:
    record = hot(crm)
    words = f"?watch=crm/lead/{record}"
    with reading(address, bearer(crm, "rep1"), words) as rep:
        crm.as_("rep1").patch(f"/apps/crm/records/lead/{record}", {"position": "厂长"})
        assert rep.until(lambda: bool(rep.of("changed"))) < 2
        version = crm.get("rep1", f"/records/lead/{record}").json["version"]
        assert rep.of("changed")[-1] == {"app": "crm", "entity": "lead", "id": record, "version": version}
        owner = {"owner_id": str(crm.ids["rep3"])}
        assert crm.as_("admin").patch(f"/apps/crm/records/lead/{record}", owner).status == 200
        count = len(rep.of("changed"))
        time.sleep(1.2)
        assert len(rep.of("changed")) == count, "it is not there for them any more"
    assert crm.as_("rep1").get(f"/stream{words}").status == 404
    for wrong in (f"crm/lead/{uuid4()}", f"no/lead/{record}", f"crm/no/{record}", "crm", "crm/lead/x"):
        assert crm.as_("rep1").get(f"/stream?watch={wrong}").status == 404


def test_streams_of_one_person_are_few(crm: Crm, address: str) -> None:
    with ExitStack() as stack:
        for _ in range(MOST_OF_PERSON):
            stack.enter_context(reading(address, bearer(crm, "legal")))
        answer = crm.as_("legal").get("/stream?seconds=0")
        assert (answer.status, answer.code, answer.header("retry-after")) == (429, "too_many", "30")
        assert crm.as_("finance").get("/stream?seconds=0").status == 200
    crm.app.state.streams.close()


def test_headers_and_words(crm: Crm) -> None:
    answer = crm.as_("rep1").get("/stream?seconds=0")
    assert answer.header("content-type") == "text/event-stream; charset=utf-8"
    assert answer.header("x-accel-buffering") == "no"
    assert answer.header("content-encoding") == answer.header("content-length") == ""
    assert crm.as_("rep1").send("HEAD", "/stream").body == b""
    assert crm.as_("rep1").get("/stream?watch=crm&watch=x").status == 400
    assert crm.as_("rep1").get("/stream?seconds=-1").status == 400


def test_the_server_ends_its_streams_when_it_ends(crm: Crm) -> None:
    with serving(crm.app) as found, reading(found, bearer(crm, "rep1")) as rep:
        crm.app.state.streams.close()
        rep.until(lambda: rep.is_over)
    assert rep.of("end") == [{"reason": "restart"}]


@pytest.mark.slow
def test_a_hundred_streams_cost_little(crm: Crm, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """100 in 20 MB, without a connection of the pool, and requests take no longer than they do beside none."""
    monkeypatch.setattr("api.streams.MOST_OF_PERSON", 200)
    record = hot(crm)

    def took() -> float:
        begin = time.perf_counter()
        for _ in range(20):
            assert crm.get("rep1", f"/records/lead/{record}").status == 200
        return time.perf_counter() - begin

    took()
    bare, before = min(took(), took()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with ExitStack() as stack:
        for _ in range(100):
            begin(stack, address, crm.tokens["rep1"])
        beside = min(took(), took())
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 20, f"{grown:.1f} MB"
    assert beside < 2 * bare + 0.2, (bare, beside)


def begin(stack: ExitStack, address: str, token: str) -> None:
    """A stream that nobody reads on, without the buffers of a client library."""
    host, _, port = address.removeprefix("http://").partition(":")
    lines = ("GET /api/v1/stream HTTP/1.1", f"host: {host}:{port}", f"authorization: Bearer {token}", "", "")
    opened = stack.enter_context(socket.create_connection((host, int(port)), timeout=30))
    opened.sendall("\r\n".join(lines).encode())
    assert opened.recv(4096).startswith(b"HTTP/1.1 200")


def test_ids_are_as_they_are_told(crm: Crm, address: str) -> None:
    with reading(address, bearer(crm, "rep1")) as rep:
        work(crm, hot(crm))
        rep.until(lambda: bool(rep.of("notification")))
        (found,) = [(data["id"], id_) for name, data, id_ in rep.events if name == "notification"]
        assert UUID(found[0]) == UUID(found[1])
