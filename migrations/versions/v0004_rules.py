"""What rules need of the platform: skills of people, and how often elements of an app were switched.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

from expressions.storage import Keys

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dougong_user", sa.Column("skills", Keys(), nullable=True))
    op.add_column("dougong_app", sa.Column("switches", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take the columns away (only for tests: an upgrade is never undone in the field)."""
    op.drop_column("dougong_app", "switches")
    op.drop_column("dougong_user", "skills")
