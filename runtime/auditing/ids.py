"""Ids that tell when: UUIDv7, as every audited row has one."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_FIXED = (7 << 76) | (2 << 62)
_CHANCE = (0xFFF << 64) | ((1 << 62) - 1)


def lowest_id(moment: datetime) -> UUID:
    """The lowest id of what was made at ``moment`` or later."""
    return UUID(int=_since_epoch(moment) << 80)


def minute_id(moment: datetime, *words: str) -> UUID:
    """The one id that these words have during the minute of ``moment``, whoever makes it."""
    digest = hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).digest()
    chance = int.from_bytes(digest[:16], "big") & _CHANCE
    return UUID(int=(_since_epoch(minute_of(moment)) << 80) | _FIXED | chance)


def minute_of(moment: datetime) -> datetime:
    """Where the minute of a moment begins."""
    return moment.replace(second=0, microsecond=0)


def moment_of(id_: UUID) -> datetime | None:
    """When an id was made; None where it does not tell."""
    return _EPOCH + (id_.int >> 80) * _MILLISECOND if id_.version == 7 else None


def _since_epoch(moment: datetime) -> int:
    return max(0, (moment - _EPOCH) // _MILLISECOND)
