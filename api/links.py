"""Addresses that are given to people."""

from __future__ import annotations

from api.settings import Settings


def welcome_link(settings: Settings, secret: str) -> str:
    """Where a one-time link leads. The secret stands behind ``#``: no server, log or Referer ever has it."""
    return f"{settings.address}/welcome#{secret}"
