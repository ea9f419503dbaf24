"""Nothing of the platform: apps got a support table of saved views, which ``dougong init`` makes behind the revisions.

Revision ID: 0006
"""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
