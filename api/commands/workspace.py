"""``dougong init``."""

from __future__ import annotations

import click

from api.commands.people import set_up_link
from api.settings import Settings
from runtime.support import create_support
from schema_store.database import connect, sqlite_warning, writing
from schema_store.platform import upgrade_platform
from schema_store.versions import list_apps, load_layout
from workflows import queue


@click.command()
@click.option("--quiet", is_flag=True, help="Say nothing when the database is there already.")
@click.option("--no-admin", is_flag=True, help="Make no administrator: `dougong demo` brings one.")
def init(quiet: bool, no_admin: bool) -> None:
    """Create the database, or bring it up to this version of the product."""
    settings = Settings()
    engine = connect(settings.database)
    if engine.dialect.name == "sqlite" and (warning := sqlite_warning()):
        click.echo(f"warning: {warning}", err=True)
    with writing(engine) as connection:
        upgrade_platform(connection)
        for app in list_apps(connection):
            create_support(connection, load_layout(connection, app.key, app.version).schema)
        is_queue_there = queue.is_prepared(connection)
        link = None if no_admin else set_up_link(connection, settings, again=not quiet)
    if not is_queue_there:
        queue.prepare(engine)
    if not quiet:
        click.echo(f"ready: {engine.url.render_as_string(hide_password=True)}")
    if link is not None:
        click.echo(f"the first administrator sets a password here, once and within three days: {link}")
