"""A document becomes tables, and a later document other tables."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from tests.schema_store.kit import App, document, entity, field


def test_two_entities_become_tables(engine: Engine) -> None:
    app = App(engine)
    app.publish(
        document(
            entity("account", field("text", "name", required=True, unique=True), field("decimal", "limit")),
            entity(
                "lead",
                field("text", "title"),
                field("reference", "account", "leadacc", entity="account", required=True),
            ),
        )
    )
    (acme,) = app.insert("account", {"name": "Acme"})
    (lead,) = app.insert("lead", {"title": "A", "account": acme})
    assert app.values("lead", "account") == {lead: acme}
    assert app.switched == [2]
    assert app.plan(app.document).operations == ()
