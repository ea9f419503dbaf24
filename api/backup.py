"""Backups: the database as of one moment, and after it everything else of the data folder, in one file.

The file is a ZIP of ``manifest.json`` (format, kind of database, SHA-256 of each member), ``database`` (an SQLite file,
or the archive of ``pg_dump``) and ``home/…``. It holds the secret key: keep it like one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine

from api.settings import Settings
from schema_store.database import connect, copy_sqlite, reading, require_whole

FORMAT = 1
_MANIFEST, _DATABASE, _HOME = "manifest.json", "database", "home"
_PIECE = 1 << 20


class BackupRefused(RuntimeError):
    """A backup that cannot be made or restored; the text says why and what to do."""


def back_up(engine: Engine, settings: Settings, target: Path, now: datetime) -> int:
    """Write a backup into a new file that only its owner can read; its size in bytes.

    Raises:
        BackupRefused: the file is there already, or ``pg_dump`` is missing or fails.
        DamagedDatabase: the database is not whole.
    """
    if target.exists():
        raise BackupRefused(f"{target} is there already: a backup never overwrites anything")
    draft = target.with_name(f"{target.name}.part")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            database = Path(folder) / _DATABASE
            _copy_database(engine, database)
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                _fill(archive, engine, settings.home, database, now)
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def _copy_database(engine: Engine, target: Path) -> None:
    if engine.dialect.name == "sqlite":
        copy_sqlite(engine, target)
    else:
        _run_tool(
            "pg_dump", engine.url, "--format=custom", "--no-owner", "--no-privileges", f"--file={target}"
        )


def _fill(archive: zipfile.ZipFile, engine: Engine, home: Path, database: Path, now: datetime) -> None:
    hashes = {_DATABASE: _add(archive, database, _DATABASE)}
    for path in _files(engine, home):
        name = f"{_HOME}/{path.relative_to(home).as_posix()}"
        hashes[name] = _add(archive, path, name)
    manifest = {"format": FORMAT, "database": engine.dialect.name, "at": now.isoformat(), "members": hashes}
    archive.writestr(_MANIFEST, json.dumps(manifest, indent=1))


def _files(engine: Engine, home: Path) -> Iterator[Path]:
    """The files of the data folder, without the database's own."""
    own = Path(engine.url.database or "") if engine.dialect.name == "sqlite" else None
    for path in sorted(home.rglob("*")) if home.exists() else ():
        is_own = (
            own is not None
            and path.parent.resolve() == own.parent.resolve()
            and path.name.startswith(own.name)
        )
        if path.is_file() and not path.is_symlink() and not is_own:
            yield path


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> str:
    """Put a file into the archive; its hash."""
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        return _pour(source, target)


def _pour(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := source.read(_PIECE):
        digest.update(piece)
        target.write(piece)
    return digest.hexdigest()


def restore(settings: Settings, source: Path) -> None:
    """Bring a backup back, into an empty data folder and an empty database; all of it, or nothing.

    Raises:
        BackupRefused: it is no backup, it is damaged or of another kind of database, or there is something already.
        DamagedDatabase: its database is not whole.
    """
    if settings.home.exists() and any(settings.home.iterdir()):
        raise BackupRefused(
            f"{settings.home} is not empty: a backup is restored into an empty data folder only"
        )
    settings.home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.home.parent, prefix=".restore-") as folder:
        manifest = _unpack(source, Path(folder))
        if settings.home.exists():
            settings.home.rmdir()
        home = Path(folder) / _HOME
        home.mkdir(exist_ok=True)
        _restore_database(settings, str(manifest["database"]), Path(folder) / _DATABASE, home)
        home.rename(settings.home)


def _unpack(source: Path, folder: Path) -> Mapping[str, object]:
    """Write the members out, each checked against its hash; the manifest."""
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = json.loads(archive.read(_MANIFEST))
            if manifest["format"] != FORMAT:
                raise BackupRefused(
                    f"this product reads backups of format {FORMAT}, not {manifest['format']}"
                )
            for name, wanted in manifest["members"].items():
                _unpack_one(archive, name, wanted, folder)
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError) as error:
        raise BackupRefused(f"{source} is no backup, or damaged: {error}") from error
    return dict(manifest)


def _unpack_one(archive: zipfile.ZipFile, name: str, wanted: str, folder: Path) -> None:
    parts = PurePosixPath(name).parts
    is_ours = name == _DATABASE or (len(parts) > 1 and parts[0] == _HOME)
    if not is_ours or ".." in parts or "\\" in name:
        raise BackupRefused(f"the backup holds a file that is none of ours: {name[:100]}")
    target = folder.joinpath(*parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as member, open(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:  # noqa: PTH123
        found = _pour(member, file)
    if found != wanted:
        raise BackupRefused(f"the backup is damaged: {name} is not what was written")


def _restore_database(settings: Settings, kind: str, database: Path, home: Path) -> None:
    url = sa.make_url(settings.database_url) if settings.database_url else None
    here = "sqlite" if url is None else url.get_backend_name()
    if here != kind:
        raise BackupRefused(f"this is a backup of {kind}, DOUGONG_DATABASE_URL names {here}")
    if here == "sqlite":
        require_whole(database)
        target = home / "dougong.db" if url is None else Path(url.database or "")
        if target.exists():
            raise BackupRefused(f"{target} is there already: a backup is restored into an empty place only")
        shutil.move(database, target)
        return
    assert url is not None
    _require_empty(url)
    _run_tool(
        "pg_restore",
        url,
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--exit-on-error",
        str(database),
    )


def _require_empty(url: URL) -> None:
    engine = connect(url)
    with reading(engine) as connection:
        tables = sa.inspect(connection).get_table_names()
    engine.dispose()
    if tables:
        raise BackupRefused("the database is not empty: a backup is restored into an empty one only")


def _run_tool(tool: str, url: URL, *options: str) -> None:
    """Run a tool of PostgreSQL on a database; its password goes by the environment, where no list of processes is."""
    found = shutil.which(tool)
    if found is None:
        raise BackupRefused(f"{tool} is not installed here: it comes with PostgreSQL's client programs")
    place = {"host": url.host, "port": url.port, "username": url.username, "dbname": url.database}
    named = [f"--{name}={value}" for name, value in place.items() if value]
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    done = subprocess.run(
        [found, *named, *options], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupRefused(f"{tool} failed: {done.stderr.strip()[:500]}")
