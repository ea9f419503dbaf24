"""``dougong backup`` and ``dougong restore``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from api import backup
from api.commands.context import open_database, sign
from api.settings import Settings
from runtime.auditing.acts import PlatformAct, note_act
from schema_store.database import writing


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def back_up(file: Path) -> None:
    """Write the database, the files and the secret key into FILE, while the product goes on running."""
    settings = Settings()
    engine = open_database(settings)
    now = datetime.now(UTC)
    with writing(engine) as connection:
        note_act(connection, PlatformAct("backed_up", name=sign().author, details={"file": file.name}), now)
    size = backup.back_up(engine, settings, file.resolve(), now)
    click.echo(f"backed up: {file}, {size / 2**20:.1f} MiB")
    if settings.secret_key:
        click.echo("the secret key comes from DOUGONG_SECRET_KEY and is not in it: keep it elsewhere")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Bring FILE back, into an empty data folder and an empty database."""
    settings = Settings()
    backup.restore(settings, file.resolve())
    with writing(open_database(settings)) as connection:
        act = PlatformAct("restored", name=sign().author, details={"file": file.name})
        note_act(connection, act, datetime.now(UTC))
    click.echo(f"restored into {settings.home}; now run `dougong doctor` and `dougong verify-audit`")
