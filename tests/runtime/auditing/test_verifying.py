"""Somebody who owns the database edits the past: whatever they do shows, and the row is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError

from runtime.auditing.anchor import Anchored
from runtime.auditing.chain import Chain, Sealer, Source
from runtime.auditing.ids import lowest_id
from runtime.auditing.sealing import seal_all
from runtime.auditing.verifying import Finding, verify
from schema_store.database import reading, writing
from schema_store.platform import VERSIONS
from tests.runtime.auditing.conftest import Past, other_value

SOURCES = ("history", "stage_change", "event", "evidence", "refusal")


def source_of(past: Past, name: str) -> Source:
    return next(source for source in (*past.chain.sources, *past.platform.sources) if source.name == name)


def chain_of(past: Past, name: str) -> Chain | None:
    return past.platform if name == "audit" else None


def test_an_untouched_past_is_right(past: Past) -> None:
    with reading(past.world.engine) as connection:
        for chain in (past.chain, past.platform):
            verdict = past.verify(connection, None if chain is past.chain else chain)
            assert (verdict.bad, verdict.findings, verdict.unsealed) == (0, [], 0)
            assert verdict.rows == sum(
                connection.execute(sa.select(sa.func.count()).select_from(source.table)).scalar_one()
                for source in chain.sources
            )
    assert [seal.number for seal in past.seals] == [1, 2, 3]


@pytest.mark.parametrize("name", [*SOURCES, "audit"])
def test_each_column_of_each_table(past: Past, name: str) -> None:
    source = source_of(past, name)
    tried = []
    for column in source.columns[1:]:
        with past.tampering() as connection:
            row = connection.execute(sa.select(source.table).order_by(source.table.c.id)).mappings().first()
            assert row is not None
            value = other_value(column, row[column.name])
            edit = sa.update(source.table).where(source.table.c.id == row["id"])
            connection.execute(edit.values({column: value}))
            verdict = past.verify(connection, chain_of(past, name))
            seal = past.seal_of(connection, name, row["id"])
            assert verdict.findings == [Finding("changed", seal, name, str(row["id"]))], column.name
            tried.append(column.name)
    assert len(tried) >= 5


@pytest.mark.parametrize("name", SOURCES)
def test_another_id_is_one_row_missing_and_one_too_many(past: Past, name: str) -> None:
    source = source_of(past, name)
    with past.tampering() as connection:
        old = past.ids(connection, name)[0]
        seal = past.seal_of(connection, name, old)
        edit = sa.update(source.table).where(source.table.c.id == old)
        connection.execute(edit.values(id=uuid4()))
        verdict = past.verify(connection)
        assert verdict.findings[0] == Finding("missing", seal, name, str(old))
        assert {found.kind for found in verdict.findings} == {"missing", "inserted"}


@pytest.mark.parametrize("column", ["number", "rows", "at", "previous", "hash", "key"])
def test_each_column_of_a_seal(past: Past, column: str) -> None:
    table = past.chain.seal
    with past.tampering() as connection:
        row = connection.execute(sa.select(table).where(table.c.number == 2)).mappings().one()
        value = 9 if column == "number" else other_value(table.c[column], row[column])
        connection.execute(sa.update(table).where(table.c.number == 2).values({column: value}))
        first = past.verify(connection).findings[0]
        kinds = {"number": "seal_missing", "key": "other_key"}
        assert (first.kind, first.seal) == (kinds.get(column, "seal_broken"), 2)


@pytest.mark.parametrize("column", ["source", "id", "seal", "digest"])
def test_each_column_of_what_a_seal_holds(past: Past, column: str) -> None:
    table = past.chain.sealed
    with past.tampering() as connection:
        row = connection.execute(sa.select(table).where(table.c.seal == 1)).mappings().first()
        assert row is not None
        mine = sa.and_(table.c.source == row["source"], table.c.id == row["id"])
        connection.execute(
            sa.update(table).where(mine).values({column: other_value(table.c[column], row[column])})
        )
        verdict = past.verify(connection)
        assert verdict.findings[0].seal == 1
        assert Finding("seal_broken", 1) in verdict.findings


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("place", [0, 2, -1])
def test_a_deleted_row(past: Past, name: str, place: int) -> None:
    table = source_of(past, name).table
    with past.tampering() as connection:
        gone = past.ids(connection, name)[place]
        connection.execute(sa.delete(table).where(table.c.id == gone))
        verdict = past.verify(connection)
        assert [(found.kind, found.source, found.id) for found in verdict.findings] == [
            ("missing", name, str(gone))
        ]


def copied(connection: Connection, table: sa.Table, **changed: Any) -> None:
    row = connection.execute(sa.select(table)).mappings().first()
    assert row is not None
    connection.execute(sa.insert(table), {**row, **changed})


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("back", [timedelta(hours=3), timedelta(days=400), None])
def test_a_row_that_is_put_among_others(past: Past, name: str, back: timedelta | None) -> None:
    table = source_of(past, name).table
    moment = lowest_id(datetime.now(UTC) - (back or timedelta()))
    id_ = uuid4() if back is None else UUID(int=moment.int | 7 << 76 | 2 << 62)
    with past.tampering() as connection:
        changed = {"key": "other"} if "key" in table.c else {}
        copied(connection, table, id=id_, **changed)
        verdict = past.verify(connection)
        assert verdict.findings == [Finding("inserted", 3, name, str(id_))]
        assert verdict.unsealed == 1


def test_such_a_row_shows_after_the_sealer_came_too(past: Past) -> None:
    table = past.chain.sources[0].table
    moment = lowest_id(datetime.now(UTC) - timedelta(hours=3))
    id_ = UUID(int=moment.int | 7 << 76 | 2 << 62)
    with past.tampering() as connection:
        copied(connection, table, id=id_)
        row = connection.execute(
            sa.select(*past.chain.sources[0].selected(connection.dialect.name)).where(table.c.id == id_)
        ).one()
        digest = past.sealer.digest(past.chain.sources[0], row)
        at = datetime.now(UTC).isoformat()
        hash_ = past.sealer.seal(
            past.chain.name, 4, at, past.seals[-1].hash, [("history", id_.bytes, digest)]
        )
        seal = {"number": 4, "at": at, "rows": 1, "previous": past.seals[-1].hash, "hash": hash_}
        connection.execute(sa.insert(past.chain.seal), {**seal, "key": past.sealer.name})
        connection.execute(
            sa.insert(past.chain.sealed), {"source": "history", "id": id_, "seal": 4, "digest": digest}
        )
        assert past.verify(connection).findings == [Finding("inserted", 4, "history", str(id_))]


def test_two_rows_that_change_places(past: Past) -> None:
    table = past.chain.sources[0].table
    with past.tampering() as connection:
        one, _, two = past.ids(connection, "history")[:3]
        spare = uuid4()
        for old, new in ((one, spare), (two, one), (spare, two)):
            connection.execute(sa.update(table).where(table.c.id == old).values(id=new))
        verdict = past.verify(connection)
        assert verdict.findings == [
            Finding("changed", 1, "history", str(one)),
            Finding("changed", 1, "history", str(two)),
        ]


def test_a_deleted_seal(past: Past) -> None:
    with past.tampering() as connection:
        connection.execute(sa.delete(past.chain.seal).where(past.chain.seal.c.number == 2))
        assert past.verify(connection).findings[0] == Finding("seal_missing", 2)


def test_a_tail_that_is_cut_off_shows_by_the_anchor_alone(past: Past) -> None:
    seal, sealed = past.chain.seal, past.chain.sealed
    with past.tampering() as connection:
        held = sa.select(sealed.c.id).where(sealed.c.seal == 3)
        for source in past.chain.sources:
            connection.execute(sa.delete(source.table).where(source.table.c.id.in_(held)))
        connection.execute(sa.delete(sealed).where(sealed.c.seal == 3))
        connection.execute(sa.delete(seal).where(seal.c.number == 3))
        assert past.verify(connection, anchor=False).bad == 0
        assert past.verify(connection).findings == [Finding("cut_off", 2)]


def test_everything_cut_off_shows_too(past: Past) -> None:
    with past.tampering() as connection:
        for table in (*(source.table for source in past.chain.sources), past.chain.seal, past.chain.sealed):
            connection.execute(sa.delete(table))
        assert past.verify(connection).findings == [Finding("cut_off", 0)]


def test_a_chain_that_was_made_anew_by_another_key(past: Past) -> None:
    """Without the secret key nobody can seal; with another one it shows which seals it was."""
    with reading(past.world.engine) as connection:
        verdict = verify(connection, Sealer(b"x" * 32), past.chain)
    assert {found.kind for found in verdict.findings} == {"other_key", "changed"}
    assert [found.seal for found in verdict.findings if found.kind == "other_key"] == [1, 2, 3]


def test_an_anchor_behind_the_chain_is_no_complaint(past: Past) -> None:
    with reading(past.world.engine) as connection:
        early = Anchored(past.seals[0].number, past.seals[0].hash)
        assert verify(connection, past.sealer, past.chain, early).bad == 0
        wrong = Anchored(past.seals[0].number, past.seals[1].hash)
        assert verify(connection, past.sealer, past.chain, wrong).findings == [Finding("cut_off", 1)]


def test_what_cannot_be_read_any_more_is_a_finding_not_a_crash(past: Past) -> None:
    if past.world.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite lets anything into any column")
    table = past.chain.sources[0].table.name
    with past.tampering() as connection:
        first, second = past.ids(connection, "history")[:2]
        connection.exec_driver_sql(
            f"UPDATE {table} SET changes = 'no json', at = 'never' WHERE id = ?", (first.bytes,)
        )
        connection.exec_driver_sql(f"UPDATE {table} SET id = 'text' WHERE id = ?", (second.bytes,))
        connection.exec_driver_sql(f"UPDATE {past.chain.seal.name} SET number = 'x', at = 3 WHERE number = 2")
        verdict = past.verify(connection)
    kinds = {found.kind for found in verdict.findings}
    assert kinds >= {"changed", "missing", "inserted", "seal_missing"}


def test_the_database_refuses_edits(past: Past) -> None:
    history, sealed = past.chain.sources[0].table, past.chain.sealed
    refusal, audit = past.chain.sources[4].table, past.platform.sources[0].table
    for statement in (
        sa.update(history).values(act="x"),
        sa.delete(history),
        sa.delete(past.chain.seal),
        sa.update(sealed).values(seal=9),
        sa.delete(refusal),
        sa.update(refusal).values(code="x"),
        sa.update(audit).values(act="x"),
        sa.delete(audit),
    ):
        with pytest.raises(DatabaseError, match="never edited"), writing(past.world.engine) as connection:
            connection.execute(statement)


def test_sealing_again_seals_nothing(past: Past) -> None:
    assert seal_all(past.world.engine, past.sealer, past.chain, datetime.now(UTC)) == []


@pytest.mark.parametrize("column", ["stage", "previous"])
@pytest.mark.parametrize("value", ["cancelled", "nonsense", None])
def test_the_keys_of_a_stage_are_those_of_the_history(past: Past, column: str, value: str | None) -> None:
    table = source_of(past, "stage_change").table
    with past.tampering() as connection:
        entered = sa.select(table.c.id).where(table.c.stage == "done").order_by(table.c.id)
        id_ = connection.execute(entered).scalars().first()
        connection.execute(sa.update(table).where(table.c.id == id_).values({column: value}))
        assert past.verify(connection).findings == [Finding("changed", 3, "stage_change", str(id_))]


def test_a_stage_that_a_publish_renamed_is_still_the_same(past: Past) -> None:
    table = source_of(past, "stage_change").table
    with past.tampering() as connection:
        renamed = sa.update(table).where(table.c.stage == "done").values(stage="finished")
        connection.execute(renamed)
        assert past.verify(connection).bad == 6
        version = connection.execute(sa.select(VERSIONS)).mappings().one()
        document = (
            version["document"]
            .replace('"key": "done"', '"key": "finished"')
            .replace('"key":"done"', '"key":"finished"')
        )
        connection.execute(sa.insert(VERSIONS).values(**{**version, "number": 2, "document": document}))
        assert past.verify(connection).bad == 0
