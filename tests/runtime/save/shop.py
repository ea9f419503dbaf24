"""A small app with every kind of relation and computed field that the order of execution knows."""

from __future__ import annotations

from typing import Any

from schema_store.document import AppDocument
from schema_store.ids import with_ids

Json = dict[str, Any]


def label(text: str) -> Json:
    return {"zh-CN": text, "en": text.title()}


def field(kind: str, key: str, **more: Any) -> Json:
    return {"type": kind, "key": key, "label": label(key), **more}


def entity(key: str, *fields: Json, **more: Any) -> Json:
    return {"key": key, "label": label(key), "fields": list(fields), **more}


def option(key: str) -> Json:
    return {"key": key, "label": label(key)}


def document(key: str, *entities: Json, **more: Any) -> AppDocument:
    """A document with every id."""
    made = {"key": key, "label": label(key), "entities": entities, **more}
    return with_ids(AppDocument.model_validate(made))


def shop(**more: Any) -> AppDocument:
    """Customers with orders of products; favourites as links; a score; a chain of computed fields up and down."""
    entities = [_customer(), _order(), _product(), _note()]
    return document(
        "shop", *entities, pipelines=[_pipeline()], scores=[_score()], roles=_roles(), forms=[_form()], **more
    )


def _form() -> Json:
    """Entering an order on the phone: big ones need a remark, and a customer is chosen once."""
    big = {"kind": "field", "key": "remark", "field": "remark", "required": "amount > 100"}
    hidden = {"kind": "field", "key": "placed_on", "field": "placed_on", "required": "true"}
    return {
        "key": "phone",
        "label": label("phone"),
        "entity": "order",
        "items": [
            {"kind": "field", "key": "customer", "field": "customer", "read_only": "not ISBLANK(customer)"},
            {"kind": "field", "key": "amount", "field": "amount"},
            {"kind": "section", "key": "more", "label": label("more"), "items": [big]},
            {
                "kind": "section",
                "key": "never",
                "label": label("never"),
                "visible": "customer.total < 0",
                "items": [hidden],
            },
        ],
    }


def _roles() -> list[Json]:
    """A seller of small customers, and somebody who only moves orders."""
    small = {
        "key": "small",
        "entity": "customer",
        "acts": ["create", "update"],
        "scope": "all",
        "when": "credit <= 5000",
        "hidden": ["logo"],
    }
    return [
        {"key": "seller", "label": label("seller"), "permissions": [
            {"key": "see", "entity": "customer", "acts": ["read"], "scope": "all", "hidden": ["logo"]}, small]},
        {"key": "mover", "label": label("mover"), "permissions": [
            {"key": "move", "entity": "order", "acts": ["read", "transition"], "scope": "all"}]},
        {"key": "giver", "label": label("giver"), "permissions": [
            {"key": "look", "entity": "customer", "acts": ["read", "update"], "scope": "all"},
            {"key": "give", "entity": "customer", "acts": ["assign"], "scope": "own"}]},
    ]  # fmt: skip


def _money(key: str, expression: str, kind: str = "rollup", **result: Any) -> Json:
    return field(kind, key, expression=expression, result={"type": "money", "scale": 2, **result})


def _whole(key: str, expression: str, kind: str = "rollup") -> Json:
    return field(kind, key, expression=expression, result={"type": "integer"})


def _customer() -> Json:
    return entity(
        "customer",
        field("text", "name", required=True, unique=True, normalise="company", name_like=True),
        field("code", "code", pattern="KH-{YYYY}{MM}-{seq:3}"),
        field("money", "credit", default="1000.00"),
        field("tags", "tags"),
        field("links", "favourites", entity="product", inverse={"key": "fans", "label": {"en": "Fans"}}),
        field("file", "logo"),
        _money("total", 'SUM(orders, amount, stage != "cancelled")'),
        _whole("order_count", "COUNT(orders)"),
        _money("biggest", "MAX(orders, amount)"),
        _money("average", "AVG(orders, amount)"),
        field("rollup", "has_big", expression="ANY(orders, amount > 500)", result={"type": "boolean"}),
        field("rollup", "last_remark", expression="LATEST(orders, remark, by=placed_on)",
              result={"type": "text", "length": 5}),
        _money("fancy", "SUM(favourites, price)"),
        _money("left", "credit - COALESCE(total, 0)", "formula"),
        field("score", "worth", scale=1),
        field("option", "worth_band", options=[option("low"), option("high")]),
    )  # fmt: skip


def _order() -> Json:
    stages = {"condition": 'stage == "done"', "key": "closed"}
    return entity(
        "order",
        field("reference", "customer", entity="customer", on_delete="restrict",
              inverse={"key": "orders", "label": {"en": "Orders"}}),
        field("reference", "product", entity="product", on_delete="cascade",
              inverse={"key": "sales", "label": {"en": "Sales"}}),
        field("money", "amount"),
        field("stage", "stage"),
        field("date", "placed_on", default_expression="TODAY()"),
        field("text", "remark"),
        field("formula", "share", expression="amount / customer.total", result={"type": "percent", "scale": 4}),
        field("formula", "fits", expression="COALESCE(amount <= customer.credit, true)", result={"type": "boolean"}),
        _money("fee", "amount * product.fee", "formula"),
        _whole("moves", "COUNT(stage_changes)"),
        validations=[{"key": "sane", "label": {"en": "Sane"}, "condition": "COALESCE(amount >= 0, true)",
                      "message": {"en": "No negative amounts"}, "field": "amount"}],
        conditions=[{"key": "paid_amount", "field": "amount", "effect": "required", "when": stages["condition"]},
                    {"key": "frozen", "field": "remark", "effect": "read_only", "when": stages["condition"]}],
        uniques=[{"key": "one_a_day", "fields": ["customer", "product", "placed_on"]}],
    )  # fmt: skip


def _product() -> Json:
    return entity(
        "product",
        field("text", "name", required=True),
        field("percent", "fee", default="0.0500"),
        field("money", "price"),
        field("option", "kind", options=[option("good"), {**option("old"), "active": False}]),
        field("reference", "parent", entity="product", on_delete="clear",
              inverse={"key": "parts", "label": {"en": "Parts"}}),
        _money("sold", 'SUM(sales, amount, stage == "done")'),
        _money("parts_price", "SUM(parts, price)"),
        _whole("fan_count", "COUNT(fans)"),
        _money("full_price", "price + COALESCE(parts_price, 0)", "formula"),
        field("formula", "old_days", expression="DATEDIFF(created_at, NOW(), \"day\")", result={"type": "integer"}),
    )  # fmt: skip


def _note() -> Json:
    return entity(
        "note", field("text", "text"), field("reference", "order", entity="order", on_delete="cascade")
    )


def _pipeline() -> Json:
    stages = [{"key": key, "label": {"en": key}} for key in ("open", "done", "cancelled")]
    return {"key": "flow", "label": {"en": "Flow"}, "entity": "order", "field": "stage", "stages": stages,
            "initial": "open"}  # fmt: skip


def _score() -> Json:
    return {
        "key": "worth", "label": {"en": "Worth"}, "entity": "customer", "field": "worth", "band_field": "worth_band",
        "minimum": "0", "maximum": "99.9",
        "factors": [
            {"key": "orders", "label": {"en": "Orders"}, "points": "1.5", "per": "order_count", "cap": "20"},
            {"key": "big", "label": {"en": "Big"}, "points": "10", "condition": "has_big"},
            {"key": "share", "label": {"en": "Share"}, "points": "-0.033", "per": "total / 100"},
        ],
        "bands": [
            {"key": "low", "label": {"en": "Low"}},
            {"key": "high", "label": {"en": "High"}, "lower": "10.05"},
        ],
    }  # fmt: skip
