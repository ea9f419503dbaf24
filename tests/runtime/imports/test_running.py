"""Jobs that are cut off, shared, stopped: no row is lost, none is written twice."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from runtime.imports import running, staging, writing
from runtime.imports.files import BadFile
from runtime.imports.jobs import load_job, save_job, unfinished
from runtime.imports.running import LEASE, advance, aim, run
from runtime.imports.staging import sweep_staging
from runtime.query import ListQuery, list_page
from runtime.refusals import Conflict, Invalid, NotFound
from schema_store import database
from tests.runtime.imports.kit import bring, complaints, go_on, rows, to
from tests.runtime.save.conftest import crm
from tests.runtime.save.kit import World
from workflows.queue import RunQueue

__all__ = ["crm"]


def count(world: World, start: str) -> int:
    with database.reading(world.engine) as connection:
        access = world.access(world.served, None)
        query = ListQuery(filter=f'STARTSWITH(name, "{start}")', limit=500, count="exact")
        page = list_page(connection, access, world.now, "lead", query)
        return len(page.items)


def names(start: str, number: int) -> str:
    return "name\n" + "".join(f"{start}{each}\n" for each in range(number))


def test_a_batch_that_breaks_off_is_done_again_once(crm: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash behind the writing of a batch and before its commit, in every batch: each row is there once."""
    job = bring(crm, names("断", 7), goal="checked")
    assert job.state == "checked"
    real, crashes = writing._keep, []

    def crash(work: object, found: object) -> None:
        real(work, found)  # type: ignore[arg-type]
        if len(crashes) % 2 == 0:
            crashes.append(1)
            raise RuntimeError("the power went off")
        crashes.append(2)

    monkeypatch.setattr(writing, "_keep", crash)
    with database.writing(crm.engine) as connection:
        found = load_job(connection, crm.served, job.id, lock=True)
        aim(found, "applied")
        save_job(connection, crm.served, found, crm.now)
    for _ in range(4):
        with pytest.raises(RuntimeError):
            go_on(crm, job, most=2)
    done = go_on(crm, job, most=2)
    assert (done.state, done.counts["new"]) == ("applied", 7)
    assert count(crm, "断") == 7


def test_a_job_that_another_works_on_is_let_alone_until_its_lease_ends(crm: World) -> None:
    job = bring(crm, names("租", 3), goal="staged")
    with database.writing(crm.engine) as connection:
        found = load_job(connection, crm.served, job.id, lock=True)
        aim(found, "applied")
        found.lease, found.worker = crm.now + LEASE, "another"
        save_job(connection, crm.served, found, crm.now)
    mine = advance(crm.engine, "crm", job.id, worker="me", clock=lambda: crm.now, after_commit=RunQueue())
    assert (mine.elsewhere, mine.goes_on, mine.job.state) == (crm.now + LEASE, False, "staged")
    later = crm.now + LEASE + timedelta(seconds=1)
    taken = run(crm.engine, "crm", job.id, worker="me", clock=lambda: later, after_commit=RunQueue())
    assert (taken.job.state, taken.job.counts["new"]) == ("applied", 3)
    assert taken.job.lease is None


def test_progress_is_kept_with_each_batch(crm: World) -> None:
    job = bring(crm, names("步", 5), goal="staged")
    seen: list[tuple[str, int]] = []
    with database.writing(crm.engine) as connection:
        found = load_job(connection, crm.served, job.id, lock=True)
        aim(found, "applied")
        save_job(connection, crm.served, found, crm.now)
    assert job.id in unfinished_of(crm)
    run(
        crm.engine,
        "crm",
        job.id,
        worker="me",
        after_commit=RunQueue(),
        clock=lambda: crm.now,
        note=lambda found: seen.append((found.state, found.done)),
        most=2,
    )
    assert seen == [
        ("staged", 3),
        ("staged", 5),
        ("staged", 6),
        ("checked", 0),
        ("checked", 3),
        ("checked", 5),
        ("checked", 6),
        ("applied", 0),
    ]
    assert job.id not in unfinished_of(crm)


def unfinished_of(world: World) -> list[object]:
    with database.reading(world.engine) as connection:
        return list(unfinished(connection, world.served))


def test_what_was_cancelled_half_way_can_be_taken_back(crm: World) -> None:
    job = bring(crm, names("半", 6), goal="checked")
    with database.writing(crm.engine) as connection:
        found = load_job(connection, crm.served, job.id, lock=True)
        aim(found, "applied")
        save_job(connection, crm.served, found, crm.now)
    for _ in range(2):
        advance(
            crm.engine, "crm", job.id, worker="me", clock=lambda: crm.now, after_commit=RunQueue(), most=2
        )
    found = to(crm, job, "cancelled")
    assert (found.state, found.counts["new"]) == ("cancelled", 4)
    assert count(crm, "半") == 4
    found = to(crm, job, "undone", most=3)
    assert (found.state, found.counts["undone"]) == ("undone", 4)
    assert count(crm, "半") == 0


def test_a_row_that_names_the_same_record_twice(crm: World) -> None:
    text = "name,city\n双公司,a\n其他公司,b\n双公司,c\n"
    job = bring(crm, text, "account", match="name")
    assert complaints(crm, job) == [(4, "name", "name", "twice_in_file")]
    error = rows(crm, job)[2].errors[0]
    assert error["params"]["row"] == "2"


def test_rows_that_name_nothing_or_too_much(crm: World) -> None:
    bring(crm, "name\n同名人\n同名人\n独名人\n", goal="applied")
    job = bring(crm, "name,lead\n甲,同名人\n乙,没有这个人\n丙,独名人\n", "activity")
    assert [each for each in complaints(crm, job) if each[2] == "lead"] == [
        (2, "lead", "lead", "several_records"),
        (3, "lead", "lead", "unknown_record"),
    ]
    job = bring(crm, "code,city\nKH-000000-00000,x\n", "account", match="code")
    assert complaints(crm, job) == [(2, "code", "code", "unknown_record")]


def test_a_record_that_others_hang_on_stays(crm: World) -> None:
    job = bring(crm, "name\n有联系人公司\n", "account", goal="applied")
    account = rows(crm, job)[0].record
    crm.create("contact", {"name": "某人", "account": str(account)})
    job = to(crm, job, "undone")
    assert job.counts["kept"] == 1
    (row,) = rows(crm, job)
    assert (row.kind, row.errors[0]["code"]) == ("kept", "referred")
    assert crm.stored("account", account)["deleted_at"] is None


@pytest.mark.parametrize("is_touched", [False, True])
def test_what_rules_of_the_import_hung_on_a_record_goes_with_it(crm: World, is_touched: bool) -> None:
    """The fair's follow-up: a to-do that nobody touched is taken back, one that somebody works on keeps the lead."""
    job = bring(crm, "name,source\n展会客户,fair\n", goal="applied")
    lead = rows(crm, job)[0].record
    assert lead is not None
    with database.reading(crm.engine) as connection:
        table = crm.served.entity_table("task")
        of_lead = table.c[crm.served.column("task", "lead")] == lead
        task = connection.execute(sa.select(table.c.id).where(of_lead)).scalar_one()
    if is_touched:
        crm.update("task", task, {"name": "已联系"})
    job = to(crm, job, "undone")
    (row,) = rows(crm, job)
    assert row.kind == ("kept" if is_touched else "undone")
    assert (crm.stored("lead", lead)["deleted_at"] is None) == is_touched
    assert (crm.stored("task", task)["deleted_at"] is None) == is_touched


def test_a_file_that_cannot_be_read_to_its_end_leaves_nothing(crm: World) -> None:
    with pytest.raises(BadFile):
        bring(crm, 'name\nx\n"open\n')
    cut = bring(crm, names("扫", 1), goal="staged")
    with database.writing(crm.engine) as connection:
        found = load_job(connection, crm.served, cut.id, lock=True)
        found.state = found.goal = "staging"
        save_job(connection, crm.served, found, crm.now)
        assert sweep_staging(connection, crm.served, crm.now) == 0
        assert sweep_staging(connection, crm.served, crm.now + timedelta(hours=1)) == 1
        with pytest.raises(NotFound):
            load_job(connection, crm.served, cut.id)
    assert rows(crm, cut) == []


def test_all_or_none_is_for_one_batch(crm: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "BATCH", 2)
    with pytest.raises(Invalid):
        bring(crm, names("原", 3), atomic=True)
    assert bring(crm, names("原", 2), atomic=True, goal="applied").counts["new"] == 2


def test_no_way_leads_from_everywhere(crm: World) -> None:
    job = bring(crm, names("路", 1))
    with pytest.raises(Conflict):
        to(crm, job, "undone")
    job = to(crm, job, "applied")
    for goal in ("applied", "previewed", "cancelled"):
        with pytest.raises(Conflict):
            to(crm, job, goal)


def test_an_error_of_ours_stops_the_job_and_says_so(crm: World) -> None:
    job = bring(crm, names("错", 1), goal="staged")
    stopped = running.give_up(crm.engine, "crm", job.id, "42", crm.now).job
    assert (stopped.is_busy, stopped.error["code"]) == (False, "internal")
    assert to(crm, job, "applied").error is None


@pytest.mark.slow
def test_a_process_that_is_killed_is_gone_on_from_where_it_was(tmp_path: Path) -> None:
    """The command line, killed between any two batches: resumed, every row is there exactly once."""
    environment = {**os.environ, "DOUGONG_HOME": str(tmp_path / "home")}

    def command(*words: str) -> list[str]:
        return [sys.executable, "-m", "api", *words]

    for words in (("init", "--quiet"), ("template", "install", "crm")):
        subprocess.run(command(*words), env=environment, check=True, capture_output=True, timeout=120)
    file = tmp_path / "leads.csv"
    file.write_text(names("杀", 2_600), "utf-8")
    process = subprocess.Popen(command("import", "crm", "lead", str(file)), env=environment)
    store = tmp_path / "home" / "dougong.db"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None and not _written(store):
        time.sleep(0.05)
    assert process.poll() is None, "it was done before it could be killed"
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    job, done = _job(store)
    assert done[:2] == ("checked", "applied"), done
    with sqlite3.connect(store) as connection:  # the lease of the dead ends
        connection.execute('UPDATE "crm___import" SET lease = NULL')
    said = subprocess.run(
        command("imports", "resume", "crm", job),
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert "applied: 2,600 new" in said.stdout, said.stdout
    with sqlite3.connect(store) as connection:
        table = connection.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE 'crm__lead~_%' ESCAPE '~'"
        ).fetchone()
        assert connection.execute(f'SELECT count(*) FROM "{table[0]}"').fetchone() == (2_600,)
        assert connection.execute("SELECT count(DISTINCT record) FROM crm___history").fetchone() == (2_600,)


def _written(store: Path) -> bool:
    found = _job(store)
    return found is not None and found[1][0] == "checked" and found[1][2] > 0


def _job(store: Path):
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
        row = connection.execute("SELECT hex(id), state, goal, done FROM crm___import").fetchone()
    if row is None:
        return None
    text = row[0].lower()
    id_ = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    return id_, row[1:]
