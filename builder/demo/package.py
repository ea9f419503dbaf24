"""Reads the demo data of a template.

A CSV file has a header. Columns that begin with ``_`` say what the record is, empty means not given:

- ``_key``: by which others name it.
- ``_group``: ``<rank>:<day>``; records of one story are kept or left out together. Empty: always kept.
- ``_at``: when it was made; ``_owner``: a user name; ``_by``: who made it where that is not the owner.
- ``_moves``: stages it went on to, ``<stage>@<moment>@<user name>`` with ``;`` between; without a name the owner's.

All other columns are fields.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from importlib.resources.abc import Traversable
from typing import Any
from zoneinfo import ZoneInfo

from builder.demo.moments import Moments
from templates import demo_folder

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Move:
    """A stage entered: its key, the moment as written, the user name."""

    stage: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class DemoRow:
    """One record of a file; moments are as written, values as text by field key."""

    entity: str
    key: str
    group: tuple[int, int] | None
    at: str
    by: str
    owner: str
    moves: tuple[Move, ...]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DemoEvent:
    """A behaviour: the record by its key, what, when, about what."""

    record: str
    kind: str
    at: str
    topic: str


@dataclass(frozen=True)
class DemoPackage:
    """The demo data of one template.

    Attributes:
        folder: where it lies.
        manifest: ``{format, seasons: {months, dips}, entities: [key], events}``.
        people: ``{regions, teams, people}``.
    """

    folder: Traversable
    manifest: Mapping[str, Any]
    people: Mapping[str, Any]

    @cached_property
    def entities(self) -> Sequence[str]:
        """Keys in the order of loading: what is referred to comes first."""
        return tuple(self.manifest["entities"])

    @property
    def sign_ins(self) -> Sequence[Mapping[str, str]]:
        """The people whose sign-ins are shown: ``{username, name, title}``."""
        return [person for person in self.people["people"] if person.get("sign_in")]

    def rows(self, entity: str) -> Iterator[DemoRow]:
        """The records of an entity, in order."""
        for line in self._lines(f"{entity}.csv"):
            values = {name: text for name, text in line.items() if text and not name.startswith("_")}
            yield DemoRow(
                entity=entity,
                key=line["_key"],
                group=_group(line["_group"]),
                at=line["_at"],
                by=line["_by"] or line["_owner"],
                owner=line["_owner"],
                moves=tuple(_moves(line["_moves"], line["_owner"])),
                values=values,
            )

    def events(self) -> Iterator[DemoEvent]:
        """The behaviour, in order."""
        for line in self._lines(self.manifest["events"]):
            yield DemoEvent(line["record"], line["kind"], line["at"], line["topic"])

    def moments(self, now: datetime, zone: ZoneInfo) -> Moments:
        """The calendar of loading it at a moment."""
        seasons = self.manifest["seasons"]
        months = {int(month): share for month, share in seasons["months"].items()}
        dips = [(date.fromisoformat(a), date.fromisoformat(b), share) for a, b, share in seasons["dips"]]
        return Moments(now, zone, months, dips)

    def _lines(self, name: str) -> Iterator[dict[str, str]]:
        text = self.folder.joinpath(name).read_text("utf-8")
        return csv.DictReader(io.StringIO(text, newline=""))


def read_package(template: str) -> DemoPackage:
    """The demo data of a packaged template.

    Raises:
        UnknownTemplate: there is none.
        ValueError: it is of a format that this version does not know.
    """
    folder = demo_folder(template)
    manifest = json.loads(folder.joinpath("manifest.json").read_bytes())
    if manifest["format"] != FORMAT:
        raise ValueError(f"demo data of format {manifest['format']}; this version reads {FORMAT}")
    return DemoPackage(folder, manifest, json.loads(folder.joinpath("people.json").read_bytes()))


def _group(text: str) -> tuple[int, int] | None:
    rank, _, day = text.partition(":")
    return (int(rank), int(day)) if day else None


def _moves(text: str, owner: str) -> Iterator[Move]:
    for part in filter(None, text.split(";")):
        stage, at, *by = part.split("@")
        yield Move(stage, at, by[0] if by else owner)
