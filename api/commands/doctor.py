"""``dougong doctor``: what is wrong with an installation, a sentence per finding."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import click
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from api.secret import WeakSecret, load_secret
from api.settings import Settings
from runtime.auditing.chain import Chain, chains
from runtime.auditing.sealing import unsealed_query
from runtime.auditing.tables import AUDIT
from runtime.searching import pending_reindex
from runtime.support import support_tables
from schema_store.canonical import document_hash
from schema_store.database import connect, reading, sqlite_warning
from schema_store.layout import Layout
from schema_store.migration.expansion import load
from schema_store.platform import PlatformOutdated, is_prepared, require_current
from schema_store.versions import list_apps, load_version

_LEAST_SPACE = 500 * 2**20
#: How long a row may wait for its seal, and how far clocks may be apart.
_PATIENCE, _DRIFT = timedelta(minutes=15), timedelta(seconds=5)
_MOST_COUNTED = 10_000


@click.command()
def doctor() -> None:
    """Look for what is wrong with this installation; one sentence per finding, exit code 1 when there is one."""
    settings = Settings()
    findings = [*_check_library(settings), *_check_disk(settings), *_check_secret(settings)]
    findings += _check_database(settings)
    for finding in findings:
        click.echo(f"- {finding}")
    if findings:
        raise SystemExit(1)
    click.echo("all is well")


def _check_library(settings: Settings) -> Iterator[str]:
    warning = sqlite_warning()
    if warning is not None and settings.database.startswith("sqlite"):
        yield warning


def _check_disk(settings: Settings) -> Iterator[str]:
    if not settings.home.exists():
        return
    free = shutil.disk_usage(settings.home).free
    if free < _LEAST_SPACE:
        yield f"only {free // 2**20} MiB free where the data folder is"


def _check_secret(settings: Settings) -> Iterator[str]:
    path = settings.home / "secret-key"
    if not settings.secret_key and not path.exists():
        return  # it is made when it is needed
    try:
        if len(load_secret(settings)) != 32:
            yield f"the secret key in {path} is not 32 bytes in hex: restore it from a backup"
    except WeakSecret as error:
        yield str(error)
    except ValueError:
        yield f"the secret key in {path} cannot be read: restore it from a backup"
    if not settings.secret_key and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield f"others on this machine can read the secret key: chmod 600 {path}"


def _check_database(settings: Settings) -> Iterator[str]:
    engine = connect(settings.database)
    try:
        with reading(engine) as connection:
            if not is_prepared(connection):
                yield "the database is empty: run `dougong init` first"
                return
            require_current(connection)
            yield from _check_clock(connection)
            yield from _check_apps(connection)
            for chain in chains(connection):
                yield from _check_seals(connection, chain)
    except PlatformOutdated as error:
        yield str(error)
    except OperationalError as error:
        yield f"the database does not answer: {str(error.orig).strip().splitlines()[0]}"
    finally:
        engine.dispose()


def _check_clock(connection: Connection) -> Iterator[str]:
    """This machine against the database's, and against what has been written."""
    now = datetime.now(UTC)
    if connection.dialect.name == "postgresql":
        theirs = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        if abs(theirs - now) > _DRIFT:
            yield f"the clocks of this machine and of the database are {abs(theirs - now)} apart"
    newest = connection.execute(sa.select(sa.func.max(AUDIT.c.at))).scalar()
    if newest is not None and newest > now + _DRIFT:
        yield f"something happened at {newest.isoformat()}, which is later than now: this machine's clock is wrong"


def _check_apps(connection: Connection) -> Iterator[str]:
    for app in list_apps(connection):
        version = load_version(connection, app.key, app.version)
        if document_hash(version.document) != version.hash:
            yield f"app {app.key}: version {app.version} does not match its hash"
        yield from _check_leftovers(connection, app.key, version.layout)


def _check_leftovers(connection: Connection, app: str, layout: Layout) -> Iterator[str]:
    found = load(connection, layout.schema)
    if found is not None:
        since = datetime.fromtimestamp(found[1], UTC).isoformat(timespec="seconds")
        yield f"app {app}: a publish is under way or was cut off at {since}: the next `dougong serve` ends it"
    support = support_tables(layout.schema, connection.dialect.name)
    if not sa.inspect(connection).has_table(support.reindex.name, support.reindex.schema):
        yield f"app {app}: its tables are of an earlier product: run `dougong init`"
        return
    if waiting := pending_reindex(connection, support):
        yield f"app {app}: {len(waiting)} entities wait to be indexed for the search: the next `dougong serve` does"


def _check_seals(connection: Connection, chain: Chain) -> Iterator[str]:
    """Rows that wait longer than a sealer would let them."""
    patient = datetime.now(UTC) - _PATIENCE
    for source in chain.sources:
        waiting = unsealed_query(connection.dialect.name, chain, source, None, datetime.now(UTC))
        old = waiting.where(source.table.c.at < patient).order_by(None).limit(_MOST_COUNTED).subquery()
        count = connection.execute(sa.select(sa.func.count()).select_from(old)).scalar_one()
        if count:
            more = " or more" if count == _MOST_COUNTED else ""
            yield (
                f"audit of {chain.name}: {count}{more} rows of {source.name} wait for a seal: "
                "run `dougong verify-audit --seal`, or `dougong serve`"
            )
