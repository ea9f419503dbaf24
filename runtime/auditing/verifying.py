"""Verifying: every seal and every row once, and what does not fit, the oldest first."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from runtime.auditing.anchor import Anchored
from runtime.auditing.chain import Chain, Member, Sealer, Source, as_bytes, as_held, as_text, raw_id
from runtime.auditing.ids import moment_of
from runtime.auditing.stages import misnamed_stages

#: ``changed``, ``missing``: a row; ``inserted``: a row that was put among others when those had been sealed;
#: ``seal_missing``, ``seal_broken``: a seal; ``other_key``: a seal made with another secret key; ``cut_off``: the end
#: of the chain is not what the anchor says.
Kind = Literal["changed", "missing", "inserted", "seal_missing", "seal_broken", "other_key", "cut_off"]
#: How much later than it was made a row may be sealed, when others that were made after it are sealed.
LATE = timedelta(hours=1)
_PAGE = 5_000
#: Findings of one chain that are kept; all are counted.
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that somebody edited.

    Attributes:
        seal: number of the seal it was found in; of one that is in none, the newest.
        source, id: the row; empty for a seal.
    """

    kind: Kind
    seal: int
    source: str = ""
    id: str = ""


@dataclass
class Verdict:
    """What was found in a chain.

    Attributes:
        seals, rows: how many were looked at; ``rows`` are the sealed ones.
        unsealed: rows that wait for a seal.
        bad: how many things do not fit.
        findings: the first of them.
    """

    chain: str
    seals: int = 0
    rows: int = 0
    unsealed: int = 0
    bad: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Keep a finding."""
        self.bad += 1
        if len(self.findings) < _MOST:
            self.findings.append(finding)


def verify(connection: Connection, sealer: Sealer, chain: Chain, anchor: Anchored | None = None) -> Verdict:
    """Look at every seal and row of a chain; ``findings`` begin with the oldest.

    Args:
        connection: inside a read transaction.
        sealer: the key.
        chain: over these tables.
        anchor: the newest seal that is known from elsewhere.
    """
    verdict = Verdict(chain.name)
    seals = _seals(connection, chain)
    _check_seals(connection, sealer, chain, seals, verdict)
    newest = max(seals, default=0)
    if anchor is not None and (anchor.number not in seals or seals[anchor.number].hash != anchor.hash):
        verdict.add(Finding("cut_off", min(anchor.number, newest)))
    latest = _latest(seals)
    for source in chain.sources:
        _check_rows(connection, sealer, chain, source, _Times(seals, latest, newest), verdict)
    # Compared with a history that is right, else with what nobody said.
    for id_ in () if verdict.bad else misnamed_stages(connection, chain):
        verdict.add(Finding("changed", newest, "stage_change", id_))
    verdict.findings.sort(key=lambda found: (found.seal, found.source == "", found.source, found.id))
    return verdict


@dataclass(frozen=True, slots=True)
class _Held:
    """A seal as the database holds it."""

    number: int
    rows: str
    at: str
    previous: str
    hash: str
    key: str


def _seals(connection: Connection, chain: Chain) -> dict[int, _Held]:
    """The seals by number; what is none of ours is under 0."""
    columns = [as_held(connection.dialect.name, chain.seal.c[each.name]) for each in fields(_Held)]
    rows = [[as_text(value) for value in row] for row in connection.execute(sa.select(*columns))]
    seals = [_Held(_number(number), *rest) for number, *rest in rows]
    return {seal.number: seal for seal in seals}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _check_seals(
    connection: Connection, sealer: Sealer, chain: Chain, seals: Mapping[int, _Held], verdict: Verdict
) -> None:
    members = dict.fromkeys(seals, 0)
    hashes: dict[int, str] = {}
    for number, group in groupby(_members(connection, chain), key=lambda member: member[0]):
        rows = [member for _, member in group]
        members[number] = len(rows)
        if number in seals:
            row = seals[number]
            hashes[number] = sealer.seal(chain.name, number, row.at, row.previous, rows)
    newest = max(members, default=0)
    for number in sorted({*members, *range(1, newest + 1)}):
        kind = _wrong_with(sealer, seals, number, hashes.get(number), members.get(number, 0))
        if kind is not None:
            verdict.add(Finding(kind, number))
    verdict.seals, verdict.rows = len(seals), sum(members.values())


def _wrong_with(
    sealer: Sealer, seals: Mapping[int, _Held], number: int, hash_: str | None, rows: int
) -> Kind | None:
    seal = seals.get(number)
    if seal is None:
        return "seal_missing"
    if seal.key != sealer.name:
        return "other_key"
    before = seals.get(number - 1)
    follows = seal.previous == ("" if number == 1 else before.hash if before is not None else seal.previous)
    holds = hash_ is not None and hmac.compare_digest(hash_.encode(), seal.hash.encode())
    return None if follows and holds and seal.rows == str(rows) else "seal_broken"


def _members(connection: Connection, chain: Chain) -> Iterator[tuple[int, Member]]:
    """The rows of the seals, seal by seal, in the order in which they are sealed."""
    table = chain.sealed
    dialect = connection.dialect.name
    held = [as_held(dialect, column) for column in (table.c.seal, table.c.source, table.c.id)]
    query = sa.select(*held, table.c.digest).order_by(table.c.seal, table.c.source, table.c.id)
    for number, source, id_, digest in _stream(connection, query):
        yield _number(as_text(number)), (as_text(source), raw_id(id_) or b"", as_bytes(digest))


@dataclass(frozen=True, slots=True)
class _Times:
    """The seals, the latest moment at which one up to a number was made, and the newest number."""

    seals: Mapping[int, _Held]
    latest: Mapping[int, datetime]
    newest: int

    def is_late(self, id_: bytes, seal: int) -> bool:
        """Whether a row that ``seal`` holds (or would hold) was made long before the seal before that one."""
        made, before = moment_of(UUID(bytes=id_)), self.latest.get(seal - 1)
        return made is None or (before is not None and made + LATE < before)


def _latest(seals: Mapping[int, _Held]) -> dict[int, datetime]:
    """By number, the latest moment of the seals up to it."""
    found: dict[int, datetime] = {}
    moment = datetime.min.replace(tzinfo=UTC)
    for number in sorted(seals):
        moment = max(moment, _moment(seals[number].at))
        found[number] = moment
    return found


def _moment(text: str) -> datetime:
    """The moment of a seal; the beginning of time where somebody wrote another thing there (its hash is wrong then)."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)


def _check_rows(
    connection: Connection, sealer: Sealer, chain: Chain, source: Source, times: _Times, verdict: Verdict
) -> None:
    """Both sides in the order of ids: the rows that there are, and those that were sealed."""
    sealed = _Sealed(connection, chain, source)
    for row in _stream(
        connection, sa.select(*source.selected(connection.dialect.name)).order_by(source.table.c.id)
    ):
        id_ = raw_id(row[0])
        if id_ is None:
            verdict.add(Finding("inserted", times.newest, source.name, as_text(row[0])))
            continue
        for seal, gone, _ in sealed.before(id_):
            verdict.add(Finding("missing", seal, source.name, _name(gone)))
        if not sealed.is_at(id_):
            verdict.unsealed += 1
            if times.is_late(id_, times.newest + 1):
                verdict.add(Finding("inserted", times.newest, source.name, _name(id_)))
            continue
        seal, _, digest = sealed.take()
        if not hmac.compare_digest(digest, sealer.digest(source, row)):
            verdict.add(Finding("changed", seal, source.name, _name(id_)))
        elif times.is_late(id_, seal):
            verdict.add(Finding("inserted", seal, source.name, _name(id_)))
    for seal, gone, _ in sealed.before(None):
        verdict.add(Finding("missing", seal, source.name, _name(gone)))


class _Sealed:
    """The sealed rows of a table by id, read on as far as asked."""

    def __init__(self, connection: Connection, chain: Chain, source: Source):
        table = chain.sealed
        held = [as_held(connection.dialect.name, column) for column in (table.c.seal, table.c.id)]
        mine = sa.select(*held, table.c.digest).where(table.c.source == source.name).order_by(table.c.id)
        self._rows = (
            (_number(as_text(row[0])), raw_id(row[1]) or b"", as_bytes(row[2]))
            for row in _stream(connection, mine)
        )
        self._next: tuple[int, bytes, bytes] | None = next(self._rows, None)

    def take(self) -> tuple[int, bytes, bytes]:
        """The next one: seal, id, digest."""
        assert self._next is not None
        taken, self._next = self._next, next(self._rows, None)
        return taken

    def is_at(self, id_: bytes) -> bool:
        """Whether the next one is this row."""
        return self._next is not None and self._next[1] == id_

    def before(self, id_: bytes | None) -> Iterator[tuple[int, bytes, bytes]]:
        """Those before a row; None: all that are left."""
        while self._next is not None and (id_ is None or self._next[1] < id_):
            yield self.take()


def _name(id_: bytes) -> str:
    return str(UUID(bytes=id_)) if len(id_) == 16 else id_.hex()


def _stream(connection: Connection, query: sa.Select[Any]) -> Iterator[Any]:
    """The rows of a query, a page at a time in memory."""
    return iter(connection.execute(query.execution_options(yield_per=_PAGE)))
