"""Platform tables of people: users, roles, team and region trees, sessions, tokens, links, attempts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from expressions.storage import Flag, Instant, Keys, Text, Uuid
from schema_store.platform import APPS, METADATA, PLATFORM_PREFIX


def _id() -> sa.Column[Any]:
    return sa.Column("id", Uuid(), primary_key=True)


def _text(name: str, *, nullable: bool = False, unique: bool = False) -> sa.Column[Any]:
    return sa.Column(name, Text(), nullable=nullable, unique=unique)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, Instant(), nullable=nullable)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, Flag(), nullable=False)


def _owner() -> sa.Column[Any]:
    """The user that a session, token or link belongs to; it goes with the user."""
    name = f"{PLATFORM_PREFIX}user.id"
    return sa.Column("user_id", Uuid(), sa.ForeignKey(name, ondelete="CASCADE"), nullable=False, index=True)


def _tree(name: str) -> sa.Table:
    """A tree: ``path`` is the ids from the root, so that "this or below" is one range of an index."""
    full = f"{PLATFORM_PREFIX}{name}"
    return sa.Table(
        full,
        METADATA,
        _id(),
        sa.Column("parent_id", Uuid(), sa.ForeignKey(f"{full}.id"), nullable=True, index=True),
        _text("name"),
        _text("code", nullable=True, unique=True),
        _text("path", unique=True),
        _moment("created_at"),
        _moment("updated_at"),
    )


TEAMS = _tree("team")
REGIONS = _tree("region")

#: People. ``username_key`` is the name to sign in with, without case; ``sort_key`` is the name in pinyin.
USERS = sa.Table(
    f"{PLATFORM_PREFIX}user",
    METADATA,
    _id(),
    _text("username"),
    _text("username_key", unique=True),
    _text("name"),
    _text("sort_key"),
    _text("email", nullable=True),
    _text("phone", nullable=True),
    _text("locale"),
    _flag("active"),
    _flag("admin"),
    sa.Column("team_id", Uuid(), sa.ForeignKey(TEAMS.c.id), nullable=True, index=True),
    sa.Column("region_id", Uuid(), sa.ForeignKey(REGIONS.c.id), nullable=True, index=True),
    _text("password_hash", nullable=True),
    _moment("absent_from", nullable=True),
    _moment("absent_to", nullable=True),
    sa.Column("skills", Keys(), nullable=True),
    _moment("created_at"),
    _moment("updated_at"),
    sa.Index("ix_dougong_user_sort_key", "sort_key", "id"),
)

#: Which roles a person holds in which app.
USER_ROLES = sa.Table(
    f"{PLATFORM_PREFIX}user_role",
    METADATA,
    sa.Column("user_id", Uuid(), sa.ForeignKey(USERS.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("app", sa.String(60), sa.ForeignKey(APPS.c.key), primary_key=True),
    sa.Column("role", Text(), primary_key=True),
    sa.Index("ix_dougong_user_role_app", "app", "role"),
)

#: Browsers that are signed in: SHA-256 of the id in the cookie. ``renew``: the next request gets a new id.
SESSIONS = sa.Table(
    f"{PLATFORM_PREFIX}session",
    METADATA,
    sa.Column("hash", Text(), primary_key=True),
    _owner(),
    _moment("created_at"),
    _moment("seen_at"),
    _moment("expires_at"),
    _flag("renew"),
)

#: Programs that may sign in: the public prefix and SHA-256 of the whole token.
TOKENS = sa.Table(
    f"{PLATFORM_PREFIX}token",
    METADATA,
    _id(),
    _owner(),
    _text("name"),
    _text("prefix", unique=True),
    _text("hash"),
    sa.Column("scopes", Keys(), nullable=False),
    _moment("created_at"),
    _moment("expires_at"),
    _moment("used_at", nullable=True),
)

#: One-time links with which a person sets a password: SHA-256 of the secret.
LINKS = sa.Table(
    f"{PLATFORM_PREFIX}link",
    METADATA,
    sa.Column("hash", Text(), primary_key=True),
    _owner(),
    _text("kind"),
    _moment("created_at"),
    _moment("expires_at"),
    _moment("used_at", nullable=True),
)

#: Tries that count towards a limit, until they are older than its window.
ATTEMPTS = sa.Table(
    f"{PLATFORM_PREFIX}attempt",
    METADATA,
    _id(),
    _text("key"),
    _moment("at"),
    sa.Index("ix_dougong_attempt_key", "key", "at"),
)
