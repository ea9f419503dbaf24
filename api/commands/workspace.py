"""``dougong init`` and ``dougong doctor``."""

from __future__ import annotations

import shutil

import click

from api.commands.context import open_database
from api.commands.people import set_up_link
from api.settings import Settings
from runtime.support import create_support
from schema_store.canonical import document_hash
from schema_store.database import connect, reading, sqlite_warning, writing
from schema_store.platform import PlatformOutdated, require_current, upgrade_platform
from schema_store.versions import list_apps, load_layout, load_version


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
        link = None if no_admin else set_up_link(connection, settings, again=not quiet)
    if not quiet:
        click.echo(f"ready: {engine.url.render_as_string(hide_password=True)}")
    if link is not None:
        click.echo(f"the first administrator sets a password here, once and within three days: {link}")


@click.command()
def doctor() -> None:
    """Look for what is wrong with this installation; one sentence per finding, exit code 1 when there is one."""
    settings = Settings()
    findings = [*_check_library(), *_check_disk(settings), *_check_database(settings)]
    for finding in findings:
        click.echo(f"- {finding}")
    if findings:
        raise SystemExit(1)
    click.echo("all is well")


def _check_library() -> list[str]:
    warning = sqlite_warning()
    return [warning] if warning and Settings().database.startswith("sqlite") else []


def _check_disk(settings: Settings) -> list[str]:
    if not settings.home.exists():
        return []
    free = shutil.disk_usage(settings.home).free
    return [f"only {free // 2**20} MiB free where the data folder is"] if free < 500 * 2**20 else []


def _check_database(settings: Settings) -> list[str]:
    engine = open_database(settings)
    findings = []
    with reading(engine) as connection:
        try:
            require_current(connection)
        except PlatformOutdated as error:
            return [str(error)]
        for app in list_apps(connection):
            version = load_version(connection, app.key, app.version)
            if document_hash(version.document) != version.hash:
                findings.append(f"app {app.key}: version {app.version} does not match its hash")
    return findings
