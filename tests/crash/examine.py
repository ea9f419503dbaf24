"""What the database holds after the last restart, against what was promised and against itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from schema_store.database import reading
from tests.api.crm import Crm
from tests.crash.ledger import Json
from tests.crash.writers import BULK
from tests.runtime.save.kit import World
from tests.runtime.save.test_save_rollups import from_scratch


class Found:
    """Records, history, stages and events of the CRM, by record."""

    def __init__(self, crm: Crm):
        self.crm, self.served = crm, crm.served
        support = self.served.support
        self.records: dict[UUID, Json] = {}
        with reading(crm.engine) as connection:
            for key in self.served.app.entities:
                names = {name: key for (key, part), name in self.served.columns[key].items() if not part}
                for row in connection.execute(sa.select(self.served.entity_table(key))).mappings():
                    self.records[row["id"]] = {"entity": key, **{names.get(n, n): v for n, v in row.items()}}
            self.history = _by_record(connection, support.history)
            self.stages = _by_record(connection, support.stage_change)
            self.events = {row.key for row in connection.execute(sa.select(support.event))}
            self.indexed = set(connection.execute(sa.select(support.search.c.record)).scalars())

    def marked(self, mark: str) -> list[Json]:
        return [record for record in self.records.values() if record.get("note") == mark]


def _by_record(connection: sa.Connection, table: sa.Table) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in connection.execute(sa.select(table).order_by(table.c.at, table.c.id)):
        found[row.record].append(row)
    return found


def missing(found: Found, lines: list[Json]) -> Iterator[str]:
    """P1: acknowledged writes that are not there."""
    for line in (each for each in lines if each["acknowledged"]):
        match line["act"]:
            case "create":
                if [str(each["id"]) for each in found.marked(line["mark"])] != [line["id"]]:
                    yield f"{line}: not there once"
            case "bulk":
                if len(found.marked(line["mark"])) != BULK:
                    yield f"{line}: not there"
            case "tell":
                if line["event"] not in found.events:
                    yield f"{line}: not there"
            case "delete":
                if found.records[UUID(line["id"])]["deleted_at"] is None:
                    yield f"{line}: still there"
            case "change" | "move":
                yield from _missing_change(found, line)


def _missing_change(found: Found, line: Json) -> Iterator[str]:
    """A version that was answered stands in the history with the values that were sent (P17)."""
    record = found.records[UUID(line["id"])]
    entries = [each for each in found.history[record["id"]] if each.version == line["version"]]
    if len(entries) != 1 or record["version"] < line["version"]:
        yield f"{line}: version not there"
        return
    fields = found.served.app.entities[record["entity"]].fields
    for key, value in line.get("sent", {}).items():
        change = entries[0].changes.get(fields[key].id)
        if change is not None and change[1] != value:
            yield f"{line}: {key} is {change[1]} in the history"


def halves(found: Found, lines: list[Json]) -> Iterator[str]:
    """P2: units of which a part is there, acknowledged or not."""
    for id_, record in found.records.items():
        entity = found.served.app.entities[record["entity"]]
        versions = [entry.version for entry in found.history[id_]]
        if versions != list(range(1, record["version"] + 1)):
            yield f"{record['entity']} {id_}: at version {record['version']}, history has {versions}"
        for field in entity.pipelines:
            entered = [row.stage for row in found.stages[id_]]
            written = [
                entry.changes[entity.fields[field].id][1]
                for entry in found.history[id_]
                if entity.fields[field].id in entry.changes
            ]
            if entered != written or entered[-1:] != [record[field]]:
                yield f"{record['entity']} {id_}: stages {entered}, history {written}, record {record[field]}"
        if entity.search_fields and id_ not in found.indexed:
            yield f"{record['entity']} {id_}: cannot be searched"
    for id_ in (found.history.keys() | found.stages.keys()) - found.records.keys():
        yield f"{id_}: history without a record"
    for mark in {line["mark"] for line in lines if "mark" in line}:
        expected = (
            {0, BULK} if any(line["act"] == "bulk" and line["mark"] == mark for line in lines) else {0, 1}
        )
        if len(found.marked(mark)) not in expected:
            yield f"{mark}: {len(found.marked(mark))} records"


def wrong_sums(crm: Crm) -> dict[str, set[UUID]]:
    """P2: roll-ups, formulas and scores that are not what their inputs make them."""
    return from_scratch(World(crm.engine, "crm", crm.clock.now))


def wrong_numbers(found: Found) -> Iterator[str]:
    """P18: numbers given twice; of those that may have no gaps, the gaps."""
    for entity, gaps in (("lead", True), ("account", False)):
        codes = [each["code"] for each in found.records.values() if each["entity"] == entity and each["code"]]
        if twice := [code for code, count in Counter(codes).items() if count > 1]:
            yield f"{entity}: twice {twice}"
        numbers = sorted(int(code.rpartition("-")[2]) for code in codes)
        if not gaps and numbers != list(range(1, len(numbers) + 1)):
            yield f"{entity}: gaps in {numbers}"
