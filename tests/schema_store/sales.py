"""A middle-sized, valid sales app that uses every section of the vocabulary."""

from __future__ import annotations

from typing import Any

from schema_store.document import AppDocument
from schema_store.ids import with_ids
from tests.schema_store.documents import Json, field, label

#: The customer that everybody who fills in the public form belongs to.
CUSTOMER = "0195a000-0000-7000-8000-000000000001"


def item(key: str, **more: Any) -> Json:
    return {"key": key, "label": label(key), **more}


def options(*keys: str) -> list[Json]:
    return [item(key) for key in keys]


def sales() -> Json:
    """The whole app as JSON; every call gives a fresh copy."""
    return {
        "key": "sales",
        "label": label("销售"),
        "settings": {"calendar": "office", "tasks": {"entity": "tag", "title": "name"}},
        "option_sets": [item("grade", options=options("a", "b", "c"))],
        "entities": [_customer(), _contact(), _lead(), _contract(), _tag()],
        "tables": [
            item(
                "commission",
                rows=[{"start": "0", "rate": "0.03"}, {"start": "100000", "rate": "0.05"}],
            )
        ],
        "calendars": [_calendar()],
        "pipelines": [_pipeline()],
        "scores": [_score()],
        "calculations": [_rebate()],
        "slas": [_sla()],
        "rules": _rules(),
        "dispatches": [
            item(
                "by_region", entity="lead", rows=[item("east", condition='source == "web"', roles=["seller"])]
            )
        ],
        "pools": [item("open_sea", entity="lead", claim_roles=["seller"], recycle='stage == "lost"')],
        "signals": [item("urgent", entity="lead", field="note", phrases=["尽快"], tags=["hot"])],
        "messages": [item("hello", entity="lead", body=label("你好"))],
        "connectors": [item("erp", hosts=["erp.example"], operations=[item("push", path="/orders")])],
        "forms": [
            _form(),
            item(
                "customer_page",
                entity="customer",
                items=[
                    item("deals", kind="related", children="contracts", columns=["number", "amount"]),
                    item("people", kind="related", children="contacts", columns=["name"]),
                    item("like", kind="suggest", view="all_leads", match={"labels": "grade"}, body="name"),
                ],
            ),
        ],
        "views": _views(),
        "metrics": _metrics(),
        "dashboards": [item("overview", widgets=[item("w1", metric="won_amount", dimensions=["by_source"])])],
        "navigation": [{"key": "leads", "view": "all_leads"}, {"key": "home", "dashboard": "overview"}],
        "public_forms": [
            item(
                "ask", entity="lead", fields=["name", "phone"], values={"source": "web", "customer": CUSTOMER}
            )
        ],
        "roles": _roles(),
        "tests": _tests(),
    }


def document(data: Json | None = None) -> AppDocument:
    """The app, or a changed copy of it, with every id."""
    return with_ids(AppDocument.model_validate(data or sales()))


def _customer() -> Json:
    return item(
        "customer",
        name_field="name",
        fields=[
            field("text", "name", required=True, name_like=True, length=100),
            field("option", "grade", option_set="grade", default="c"),
            field("region", "area"),
            field(
                "rollup",
                "contract_total",
                expression='SUM(contracts, amount, status == "signed")',
                result={"type": "money"},
            ),
            field(
                "formula",
                "size",
                expression='IF(contract_total >= 100000, "big", "small")',
                result={"type": "option", "options": options("big", "small")},
            ),
        ],
        uniques=[{"key": "by_name", "fields": ["name"]}],
    )


def _contact() -> Json:
    return item(
        "contact",
        fields=[
            field("text", "name", required=True),
            field("phone", "phone", unique=True),
            field("email", "mail"),
            field(
                "reference",
                "customer",
                entity="customer",
                required=True,
                on_delete="cascade",
                inverse=item("contacts"),
            ),
        ],
        search_fields=["name", "phone", "customer"],
    )


def _lead() -> Json:
    return item(
        "lead",
        name_field="name",
        time_field="created_at",
        fields=[
            field("code", "code", pattern="L{YYYY}{MM}{seq:4}"),
            field("text", "name", required=True, name_like=True, pattern=r"^\S+"),
            field("phone", "phone"),
            field("option", "source", options=options("web", "fair", "call"), default="web"),
            field("reference", "customer", entity="customer", inverse=item("leads"), required=True),
            field("stage", "stage"),
            field("money", "budget", minimum="0", maximum="100000000"),
            field("percent", "chance", default="0.2"),
            field("integer", "visits", default=0),
            field("date", "due", default_expression='DATEADD(TODAY(), 30, "day")'),
            field("long_text", "note"),
            field("user", "partner"),
            field("tags", "labels"),
            field("score", "heat"),
            field("option", "heat_band", options=options("cold", "warm", "hot")),
            field("links", "tags", entity="tag", inverse=item("leads")),
            field("json", "extra", json_schema={"type": "object"}),
            field(
                "formula",
                "expected",
                expression="budget * chance",
                result={"type": "money", "scale": 2},
            ),
            field(
                "formula",
                "weight",
                expression='expected * IF(customer.grade == "a", 2, 1)',
                result={"type": "money"},
            ),
            field("formula", "late", expression="due < TODAY()", result={"type": "boolean"}),
        ],
        duplicates=[item("same_phone", fields=[{"field": "phone", "normalise": "phone"}])],
        validations=[
            item("budget_known", condition='stage != "offer" or not ISBLANK(budget)', message=label("预算"))
        ],
        conditions=[
            {"key": "note_needed", "field": "note", "effect": "required", "when": 'source == "call"'}
        ],
        indexes=[{"key": "by_due", "fields": ["due"]}],
        search_fields=["name", "note"],
    )


def _contract() -> Json:
    return item(
        "contract",
        fields=[
            field("text", "number", required=True, unique=True, purpose={"action": label("归档")}),
            field("reference", "customer", entity="customer", inverse=item("contracts")),
            field("money", "amount", required=True),
            field("option", "status", options=options("draft", "signed"), default="draft"),
            field("date", "signed_on"),
            field("decimal", "factor", digits=6, scale=3, default="1.000"),
            field(
                "formula",
                "bonus",
                expression='TIER(amount, "commission", "slice") * factor',
                result={"type": "money"},
            ),
        ],
    )


def _tag() -> Json:
    return item("tag", fields=[field("text", "name", required=True, unique=True)], search_fields=["name"])


def _calendar() -> Json:
    hours = [{"start": "09:00", "end": "12:00"}, {"start": "13:00", "end": "18:00"}]
    return item(
        "office",
        week=[{"weekday": day, "windows": hours} for day in range(1, 6)],
        days=[{"date": "2026-10-01"}, {"date": "2026-10-10", "windows": hours}],
    )


def _pipeline() -> Json:
    gate = {
        "fields": ["budget"],
        "evidence": [item("photo")],
        "people": [item("who", field="partner", roles=["seller"])],
        "criteria": [item("rich", condition="budget > 1000", message=label("预算太少"))],
    }
    return item(
        "standard",
        entity="lead",
        field="stage",
        initial="new",
        stages=[
            item("new", responsible=["seller"]),
            item(
                "offer", gate=gate, required_fields=["due"], milestones=[item("sent", condition="visits > 0")]
            ),
            item("won", outcome="won"),
            item("lost", outcome="lost"),
        ],
        transitions=[
            {"key": "start", "from": ["new"], "to": "offer"},
            {"key": "win", "from": ["offer"], "to": "won", "roles": ["boss"]},
            {"key": "lose", "to": "lost"},
        ],
    )


def _score() -> Json:
    return item(
        "heat",
        entity="lead",
        field="heat",
        band_field="heat_band",
        minimum="0",
        maximum="100",
        factors=[
            item("visited", points="10", per="visits", cap="40"),
            item("downloads", points="8", per='COUNT(events, kind == "download", within="30d")', cap="24"),
            item("rich", points="30", condition="budget >= 50000"),
            item("big", points="20", condition='customer.size == "big"'),
        ],
        bands=[item("cold"), item("warm", lower="30"), item("hot", lower="60", exclusive=True)],
    )


def _rebate() -> Json:
    return item(
        "rebate",
        entity="contract",
        inputs=[
            item("amount", type="money", expression="amount"),
            item("years", type="integer"),
        ],
        lines=[
            item("base", expression='TIER(amount, "commission", "whole")'),
            item("loyalty", expression="base * IF(years >= 3, 0.1, 0)"),
            item("total", expression="base + loyalty"),
        ],
        result="total",
    )


def _sla() -> Json:
    return item(
        "follow_up",
        entity="lead",
        start='stage == "new"',
        stop='stage != "new"',
        target="48h",
        calendar="office",
        warning="24h",
        tiers=[
            item("first", after="0h", audience=["owner"], message="hello"),
            item("second", after="24h", audience=["role:boss"], actions=["greet"]),
        ],
    )


def _rules() -> list[Json]:
    return [
        item(
            "greet",
            entity="lead",
            trigger={"kind": "created"},
            condition='source in ["web", "fair"]',
            rights=["lead:update", "lead:assign"],
            actions=[
                {"kind": "notify", "key": "say", "audience": ["owner"], "message": "hello"},
                {
                    "kind": "branch",
                    "key": "which",
                    "condition": "budget > 1000",
                    "then": [
                        {"kind": "set", "key": "raise", "values": {"chance": "0.5", "source": '"call"'}}
                    ],
                    "otherwise": [{"kind": "tag", "key": "mark", "field": "labels", "tags": ["small"]}],
                },
                {
                    "kind": "connector",
                    "key": "erp",
                    "connector": "erp",
                    "operation": "push",
                    "values": {"n": "name"},
                },
                {"kind": "assign", "key": "give", "dispatch": "by_region"},
            ],
        ),
        item(
            "contract_on_win",
            entity="lead",
            trigger={"kind": "stage_entered", "stage": "won"},
            rights=["contract:create"],
            actions=[
                {
                    "kind": "create",
                    "key": "make",
                    "target": "contract",
                    "values": {"number": "name", "amount": "COALESCE(budget, 0)", "customer": "customer"},
                },
                {"kind": "stop", "key": "end"},
            ],
        ),
        item(
            "remind",
            entity="lead",
            trigger={"kind": "date", "field": "due", "offset": "2d", "direction": "before"},
            rights=["tag:create"],
            actions=[{"kind": "task", "key": "call", "title": label("回访"), "assignee": "owner"}],
        ),
        item(
            "weekly",
            entity="lead",
            trigger={"kind": "schedule", "cron": "0 9 * * 1-5", "calendar": "office"},
            rights=["lead:transition", "lead:assign"],
            actions=[{"kind": "freeze", "key": "shut", "stage": "offer"}],
        ),
    ]


def _form() -> Json:
    return item(
        "lead_form",
        entity="lead",
        purpose="create",
        roles=["seller"],
        items=[
            item(
                "basic",
                kind="section",
                items=[
                    {"kind": "field", "key": "name", "field": "name"},
                    {"kind": "field", "key": "customer", "field": "customer"},
                    {"kind": "field", "key": "budget", "field": "budget", "visible": '"boss" in my_roles'},
                ],
            ),
            {"kind": "text", "key": "help", "text": label("请填写"), "visible": "owner == me"},
            {"kind": "field", "key": "source", "field": "source"},
        ],
        actions=[item("lose", values={"stage": "lost", "source": "call"})],
    )


def _views() -> list[Json]:
    return [
        item(
            "all_leads",
            entity="lead",
            columns=["name", "stage", "owner", "heat"],
            filter='owner == me and stage in ["new", "offer"]',
            sort=[{"field": "heat", "descending": True}],
        ),
        item("lead_board", entity="lead", kind="board", group="stage", amount="budget"),
        item("lead_days", entity="lead", kind="calendar", group="due"),
        item("customers", entity="customer", columns=["name", "grade", "area", "contract_total"]),
    ]


def _metrics() -> list[Json]:
    return [
        item(
            "won_amount",
            entity="lead",
            measure="sum",
            value="budget",
            filter='stage == "won"',
            time="created_at",
            dimensions=[
                item("by_source", expression="source"),
                item("by_grade", expression="customer.grade"),
            ],
        ),
        item("downloads", entity="lead", source="events", filter='kind == "download"', time="created_at"),
        item("entered", entity="lead", source="stages", filter='stage == "offer" and record.budget > 0'),
    ]


def _roles() -> list[Json]:
    every = ["read", "create", "update"]
    others = [
        {"key": name, "entity": name, "acts": ["read"], "scope": "all"}
        for name in ("customer", "contact", "contract", "tag")
    ]
    return [
        item(
            "seller",
            permissions=[
                {"key": "lead", "entity": "lead", "acts": every, "scope": "own", "hidden": ["expected"]},
                *others,
            ],
        ),
        item(
            "boss",
            rights=["audit"],
            permissions=[
                {
                    "key": "lead",
                    "entity": "lead",
                    "acts": [*every, "assign", "override"],
                    "scope": "team_below",
                    "when": 'stage != "lost" and owner.team in my_teams',
                }
            ],
        ),
    ]


def _tests() -> list[Json]:
    return [
        {
            "key": "rebate_of_200k",
            "kind": "calculation",
            "target": "rebate",
            "given": {"amount": "200000.00", "years": 3},
            "expect": {"base": "10000.0000", "value": "11000.00"},
        },
        {
            "key": "hot_lead",
            "kind": "score",
            "target": "heat",
            "given": {"visits": 3, "budget": "60000.00", "customer": {"size": "big"}},
            "expect": {"value": 80, "band": "hot", "rich": 30},
        },
        {
            "key": "expected_value",
            "kind": "formula",
            "entity": "lead",
            "target": "expected",
            "given": {"budget": "1000.00", "chance": "0.25"},
            "expect": {"value": "250.00"},
        },
        {
            "key": "signed_only",
            "kind": "formula",
            "entity": "customer",
            "target": "contract_total",
            "given": {
                "contracts": [{"amount": "10.00", "status": "signed"}, {"amount": "5.00", "status": "draft"}]
            },
            "expect": {"value": "10.00"},
        },
        {
            "key": "offer_needs_budget",
            "kind": "validation",
            "entity": "lead",
            "target": "budget_known",
            "given": {"stage": "offer"},
            "expect": {"value": False},
        },
    ]
