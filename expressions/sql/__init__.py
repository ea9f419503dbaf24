"""Checked trees as SQL: ``compile_sql`` for SQLite and PostgreSQL, exact on both."""

from __future__ import annotations

from expressions.sql.compiler import compile_sql, is_true
from expressions.sql.parameters import context_parameters
from expressions.sql.scope import Inverse, Link, SqlScope
from expressions.sql.translatable import not_translatable

__all__ = ["Inverse", "Link", "SqlScope", "compile_sql", "context_parameters", "is_true", "not_translatable"]
