"""PostgreSQL as a second source: the world in plain tables, and hand-written SQL over them.

``r`` is the record of the case. ``now_()``, ``today_()``, ``zone_()`` are the case's moment, local date and zone.
"""

from __future__ import annotations

import re
from typing import Any

import psycopg
from psycopg.types.json import Json

COLUMN = {
    "boolean": "boolean", "integer": "numeric", "text": 'text COLLATE "C"', "option": 'text COLLATE "C"',
    "date": "date",
    "instant": "timestamptz", "duration": "interval", "reference": "uuid", "list": "text[]", "json": "jsonb",
}  # fmt: skip
SETUP = """
CREATE SCHEMA conformance_source; SET LOCAL search_path = conformance_source; SET LOCAL timezone = 'UTC';
CREATE FUNCTION now_() RETURNS timestamptz LANGUAGE sql AS $$ SELECT current_setting('source.now')::timestamptz $$;
CREATE FUNCTION zone_() RETURNS text LANGUAGE sql AS $$ SELECT current_setting('source.zone') $$;
CREATE FUNCTION today_() RETURNS date LANGUAGE sql AS $$ SELECT (now_() AT TIME ZONE zone_())::date $$;
CREATE TABLE calendar (key text, weekdays int[], holidays date[], makeup date[]);
CREATE TABLE tier (key text, starts numeric, ends numeric, rate numeric);
"""


class Oracle:
    """Answers the SQL of cases; everything happens in one transaction that is rolled back."""

    def __init__(self, connection: psycopg.Connection[Any], world: dict[str, Any]):
        self.connection, self.world = connection, world
        connection.execute(SETUP)
        for entity, shape in world["entities"].items():
            self._table(entity, shape["fields"])
        for key, pairs in world["links"].items():
            connection.execute(f'CREATE TABLE "{key}" (a uuid, b uuid)')
            for pair in pairs:
                connection.execute(f'INSERT INTO "{key}" VALUES (%s, %s)', pair)
        for key, calendar in world["calendars"].items():
            values = [key, calendar["weekdays"], calendar["holidays"], calendar["makeup"]]
            connection.execute("INSERT INTO calendar VALUES (%s, %s, %s::date[], %s::date[])", values)
        for key, table in world["tables"].items():
            for start, end, rate in zip(
                table["starts"], [*table["starts"][1:], None], table["rates"], strict=True
            ):
                connection.execute("INSERT INTO tier VALUES (%s, %s, %s, %s)", [key, start, end, rate])

    def _table(self, entity: str, fields: dict[str, Any]) -> None:
        columns = {key: shape for key, shape in fields.items() if shape["kind"] != "records"}
        body = ", ".join(f'"{key}" {_column(shape)}' for key, shape in columns.items())
        self.connection.execute(
            f'CREATE TABLE "{entity}" (id uuid, deleted boolean NOT NULL DEFAULT false, {body})'
        )
        for record in self.world["records"][entity].values():
            names = ", ".join(f'"{key}"' for key in record)
            values = [_parameter(columns.get(key, {}).get("kind"), value) for key, value in record.items()]
            marks = ", ".join(["%s"] * len(record))
            self.connection.execute(f'INSERT INTO "{entity}" ({names}) VALUES ({marks})', values)

    def value(self, case: dict[str, Any]) -> Any:
        """The value of the case's SQL."""
        moment, zone = case.get("moment", self.world["moment"]), case.get("zone", self.world["zone"])
        self.connection.execute(
            "SELECT set_config('source.now', %s, true), set_config('source.zone', %s, true)", [moment, zone]
        )
        query, values = f"SELECT ({case['sql']})", []
        if "record" in case:
            query += f' FROM "{case["entity"]}" r WHERE r.id = %s'
            values = [self.world["records"][case["entity"]][case["record"]]["id"]]
        with self.connection.transaction():
            row = self.connection.execute(
                query.replace("%", "%%").replace("%%s", "%s") if values else query, values or None
            )
            found = row.fetchone()
        assert found is not None
        return found[0]


def _parameter(kind: str | None, value: Any) -> Any:
    if kind == "json":
        return Json(value)
    if kind == "duration" and value.startswith("-"):
        return re.sub(r"([\d.]+)", r"-\1", value[1:])
    return value


def _column(shape: dict[str, Any]) -> str:
    if shape["kind"] in ("decimal", "money", "percent"):
        return f"numeric({shape['digits'] + shape['scale']}, {shape['scale']})"
    return COLUMN[shape["kind"]]
