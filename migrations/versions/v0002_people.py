"""People, their teams and regions, and how they sign in.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

from expressions.storage import Flag, Instant, Keys, Text, Uuid

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("team", "region"):
        _create_tree(f"dougong_{name}")
    _create_users()
    _create_credentials()
    op.create_table(
        "dougong_attempt",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("key", Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dougong_attempt"),
    )
    op.create_index("ix_dougong_attempt_key", "dougong_attempt", ["key", "at"])


def _create_tree(table: str) -> None:
    op.create_table(
        table,
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("parent_id", Uuid(), nullable=True),
        sa.Column("name", Text(), nullable=False),
        sa.Column("code", Text(), nullable=True),
        sa.Column("path", Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["parent_id"], [f"{table}.id"], name=f"fk_{table}_parent_id"),
        sa.UniqueConstraint("code", name=f"uq_{table}_code"),
        sa.UniqueConstraint("path", name=f"uq_{table}_path"),
    )
    op.create_index(f"ix_{table}_parent_id", table, ["parent_id"])


def _create_users() -> None:
    op.create_table(
        "dougong_user",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("username", Text(), nullable=False),
        sa.Column("username_key", Text(), nullable=False),
        sa.Column("name", Text(), nullable=False),
        sa.Column("sort_key", Text(), nullable=False),
        sa.Column("email", Text(), nullable=True),
        sa.Column("phone", Text(), nullable=True),
        sa.Column("locale", Text(), nullable=False),
        sa.Column("active", Flag(), nullable=False),
        sa.Column("admin", Flag(), nullable=False),
        sa.Column("team_id", Uuid(), nullable=True),
        sa.Column("region_id", Uuid(), nullable=True),
        sa.Column("password_hash", Text(), nullable=True),
        sa.Column("absent_from", Instant(), nullable=True),
        sa.Column("absent_to", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dougong_user"),
        sa.UniqueConstraint("username_key", name="uq_dougong_user_username_key"),
        sa.ForeignKeyConstraint(["team_id"], ["dougong_team.id"], name="fk_dougong_user_team_id"),
        sa.ForeignKeyConstraint(["region_id"], ["dougong_region.id"], name="fk_dougong_user_region_id"),
    )
    op.create_index("ix_dougong_user_sort_key", "dougong_user", ["sort_key", "id"])
    op.create_index("ix_dougong_user_team_id", "dougong_user", ["team_id"])
    op.create_index("ix_dougong_user_region_id", "dougong_user", ["region_id"])
    op.create_table(
        "dougong_user_role",
        sa.Column("user_id", Uuid(), nullable=False),
        sa.Column("app", sa.String(60), nullable=False),
        sa.Column("role", Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "app", "role", name="pk_dougong_user_role"),
        _belongs_to_user("dougong_user_role"),
        sa.ForeignKeyConstraint(["app"], ["dougong_app.key"], name="fk_dougong_user_role_app"),
    )
    op.create_index("ix_dougong_user_role_app", "dougong_user_role", ["app", "role"])


def _belongs_to_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], ["dougong_user.id"], name=f"fk_{table}_user_id", ondelete="CASCADE"
    )


def _create_credentials() -> None:
    op.create_table(
        "dougong_session",
        sa.Column("hash", Text(), nullable=False),
        sa.Column("user_id", Uuid(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("renew", Flag(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_dougong_session"),
        _belongs_to_user("dougong_session"),
    )
    op.create_table(
        "dougong_token",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("user_id", Uuid(), nullable=False),
        sa.Column("name", Text(), nullable=False),
        sa.Column("prefix", Text(), nullable=False),
        sa.Column("hash", Text(), nullable=False),
        sa.Column("scopes", Keys(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dougong_token"),
        sa.UniqueConstraint("prefix", name="uq_dougong_token_prefix"),
        _belongs_to_user("dougong_token"),
    )
    op.create_table(
        "dougong_link",
        sa.Column("hash", Text(), nullable=False),
        sa.Column("user_id", Uuid(), nullable=False),
        sa.Column("kind", Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name="pk_dougong_link"),
        _belongs_to_user("dougong_link"),
    )
    for name in ("session", "token", "link"):
        op.create_index(f"ix_dougong_{name}_user_id", f"dougong_{name}", ["user_id"])


def downgrade() -> None:
    """Take the tables away (only for tests: an upgrade is never undone in the field)."""
    for name in ("attempt", "link", "token", "session", "user_role", "user", "region", "team"):
        op.drop_table(f"dougong_{name}")
