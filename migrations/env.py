"""Runs the revisions on the connection that :func:`schema_store.platform.upgrade_platform` hands over."""

from alembic import context

import workflows.tables  # noqa: F401 - they put tables into METADATA
from schema_store.platform import METADATA, PLATFORM_PREFIX

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    version_table=f"{PLATFORM_PREFIX}revision",
    include_name=lambda name, kind, _parents: kind != "table" or str(name).startswith(PLATFORM_PREFIX),
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
