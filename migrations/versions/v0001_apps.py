"""Apps, their versions and drafts.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

from expressions.storage import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the three tables and make versions immutable."""
    op.create_table(
        "dougong_app",
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("installed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_dougong_app"),
    )
    op.create_table(
        "dougong_app_version",
        sa.Column("app", sa.String(60), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("layout", sa.Text, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("author", sa.String(100), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("app", "number", name="pk_dougong_app_version"),
        sa.ForeignKeyConstraint(["app"], ["dougong_app.key"], name="fk_dougong_app_version_app"),
    )
    op.create_table(
        "dougong_app_draft",
        sa.Column("app", sa.String(60), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("base_version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("author", sa.String(100), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("app", name="pk_dougong_app_draft"),
        sa.ForeignKeyConstraint(["app"], ["dougong_app.key"], name="fk_dougong_app_draft_app"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _refuse_changes_postgresql()
    else:
        _refuse_changes_sqlite()


def _refuse_changes_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION dougong_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'a published version never changes'; END $$"
    )
    op.execute(
        "CREATE TRIGGER dougong_app_version_fixed BEFORE UPDATE OR DELETE ON dougong_app_version "
        "FOR EACH ROW EXECUTE FUNCTION dougong_refuse_change()"
    )


def _refuse_changes_sqlite() -> None:
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER dougong_app_version_no_{action.lower()} BEFORE {action} ON dougong_app_version "
            "BEGIN SELECT RAISE(ABORT, 'a published version never changes'); END"
        )


def downgrade() -> None:
    """Take the tables away (only for tests: an upgrade is never undone in the field)."""
    op.drop_table("dougong_app_draft")
    op.drop_table("dougong_app_version")
    op.drop_table("dougong_app")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION dougong_refuse_change()")
