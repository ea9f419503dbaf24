"""On and off of rules, signals, SLAs and public forms: state of an installation, beside the version that it serves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from runtime.refusals import NotFound
from runtime.served import Served
from schema_store.platform import APPS

SwitchKind = Literal["rule", "signal", "sla", "public_form"]


def elements_of(served: Served) -> dict[tuple[str, str], str]:
    """The ids of what can be switched, by kind and key, in the order of the document."""
    app = served.app
    found: dict[tuple[str, str], str] = {}
    found |= {("rule", rule.key): rule.id for rule in app.rules.values()}
    found |= {("signal", signal.key): signal.id for signal in app.signals.values()}
    found |= {("sla", sla.key): sla.id for slas in app.slas.values() for sla in slas}
    found |= {("public_form", form.key): form.id for form in app.public_forms.values()}
    return found


def list_switches(connection: Connection, served: Served) -> list[dict[str, Any]]:
    """Everything that can be switched: ``{kind, key, on, at, by}``; what nobody switched is on, without a moment."""
    rows: Mapping[str, Any] = {
        row.element: row for row in connection.execute(sa.select(served.support.switch))
    }
    listed = []
    for (kind, key), ident in elements_of(served).items():
        row = rows.get(ident)
        listed.append(
            {
                "kind": kind,
                "key": key,
                "on": row is None or row.is_on,
                "at": row.at if row else None,
                "by": row.by if row else None,
            }
        )
    return listed


def switch(
    connection: Connection,
    served: Served,
    app: str,
    kind: str,
    key: str,
    *,
    on: bool,
    by: UUID | None,
    now: datetime,
) -> None:
    """Switch an element on or off, from the next transaction on.

    The app must not be served again in this transaction: what it would keep might be rolled back.

    Raises:
        NotFound: the version has no such element.
    """
    ident = elements_of(served).get((kind, key))
    if ident is None:
        raise NotFound
    connection.execute(sa.update(APPS).where(APPS.c.key == app).values(switches=APPS.c.switches + 1))
    table = served.support.switch
    insert = postgresql.insert(table) if served.dialect == "postgresql" else sqlite.insert(table)
    made = insert.values(element=ident, is_on=on, at=now, by=by)
    new = {"is_on": made.excluded.is_on, "at": made.excluded.at, "by": made.excluded.by}
    connection.execute(made.on_conflict_do_update(index_elements=["element"], set_=new))
