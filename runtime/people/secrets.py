"""Random secrets and the digests under which they are kept: what is stored never opens anything."""

from __future__ import annotations

import hashlib
import secrets
import zlib

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: Letters of 62 that hold 256 bits.
_SECRET_LENGTH = 43
_PREFIX_LENGTH = 8
_CHECKSUM_LENGTH = 6
#: What a token begins with, so that scanners of leaked secrets know one.
TOKEN_MARK = "dgt"


def new_secret() -> str:
    """256 random bits as 43 letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET_LENGTH))


def digest(secret: str) -> str:
    """SHA-256 in hex. The secrets have 256 bits of chance, so that no salt and no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_token() -> tuple[str, str]:
    """A token ``dgt_<prefix>_<secret><checksum>`` and its public prefix."""
    prefix = new_secret()[:_PREFIX_LENGTH]
    head = f"{TOKEN_MARK}_{prefix}_{new_secret()}"
    return head + _checksum(head), prefix


def token_prefix(token: str) -> str | None:
    """The public prefix of a token that is well-formed and whose checksum fits; None for anything else."""
    parts = token.split("_")
    if len(parts) != 3 or parts[0] != TOKEN_MARK or not token.isascii():
        return None
    if len(parts[1]) != _PREFIX_LENGTH or len(parts[2]) != _SECRET_LENGTH + _CHECKSUM_LENGTH:
        return None
    head, checksum = token[:-_CHECKSUM_LENGTH], token[-_CHECKSUM_LENGTH:]
    return parts[1] if _checksum(head) == checksum else None


def _checksum(text: str) -> str:
    number, letters = zlib.crc32(text.encode()), ""
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        letters = _ALPHABET[digit] + letters
    return letters
