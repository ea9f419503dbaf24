"""Support tables come up to the product, with what older rows need."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from runtime.support import create_support, support_tables
from schema_store.database import writing
from schema_store.platform import upgrade_platform


def test_tables_and_columns_that_came_later_are_added(engine: Engine) -> None:
    support = support_tables("toy", engine.dialect.name)
    with writing(engine) as connection:
        upgrade_platform(connection)
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("CREATE SCHEMA toy")
        create_support(connection, "toy")
        preparer = engine.dialect.identifier_preparer
        refusal, freeze = (preparer.format_table(each) for each in (support.refusal, support.freeze))
        connection.exec_driver_sql(f"ALTER TABLE {refusal} DROP COLUMN count")
        connection.exec_driver_sql(f"DROP TABLE {freeze}")
        connection.exec_driver_sql(
            f"INSERT INTO {refusal} (id, entity, at, act, code, why) VALUES "
            "('01a22357-b7d9-77fd-b51c-5e2f99e518df', 'lead', '2026-01-01', 'read', 'forbidden', '{}')"
        )
    for _again in range(2):
        with writing(engine) as connection:
            create_support(connection, "toy")
    with engine.connect() as connection:
        assert connection.scalar(sa.select(support.refusal.c.count)) == 1
        assert connection.scalar(sa.select(sa.func.count()).select_from(support.freeze)) == 0
