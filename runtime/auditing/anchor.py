"""The newest seal of each chain, kept outside of the database too: that its end is missing shows only there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from runtime.auditing.sealing import Seal

NAME = "audit-anchor"


@dataclass(frozen=True, slots=True)
class Anchored:
    """A seal that was made: its number and hash."""

    number: int
    hash: str


def read_anchors(home: Path) -> dict[str, Anchored]:
    """By chain, the newest seal that this data folder knows of.

    Raises:
        ValueError: the file is none of ours.
    """
    path = home / NAME
    if not path.exists():
        return {}
    found = json.loads(path.read_text("utf-8"))
    return {str(chain): Anchored(int(each["seal"]), str(each["hash"])) for chain, each in found.items()}


def write_anchors(home: Path, seals: Iterable[Seal]) -> None:
    """Keep the newest of these seals, in one step; an older one never takes the place of a newer one."""
    known = read_anchors(home)
    for seal in seals:
        if seal.chain not in known or known[seal.chain].number < seal.number:
            known[seal.chain] = Anchored(seal.number, seal.hash)
    text = json.dumps({chain: {"seal": each.number, "hash": each.hash} for chain, each in known.items()})
    draft = home / f"{NAME}.{os.getpid()}"
    draft.write_text(text + "\n", "utf-8")
    draft.replace(home / NAME)
