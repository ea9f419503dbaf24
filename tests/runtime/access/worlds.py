"""Random worlds, and the document of the app that has their roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from schema_store.document import AppDocument
from tests.runtime.access.conditions import conditions
from tests.runtime.access.world import ACTS, FIELDS, ROLES, SCOPES, Grant, Person, Record, World
from tests.schema_store.kit import document, entity, field, label


def app_document(roles: dict[str, tuple[Grant, ...]]) -> AppDocument:
    return document(
        entity(
            "shop",
            field("text", "name"),
            field("integer", "size"),
            field("region", "zone"),
            field("user", "manager"),
            field("integer", "secret"),
        ),
        entity(
            "deal",
            field("text", "name"),
            field("integer", "amount"),
            field("reference", "shop", entity="shop", inverse={"key": "deals", "label": label("deals")}),
            field("user", "helper"),
            field("stage", "phase"),
            field("formula", "doubled", expression="amount * 2", result={"type": "integer"}),
            field("integer", "sealed", read_only=True),
            field("links", "near", entity="shop", inverse={"key": "visitors", "label": label("visitors")}),
        ),
        pipelines=[
            {
                "key": "way",
                "label": label("way"),
                "entity": "deal",
                "field": "phase",
                "initial": "a",
                "stages": [{"key": key, "label": label(key)} for key in ("a", "b")],
            }
        ],
        roles=[
            {
                "key": key,
                "label": label(key),
                "permissions": [_permission(index, grant) for index, grant in enumerate(grants)],
            }
            for key, grants in roles.items()
        ],
    )


def _permission(index: int, grant: Grant) -> dict[str, Any]:
    return {
        "key": f"p{index}",
        "entity": grant.entity,
        "acts": sorted(grant.acts),
        "scope": grant.scope,
        "when": grant.when.text if grant.when else None,
        "hidden": sorted(grant.hidden),
        "read_only": sorted(grant.read_only),
        "only": None if grant.only is None else sorted(grant.only),
    }


@st.composite
def grants(draw: st.DrawFn) -> Grant:
    entity_ = draw(st.sampled_from(("shop", "deal")))
    names = st.frozensets(st.sampled_from((*FIELDS[entity_], "owner", "created_by")), max_size=3)
    return Grant(
        entity=entity_,
        acts=draw(st.frozensets(st.sampled_from(ACTS), min_size=1, max_size=4)) | draw(_SOMETIMES_READ),
        scope=draw(st.sampled_from(SCOPES)),
        when=draw(st.none() | conditions(entity_)),
        hidden=draw(names),
        read_only=draw(names),
        only=draw(st.none() | st.frozensets(st.sampled_from(FIELDS[entity_]), min_size=2)),
    )


_SOMETIMES_READ = st.sampled_from([frozenset[str](), frozenset({"read"})])
#: Most people hold a role; nobody of these holds all.
_HELD = [
    frozenset(held) for held in ((), ("r0",), ("r1",), ("r2",), ("r0", "r1"), ("r1", "r2"), ("r0", "r2"))
]


def _uuid(kind: int, number: int) -> UUID:
    return UUID(int=(kind << 64) + number + 1)


def _ids(kind: int, count: int) -> list[UUID]:
    return [_uuid(kind, number) for number in range(count)]


@st.composite
def trees(draw: st.DrawFn, kind: int) -> dict[UUID, UUID | None]:
    nodes = _ids(kind, draw(st.integers(1, 4)))
    return {
        node: draw(st.sampled_from([None, *nodes[:index]])) if index else None
        for index, node in enumerate(nodes)
    }


@st.composite
def worlds(draw: st.DrawFn) -> World:
    teams, regions = draw(trees(1)), draw(trees(2))
    people = {
        id_: Person(
            id_,
            draw(st.sampled_from([None, *teams])),
            draw(st.sampled_from([None, *regions])),
            draw(st.sampled_from(_HELD)),
        )
        for id_ in _ids(3, 3)
    }
    someone = st.sampled_from([*people, *people, None])
    number = st.none() | st.integers(0, 6)
    shops = {
        id_: Record(
            id_,
            "shop",
            draw(someone),
            draw(_RARELY),
            {
                "name": "s",
                "size": draw(number),
                "zone": draw(st.sampled_from([None, *regions])),
                "manager": draw(someone),
                "secret": 1,
            },
        )
        for id_ in _ids(4, 4)
    }
    deals = {
        id_: Record(
            id_,
            "deal",
            draw(someone),
            draw(_RARELY),
            {
                "name": "d",
                "amount": draw(number),
                "shop": draw(st.sampled_from([None, *shops])),
                "helper": draw(someone),
            },
        )
        for id_ in _ids(5, 6)
    }
    pairs = st.tuples(st.sampled_from(list(deals)), st.sampled_from(list(shops)))
    return World(
        teams=teams,
        regions=regions,
        people=people,
        records=shops | deals,
        near=draw(st.frozensets(pairs, max_size=5)),
        roles={key: tuple(draw(st.lists(grants(), min_size=2, max_size=5))) for key in ROLES},
    )


_RARELY = st.sampled_from([False, False, False, True])
