"""What may leave: nothing reaches an address inside, however it is written, wrapped, resolved or redirected."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product

import pytest

from workflows.outgoing import MOST_READ, Blocked, Outgoing, Unreachable, is_public


class Sink(ThreadingHTTPServer):
    """Remembers every request that reached it; ``answers`` says how it answers by path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[tuple[str, str | None]] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    server: Sink

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers["Host"]))
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.port}/inside")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(50):
                self.wfile.write(b".")
                self.wfile.flush()
                time.sleep(0.1)
            return
        body = b"x" * (MOST_READ * 2) if self.path == "/large" else b"fine"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "a=b")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@contextmanager
def listening() -> Iterator[Sink]:
    sink = Sink()
    thread = threading.Thread(target=sink.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        sink.shutdown()
        sink.server_close()


@pytest.fixture
def sink() -> Iterator[Sink]:
    with listening() as found:
        yield found


#: Addresses that lead inside, or nowhere, as a name service may give them.
INSIDE = (
    *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254"),
    *("192.168.0.1", "192.168.255.255", "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200"),
    *("168.63.129.16", "192.0.0.192", "192.88.99.1", "198.18.0.1", "224.0.0.1", "239.255.255.255"),
    *("240.0.0.1", "255.255.255.255", "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
    *("::ffff:169.254.169.254", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::"),
    *("2001::1", "2001:db8::1", "::127.0.0.1", "not an address", ""),
)
#: How people have written loopback and the metadata service.
WRITTEN = (
    *("127.0.0.1", "127.1", "127.0.1", "0", "0x7f000001", "0x7f.0.0.1", "2130706433", "017700000001"),
    *("0177.0.0.1", "0x7f.1", "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "[::1]", "[::]"),
    *("[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]", "[::ffff:7f00:1]", "[fe80::1]", "[64:ff9b::7f00:1]"),
    *("[2002:7f00:1::]", "169.254.169.254", "2852039166", "0xa9fea9fe", "[::ffff:a9fe:a9fe]", "127.0.0.1%00"),
    *("①②⑦.⓪.⓪.①", "127。0。0。1", "loc%61lhost", "127.0.0.1%2eexample.com"),
)
FORMS = (
    "{scheme}://{host}:{port}/hit",
    "{scheme}://{host}/hit",
    "{scheme}://user@{host}:{port}/hit",
    "{scheme}://example.com@{host}:{port}/hit",
    "{scheme}://example.com:443@{host}:{port}/hit",
    "{scheme}://{host}:{port}\\@example.com/hit",
    "{scheme}://example.com#@{host}:{port}/hit",
    "{scheme}:\\\\{host}:{port}/hit",
    "{scheme}://{host}:{port} /hit",
)


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_the_public_network_is(address: str) -> None:
    assert is_public(address)


def test_nothing_inside_is_reached_however_it_is_written(sink: Sink) -> None:
    tried = 0
    leaving = Outgoing(total=1.0)
    for scheme, host, form in product(("http", "https"), WRITTEN, FORMS):
        url = form.format(scheme=scheme, host=host, port=sink.port)
        if "example.com#@" in form and scheme == "https":
            continue  # it is example.com itself, which would be asked for in earnest
        with pytest.raises((Blocked, Unreachable)):
            leaving.request("GET", url)
        tried += 1
    assert tried >= 500
    assert sink.seen == []


@pytest.mark.parametrize("address", [each for each in INSIDE if each])
@pytest.mark.parametrize("beside", [(), ("93.184.216.34",)])
def test_no_name_leads_inside(address: str, beside: tuple[str, ...]) -> None:
    """Also where one of its addresses is a public one."""
    leaving = Outgoing(lookup=lambda _host, _port: [*beside, address])
    with pytest.raises(Blocked) as refused:
        leaving.request("GET", "https://shop.example.com/")
    assert refused.value.reason == "private_address"


def test_a_name_is_looked_up_once_and_what_was_found_is_connected_to(sink: Sink) -> None:
    """A name service that says something else the second time changes nothing."""
    asked: list[str] = []

    def lookup(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["203.0.113.1"]

    leaving = Outgoing(allow=frozenset({f"shop.example.com:{sink.port}"}), lookup=lookup)
    assert leaving.request("GET", f"http://shop.example.com:{sink.port}/hit").status == 200
    assert asked == ["shop.example.com"]
    assert sink.seen == [("/hit", f"shop.example.com:{sink.port}")]


def test_what_the_server_allows_is_reached_and_nothing_beside_it(sink: Sink) -> None:
    leaving = Outgoing(allow=frozenset({f"127.0.0.1:{sink.port}"}))
    answer = leaving.request("POST", f"http://127.0.0.1:{sink.port}/hit", body=b"{}")
    assert (answer.status, answer.body, answer.is_whole) == (200, b"fine", True)
    with listening() as other, pytest.raises(Blocked):
        leaving.request("GET", f"http://127.0.0.1:{other.port}/hit")
    with pytest.raises(Blocked):
        leaving.request("GET", f"http://localhost:{sink.port}/hit")
    with pytest.raises(Blocked) as refused:
        leaving.request("GET", f"http://127.0.0.1:{sink.port}/hit", allowed_hosts={"erp.example.com"})
    assert refused.value.reason == "host"


def test_no_redirect_is_followed(sink: Sink) -> None:
    leaving = Outgoing(allow=frozenset({f"127.0.0.1:{sink.port}"}))
    answer = leaving.request("GET", f"http://127.0.0.1:{sink.port}/away")
    assert answer.status == 302
    assert [path for path, _ in sink.seen] == ["/away"]


def test_an_answer_is_cut_and_a_slow_one_ends(sink: Sink) -> None:
    leaving = Outgoing(allow=frozenset({f"127.0.0.1:{sink.port}"}), total=0.6)
    answer = leaving.request("GET", f"http://127.0.0.1:{sink.port}/large")
    assert (len(answer.body), answer.is_whole) == (MOST_READ, False)
    with pytest.raises(Unreachable) as ended:
        leaving.request("GET", f"http://127.0.0.1:{sink.port}/slow")
    assert ended.value.reason == "timeout"


@pytest.mark.parametrize(
    ("method", "headers", "body"),
    [
        ("TRACE", {}, None),
        ("GET", {"Host": "inside"}, None),
        ("GET", {"X-A": "a\r\nX-B: b"}, None),
        ("GET", {"Transfer-Encoding": "chunked"}, None),
        ("POST", {}, b"x" * (1024 * 1024 + 1)),
    ],
)
def test_no_request_smuggles_another(
    sink: Sink, method: str, headers: dict[str, str], body: bytes | None
) -> None:
    leaving = Outgoing(allow=frozenset({f"127.0.0.1:{sink.port}"}))
    with pytest.raises(Blocked):
        leaving.request(method, f"http://127.0.0.1:{sink.port}/hit", headers=headers, body=body)
    assert sink.seen == []
