"""``dougong import``, ``compare`` and ``imports``: files into an app from the command line, with a progress bar."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy.engine import Engine

from api.commands.context import open_database
from api.imports import all_rows, comparison_report, error_file, error_line
from api.messages import Locale
from api.settings import Settings
from runtime.imports.files import open_sheet
from runtime.imports.jobs import Job, load_job, save_job
from runtime.imports.mapping import ColumnMap, Source, read_mapping
from runtime.imports.running import aim, run
from runtime.imports.staging import Wish, stage
from runtime.people.users import find_username
from runtime.refusals import NotFound
from runtime.served import serve
from schema_store.database import reading, writing
from workflows.queue import RunQueue

#: Refused rows that are listed; the rest is in the file of errors.
_MOST_LISTED = 20
_LOCALES = click.Choice(["zh-CN", "en"])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


def utc_now() -> datetime:
    """The moment."""
    return datetime.now(UTC)


def find_person(engine: Engine, username: str | None) -> UUID | None:
    """The person in whose name a command acts; None for the engine itself."""
    if username is None:
        return None
    with reading(engine) as connection:
        try:
            person: UUID = find_username(connection, username).row.id
        except NotFound as error:
            raise click.ClickException(f"no person signs in as '{username}'") from error
    return person


def read_maps(given: tuple[str, ...]) -> tuple[ColumnMap | None, ColumnMap | None]:
    """The mapping of a file, and what ``column=target`` adds to it."""
    whole, fields = None, {}
    for each in given:
        column, equals, target = each.rpartition("=")
        if Path(each).is_file() or not equals:
            whole = read_mapping(_load(Path(each)))
        else:
            fields[target.strip()] = Source(column=column.strip())
    return whole, ColumnMap(fields) if fields else None


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise click.ClickException(f"no mapping can be read from '{path}': {error}") from error


class Bar:
    """The progress of a job, a bar for each phase."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._phase = ""

    def __call__(self, job: Job) -> None:
        """Show where the job is."""
        phase = {"staged": "checking", "applied": "taking back", "cancelled": "taking back"}.get(
            job.state, "previewing" if job.goal == "previewed" else "writing"
        )
        if phase != self._phase or not job.is_busy:
            self.close()
        if job.is_busy and self._bar is None:
            self._bar, self._phase = click.progressbar(length=max(job.total, 1), label=f"{phase:11}"), phase
            self._bar.__enter__()
        if self._bar is not None:
            self._bar.update(max(0, job.done - self._bar.pos))

    def close(self) -> None:
        """End the bar of a phase."""
        if self._bar is not None:
            self._bar.update(max(0, self._bar.length - self._bar.pos))
            self._bar.__exit__(None, None, None)
            self._bar = None


def run_job(engine: Engine, app: str, job: Job) -> Job:
    """Work on a job until it is done, with a bar."""
    bar = Bar()
    try:
        worker = f"command:{os.getpid()}"
        progress = run(engine, app, job.id, worker=worker, clock=utc_now, after_commit=RunQueue(), note=bar)
        return progress.job
    finally:
        bar.close()


@click.command("import")
@click.argument("app")
@click.argument("entity")
@click.argument("file", type=_FILE)
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="FILE|COLUMN=TARGET",
    help="A mapping in JSON, or a column for a target; repeatable [default: by the names of the columns].",
)
@click.option(
    "--match", metavar="FIELD", help="The unique field, code or id that finds a record to be changed."
)
@click.option("--mode", type=click.Choice(["normal", "history"]), default="normal", show_default=True)
@click.option(
    "--rules", type=click.Choice(["run", "simulate", "none"]), help="[default: run; in history none]"
)
@click.option("--clear", is_flag=True, help="A blank cell clears the field of a record that is there.")
@click.option("--atomic", is_flag=True, help="All rows or none; up to 1,000 rows.")
@click.option("--sheet", help="Name of the sheet of a workbook [default: the first one].")
@click.option("--dry-run", is_flag=True, help="Say what would happen, write nothing.")
@click.option("--errors", type=_NEW_FILE, help="Where the refused rows go, as they came, with the reason.")
@click.option(
    "--as", "username", metavar="USER", help="In whose name and with whose rights [default: the engine]."
)
@click.option("--locale", type=_LOCALES, default="en", show_default=True)
def import_file(
    app: str,
    entity: str,
    file: Path,
    maps: tuple[str, ...],
    sheet: str | None,
    dry_run: bool,
    errors: Path | None,
    username: str | None,
    locale: Locale,
    clear: bool,
    **asked: Any,
) -> None:
    """Bring the rows of FILE (CSV or XLSX) into an ENTITY of APP; ENTITY ``events`` brings in events."""
    engine = open_database(Settings())
    whole, added = read_maps(maps)
    wish = Wish(
        kind="events" if entity == "events" else "records",
        entity=None if entity == "events" else entity,
        name=file.name,
        mapping=whole,
        adds=added,
        clears=clear,
        goal="previewed" if dry_run else "applied",
        **asked,
    )
    with file.open("rb") as raw:
        job = stage(engine, app, find_person(engine, username), wish, open_sheet(raw, sheet=sheet), utc_now)
    finish(engine, app, run_job(engine, app, job), errors, locale)


def finish(engine: Engine, app: str, job: Job, errors: Path | None, locale: Locale) -> None:
    """Say what became of a job; write the refused rows; exit 1 when it stopped."""
    counts = {kind: count for kind, count in job.counts.items() if isinstance(count, int) and kind != "rows"}
    said = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in counts.items())
    click.echo(f"{job.state}: {said or 'no rows'} (job {job.id})")
    fields = job.counts.get("fields")
    if fields:
        click.echo("  " + ", ".join(f"{key} {count:,}" for key, count in sorted(fields.items())))
    with reading(engine) as connection:
        served = serve(connection, app)
        for listed, row in enumerate(all_rows(connection, served, job, ("refused", "kept"))):
            if listed == _MOST_LISTED:
                click.echo("  …")
                break
            click.echo(
                f"  row {row.number}: " + "; ".join(error_line(each, locale) for each in row.errors or ())
            )
        if errors is not None:
            errors.write_bytes(b"".join(error_file(connection, served, job, locale)))
    if job.error is not None:
        click.echo(f"stopped: {error_line(job.error, locale)}", err=True)
        raise SystemExit(1)


@click.command("compare")
@click.argument("app")
@click.argument("entity")
@click.argument("file", type=_FILE)
@click.option(
    "--match", required=True, metavar="FIELD", help="The unique field, code or id that both sides have."
)
@click.option("--map", "maps", multiple=True, metavar="FILE|COLUMN=TARGET", help="As for import.")
@click.option("--sheet", help="Name of the sheet of a workbook [default: the first one].")
@click.option("--report", type=_NEW_FILE, help="Where the differences go, as CSV.")
@click.option("--as", "username", metavar="USER", help="With whose rights [default: the engine].")
@click.option("--locale", type=_LOCALES, default="en", show_default=True)
def compare_file(
    app: str,
    entity: str,
    file: Path,
    match: str,
    maps: tuple[str, ...],
    sheet: str | None,
    report: Path | None,
    username: str | None,
    locale: Locale,
) -> None:
    """Compare the rows of FILE with the records of an ENTITY of APP; changes nothing."""
    engine = open_database(Settings())
    whole, added = read_maps(maps)
    wish = Wish("compare", entity, file.name, whole, added, match)
    with file.open("rb") as raw:
        job = stage(engine, app, find_person(engine, username), wish, open_sheet(raw, sheet=sheet), utc_now)
    job = run_job(engine, app, job)
    if report is not None:
        with reading(engine) as connection:
            report.write_bytes(b"".join(comparison_report(connection, serve(connection, app), job, locale)))
    finish(engine, app, job, None, locale)


@click.group("imports")
def imports() -> None:
    """Import jobs that are there already."""


def _again(app: str, job: str, act: Callable[[Job], None]) -> None:
    engine = open_database(Settings())
    try:
        id_ = UUID(job)
    except ValueError as error:
        raise click.ClickException(f"'{job}' is no job") from error
    with writing(engine) as connection:
        served = serve(connection, app, lock=True)
        found = load_job(connection, served, id_, lock=True)
        act(found)
        save_job(connection, served, found, utc_now())
    finish(engine, app, run_job(engine, app, found), None, "en")


@imports.command("undo")
@click.argument("app")
@click.argument("job")
def undo(app: str, job: str) -> None:
    """Take back what a JOB wrote; records that were changed since stay and are named."""
    _again(app, job, lambda found: aim(found, "undone"))


@imports.command("resume")
@click.argument("app")
@click.argument("job")
def resume(app: str, job: str) -> None:
    """Go on with a JOB whose process died, behind the last batch that was committed."""
    _again(app, job, lambda _found: None)


@imports.command("apply")
@click.argument("app")
@click.argument("job")
def apply(app: str, job: str) -> None:
    """Write the rows of a JOB that was previewed (``dougong import --dry-run``)."""
    _again(app, job, lambda found: aim(found, "applied"))
