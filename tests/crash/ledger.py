"""What was promised: a line per request, written and fsynced by the client after the answer came, never by the server.

Only acknowledged lines are promises. A request without an answer may have happened or not, but not by half.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

Json = dict[str, Any]


class Ledger:
    """An append-only file outside of the server's data."""

    def __init__(self, path: Path):
        self._file = path.open("a", encoding="utf-8")
        self._changed = threading.Condition()
        self._promises = 0
        self.path = path

    def write(self, *, acknowledged: bool, **line: Any) -> None:
        """Keep a line; returns when it is on the disk."""
        with self._changed:
            self._file.write(json.dumps({"acknowledged": acknowledged, **line}, ensure_ascii=False) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self._promises += acknowledged
            self._changed.notify_all()

    def wait_for(self, more: int, seconds: float) -> None:
        """Until so many more promises were made; raises where it takes longer."""
        with self._changed:
            goal = self._promises + more
            done = self._changed.wait_for(lambda: self._promises >= goal, seconds)
        assert done, f"fewer than {more} writes were answered within {seconds} seconds"

    def close(self) -> None:
        self._file.close()

    def lines(self) -> list[Json]:
        """All of them, as the file holds them."""
        with self.path.open(encoding="utf-8") as file:
            return [json.loads(line) for line in file]
