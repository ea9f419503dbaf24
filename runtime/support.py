"""Tables that every app has beside its records: what happened to them, what belongs to them, what they count.

They stand in the schema of the app (with its prefix on SQLite), so that an app is backed up and moved as a whole.
Entities and fields are named by id, so that a rename leaves history as it is; stages by key, as expressions name them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from expressions.storage import Flag, Instant, JsonValue, Text, Uuid
from runtime.auditing.tables import fix, seal_columns, sealed_columns


@dataclass(frozen=True, slots=True)
class SupportTables:
    """The support tables of one app.

    Attributes:
        metadata: all of them.
        history: one row per record change: before and after by field id, who, why. The truth of the timeline and audit.
        stage_change: one row per stage entered.
        event: behaviour: what people and programs did with a record; append-only, deduplicated by ``key``.
        evidence: files shown at a gate.
        file: uploaded files; ``record`` is empty until a record names it.
        sequence: the last number given, by field id and prefix.
        freeze: stages that take no more records.
        refusal: what was refused to whom and why, and how often within a minute.
        idempotency: answers kept for repeated requests.
        run: what rules did, or have to do, and why.
        delivery: what people were told by which channel, or why they were not.
        timer: the moments of the clocks that run on records, and why they are when they are.
        rescore: scores that time alone changes, and when it does so next.
        assignment: who was chosen for a record, and why; who was not, too.
        assignee: how often, since when and with what start each person takes part in a dispatch.
        switch: elements of the document that were switched on or off here.
        backfill: computed fields whose meaning a publish changed, and how far their values are computed anew.
        search: the tokens of each record (on SQLite its number in the full-text table, see :func:`search_text`).
        reindex: entities whose search fields a publish changed, and how far their records are indexed anew.
        seal: what shows whether anybody edited the past (:mod:`runtime.auditing.sealing`).
        sealed: the rows in each seal.
        import_job: files that are brought in, with what is asked and how far it is (:mod:`runtime.imports`).
        import_row: their rows: as they came, as they were understood, what became of them.
        view: what lists are asked for, as people saved and shared it (:mod:`runtime.saved_views`).
    """

    metadata: sa.MetaData
    history: sa.Table
    stage_change: sa.Table
    event: sa.Table
    evidence: sa.Table
    file: sa.Table
    sequence: sa.Table
    freeze: sa.Table
    refusal: sa.Table
    idempotency: sa.Table
    run: sa.Table
    delivery: sa.Table
    timer: sa.Table
    rescore: sa.Table
    assignment: sa.Table
    assignee: sa.Table
    switch: sa.Table
    backfill: sa.Table
    search: sa.Table
    reindex: sa.Table
    seal: sa.Table
    sealed: sa.Table
    import_job: sa.Table
    import_row: sa.Table
    view: sa.Table


def _id() -> sa.Column[Any]:
    return sa.Column("id", Uuid(), primary_key=True)


def _uuid(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, Uuid(), nullable=nullable)


def _text(name: str, *, nullable: bool = False, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, Text(), nullable=nullable, primary_key=key)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, Instant(), nullable=nullable)


def _json(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, JsonValue(), nullable=nullable)


def _whole(name: str, *, start: str | None = None) -> sa.Column[Any]:
    """``start``: what rows get that were there before the column."""
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default=start)


def _of_record() -> tuple[sa.Column[Any], sa.Column[Any], sa.Column[Any], sa.Column[Any]]:
    """Which record, when, by whom."""
    return _text("entity"), _uuid("record"), _moment("at"), _uuid("by", nullable=True)


class _Maker:
    """Makes the tables of one schema."""

    def __init__(self, schema: str, dialect: str):
        self.schema = schema
        self.metadata = sa.MetaData(schema=schema if dialect == "postgresql" else None)
        self.dialect = dialect
        self.prefix = f"{schema}__" if dialect == "sqlite" else ""

    def table(self, name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
        return sa.Table(f"{self.prefix}_{name}", self.metadata, *parts)

    def of_record(self, name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
        """A table about records, found by record and time."""
        found_by = sa.Index(f"ix_{self.schema}_{name}_record", "record", "at")
        return self.table(name, _id(), *_of_record(), *parts, found_by)

    def history(self) -> sa.Table:
        parts = (_whole("version"), _text("act"), _json("changes"), _json("cause"))
        return fix(self.of_record("history", *parts))

    def stage_change(self) -> sa.Table:
        by_stage = sa.Index(f"ix_{self.schema}_stage_change_stage", "entity", "stage", "at")
        texts = [_text(name, nullable=True) for name in ("stage", "previous", "reason")]
        return self.of_record("stage_change", _text("field"), *texts, by_stage)

    def event(self) -> sa.Table:
        by_key = sa.Index(f"ux_{self.schema}_event_key", "key", unique=True)
        parts = (_text("kind"), _text("topic", nullable=True), _json("data", nullable=True))
        return self.of_record("event", *parts, _text("key", nullable=True), by_key)

    def file(self) -> sa.Table:
        found_by = sa.Index(f"ix_{self.schema}_file_record", "record", "at")
        by_content = sa.Index(f"ix_{self.schema}_file_sha256", "sha256")
        place = (_text("entity", nullable=True), _uuid("record", nullable=True))
        made = (_moment("at"), _uuid("by", nullable=True))
        about = (_text("name"), _text("type"), _whole("size"), _text("sha256"))
        return self.table("file", _id(), *place, *made, *about, found_by, by_content)

    def refusal(self) -> sa.Table:
        found_by = sa.Index(f"ix_{self.schema}_refusal_record", "record", "at")
        place = (_text("entity"), _uuid("record", nullable=True))
        made = (_moment("at"), _uuid("by", nullable=True))
        what = (_text("act"), _text("code"), _json("why"), _whole("count", start="1"))
        return fix(self.table("refusal", _id(), *place, *made, *what, found_by), editable=("count",))

    def run(self) -> sa.Table:
        """``attempts``: how often it went wrong; ``next_at``: not before then; ``job``: of the queue, which does it."""
        by_rule = sa.Index(f"ix_{self.schema}_run_rule", "rule", "at")
        by_state = sa.Index(f"ix_{self.schema}_run_state", "state", "at")
        parts = (_text("rule"), _text("state"), _whole("version"), _json("cause"), _json("why"))
        tries = (
            _whole("attempts", start="0"),
            _moment("next_at", nullable=True),
            _text("job", nullable=True),
        )
        return self.of_record("run", *parts, *tries, by_rule, by_state)

    def delivery(self) -> sa.Table:
        """``audience``: as the document names it; ``address``: where to; ``rule``: it, or the SLA that tells."""
        by_run = sa.Index(f"ix_{self.schema}_delivery_run", "run")
        whom = (_text("audience"), _uuid("person", nullable=True), _text("address", nullable=True))
        what = (_text("rule"), _uuid("run", nullable=True), _text("channel"), _text("message"))
        stands = (_text("state"), _whole("attempts"), _moment("next_at", nullable=True), _json("why"))
        return self.of_record("delivery", *whom, *what, *stands, by_run)

    def timer(self) -> sa.Table:
        """``left``: microseconds to count when it ran on at ``since``; ``ended``: when its clock stopped."""
        by_due = sa.Index(f"ix_{self.schema}_timer_due", "state", "due")
        texts = [_text(name) for name in ("sla", "kind", "tier", "zone")]
        counted = (
            _whole("left"),
            _moment("since"),
            _moment("due", nullable=True),
            _moment("ended", nullable=True),
        )
        versions = (_text("calendar", nullable=True), _whole("calendar_version"), _whole("generation"))
        return self.of_record("timer", *texts, *counted, *versions, _text("state"), _json("why"), by_due)

    def rescore(self) -> sa.Table:
        record: sa.Column[Any] = sa.Column("record", Uuid(), primary_key=True)
        by_due = sa.Index(f"ix_{self.schema}_rescore_due", "due")
        return self.table(
            "rescore", _text("score", key=True), record, _text("entity"), _moment("due"), by_due
        )

    def search(self) -> sa.Table:
        """The tokens of each record. SQLite finds them through a full-text table that triggers keep in step."""
        if self.dialect == "postgresql":
            tokens = sa.Column("tokens", postgresql.TSVECTOR(), nullable=False)
            by_token = sa.Index(f"ix_{self.schema}_search_tokens", "tokens", postgresql_using="gin")
            return self.table("search", sa.Column("record", Uuid(), primary_key=True), tokens, by_token)
        made = self.table(
            "search",
            sa.Column("number", sa.Integer(), primary_key=True),
            sa.Column("record", Uuid(), nullable=False, unique=True),
            _text("tokens"),
        )
        sa.event.listen(made, "after_create", _create_text_table)
        return made

    def backfill(self) -> sa.Table:
        progress = (_json("doing", nullable=True), _uuid("after", nullable=True))
        return self.table("backfill", _id(), _moment("at"), _json("fields"), *progress)

    def idempotency(self) -> sa.Table:
        user: sa.Column[Any] = sa.Column("user", Uuid(), primary_key=True)
        answer = (_whole("status"), _json("answer", nullable=True), _moment("at"))
        return self.table(
            "idempotency", user, _text("key", key=True), _text("route", key=True), _text("body"), *answer
        )

    def import_job(self) -> sa.Table:
        """``done`` counts the rows of the phase that is under way; ``lease`` says until when somebody works on it."""
        asked = (_text("kind"), _text("entity"), _json("asked"), _json("file"), _text("signature"))
        stands = (_text("state"), _text("goal"), _whole("total"), _whole("done"), _whole("version"))
        found = (_json("counts"), _json("error", nullable=True), _moment("changed_at"))
        lease: tuple[sa.Column[Any], ...] = (
            sa.Column("lease", Instant(), nullable=True),
            _text("worker", nullable=True),
        )
        made = (_moment("at"), _uuid("by", nullable=True))
        by_file = sa.Index(f"ix_{self.schema}_import_signature", "entity", "signature", "at")
        return self.table("import", _id(), *made, *asked, *stands, *found, *lease, by_file)

    def import_row(self) -> sa.Table:
        job: sa.Column[Any] = sa.Column("import", Uuid(), primary_key=True)
        number: sa.Column[Any] = sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False)
        read = (_json("cells"), _json("read", nullable=True), _text("key", nullable=True))
        became = (_text("kind", nullable=True), _uuid("record", nullable=True))
        version: sa.Column[Any] = sa.Column("version", sa.BigInteger(), nullable=True)
        told = (_json("changes", nullable=True), _json("errors", nullable=True))
        by_key = sa.Index(f"ix_{self.schema}_import_row_key", "import", "key")
        by_kind = sa.Index(f"ix_{self.schema}_import_row_kind", "import", "kind", "number")
        return self.table("import_row", job, number, *read, *became, version, *told, by_key, by_kind)

    def view(self) -> sa.Table:
        said = (_text("entity"), _text("name"), _text("shared"), _json("asked"), _whole("version"))
        by_entity = sa.Index(f"ix_{self.schema}_view_entity", "entity", "shared")
        by_owner = sa.Index(f"ix_{self.schema}_view_owner", "owner")
        moments = (_moment("created_at"), _moment("updated_at"))
        return self.table("view", _id(), _uuid("owner"), *said, *moments, by_entity, by_owner)


@lru_cache(maxsize=256)
def support_tables(schema: str, dialect: str) -> SupportTables:
    """The support tables of the app whose schema (or prefix) is ``schema``."""
    make = _Maker(schema, dialect)
    return SupportTables(
        metadata=make.metadata,
        history=make.history(),
        stage_change=make.stage_change(),
        event=make.event(),
        evidence=make.of_record("evidence", _text("requirement"), _uuid("file")),
        file=make.file(),
        sequence=make.table("sequence", _text("field", key=True), _text("prefix", key=True), _whole("last")),
        freeze=make.table(
            "freeze", _text("stage", key=True), _moment("at"), _uuid("by", nullable=True), _json("reason")
        ),
        refusal=make.refusal(),
        idempotency=make.idempotency(),
        run=make.run(),
        delivery=make.delivery(),
        timer=make.timer(),
        rescore=make.rescore(),
        assignment=make.of_record(
            "assignment",
            _text("dispatch", nullable=True),
            _text("pool", nullable=True),
            _uuid("person", nullable=True),
            _json("why"),
        ),
        assignee=make.table(
            "assignee",
            _text("dispatch", key=True),
            sa.Column("person", Uuid(), primary_key=True),
            _moment("since"),
            *(_whole(name) for name in ("base", "given", "turn")),
        ),
        switch=make.table(
            "switch",
            _text("element", key=True),
            sa.Column("is_on", Flag(), nullable=False),
            _moment("at"),
            _uuid("by", nullable=True),
        ),
        backfill=make.backfill(),
        search=make.search(),
        reindex=make.table("reindex", _text("entity", key=True), _uuid("after")),
        seal=fix(make.table("seal", *seal_columns())),
        sealed=fix(make.table("sealed", *sealed_columns())),
        import_job=make.import_job(),
        import_row=make.import_row(),
        view=make.view(),
    )


def _create_text_table(search: sa.Table, connection: Connection, **_options: Any) -> None:
    name, text = search.name, search_text(search).name
    out = f"INSERT INTO {text}({text}, rowid, tokens) VALUES ('delete', old.number, old.tokens);"
    into = f"INSERT INTO {text}(rowid, tokens) VALUES (new.number, new.tokens);"
    words = "tokenize = \"unicode61 tokenchars '_'\""
    for statement in (
        f"CREATE VIRTUAL TABLE {text} USING fts5(tokens, content = '{name}', content_rowid = 'number', {words})",
        f"CREATE TRIGGER {text}_i AFTER INSERT ON {name} BEGIN {into} END",
        f"CREATE TRIGGER {text}_u AFTER UPDATE OF tokens ON {name} BEGIN {out} {into} END",
        f"CREATE TRIGGER {text}_d AFTER DELETE ON {name} BEGIN {out} END",
    ):
        connection.exec_driver_sql(statement)


def search_text(search: sa.Table) -> sa.TableClause:
    """The full-text table over ``search`` on SQLite; its ``rowid`` is the record's number there."""
    return sa.table(f"{search.name}_text", sa.column("rowid", sa.Integer()), sa.column("tokens", sa.Text()))


def create_support(connection: Connection, schema: str) -> None:
    """Make the support tables and columns that are not there yet, in the caller's transaction; the schema must exist.

    A column that comes to a table later may be empty or has a server default; a revision in ``migrations/`` comes
    with it, so that who starts on older tables is told to run ``dougong init``.
    """
    metadata = support_tables(schema, connection.dialect.name).metadata
    inspector = sa.inspect(connection)
    standing = set(inspector.get_table_names(metadata.schema))
    metadata.create_all(connection)
    operations = Operations(MigrationContext.configure(connection))
    for table in metadata.sorted_tables:
        if table.name in standing:
            there = {column["name"] for column in inspector.get_columns(table.name, metadata.schema)}
            for column in table.c:
                if column.name not in there:
                    operations.add_column(table.name, column._copy(), schema=metadata.schema)
