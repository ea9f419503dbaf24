"""Publishing end to end on both databases: check, plan, count, accept, apply, versions."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from builder import publish as module
from builder.apps import sweep_apps
from builder.publish import (
    PublishConflict,
    PublishRefused,
    export_app,
    install,
    preview,
    publish,
    restore_version,
)
from schema_store.canonical import canonical_bytes, document_hash
from schema_store.database import reading, writing
from schema_store.document import AppDocument
from schema_store.ids import with_ids, without_derived_ids
from schema_store.migration import phases
from schema_store.migration.acceptance import LossNotAccepted
from schema_store.migration.expansion import PublishUnderWay
from schema_store.platform import upgrade_platform
from schema_store.structure.load import load_document
from schema_store.tables import build_tables
from schema_store.versions import (
    AppExists,
    Signature,
    StaleDraft,
    UnknownApp,
    UnknownVersion,
    current_version,
    list_apps,
    list_versions,
    load_draft,
    load_version,
    save_draft,
)
from tests.schema_store.kit import document, entity, field, label, physical

SIGNED = Signature("ops", datetime(2026, 3, 1, 8, 0, tzinfo=UTC), "first")


@pytest.fixture
def prepared(engine: Engine) -> Engine:
    """A database with the platform's tables."""
    with writing(engine) as connection:
        upgrade_platform(connection)
    return engine


def shop(*more: dict[str, Any], **sections: Any) -> AppDocument:
    """Two entities: a purchase belongs to a customer."""
    return document(
        entity("customer", field("text", "name"), field("phone", "phone"), *more),
        entity("purchase", field("money", "amount"), field("reference", "buyer", entity="customer")),
        **sections,
    )


def columns(engine: Engine, app: str = "toy") -> dict[str, list[str]]:
    """Keys of the entities and the field columns of their tables, as the database itself sees them."""
    with reading(engine) as connection:
        version = load_version(connection, app, current_version(connection, app))
        tables = build_tables(version.layout, engine.dialect.name)
        inspector = sa.inspect(connection)
        return {
            spec.key: [
                column["name"]
                for column in inspector.get_columns(table.name, schema=table.schema)
                if column["name"] in {c.name for c in table.c if c.info}
            ]
            for spec in version.document.entities
            for table in [tables.entities[spec.id or ""]]
        }


def test_two_entities_become_tables(prepared: Engine) -> None:
    shown = install(prepared, shop(), SIGNED)
    assert shown.losses == ()
    assert {key: len(names) for key, names in columns(prepared).items()} == {"customer": 2, "purchase": 2}
    with reading(prepared) as connection:
        assert [(app.key, app.version) for app in list_apps(connection)] == [("toy", 1)]
        version = load_version(connection, "toy", 1)
    assert version.hash == document_hash(shop())
    assert (version.author, version.note, version.created_at) == ("ops", "first", SIGNED.at)
    assert version.plan["accepted"] == []


def test_an_app_is_installed_once(prepared: Engine) -> None:
    install(prepared, shop(), SIGNED)
    with pytest.raises(AppExists):
        install(prepared, shop(), SIGNED)


def test_the_same_document_as_two_apps_shares_nothing(prepared: Engine) -> None:
    install(prepared, shop(), SIGNED)
    install(prepared, shop(), SIGNED, key="other")
    install(prepared, shop(), SIGNED, key="toy~sandbox")
    publish(prepared, "other", shop(field("date", "since")), SIGNED)
    assert len(columns(prepared, "other")["customer"]) == 3
    assert len(columns(prepared, "toy")["customer"]) == 2
    with reading(prepared) as connection:
        live = load_version(connection, "toy", 1).document
        sandbox = load_version(connection, "toy~sandbox", 1).document
    assert live == sandbox, "an environment has the same ids as the live app"


def test_publish_adds_a_column_and_a_version(prepared: Engine) -> None:
    install(prepared, shop(), SIGNED)
    changed = shop(field("date", "since"))
    shown = preview(prepared, "toy", changed)
    assert len(shown.describe_operations("en")) == 1
    assert any("since" in sentence.lower() for sentence in shown.describe_changes("en"))
    assert any("since" in sentence for sentence in shown.describe_changes("zh-CN"))
    assert len(columns(prepared)["customer"]) == 2, "a preview changes nothing"
    assert publish(prepared, "toy", changed, SIGNED) == 2
    assert len(columns(prepared)["customer"]) == 3
    with reading(prepared) as connection:
        assert [line.number for line in list_versions(connection, "toy")] == [2, 1]


def test_errors_and_failing_tests_refuse(prepared: Engine) -> None:
    broken = shop(field("formula", "twice", expression="amont * 2", result={"type": "money"}))
    with pytest.raises(PublishRefused) as refused:
        install(prepared, broken, SIGNED)
    assert any(d.severity == "error" for d in refused.value.checked.diagnostics)
    with reading(prepared) as connection, pytest.raises(UnknownApp):
        current_version(connection, "toy")
    install(prepared, shop(), SIGNED)
    rebate = {
        "key": "rebate",
        "label": label("rebate"),
        "inputs": [{"key": "amount", "label": label("amount"), "type": "money"}],
        "lines": [{"key": "total", "label": label("total"), "expression": "amount * 0.02"}],
        "result": "total",
    }
    case = {
        "key": "hundred",
        "kind": "calculation",
        "target": "rebate",
        "given": {"amount": "100.00"},
        "expect": {"value": "3.00"},
    }
    with pytest.raises(PublishRefused) as failed:
        publish(prepared, "toy", shop(calculations=[rebate], tests=[case]), SIGNED)
    assert [test.key for test in failed.value.checked.failed_tests] == ["hundred"]
    case["expect"] = {"value": "2.00"}
    assert publish(prepared, "toy", shop(calculations=[rebate], tests=[case]), SIGNED) == 2


def insert_customer(engine: Engine, phone: str) -> None:
    """One row, as the record engine would write it."""
    with writing(engine) as connection:
        version = load_version(connection, "toy", current_version(connection, "toy"))
        spec = version.document.entities[0]
        table = build_tables(version.layout, engine.dialect.name).entities[spec.id or ""]
        place = {(c.info.get("field"), c.info.get("part")): c.name for c in table.c}
        by_key = {f.key: f.id for f in spec.fields}
        values = {place[(by_key["name"], "")]: "王芳", place[(by_key["phone"], "")]: phone}
        system = {"id": uuid.uuid4(), "version": 1, "created_at": SIGNED.at, "updated_at": SIGNED.at}
        connection.execute(sa.insert(table).values({**system, **values}))


def test_a_loss_must_be_accepted_by_its_id(prepared: Engine) -> None:
    install(prepared, shop(), SIGNED)
    insert_customer(prepared, "+8613800138000")
    without_phone = document(
        entity("customer", field("text", "name")),
        entity("purchase", field("money", "amount"), field("reference", "buyer", entity="customer")),
    )
    with pytest.raises(LossNotAccepted) as refused:
        publish(prepared, "toy", without_phone, SIGNED)
    (loss,) = refused.value.missing
    assert loss.rows == 1
    with pytest.raises(LossNotAccepted):
        publish(prepared, "toy", without_phone, SIGNED, accepted=["something else"])
    assert publish(prepared, "toy", without_phone, SIGNED, accepted=[loss.id]) == 2
    with reading(prepared) as connection:
        assert load_version(connection, "toy", 2).plan["accepted"] == [loss.id]
    assert publish(prepared, "toy", shop(), SIGNED) == 3, "the field comes back with what it held"
    with reading(prepared) as connection:
        version = load_version(connection, "toy", 3)
        spec = version.document.entities[0]
        table = build_tables(version.layout, prepared.dialect.name).entities[spec.id or ""]
        phone = next(f.id for f in spec.fields if f.key == "phone")
        column = next(c for c in table.c if c.info == {"field": phone, "part": ""})
        assert connection.execute(sa.select(column)).scalar_one() == "+8613800138000"


def test_two_publishers_one_wins(prepared: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second has planned on the version that the first replaces before it gets to the lock."""
    install(prepared, shop(), SIGNED)
    real = module.apply_plan

    def late(engine: Engine, plan: Any, accepted: Any, switch: Any) -> Any:
        monkeypatch.setattr(module, "apply_plan", real)
        publish(engine, "toy", shop(field("date", "since")), SIGNED)
        return real(engine, plan, accepted, switch)

    monkeypatch.setattr(module, "apply_plan", late)
    with pytest.raises(PublishConflict):
        publish(prepared, "toy", shop(field("boolean", "vip")), SIGNED)
    with reading(prepared) as connection:
        assert current_version(connection, "toy") == 2


def test_what_a_killed_publish_left_is_swept_up_at_start(
    prepared: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies while values of a new column are filled in: the older version serves on, nothing stays."""
    install(prepared, shop(), SIGNED)
    insert_customer(prepared, "+8613800138000")
    before = physical(prepared)

    class Killed(BaseException):
        pass

    def die(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr(phases.Phases, "_batch", die)
    monkeypatch.setattr(phases.Phases, "_take_back", lambda *_: None)
    monkeypatch.setattr(module, "apply_plan", partial(module.apply_plan, large=1))
    changed = shop(field("text", "level", required=True, default_expression='CONCAT("C", LEN(name))'))
    with pytest.raises(Killed):
        publish(prepared, "toy", changed, SIGNED)
    prepared.dispose()
    assert physical(prepared) != before
    assert sweep_apps(prepared) == {"toy": "abandoned"}
    assert physical(prepared) == before
    assert sweep_apps(prepared) == {}


def test_a_publish_beside_another_is_a_conflict(prepared: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    install(prepared, shop(), SIGNED)

    def busy(*_: Any) -> None:
        raise PublishUnderWay("toy")

    monkeypatch.setattr(module, "apply_plan", busy)
    with pytest.raises(PublishConflict):
        publish(prepared, "toy", shop(field("date", "since")), SIGNED)


def test_published_versions_never_change(prepared: Engine) -> None:
    install(prepared, shop(), SIGNED)
    for statement in ("UPDATE dougong_app_version SET note = 'x'", "DELETE FROM dougong_app_version"):
        with pytest.raises(sa.exc.DBAPIError, match="never changes"), writing(prepared) as connection:
            connection.execute(sa.text(statement))


def test_export_is_the_file_byte_for_byte(prepared: Engine) -> None:
    original = canonical_bytes(without_derived_ids(with_ids(shop())))
    loaded, _ = load_document(original)
    assert loaded is not None
    install(prepared, loaded, SIGNED)
    assert export_app(prepared, "toy") == original


def test_a_draft_refuses_a_stale_save_and_publishing_drops_it(prepared: Engine) -> None:
    install(prepared, shop(), SIGNED)
    with writing(prepared) as connection:
        assert load_draft(connection, "toy").revision == 0
        assert save_draft(connection, "toy", shop(field("date", "since")), SIGNED, revision=0) == 1
    with writing(prepared) as connection, pytest.raises(StaleDraft) as stale:
        save_draft(connection, "toy", shop(), SIGNED, revision=0)
    assert stale.value.revision == 1
    with reading(prepared) as connection:
        draft = load_draft(connection, "toy")
    assert (draft.revision, draft.base_version, len(draft.document.entities[0].fields)) == (1, 1, 3)
    publish(prepared, "toy", draft.document, SIGNED)
    with reading(prepared) as connection:
        assert load_draft(connection, "toy").revision == 0


def test_restore_brings_an_earlier_version_back_as_a_draft(prepared: Engine) -> None:
    install(prepared, shop(), SIGNED)
    publish(prepared, "toy", shop(field("date", "since")), SIGNED)
    with writing(prepared) as connection:
        draft = restore_version(connection, "toy", 1, SIGNED)
    assert draft.document == shop()
    assert publish(prepared, "toy", draft.document, SIGNED) == 3
    with reading(prepared) as connection:
        assert load_version(connection, "toy", 3).hash == load_version(connection, "toy", 1).hash
        with pytest.raises(UnknownVersion):
            load_version(connection, "toy", 9)
