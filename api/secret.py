"""The secret key of an installation, and what it signs: places in a list that come back as cursors."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Any

import orjson

from api.problem import Problem
from api.settings import Settings

_FEWEST_CHARACTERS, _FEWEST_DIFFERENT = 32, 12
_SIGNATURE = 16


class WeakSecret(ValueError):
    """DOUGONG_SECRET_KEY could be guessed."""


def load_secret(settings: Settings) -> bytes:
    """The key from the settings, else from the data folder, where it is made when absent (mode 600).

    Raises:
        WeakSecret: the one in the settings is short or has few different characters.
    """
    given = settings.secret_key
    if given:
        if len(given) < _FEWEST_CHARACTERS or len(set(given)) < _FEWEST_DIFFERENT:
            raise WeakSecret("DOUGONG_SECRET_KEY is weak: give it at least 32 random characters, or none")
        return hashlib.sha256(given.encode()).digest()
    path = settings.home / "secret-key"
    if not path.exists():
        write_private(path, secrets.token_hex(32))
    return bytes.fromhex(path.read_text("ascii"))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads; of several processes that do so at once, one wins whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def sign_cursor(key: bytes, kind: str, place: list[Any]) -> str:
    """A place in the list ``kind`` as text that nobody can make up."""
    body = orjson.dumps(place)
    return _encode(body + _signature(key, kind, body))


def read_cursor(key: bytes, kind: str, cursor: str) -> list[Any]:
    """The place of a cursor.

    Raises:
        Problem: 400 ``bad_request``, it is not one of this list.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
    except ValueError as error:
        raise Problem(400, "bad_request", detail="bad_cursor") from error
    body, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
    if _encode(raw) != cursor or not hmac.compare_digest(signature, _signature(key, kind, body)):
        raise Problem(400, "bad_request", detail="bad_cursor")
    place = orjson.loads(body)
    assert isinstance(place, list)
    return place


def _signature(key: bytes, kind: str, body: bytes) -> bytes:
    return hmac.digest(key, b"cursor\n" + kind.encode() + b"\n" + body, "sha256")[:_SIGNATURE]


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
