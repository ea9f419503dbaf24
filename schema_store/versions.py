"""Versions and drafts of an app: what was published when by whom, and what is being worked on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from schema_store.canonical import canonical_bytes, document_hash
from schema_store.document import AppDocument
from schema_store.ids import with_ids
from schema_store.layout import Layout
from schema_store.migration.plan import MigrationPlan
from schema_store.platform import APPS, DRAFTS, VERSIONS


class UnknownApp(LookupError):
    """No app of that key is installed."""


class UnknownVersion(LookupError):
    """The app has no version of that number."""


class AppExists(ValueError):
    """An app of that key is installed already."""


class StaleDraft(ValueError):
    """Somebody saved the draft since; ``revision`` is the one that stands now."""

    def __init__(self, revision: int):
        super().__init__(f"the draft is at revision {revision}")
        self.revision = revision


@dataclass(frozen=True, slots=True)
class InstalledApp:
    """An installed app and the number of the version it serves."""

    key: str
    version: int
    installed_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A published version: immutable.

    Attributes:
        document: with every id filled in.
        hash: SHA-256 of its canonical bytes.
        layout: the tables as they stood after it was published.
        plan: the operations and accepted losses that led here, as JSON.
    """

    app: str
    number: int
    document: AppDocument
    hash: str
    layout: Layout
    plan: dict[str, Any]
    author: str
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """A line of the history."""

    number: int
    hash: str
    author: str
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """What is being worked on: ``revision`` rises with each save, ``base_version`` is what it started from."""

    app: str
    revision: int
    base_version: int
    document: AppDocument
    author: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """Who publishes or saves, when, and why; ``by`` is the person where one is signed in."""

    author: str
    at: datetime
    note: str = ""
    by: UUID | None = None


def list_apps(connection: Connection) -> list[InstalledApp]:
    """Every installed app, by key."""
    rows = connection.execute(sa.select(APPS.c.key, APPS.c.version, APPS.c.installed_at).order_by(APPS.c.key))
    return [InstalledApp(row.key, row.version, row.installed_at) for row in rows]


def is_installed(connection: Connection, app: str) -> bool:
    """Whether there is an app of that key."""
    return connection.execute(sa.select(APPS.c.key).where(APPS.c.key == app)).first() is not None


def current_version(connection: Connection, app: str, lock: Literal["share", "update"] | None = None) -> int:
    """The number of the version that ``app`` serves; takes the app's lock where one is named.

    Raises:
        UnknownApp: no such app.
    """
    return standing_of(connection, app, lock)[0]


#: By the lock that is taken; every request asks.
_PLAIN = sa.select(APPS.c.version, APPS.c.switches).where(APPS.c.key == sa.bindparam("app"))
_STANDING: Mapping[Literal["share", "update"] | None, sa.Select[tuple[int, int]]] = {
    None: _PLAIN,
    "share": _PLAIN.with_for_update(read=True),
    "update": _PLAIN.with_for_update(),
}


def standing_of(
    connection: Connection, app: str, lock: Literal["share", "update"] | None = None
) -> tuple[int, int]:
    """The number of the version that ``app`` serves, and how often its elements were switched on or off.

    Raises:
        UnknownApp: no such app.
    """
    row = connection.execute(_STANDING[lock], {"app": app}).one_or_none()
    if row is None:
        raise UnknownApp(app)
    return int(row.version), int(row.switches)


def load_version(connection: Connection, app: str, number: int) -> Version:
    """One version.

    Raises:
        UnknownVersion: the app has no such version.
    """
    row = connection.execute(
        sa.select(VERSIONS).where(VERSIONS.c.app == app, VERSIONS.c.number == number)
    ).one_or_none()
    if row is None:
        raise UnknownVersion(f"{app} {number}")
    return _version(row)


def load_layout(connection: Connection, app: str, number: int) -> Layout:
    """The tables as they stood after a version was published; its document is not read.

    Raises:
        UnknownVersion: the app has no such version.
    """
    found = connection.execute(
        sa.select(VERSIONS.c.layout).where(VERSIONS.c.app == app, VERSIONS.c.number == number)
    ).scalar_one_or_none()
    if found is None:
        raise UnknownVersion(f"{app} {number}")
    return Layout.from_json(orjson.loads(found))


def _version(row: Row[Any]) -> Version:
    return Version(
        app=row.app,
        number=row.number,
        document=AppDocument.model_validate_json(row.document),
        hash=row.hash,
        layout=Layout.from_json(orjson.loads(row.layout)),
        plan=orjson.loads(row.plan),
        author=row.author,
        note=row.note,
        created_at=row.created_at,
    )


def list_versions(connection: Connection, app: str) -> list[VersionSummary]:
    """The history of an app, newest first."""
    wanted = (VERSIONS.c.number, VERSIONS.c.hash, VERSIONS.c.author, VERSIONS.c.note, VERSIONS.c.created_at)
    rows = connection.execute(
        sa.select(*wanted).where(VERSIONS.c.app == app).order_by(VERSIONS.c.number.desc())
    )
    return [VersionSummary(row.number, row.hash, row.author, row.note, row.created_at) for row in rows]


def create_app(connection: Connection, key: str, at: datetime) -> None:
    """Make the row of an app that has no version yet (number 0).

    Raises:
        AppExists: the key is taken.
    """
    if is_installed(connection, key):
        raise AppExists(key)
    connection.execute(sa.insert(APPS).values(key=key, version=0, installed_at=at))


def store_version(
    connection: Connection,
    app: str,
    plan: MigrationPlan,
    layout: Layout,
    signature: Signature,
    accepted: Collection[str],
) -> None:
    """Write the version that a plan leads to and serve it; belongs into the transaction that changes the tables."""
    record = plan.to_json() | {"accepted": sorted(accepted)}
    connection.execute(
        sa.insert(VERSIONS).values(
            app=app,
            number=plan.version,
            document=canonical_bytes(plan.new).decode(),
            hash=document_hash(plan.new),
            layout=orjson.dumps(layout.to_json()).decode(),
            plan=orjson.dumps(record).decode(),
            author=signature.author,
            note=signature.note,
            created_at=signature.at,
        )
    )
    connection.execute(sa.update(APPS).where(APPS.c.key == app).values(version=plan.version))


def load_draft(connection: Connection, app: str) -> Draft:
    """The draft of an app; where none was saved yet, revision 0 with the document that is served."""
    number = current_version(connection, app)
    row = connection.execute(sa.select(DRAFTS).where(DRAFTS.c.app == app)).one_or_none()
    if row is None:
        version = load_version(connection, app, number)
        return Draft(app, 0, number, version.document, version.author, version.created_at)
    document = with_ids(AppDocument.model_validate_json(row.document))
    return Draft(app, row.revision, row.base_version, document, row.author, row.updated_at)


def save_draft(
    connection: Connection,
    app: str,
    document: AppDocument,
    signature: Signature,
    *,
    revision: int,
    base_version: int | None = None,
) -> int:
    """Replace the draft if it still is at ``revision``; the new revision.

    Raises:
        StaleDraft: somebody saved since.
        UnknownApp: no such app.
    """
    number = current_version(connection, app, lock="update")
    standing = connection.execute(sa.select(DRAFTS).where(DRAFTS.c.app == app)).one_or_none()
    current = standing.revision if standing is not None else 0
    if current != revision:
        raise StaleDraft(current)
    base = base_version if base_version is not None else (standing.base_version if standing else number)
    values = {
        "revision": revision + 1,
        "base_version": base,
        "document": canonical_bytes(document).decode(),
        "author": signature.author,
        "updated_at": signature.at,
    }
    if standing is None:
        connection.execute(sa.insert(DRAFTS).values(app=app, **values))
    else:
        connection.execute(sa.update(DRAFTS).where(DRAFTS.c.app == app).values(**values))
    return revision + 1


def drop_draft(connection: Connection, app: str) -> None:
    """Forget the draft, as when it has been published."""
    connection.execute(sa.delete(DRAFTS).where(DRAFTS.c.app == app))
