"""Limits on tries, counted in the database: the same for every process, and still there after a restart.

A try is written and committed before it is judged, so that tries at one moment cannot all find the count low: of
any number of them at most the limit pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from uuid_utils.compat import uuid7

from runtime.people.secrets import digest
from runtime.people.tables import ATTEMPTS


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` tries that fail within ``window``, counted for each value of ``kind``."""

    kind: str
    count: int
    window: timedelta

    def key(self, value: str) -> str:
        """Under which the tries of one value are counted; the value itself is not kept."""
        return f"{self.kind}:{digest(value)}"


LOGIN_ACCOUNT = Limit("login_account", 10, timedelta(minutes=15))
LOGIN_ADDRESS = Limit("login_address", 50, timedelta(minutes=15))
LINK_ADDRESS = Limit("link_address", 50, timedelta(minutes=15))
#: Of public forms: by address and by form. A fair is one address, and so is a firm.
FORM_NETWORK = Limit("form_network", 120, timedelta(minutes=10))
FORM = Limit("form", 1_200, timedelta(minutes=10))
#: By person; how many is a setting of the installation.
UPLOADS = Limit("upload", 600, timedelta(hours=1))


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 that one IPv6 customer gets."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)


#: The rows of one try, by the key it counts under.
Try = Mapping[str, UUID]


def note_try(connection: Connection, keys: list[str], now: datetime) -> Try:
    """Write down a try under each key; commit before asking :func:`retry_after`."""
    rows = {key: uuid7() for key in sorted(keys)}
    connection.execute(
        sa.insert(ATTEMPTS).values([{"id": id_, "key": key, "at": now} for key, id_ in rows.items()])
    )
    return rows


def retry_after(
    connection: Connection, limits: Mapping[str, Limit], now: datetime, coming: int = 0
) -> timedelta | None:
    """How long to wait where a key has more tries than its limit, ``coming`` ones included; None where none has."""
    oldest = max(limit.window for limit in limits.values())
    rows = connection.execute(
        sa.select(ATTEMPTS.c.key, sa.func.count().label("tries"), sa.func.min(ATTEMPTS.c.at).label("first"))
        .where(ATTEMPTS.c.key.in_(limits), ATTEMPTS.c.at > now - oldest)
        .group_by(ATTEMPTS.c.key)
    )
    waits = [
        row.first + limits[row.key].window - now for row in rows if row.tries + coming > limits[row.key].count
    ]
    return max(waits, default=None)


def forget_try(connection: Connection, tried: Try) -> None:
    """Take a try back, as when it was not judged at all."""
    connection.execute(sa.delete(ATTEMPTS).where(ATTEMPTS.c.id.in_(tried.values())))


def forget_all(connection: Connection, key: str, tried: Try, now: datetime) -> None:
    """After a success: take the try back, every other one under ``key``, and what is too old to count."""
    oldest = max(each.window for each in (LOGIN_ACCOUNT, LOGIN_ADDRESS, LINK_ADDRESS, UPLOADS))
    mine = sa.or_(ATTEMPTS.c.key == key, ATTEMPTS.c.id.in_(tried.values()), ATTEMPTS.c.at < now - oldest)
    connection.execute(sa.delete(ATTEMPTS).where(mine))
