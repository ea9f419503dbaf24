"""Where the tests find PostgreSQL: the server named by DOUGONG_TEST_DATABASE_URL, else one on loopback."""

from __future__ import annotations

import os
import sys

import sqlalchemy as sa

CANDIDATES = (
    "postgresql+psycopg://postgres@127.0.0.1:5432/test",
    "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
)


def find() -> tuple[str | None, str]:
    """A URL that answers, or None with the reason."""
    named = os.environ.get("DOUGONG_TEST_DATABASE_URL")
    reasons = []
    for url in (named,) if named else CANDIDATES:
        engine = sa.create_engine(url, connect_args={"connect_timeout": 5})
        try:
            with engine.connect() as connection:
                connection.execute(sa.text("select 1"))
            return url, ""
        except sa.exc.SQLAlchemyError as error:
            reasons.append(f"{url}: {str(error).splitlines()[0]}")
        finally:
            engine.dispose()
    return None, "no PostgreSQL server: " + "; ".join(reasons)


if __name__ == "__main__":
    found, reason = find()
    print(f"PostgreSQL: {found}" if found else reason)
    sys.exit(0 if found else 1)
