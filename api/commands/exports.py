"""``dougong export``: the records of an entity into a file."""

from __future__ import annotations

from pathlib import Path

import click

from api.commands.context import open_database, sign
from api.commands.imports import find_person, utc_now
from api.exports import export_view, option_sets
from api.settings import Settings
from runtime.auditing.acts import PlatformAct, note_act
from runtime.exports.exporting import ExportQuery, export_lines, write_file
from runtime.imports.running import access_of
from runtime.ports import NothingAfter
from runtime.refusals import NotFound
from runtime.served import serve
from runtime.unit import Unit
from schema_store.database import reading, writing


@click.command("export")
@click.argument("app")
@click.argument("entity")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option(
    "--fields", help="Names with commas, in the order of the columns [default: all that may be read]."
)
@click.option("--filter", "text", default="", help="An expression; only records that meet it.")
@click.option(
    "--sort", default="", help="Names with commas, with - for descending [default: the newest first]."
)
@click.option("--view", help="Columns, filter and order of a view of the app.")
@click.option(
    "--labels", is_flag=True, help="For people: labels, names, local times [default: keys, ids, UTC]."
)
@click.option("--locale", help="Of labels, and the only language of translated texts.")
@click.option("--as", "username", metavar="USER", help="With whose rights [default: the engine].")
def export_file(
    app: str,
    entity: str,
    file: Path,
    fields: str | None,
    text: str,
    sort: str,
    view: str | None,
    labels: bool,
    locale: str | None,
    username: str | None,
) -> None:
    """Write the records of an ENTITY of APP to FILE: XLSX where it ends so, else CSV."""
    engine = open_database(Settings())
    by = find_person(engine, username)
    names = None if fields is None else tuple(name.strip() for name in fields.split(",") if name.strip())
    with reading(engine) as connection:
        served = serve(connection, app)
        if entity not in served.app.entities:
            raise NotFound
        access = access_of(connection, served, app, by)
        sets = option_sets(connection, served, app)
        asked = ExportQuery(names, text, sort, None, labels, locale, "zh-CN", sets)
        if view is not None:
            asked = export_view(connection, access, app, entity, view, asked)
        lines = export_lines(Unit(connection, served, access, utc_now(), NothingAfter()), entity, asked)
        draft = file.with_name(file.name + ".part")
        try:
            with draft.open("wb") as out:
                count = write_file(lines, "xlsx" if file.suffix.lower() == ".xlsx" else "csv", out)
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
    act = PlatformAct(
        "records_exported", by, sign().author, app, entity, {"records": count, "filter": text, "view": view}
    )
    with writing(engine) as connection:
        note_act(connection, act, utc_now())
    click.echo(f"exported: {count:,} records to {file}")
