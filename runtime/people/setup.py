"""The first administrator: made without a password, who sets one with a one-time link."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from runtime.people.links import create_link
from runtime.people.users import create_user, first_admin, has_admin, has_users

FIRST_ADMIN = "admin"


def set_up_first_admin(connection: Connection, now: datetime, *, again: bool) -> str | None:
    """The secret of a set-up link for the first administrator, who is made where there is nobody yet.

    Args:
        connection: inside a write transaction.
        now: the moment.
        again: whether to give a new link where the first was not used.

    Returns:
        None where an administrator can sign in already, or ``again`` is not wanted.
    """
    if has_admin(connection):
        return None
    user = first_admin(connection) if again else None
    if not has_users(connection):
        user = create_user(connection, {"username": FIRST_ADMIN, "name": FIRST_ADMIN, "admin": True}, now)
    return create_link(connection, user, "setup", now)[0] if user else None
