"""``dougong demo``."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from sqlalchemy.engine import Connection

from api.commands.context import open_database
from api.demo_people import make_password, require_loopback
from api.settings import Settings
from builder.demo import (
    DemoPackage,
    absent_people,
    is_loaded,
    load_demo,
    make_people,
    read_package,
    size_of,
)
from runtime.people.passwords import hash_password
from schema_store.database import reading, writing


@click.command()
@click.option("--app", default="crm", show_default=True, help="Key of the installed app.")
@click.option("--template", default="crm", show_default=True, help="Whose demo data.")
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    show_default=True,
    help="Part of the stories to load.",
)
@click.option("--force", is_flag=True, help="Also where other machines can reach the installation.")
def demo(app: str, template: str, share: float, force: bool) -> None:
    """Make demo people and load a year of demo records, once; who and what is there stays as it is."""
    settings = Settings()
    if not force:
        require_loopback(settings)
    package = read_package(template)
    engine = open_database(settings)
    with reading(engine) as connection:
        absent = absent_people(connection, package.people)
        is_there = is_loaded(connection, package, app)
    if is_there and not absent:
        return
    hashed = hash_password(make_password(settings)) if absent else None
    with writing(engine) as connection:  # people and records: all of the demo or nothing
        _load(connection, package, app, hashed, share)


def _load(connection: Connection, package: DemoPackage, app: str, hashed: str | None, share: float) -> None:
    now = datetime.now(UTC)
    people = make_people(connection, package.people, app, hashed, now)
    click.echo(f"demo people: {len(people.made)} made, {len(people.users) - len(people.made)} were there")
    if is_loaded(connection, package, app):
        return
    with click.progressbar(length=size_of(package), label="demo year", show_pos=True) as bar:
        loaded = load_demo(connection, package, app, people, now, share=share, progress=bar.update)
    click.echo(f"demo records: {sum(loaded.records.values()):,}; behaviour events: {loaded.events:,}")
