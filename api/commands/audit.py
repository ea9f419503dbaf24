"""``dougong verify-audit``."""

from __future__ import annotations

import click
from sqlalchemy.engine import Engine

from api.commands.context import open_database
from api.sealing import seal_everything
from api.secret import load_secret
from api.settings import Settings
from runtime.auditing.anchor import NAME, Anchored, read_anchors
from runtime.auditing.chain import PLATFORM, Sealer, chains
from runtime.auditing.verifying import Finding, Verdict, verify
from schema_store.database import reading
from schema_store.versions import UnknownApp

_SAYS = {
    "changed": "{source} {id} was changed after it was sealed (seal {seal})",
    "missing": "{source} {id} is missing (seal {seal})",
    "inserted": "{source} {id} was put among rows that had been sealed before (seal {seal})",
    "seal_missing": "seal {seal} is missing",
    "seal_broken": "seal {seal} does not fit what it holds or the seal before it",
    "other_key": "seal {seal} was made with another secret key",
    "cut_off": f"what was sealed behind seal {{seal}} is gone: {NAME} in the data folder knows of more, or of another",
}


@click.command("verify-audit")
@click.option("--app", help="Key of an app [default: the platform and every app].")
@click.option("--seal", is_flag=True, help="Seal what waits for a seal, then verify.")
def verify_audit(app: str | None, seal: bool) -> None:
    """Look whether anybody edited what happened; names the first bad row, exit code 1 when there is one."""
    settings = Settings()
    engine, sealer = open_database(settings), Sealer(load_secret(settings))
    if seal:
        made = seal_everything(engine, sealer, settings.home, app=app)
        click.echo(f"sealed {sum(each.rows for each in made)} rows")
    verdicts = _verify(engine, sealer, read_anchors(settings.home), app)
    for verdict in verdicts:
        _print(verdict)
    if any(verdict.bad for verdict in verdicts):
        raise SystemExit(1)


def _verify(engine: Engine, sealer: Sealer, anchors: dict[str, Anchored], app: str | None) -> list[Verdict]:
    with reading(engine) as connection:
        found = chains(connection, app)
        if not found:
            raise UnknownApp(app)
        return [verify(connection, sealer, chain, anchors.get(chain.name)) for chain in found]


def _print(verdict: Verdict) -> None:
    name = "platform" if verdict.chain == PLATFORM else f"app {verdict.chain}"
    waiting = f", {verdict.unsealed} rows wait for a seal" if verdict.unsealed else ""
    state = f"{verdict.bad} FINDINGS" if verdict.bad else "untouched"
    click.echo(f"{name}: {state}; {verdict.rows} rows in {verdict.seals} seals{waiting}")
    for finding in verdict.findings[:20]:
        click.echo(f"- {say(finding)}")
    if verdict.bad > 20:
        click.echo(f"- and {verdict.bad - 20} more")


def say(finding: Finding) -> str:
    """A finding as a sentence."""
    return _SAYS[finding.kind].format(source=finding.source, id=finding.id, seal=finding.seal)
