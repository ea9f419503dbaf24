"""``dougong template list · install · export · check · format``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from api.commands.context import (
    open_database,
    print_diagnostics,
    print_preview,
    print_tests,
    read_document,
    require_document,
    sign,
)
from api.settings import Settings
from builder.publish import check_fully, export_app, install
from schema_store.canonical import canonical_bytes
from schema_store.ids import with_ids, without_derived_ids
from schema_store.versions import AppExists
from templates import template_keys


@click.group()
def template() -> None:
    """Apps from documents, and documents from apps."""


@template.command("list")
def list_templates() -> None:
    """The templates that come with the product."""
    for name in template_keys():
        document = require_document(name)
        click.echo(f"{name}  {document.label.get('zh-CN', '')}  ({len(document.entities)} entities)")


@template.command("install")
@click.argument("source")
@click.option("--app", "key", help="Key of the new app [default: the document's own].")
@click.option("--note", default="", help="Why, for the history.")
@click.option("--if-absent", is_flag=True, help="Do nothing when the app is installed already.")
def install_template(source: str, key: str | None, note: str, if_absent: bool) -> None:
    """Install a document (a FILE, or the name of a template) as a new app."""
    document = require_document(source)
    engine = open_database(Settings())
    try:
        preview = install(engine, document, sign(note), key=key)
    except AppExists:
        if if_absent:
            return
        raise
    print_preview(preview)
    click.echo(f"installed: {key or document.key}, version 1")


@template.command("export")
@click.argument("app")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def export_template(app: str, file: Path | None) -> None:
    """Write the served document of APP to FILE, or to standard output."""
    data = export_app(open_database(Settings()), app)
    if file is None:
        sys.stdout.buffer.write(data)
    else:
        file.write_bytes(data)


@template.command("check")
@click.argument("source")
@click.option("--locale", type=click.Choice(["zh-CN", "en"]), default="zh-CN", show_default=True)
def check_template(source: str, locale: str) -> None:
    """Print what is wrong with a document; exit code 1 when something is."""
    document, diagnostics = read_document(source)
    if document is None:
        print_diagnostics(diagnostics, locale)
        raise SystemExit(1)
    result = check_fully(document)
    print_diagnostics(result.diagnostics, locale)
    print_tests(result)
    click.echo(f"{len(document.entities)} entities, {len(result.diagnostics)} diagnostics")
    if not result.is_publishable:
        raise SystemExit(1)


@template.command("format")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def format_template(file: Path) -> None:
    """Write FILE in its canonical form: sorted keys, no ids that would be derived anyway."""
    document = require_document(str(file))
    file.write_bytes(canonical_bytes(without_derived_ids(with_ids(document))))
