"""Processes that work after the commit, and what people are told in the app; runs of apps got columns.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

from expressions.storage import Instant, JsonValue, Text, Uuid

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dougong_executor",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("beat_at", Instant(), nullable=False),
        sa.Column("rescued_by", Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dougong_executor"),
    )
    op.create_table(
        "dougong_notification",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("user_id", Uuid(), nullable=False),
        sa.Column("app", sa.String(60), nullable=False),
        sa.Column("entity", Text(), nullable=False),
        sa.Column("record", Uuid(), nullable=False),
        sa.Column("message", Text(), nullable=False),
        sa.Column("text", JsonValue(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("read_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dougong_notification"),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["dougong_user.id"],
            name="fk_dougong_notification_user_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_dougong_notification_user", "dougong_notification", ["user_id", "id"])


def downgrade() -> None:
    op.drop_table("dougong_notification")
    op.drop_table("dougong_executor")
