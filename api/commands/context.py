"""What the commands share: the database, the document of a file, printing complaints and plans."""

from __future__ import annotations

import getpass
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.engine import Engine

from api.settings import Settings
from builder.publish import CheckResult, Preview
from schema_store.database import connect, reading, sqlite_warning
from schema_store.diagnostics import Diagnostic
from schema_store.document import AppDocument
from schema_store.platform import is_prepared, require_current
from schema_store.structure.load import load_document
from schema_store.versions import Signature
from templates import read_template


class NotPrepared(RuntimeError):
    """The database has not been created yet."""


def open_database(settings: Settings) -> Engine:
    """The engine of an installation.

    Raises:
        NotPrepared: ``dougong init`` has not run.
        PlatformOutdated: it has to run again: the tables are those of another version of the product.
    """
    engine = connect(settings.database)
    if engine.dialect.name == "sqlite" and (warning := sqlite_warning()):
        click.echo(f"warning: {warning}", err=True)
    with reading(engine) as connection:
        if not is_prepared(connection):
            raise NotPrepared("the database is empty: run `dougong init` first")
        require_current(connection)
    return engine


def sign(note: str = "") -> Signature:
    """Who acts on the command line, now."""
    return Signature(author=f"cli:{getpass.getuser()}", at=datetime.now(UTC), note=note)


def read_document(source: str) -> tuple[AppDocument | None, list[Diagnostic]]:
    """The document of a file, or of a packaged template by its name."""
    path = Path(source)
    raw = path.read_bytes() if path.is_file() else read_template(source)
    return load_document(raw)


def require_document(source: str) -> AppDocument:
    """The document of a file; prints what is wrong with it and exits when it is none."""
    document, diagnostics = read_document(source)
    if document is None:
        print_diagnostics(diagnostics)
        raise SystemExit(1)
    return document


def print_diagnostics(diagnostics: Iterable[Diagnostic], locale: str = "zh-CN") -> None:
    """One complaint a line: severity, code, place, sentence; the hint below."""
    for diagnostic in diagnostics:
        place = diagnostic.path or "/"
        if diagnostic.span is not None:
            place += f" [{diagnostic.span.start}:{diagnostic.span.end}]"
        click.echo(
            f"{diagnostic.severity.value:8}{diagnostic.code}  {place}\n        {diagnostic.message[locale]}"
        )
        if diagnostic.hint:
            click.echo(f"        → {diagnostic.hint[locale]}")


def print_preview(preview: Preview, locale: str = "zh-CN") -> None:
    """What publishing would do: changes in words, operations, counted losses, tests."""
    for sentence in preview.describe_changes(locale):
        click.echo(f"  {sentence}")
    for sentence in preview.describe_operations(locale):
        click.echo(f"  · {sentence}")
    for loss in preview.losses:
        mark = "✗" if loss.blocking else "!"
        click.echo(f"  {mark} {loss.id}\n      {loss.sentence[locale]}")
    print_tests(preview.checked)


def print_tests(checked: CheckResult) -> None:
    """How the document's own tests went; what failed is among the diagnostics."""
    click.echo(f"  tests: {checked.passed_tests} passed, {len(checked.failed_tests)} failed")
