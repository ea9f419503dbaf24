"""The password that demo people share: random per data folder, in a file of its owner's, on loopback only."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

from api.secret import write_private
from api.settings import Settings
from builder.demo import read_package

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 5


class NotLoopback(ValueError):
    """Demo people share a password; others than the people at this machine could use it."""


def password_file(settings: Settings) -> Path:
    """Where the password stands."""
    return settings.home / "demo-password"


def read_password(settings: Settings) -> str | None:
    """The password of the demo people; None where nobody made any."""
    path = password_file(settings)
    return path.read_text("ascii").strip() if path.is_file() else None


def make_password(settings: Settings) -> str:
    """The password of the demo people; a new one where there is none."""
    if not password_file(settings).is_file():
        groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
        write_private(password_file(settings), "-".join(groups) + "\n")
    password = read_password(settings)
    assert password is not None
    return password


def require_loopback(settings: Settings) -> None:
    """Let through an installation that only this machine can reach: by its base URL, its hosts, its database.

    Raises:
        NotLoopback: one of them names another machine.
    """
    named = {
        "DOUGONG_BASE_URL": [urlsplit(settings.base_url).hostname or ""],
        "DOUGONG_HOSTS": settings.hosts.replace(",", " ").split(),
        "DOUGONG_DATABASE_URL": [make_url(settings.database_url).host or ""] if settings.database_url else [],
    }
    for setting, hosts in named.items():
        for host in hosts:
            if host and not is_loopback(host):
                raise NotLoopback(
                    f"demo people share one password, and {setting} names {host}: others could sign in with it; "
                    "give --force if that is meant"
                )


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine; a path is a socket on it."""
    if host == "localhost" or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def sign_ins(settings: Settings) -> Iterator[str]:
    """Lines that say how demo people sign in; none where there are none."""
    password = read_password(settings)
    if password is None:
        return
    package = read_package("crm")
    yield "Demo sign-ins (password of all: " + f"{password}, also in {password_file(settings)}):"
    for person in package.sign_ins:
        yield f"  {person['username']:<9} {person['name']}  {person['title']}"
