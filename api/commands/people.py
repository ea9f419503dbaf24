"""``dougong token create``, and the set-up link of ``dougong init``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy.engine import Connection

from api.commands.context import open_database
from api.links import welcome_link
from api.settings import Settings
from runtime.people.actors import SCOPES
from runtime.people.links import create_link
from runtime.people.rights import authority_of
from runtime.people.tokens import DEFAULT_SCOPES, create_token
from runtime.people.users import create_user, find_username, first_admin, has_admin, has_users
from runtime.refusals import NotFound
from schema_store.database import writing

FIRST_ADMIN = "admin"


@click.group()
def token() -> None:
    """Tokens with which programs sign in."""


@token.command("create")
@click.option("--user", "username", required=True, help="Name that the person signs in with.")
@click.option("--name", default="command line", show_default=True, help="What the token is for.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="[default: read, write]")
def create(username: str, name: str, scopes: tuple[Any, ...]) -> None:
    """Print one API token of a person, this once."""
    with writing(open_database(Settings())) as connection:
        try:
            person = find_username(connection, username)
        except NotFound as error:
            raise click.ClickException(f"no person signs in as '{username}'") from error
        authority = authority_of(connection, person.row.admin, person.roles)
        for scope in scopes:
            if not authority.allows_scope(scope):
                raise click.ClickException(f"'{username}' may not do what the scope '{scope}' is for")
        chosen = scopes or DEFAULT_SCOPES
        _, made = create_token(connection, person.row.id, authority, name, datetime.now(UTC), chosen)
    click.echo(made)


def set_up_first_admin(connection: Connection, settings: Settings, *, again: bool) -> str | None:
    """A one-time link for the first administrator, who is made where there is nobody yet.

    Args:
        connection: inside a write transaction.
        settings: for the address of the link.
        again: whether to give a new link where the first was not used.

    Returns:
        the link; None where an administrator can sign in, or ``again`` is not wanted.
    """
    now = datetime.now(UTC)
    if has_admin(connection):
        return None
    user = first_admin(connection) if again else None
    if not has_users(connection):
        user = create_user(connection, {"username": FIRST_ADMIN, "name": FIRST_ADMIN, "admin": True}, now)
    if user is None:
        return None
    secret, _ = create_link(connection, user, "setup", now)
    return welcome_link(settings, secret)
