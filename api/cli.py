"""The command line: ``dougong …`` (CONTRACT.md, "Commands")."""

from __future__ import annotations

import sys

import click

from api.commands import (
    apps,
    audit,
    backup,
    demo,
    doctor,
    exports,
    imports,
    people,
    serve,
    templates,
    worker,
    workspace,
)
from api.problems import explain_refusal


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dougong")
def cli() -> None:
    """Dougong: business apps described as metadata."""


cli.add_command(workspace.init)
cli.add_command(doctor.doctor)
cli.add_command(audit.verify_audit)
cli.add_command(backup.back_up)
cli.add_command(backup.restore)
cli.add_command(demo.demo)
cli.add_command(people.token)
cli.add_command(serve.serve)
cli.add_command(worker.work)
cli.add_command(templates.template)
cli.add_command(apps.plan)
cli.add_command(apps.publish)
cli.add_command(imports.import_file)
cli.add_command(imports.compare_file)
cli.add_command(imports.imports)
cli.add_command(exports.export_file)


def main() -> None:
    """Run the command line; a refusal is a sentence and exit code 1, never a traceback."""
    try:
        cli()
    except Exception as error:
        sentence = explain_refusal(error)
        if sentence is None:
            raise
        click.echo(f"dougong: {sentence}", err=True)
        sys.exit(1)
