"""Where the contents of files lie: a small port, and the folder that serves it.

A content is named by its SHA-256, so that the same one is kept once, whoever uploads it and in whichever app.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import uuid4

#: Bytes read at a time when a content is sent.
CHUNK = 256 * 1024


class Incoming(Protocol):
    """A content that is still coming; nobody else can see it.

    Attributes:
        size: bytes so far.
        sha256: of what has come so far, in hex.
    """

    @property
    def size(self) -> int:
        """Bytes so far."""

    @property
    def sha256(self) -> str:
        """Of what has come so far, in hex."""

    def write(self, data: bytes) -> None:
        """Add bytes at the end."""

    def reader(self) -> BinaryIO:
        """What has come, to be looked at; positioned at its begin."""

    def discard(self) -> None:
        """Forget it, if it has not been kept; more than once does no harm."""


class ContentStore(Protocol):
    """Keeps contents by SHA-256."""

    def incoming(self) -> Incoming:
        """Begin to take a content."""

    def keep(self, incoming: Incoming) -> None:
        """Make it durable and visible under its SHA-256, before the row that names it commits."""

    def read(self, sha256: str, start: int, length: int) -> Iterator[bytes]:
        """Bytes of a content; opens it at once.

        Raises:
            FileNotFoundError: it is not there.
        """

    def kept(self) -> Iterator[list[str]]:
        """The SHA-256 of every content, in batches."""

    def remove(self, sha256: str) -> None:
        """Delete a content, if it is there."""

    def forget_incoming(self, before: datetime) -> int:
        """Delete what began to come before a moment and was never kept; how many."""


class FolderStore:
    """Contents as files of a folder: ``<first two letters>/<sha256>``, ``incoming/`` for what is still coming."""

    def __init__(self, folder: Path):
        self.folder = folder

    def incoming(self) -> IncomingFile:
        """Begin to take a content, in a file that only this user may read."""
        place = self.folder / "incoming"
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        return IncomingFile(place / uuid4().hex)

    def keep(self, incoming: Incoming) -> None:
        """Flush it to the disk and rename it; a content that is there already is replaced by the same bytes."""
        assert isinstance(incoming, IncomingFile)
        target = self._path(incoming.sha256)
        if incoming.is_kept:
            return  # the transaction is done a second time
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        incoming.seal()
        incoming.path.replace(target)
        incoming.is_kept = True
        for folder in (target.parent, self.folder):
            _sync_folder(folder)

    def read(self, sha256: str, start: int, length: int) -> Iterator[bytes]:
        """Bytes of a content; the file is open before the first is asked for, so that it cannot vanish."""
        return _chunks(self._path(sha256).open("rb"), start, length)

    def kept(self) -> Iterator[list[str]]:
        """The SHA-256 of every content, a folder at a time."""
        for number in range(256):
            folder = self.folder / f"{number:02x}"
            if folder.is_dir():
                yield sorted(entry.name for entry in folder.iterdir())

    def remove(self, sha256: str) -> None:
        """Delete a content, if it is there."""
        self._path(sha256).unlink(missing_ok=True)

    def forget_incoming(self, before: datetime) -> int:
        """Delete what a crash or a lost connection left behind."""
        folder = self.folder / "incoming"
        found = list(folder.iterdir()) if folder.is_dir() else []
        old = [path for path in found if path.stat().st_mtime < before.timestamp()]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256


class IncomingFile:
    """A content on its way into a folder."""

    def __init__(self, path: Path):
        self.path = path
        self.is_kept = False
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
        self._digest = hashlib.sha256()
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._size

    @property
    def sha256(self) -> str:
        """Of what has come so far, in hex."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        """Add bytes at the end."""
        self._file.write(data)
        self._digest.update(data)
        self._size += len(data)

    def reader(self) -> BinaryIO:
        """What has come, to be looked at."""
        self._file.seek(0)
        return self._file

    def seal(self) -> None:
        """Everything is on the disk, and nothing more comes."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def discard(self) -> None:
        """Close the file, and delete it unless it has been kept."""
        self._file.close()
        if not self.is_kept:
            self.path.unlink(missing_ok=True)


def _chunks(file: BinaryIO, start: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while length > 0 and (data := file.read(min(CHUNK, length))):
            length -= len(data)
            yield data


def _sync_folder(folder: Path) -> None:
    """Make a rename durable; Windows has no such thing for folders."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
