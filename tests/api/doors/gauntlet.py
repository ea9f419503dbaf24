"""A small app in which every rule of the order of execution can be broken by itself, and who may be in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.engine import Engine
from uuid_utils.compat import uuid7

from api.app import create_app
from api.settings import Settings
from builder.publish import install
from runtime.access import engine_access
from runtime.freezes import freeze_stage
from runtime.people.rights import Authority
from runtime.people.tables import REGIONS
from runtime.people.tokens import create_token
from runtime.people.trees import create_node
from runtime.people.users import create_user
from runtime.ports import NothingAfter
from runtime.served import Served, serve
from runtime.unit import Unit
from schema_store.database import reading, writing
from schema_store.document import AppDocument
from schema_store.platform import upgrade_platform
from schema_store.versions import Signature
from tests.api.crm import NOW
from tests.asgi import Answer, Browser
from tests.runtime.save.shop import Json, document, entity
from tests.runtime.save.shop import field as field_of

_numbers = count(1)


def label(text: str) -> Json:
    return {"zh-CN": text, "en": text}


def gauntlet() -> AppDocument:
    thing = entity(
        "thing",
        field_of("text", "name", required=True),
        field_of("text", "serial", unique=True),
        field_of("code", "code", pattern="T-{seq:5}"),
        field_of("money", "price", minimum="0", maximum="1000"),
        field_of("integer", "low"),
        field_of("integer", "high"),
        field_of("phone", "phone"),
        field_of("text", "note"),
        field_of("text", "fixed"),
        field_of("option", "sort", options=[{"key": "good", "label": label("good")}]),
        field_of("reference", "part_of", entity="thing", on_delete="clear"),
        field_of("user", "helper"),
        field_of("region", "area"),
        field_of("stage", "stage"),
        plural=label("things"),
        name_field="name",
        validations=[
            {"key": "in_order", "label": label("in order"), "condition": "COALESCE(low <= high, true)",
             "message": label("low first"), "field": "high"},
        ],
        conditions=[
            {"key": "dear", "field": "note", "effect": "required", "when": "COALESCE(price > 500, false)"},
            {"key": "sealed", "field": "sort", "effect": "read_only", "when": 'COALESCE(note == "sealed", false)'},
        ],
        duplicates=[
            {"key": "same_phone", "label": label("same phone"), "action": "refuse",
             "fields": [{"field": "phone", "match": "exact", "normalise": "phone"}]},
        ],
    )  # fmt: skip
    acts = ["read", "create", "update", "delete", "transition", "import", "export"]
    permission = {"key": "here", "entity": "thing", "acts": acts, "scope": "region", "read_only": ["fixed"]}
    sketch = entity(
        "sketch",
        field_of("text", "name"),
        field_of("stage", "stage"),
        field_of("reference", "thing", entity="thing", on_delete="clear"),
        plural=label("sketches"),
        conversion={"key": "build", "label": label("build"), "stage": "built", "targets": [
            {"key": "thing", "label": label("thing"), "target": "thing", "source_field": "thing",
             "values": {"name": '"x"'}}]},
    )  # fmt: skip
    drawn = {"key": "drawn", "entity": "sketch", "acts": ["read", "update", "transition"], "scope": "all"}
    roles = [
        {"key": "worker", "label": label("worker"), "permissions": [permission, drawn]},
        {"key": "helper", "label": label("helper"), "permissions": [{**permission, "acts": ["read"]}]},
    ]
    pipelines = [_pipeline(), _drawing()]
    return document("gauntlet", thing, sketch, pipelines=pipelines, roles=roles, label=label("gauntlet"))


def _drawing() -> Json:
    """A sketch is built by converting it to a thing."""
    stages = [{"key": key, "label": label(key)} for key in ("drawn", "built")]
    about: Json = {"key": "drawing", "label": label("drawing"), "entity": "sketch", "field": "stage"}
    return {**about, "stages": stages, "initial": "drawn"}


def _pipeline() -> Json:
    gates: dict[str, Json] = {
        "begun": {},
        "filled": {"required_fields": ["sort"]},
        "shown": {"gate": {"evidence": [{"key": "photo", "label": label("photo")}]}},
        "called": {"gate": {"actions": [{"key": "call", "label": label("call"), "event": "call"}]}},
        "helped": {"gate": {"people": [
            {"key": "helper", "label": label("helper"), "field": "helper", "roles": ["helper"]}]}},
        "checked": {"gate": {"criteria": [
            {"key": "cheap", "label": label("cheap"), "condition": "price < 10", "message": label("too dear")}]}},
        "small": {"capacity": 1},
        "frozen": {},
        "done": {},
    }  # fmt: skip
    stages = [{"key": key, "label": label(key), **gate} for key, gate in gates.items()]
    about: Json = {"key": "way", "label": label("way"), "entity": "thing", "field": "stage"}
    return {**about, "stages": stages, "initial": "begun"}


@dataclass
class Gauntlet:
    """The app installed, with one worker in the region ``here``."""

    engine: Engine
    app: FastAPI
    here: UUID
    there: UUID
    token: str
    worker: UUID
    owned: dict[str, Any] = field(default_factory=dict)

    @property
    def served(self) -> Served:
        with reading(self.engine) as connection:
            return serve(connection, "gauntlet")

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = [(name.replace("_", "-"), value) for name, value in headers.items()]
        browser = Browser(self.app, headers={"authorization": f"Bearer {self.token}"}, tells_origin=False)
        return browser.send(method, f"/apps/gauntlet{path}", json=body, headers=sent)

    def good(self) -> Json:
        """A new record that breaks nothing."""
        number = next(_numbers)
        serial, phone = f"S{number}", f"+8613{number:09d}"
        return {
            "name": "n", "serial": serial, "price": "20.00", "low": 1, "high": 2, "phone": phone,
            "area": str(self.here),
        }  # fmt: skip

    def stored(self, *, binned: bool = False, **values: Any) -> str:
        """A good record as if it had always been there, whatever its values are."""
        served, id_ = self.served, uuid7()
        given = {**self.good(), "stage": "begun", **values}
        table = served.entity_table("thing")
        row: Json = {"id": id_, "version": 1, "created_at": NOW, "updated_at": NOW, "owner_id": self.worker}
        for key, wire in given.items():
            field_ = served.app.entities["thing"].fields[key]
            value = None if wire is None else field_.decode(wire)
            row[served.column("thing", key)] = value
            parts = field_.derive(value) if value is not None else {}
            row |= {served.column("thing", key, part): each for part, each in parts.items()}
        row["deleted_at"] = NOW if binned else None
        with writing(self.engine) as connection:
            connection.execute(sa.insert(table), row)
        return str(id_)

    def sketch(self) -> str:
        """A sketch that had always been there."""
        served, id_ = self.served, uuid7()
        row = {"id": id_, "version": 1, "created_at": NOW, "updated_at": NOW, "owner_id": self.worker}
        with writing(self.engine) as connection:
            row[served.column("sketch", "stage")] = "drawn"
            connection.execute(sa.insert(served.entity_table("sketch")), row)
        return str(id_)

    def bring(self, values: Json) -> list[Json]:
        """Bring a file of one thing in and apply it; its rows afterwards."""
        header, line = (
            ",".join(values),
            ",".join("" if each is None else str(each) for each in values.values()),
        )
        job = self._of_import("POST", "?entity=thing", f"{header}\n{line}\n".encode())
        self._of_import("POST", f"/{job['id']}/apply")
        rows: list[Json] = self._of_import("GET", f"/{job['id']}/rows")["items"]
        return rows

    def _of_import(self, method: str, path: str, file: bytes | None = None) -> Json:
        browser = Browser(self.app, headers={"authorization": f"Bearer {self.token}"}, tells_origin=False)
        headers = [("content-type", "text/csv")] if file else []
        answer = browser.send(method, f"/apps/gauntlet/imports{path}", body=file, headers=headers)
        assert answer.status in (200, 201, 202), answer.body
        self.app.state.imports.settle()
        told: Json = answer.json
        return told

    def everything(self) -> dict[str, list[Any]]:
        """Every row of every table of the app, but what was refused, which is written down by itself, and imports."""
        served, found = self.served, {}
        support = served.support
        beside = {support.refusal, support.import_job, support.import_row}
        with reading(self.engine) as connection:
            tables = [*served.records.entities.values(), *served.records.links.values()]
            tables += [each for each in support.metadata.tables.values() if each not in beside]
            for table in tables:
                rows = connection.execute(sa.select(table))
                found[table.name] = sorted(repr(tuple(row)) for row in rows)
        return found


def make_gauntlet(engine: Engine, home: Path) -> Gauntlet:
    with writing(engine) as connection:
        upgrade_platform(connection)
    install(engine, gauntlet(), Signature("test", NOW))
    with writing(engine) as connection:
        here, there = (create_node(connection, REGIONS, {"name": name}, NOW) for name in ("here", "there"))
        values = {
            "username": "worker",
            "name": "worker",
            "roles": {"gauntlet": ["worker"]},
            "region_id": here,
        }
        worker = create_user(connection, values, NOW)
        _, token = create_token(connection, worker, Authority(True, {}), "test", NOW, ["read", "write"])
    made = Gauntlet(
        engine, create_app(engine, Settings(home=home, _env_file=None)), here, there, token, worker
    )
    made.app.state.workspace = _at_now(made.app.state.workspace)
    _freeze(made)
    return made


def _at_now(workspace: Any) -> Any:
    return type(workspace)(workspace.engine, workspace.settings, workspace.key, lambda: NOW)


def _freeze(made: Gauntlet) -> None:
    with writing(made.engine) as connection:
        served = serve(connection, "gauntlet", lock=True)
        stage = served.app.entities["thing"].pipelines["stage"][0].stages["frozen"]
        freeze_stage(
            Unit(connection, served, engine_access(served), NOW, NothingAfter()),
            stage,
            {"text": "stocktaking"},
        )
