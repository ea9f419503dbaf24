"""The model and the migrations say the same, on both databases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from sqlalchemy.engine import Engine

from schema_store.database import writing
from schema_store.platform import (
    METADATA,
    PLATFORM_PREFIX,
    _config,
    check_platform,
    require_current,
    upgrade_platform,
)


def test_the_tables_are_those_of_the_model(engine: Engine) -> None:
    with writing(engine) as connection:
        upgrade_platform(connection)
        check_platform(connection)
        require_current(connection)
        tables = set(sa.inspect(connection).get_table_names())
    assert tables == {*METADATA.tables, f"{PLATFORM_PREFIX}revision"}


def test_the_upgrade_can_be_taken_back_and_done_again(engine: Engine) -> None:
    with writing(engine) as connection:
        upgrade_platform(connection)
        command.downgrade(_config(connection), "0001")
        assert not sa.inspect(connection).has_table("dougong_user")
        upgrade_platform(connection)
        check_platform(connection)


def test_names_and_rules_of_the_database_are_those_of_the_model(engine: Engine) -> None:
    """What ``alembic check`` does not compare: unique names, foreign keys with what they do, indexes."""
    with writing(engine) as connection:
        upgrade_platform(connection)
        inspector = sa.inspect(connection)
        for table in METADATA.sorted_tables:
            found = {
                (key["name"], tuple(key["constrained_columns"]), key["options"].get("ondelete"))
                for key in inspector.get_foreign_keys(table.name)
            }
            wanted = {
                (str(key.name), tuple(key.column_keys), key.ondelete) for key in table.foreign_key_constraints
            }
            assert found == wanted, table.name
            indexes = {
                i["name"] for i in inspector.get_indexes(table.name) if not i.get("duplicates_constraint")
            }
            assert {i.name for i in table.indexes} == indexes, table.name
