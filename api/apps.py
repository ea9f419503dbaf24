"""The served app of a request, seen by whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from api.problem import Problem
from api.transaction import Call, Door
from runtime.access import Access, access_for
from runtime.people.actors import actor_values
from runtime.refusals import NotFound
from runtime.served import serve
from schema_store.versions import UnknownApp


def open_app(call: Call, app: str, entity: str | None = None, *, writing: bool = False) -> Access:
    """What whoever asks may do in the served version of an app: the one that was found with them, or under its lock.

    Args:
        call: inside its transaction.
        app: key.
        entity: one whose records are asked for.
        writing: whether records are going to be written.

    Raises:
        NotFound: no such app or entity; the same bytes as for one of which nothing may be seen.
    """
    try:
        served = serve(
            call.connection, app, lock=writing, standing=None if writing else call.signed_in.app_standing
        )
    except UnknownApp as error:
        raise NotFound from error
    access = access_for(served, call.actor, actor_values(call.actor, app))
    if entity is not None:
        is_known = entity in served.app.entities
        call.door = Door(access, entity if is_known else "")
        if not is_known:
            raise NotFound
    return access


def etag_of(record: Mapping[str, Any]) -> tuple[str, str]:
    """The ETag header of a record in wire form."""
    return ("etag", f'"{record["version"]}"')


def matched_version(call: Call) -> int | None:
    """The version that If-Match names; None without the header, or for ``*``.

    Raises:
        Problem: 400, it is no quoted version.
    """
    given = call.request.headers.getlist("if-match")
    if not given or given == ["*"]:
        return None
    text = given[0].strip()
    number = text[1:-1]
    is_quoted = len(text) > 2 and text[0] == text[-1] == '"'
    if len(given) > 1 or not is_quoted or not (number.isascii() and number.isdigit()) or len(number) > 15:
        raise Problem(400, "bad_request", detail="bad_precondition")
    return int(number)


def record_path(app: str, entity: str, record_id: UUID | str) -> tuple[str, str]:
    """The Location header of a record."""
    return ("location", f"/api/v1/apps/{app}/records/{entity}/{record_id}")


CountWord = Literal["none", "capped", "exact"]
