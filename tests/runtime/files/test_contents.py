"""Contents in a folder: invisible until kept, kept once, whole."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime.files.contents import FolderStore, IncomingFile


def come(store: FolderStore, *parts: bytes) -> IncomingFile:
    incoming = store.incoming()
    for data in parts:
        incoming.write(data)
    return incoming


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "files")


def test_a_content_is_kept_under_its_hash_and_read_in_part(store: FolderStore):
    incoming = come(store, b"hello ", b"world")
    name = hashlib.sha256(b"hello world").hexdigest()
    assert (incoming.size, incoming.sha256) == (11, name)
    assert incoming.reader().read() == b"hello world"
    assert list(store.kept()) == []
    store.keep(incoming)
    assert everything(store.folder) == [f"{name[:2]}/{name}"]
    assert [b"".join(store.read(name, *place)) for place in ((0, 11), (6, 3), (9, 50), (20, 5))] == [
        b"hello world",
        b"wor",
        b"ld",
        b"",
    ]
    assert list(store.kept()) == [[name]]


def test_a_large_content_comes_in_pieces(store: FolderStore):
    content = os.urandom(700_000)
    incoming = come(store, content)
    store.keep(incoming)
    pieces = list(store.read(incoming.sha256, 0, len(content)))
    assert len(pieces) == 3
    assert b"".join(pieces) == content


def test_the_same_content_is_kept_once_and_twice_does_no_harm(store: FolderStore):
    first, second = come(store, b"same"), come(store, b"same")
    store.keep(first)
    store.keep(first)
    store.keep(second)
    assert everything(store.folder) == [f"{first.sha256[:2]}/{first.sha256}"]
    second.discard()
    assert b"".join(store.read(first.sha256, 0, 4)) == b"same"


def test_what_is_not_kept_leaves_nothing(store: FolderStore):
    incoming = come(store, b"secret")
    assert len(everything(store.folder)) == 1
    incoming.discard()
    incoming.discard()
    assert everything(store.folder) == []


def test_only_the_server_may_read_what_lies_there(store: FolderStore):
    incoming = come(store, b"secret")
    assert incoming.path.stat().st_mode & 0o777 == 0o600
    store.keep(incoming)
    kept = store.folder / incoming.sha256[:2] / incoming.sha256
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o077 == 0


def test_a_content_that_is_gone_says_so_at_once_and_removing_it_again_does_no_harm(store: FolderStore):
    incoming = come(store, b"x")
    store.keep(incoming)
    open_reader = store.read(incoming.sha256, 0, 1)
    store.remove(incoming.sha256)
    store.remove(incoming.sha256)
    assert b"".join(open_reader) == b"x"  # whoever has begun to read reads on
    with pytest.raises(FileNotFoundError):
        store.read(incoming.sha256, 0, 1)


def test_what_a_crash_left_behind_goes_when_it_is_old(store: FolderStore):
    assert store.forget_incoming(datetime.now(UTC)) == 0
    old, new = come(store, b"old"), come(store, b"new")
    past = (datetime.now(UTC) - timedelta(hours=30)).timestamp()
    os.utime(old.path, (past, past))
    assert store.forget_incoming(datetime.now(UTC) - timedelta(hours=24)) == 1
    assert [path.name for path in (store.folder / "incoming").iterdir()] == [new.path.name]
    old.discard()
    new.discard()
