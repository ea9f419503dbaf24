"""Sealing in the background of ``serve``: every few seconds, beside requests and never in their transactions."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from runtime.auditing.anchor import write_anchors
from runtime.auditing.chain import Sealer, chains
from runtime.auditing.sealing import Seal, seal_all
from schema_store.database import reading

_LOG = logging.getLogger("dougong.audit")
#: Seconds between two looks.
EVERY = 5.0
#: How far back a look reaches: each one a minute, each twelfth an hour, each 720th (and the first) all the way.
_WINDOWS = ((720, None), (12, timedelta(hours=1)), (1, timedelta(minutes=1)))


def seal_everything(
    engine: Engine, sealer: Sealer, home: Path, window: timedelta | None = None, app: str | None = None
) -> list[Seal]:
    """Seal what is not sealed yet in every chain (or that of an app), and keep the newest seals in the anchor."""
    with reading(engine) as connection:
        found = chains(connection, app)
    made = [seal for chain in found for seal in seal_all(engine, sealer, chain, datetime.now(UTC), window)]
    if made:
        write_anchors(home, made)
    return made


class BackgroundSealer:
    """A thread that seals until it is stopped."""

    def __init__(self, engine: Engine, sealer: Sealer, home: Path, every: float = EVERY):
        self._engine, self._sealer, self._home, self._every = engine, sealer, home, every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sealer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the seal that is being made."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        look = 0
        while not self._stop.is_set():
            window = next(window for every, window in _WINDOWS if look % every == 0)
            try:
                seal_everything(self._engine, self._sealer, self._home, window)
                look += 1
            except (SQLAlchemyError, OSError):
                # The database or the disk is away: what is not sealed now is sealed when they are back.
                _LOG.exception("sealing the audit has to wait")
            self._stop.wait(self._every)
