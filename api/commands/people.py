"""``dougong token create``, and the set-up link of ``dougong init``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy.engine import Connection

from api.commands.context import open_database, sign
from api.links import welcome_link
from api.settings import Settings
from runtime.auditing.acts import PlatformAct, note_act
from runtime.people.actors import SCOPES
from runtime.people.rights import authority_of
from runtime.people.setup import set_up_first_admin
from runtime.people.tokens import create_token
from runtime.people.users import find_username
from runtime.refusals import NotFound
from schema_store.database import writing


@click.group()
def token() -> None:
    """Tokens with which programs sign in."""


@token.command("create")
@click.option("--user", "username", required=True, help="Name that the person signs in with.")
@click.option("--name", default="command line", show_default=True, help="What the token is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    help="[default: all they may do]",
)
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
        now = datetime.now(UTC)
        id_, made = create_token(connection, person.row.id, authority, name, now, scopes or None)
        details = {"user": str(person.row.id), "name": name, "scopes": sorted(scopes)}
        act = PlatformAct("token_created", name=sign().author, subject=str(id_), details=details)
        note_act(connection, act, now)
    click.echo(made)


def set_up_link(connection: Connection, settings: Settings, *, again: bool) -> str | None:
    """The set-up link of the first administrator, see :func:`runtime.people.setup.set_up_first_admin`."""
    secret = set_up_first_admin(connection, datetime.now(UTC), again=again)
    return welcome_link(settings, secret) if secret else None
