"""Nothing of the platform: support tables of apps got columns, which ``dougong init`` adds behind the revisions.

Revision ID: 0005
"""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
