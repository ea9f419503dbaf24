"""The audit of the platform and its seals; the function with which PostgreSQL refuses to edit what happened.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

from expressions.storage import Instant, JsonValue, Text, Uuid

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SAYS = "what happened is never edited"
#: Table, columns that never change.
_FIXED = {
    "dougong_audit": ("id", "at", "by", "name", "act", "app", "subject", "details"),
    "dougong_seal": ("number", "rows", "at", "previous", "hash", "key"),
    "dougong_sealed": ("source", "id", "seal", "digest"),
}


def upgrade() -> None:
    _create_audit()
    _create_seals()
    if op.get_bind().dialect.name == "postgresql":
        _refuse_edits_postgresql()
    else:
        _refuse_edits_sqlite()


def _create_audit() -> None:
    op.create_table(
        "dougong_audit",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", Uuid(), nullable=True),
        sa.Column("name", Text(), nullable=True),
        sa.Column("act", Text(), nullable=False),
        sa.Column("app", sa.String(60), nullable=True),
        sa.Column("subject", Text(), nullable=True),
        sa.Column("details", JsonValue(), nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dougong_audit"),
    )
    op.create_index("ix_dougong_audit_app", "dougong_audit", ["app", "id"])


def _create_seals() -> None:
    op.create_table(
        "dougong_seal",
        sa.Column("number", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("at", Text(), nullable=False),
        sa.Column("previous", Text(), nullable=False),
        sa.Column("hash", Text(), nullable=False),
        sa.Column("key", Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_dougong_seal"),
    )
    op.create_table(
        "dougong_sealed",
        sa.Column("source", Text(), nullable=False),
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("seal", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("source", "id", name="pk_dougong_sealed"),
    )


def _refuse_edits_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION public.dougong_refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{_SAYS}'; END $$"
    )
    refuse = "EXECUTE FUNCTION public.dougong_refuse_edit()"
    for table, columns in _FIXED.items():
        names = ", ".join(f'"{name}"' for name in columns)
        edits = f"BEFORE DELETE OR UPDATE OF {names} ON {table}"
        op.execute(f"CREATE TRIGGER {table}_fixed {edits} FOR EACH ROW {refuse}")
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE TRUNCATE ON {table} {refuse}")


def _refuse_edits_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
    for table, columns in _FIXED.items():
        names = ", ".join(f'"{name}"' for name in columns)
        op.execute(f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OF {names} ON {table} {refuse}")
        op.execute(f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} {refuse}")


def downgrade() -> None:
    """Take the tables away (only for tests: an upgrade is never undone in the field)."""
    for table in reversed(_FIXED):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION public.dougong_refuse_edit()")
