"""A light HTTP client: keep-alive connections that each send the next request when the answer has come.

It looks at nothing but status and length; about 20 µs of processor a request, which :func:`drive` gives back, so that a
table can say that the client was not the limit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import uvloop


@dataclass(frozen=True, slots=True)
class Run:
    """What one measurement saw.

    Attributes:
        requests: answered.
        rate: of them a second.
        median, slow: seconds of the middle request, and of the one that 99 % are faster than.
        client: seconds of processor that the client itself took for a request.
    """

    requests: int
    rate: float
    median: float
    slow: float
    client: float


def request(method: str, path: str, port: int, *, token: str = "", body: bytes | None = None) -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept-Language: en"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


class _Line(asyncio.Protocol):
    """One connection; ``next_request`` gives None when it is enough."""

    def __init__(self, next_request: Callable[[], bytes | None], expect: int, times: list[float]):
        self.next_request, self.expect, self.times = next_request, b"%d" % expect, times
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.received = bytearray()
        self.transport: Any = None
        self.sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._send()

    def _send(self) -> None:
        following = self.next_request()
        if following is None:
            self.transport.close()
            self._finish(None)
            return
        self.sent_at = time.perf_counter()
        self.transport.write(following)

    def data_received(self, data: bytes) -> None:
        self.received += data
        head = self.received.find(b"\r\n\r\n")
        if head < 0:
            return
        lower = bytes(self.received[:head]).lower()
        mark = lower.find(b"content-length:")
        length = int(lower[mark + 15 : (lower + b"\r\n").find(b"\r\n", mark)]) if mark >= 0 else 0
        if len(self.received) < head + 4 + length:
            return
        if self.received[9:12] != self.expect:
            self._finish(AssertionError(bytes(self.received[:2_000])))
            self.transport.close()
            return
        self.received.clear()
        self.times.append(time.perf_counter() - self.sent_at)
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        self._finish(error or ConnectionError("the server closed the connection"))

    def _finish(self, error: Exception | None) -> None:
        if not self.done.done():
            if error:
                self.done.set_exception(error)
            else:
                self.done.set_result(None)


def drive(
    port: int,
    make: Callable[[], bytes],
    *,
    lines: int = 1,
    seconds: float = 1.0,
    most: int = 1_000_000,
    expect: int = 200,
) -> Run:
    """Send requests over ``lines`` connections for so long, at most so many; an answer of another status raises."""
    times: list[float] = []
    left = most
    ends = time.perf_counter() + seconds

    def following() -> bytes | None:
        nonlocal left
        if left <= 0 or time.perf_counter() >= ends:
            return None
        left -= 1
        return make()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        pairs = [
            await loop.create_connection(lambda: _Line(following, expect, times), "127.0.0.1", port)
            for _ in range(lines)
        ]
        await asyncio.gather(*(line.done for _, line in pairs))

    began, used = time.perf_counter(), time.process_time()
    uvloop.run(run())
    took, used = time.perf_counter() - began, time.process_time() - used
    times.sort()
    return Run(
        len(times),
        len(times) / took,
        times[len(times) // 2],
        times[int(len(times) * 0.99)],
        used / len(times),
    )
