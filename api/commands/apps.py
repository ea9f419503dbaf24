"""``dougong plan`` and ``dougong publish``."""

from __future__ import annotations

import click

from api.commands.context import open_database, print_diagnostics, print_preview, require_document, sign
from api.settings import Settings
from builder import publish as builder_publish


@click.command()
@click.argument("source")
@click.option("--app", "key", required=True, help="Key of the installed app.")
@click.option("--locale", type=click.Choice(["zh-CN", "en"]), default="zh-CN", show_default=True)
def plan(source: str, key: str, locale: str) -> None:
    """Show what publishing a document to an app would do: operations and counted losses. Changes nothing."""
    preview = builder_publish.preview(open_database(Settings()), key, require_document(source))
    print_diagnostics(preview.checked.diagnostics, locale)
    print_preview(preview, locale)
    if not preview.checked.is_publishable:
        raise SystemExit(1)


@click.command()
@click.argument("source")
@click.option("--app", "key", required=True, help="Key of the installed app.")
@click.option(
    "--accept", "accepted", multiple=True, metavar="LOSS", help="Id of a loss to accept; repeatable."
)
@click.option("--note", default="", help="Why, for the history.")
def publish(source: str, key: str, accepted: tuple[str, ...], note: str) -> None:
    """Publish a document to an app, if every counted loss is accepted."""
    engine = open_database(Settings())
    document = require_document(source)
    number = builder_publish.publish(engine, key, document, sign(note), accepted=frozenset(accepted))
    click.echo(f"published: {key}, version {number}")
