"""Alembic revisions of the platform's own tables; the tables of apps are made by plans (schema_store)."""
