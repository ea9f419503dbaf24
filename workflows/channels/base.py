"""What every channel has in common: the letter that is to be sent, and what became of it.

A sender is called outside of any transaction, as often as it takes: at least once per letter. It keeps nothing, and
raises nothing for what the other side does; what it raises is an error of ours, and is tried again as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Letter:
    """One message for one receiver.

    Attributes:
        id: of the delivery: the same at each try, and what receivers see; the key by which they drop repeats.
        app: key.
        channel: key; that of a connector is the connector's.
        address: where to, for what is no person's account; None: the person's own.
        person: who is meant; None: nobody with an account.
        subject: as the reader is to see it; may be empty.
        text: as the reader is to see it.
        data: what the channel needs beside, as it was kept with the delivery.
        attempt: the number of this try, from 1.
    """

    id: UUID
    app: str
    channel: str
    address: str | None
    person: UUID | None
    subject: str
    text: str
    data: Mapping[str, Any]
    attempt: int


@dataclass(frozen=True, slots=True)
class Sent:
    """It was accepted; ``detail`` is kept with the delivery, e.g. ``{"status": 200}``: never a secret."""

    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never be accepted; ``reason`` is a stable code."""

    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """It was not accepted this time; ``after``: not again before so long, None: as the delays go."""

    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    after: timedelta | None = None


Outcome = Sent | Refused | Failed


class Sender(Protocol):
    """A channel that is set up."""

    def send(self, letter: Letter) -> Outcome:
        """Send it, in at most ten seconds."""
        ...
