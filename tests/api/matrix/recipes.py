"""What is asked of each operation of the platform: a recipe per operation, or the inventory test fails.

Three sorts: about one record (asked of visible, invisible and absent ones, answered alike for the last two), over an
entity's records, and everything else, with the right that it needs. A recipe changes no planted record: where a write
would be allowed, something behind it in the same request is wrong (a stale version, a row that holds nothing).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.api.matrix.referee import DOCUMENT, FIELDS, Referee
from tests.api.matrix.world import World

APP, RECORDS = "/apps/crm", "/apps/crm/records"
ABSENT = "01900000-0000-7000-8000-000000000000"
IS_FULL = os.environ.get("MATRIX") == "full"
#: Of many alike so many are asked for; ``MATRIX=full`` asks for all.
FEW = 999 if IS_FULL else 3
STALE = (
    ("if-match", '"1"'),
)  # planted records are beyond their first version  # planted records are beyond their first version
_BAD_ROW = {"no_such_field": 1}


@dataclass(frozen=True)
class Ask:
    """One request; ``path`` begins behind ``/api/v1``."""

    method: str
    path: str
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


AboutRecord = Callable[[Referee, str, str], Iterator[Ask]]
OverEntity = Callable[[World, Referee, str], Iterator[Ask]]


@dataclass(frozen=True)
class Other:
    """Anything that is about no record.

    Attributes:
        asks: the requests.
        right: who may: holders of this right of the app; None: everyone.
        harmless: whether it is also sent by those who may.
    """

    asks: Callable[[World], Iterator[Ask]]
    right: str | None = None
    harmless: bool = True


def _references(entity: str) -> Iterator[tuple[str, str]]:
    """Fields elsewhere that refer to records of an entity."""
    for other, fields in FIELDS.items():
        for key, described in fields.items():
            if described["type"] == "reference" and described["entity"] == entity:
                yield other, key


def _paths(referee: Referee, entity: str) -> list[str]:
    """References that may be expanded, and one hop further."""
    found = ["owner"]
    for key in sorted(referee.readable(entity)):
        described = FIELDS[entity][key]
        if described["type"] == "reference" and referee.can(described["entity"], "read"):
            found.append(key)
            further = FIELDS[described["entity"]]
            seen = referee.readable(described["entity"])
            found += [
                f"{key}.{each}"
                for each in sorted(seen)
                if further[each]["type"] == "reference" and referee.can(further[each]["entity"], "read")
            ][:2]
    return found[:20]


# --- about one record


def _read(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    yield Ask("GET", f"{RECORDS}/{entity}/{id_}")
    yield Ask("GET", f"{RECORDS}/{entity}/{id_}?fields=&expand={','.join(_paths(referee, entity))}")
    yield Ask("GET", f"{RECORDS}/{entity}/{id_}?fields=no_such_field")


def _change(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    yield Ask("PATCH", f"{RECORDS}/{entity}/{id_}", {}, STALE)
    yield Ask("PATCH", f"{RECORDS}/{entity}/{id_}", _BAD_ROW)
    yield Ask("PATCH", f"{RECORDS}/{entity}/{id_}", {"owner_id": ABSENT}, STALE)


def _delete(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    yield Ask("DELETE", f"{RECORDS}/{entity}/{id_}", headers=STALE)


def _restore(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    if not referee.can(entity, "delete"):  # who may would take it out of the bin
        yield Ask("POST", f"{RECORDS}/{entity}/{id_}/restore")


def _move(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    stages = [
        stage["key"]
        for pipeline in DOCUMENT["pipelines"]
        if pipeline["entity"] == entity
        for stage in pipeline["stages"]
    ]
    for stage in [*list(dict.fromkeys(stages))[:FEW], "nowhere"]:
        yield Ask("POST", f"{RECORDS}/{entity}/{id_}/transition", {"to": stage, "dry_run": True})
    for stage in stages[:1]:
        yield Ask("POST", f"{RECORDS}/{entity}/{id_}/transition", {"to": stage}, STALE)


def _history(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    yield Ask("GET", f"{RECORDS}/{entity}/{id_}/history")
    yield Ask("GET", f"{RECORDS}/{entity}/{id_}/history?limit=1")


def _timeline(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    yield Ask("GET", f"{RECORDS}/{entity}/{id_}/timeline")


def _explain(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    for act in ("read", "update", "delete", "assign"):
        yield Ask("GET", f"{RECORDS}/{entity}/{id_}/explain?act={act}")
    computed = [
        key
        for key in sorted(referee.readable(entity))
        if FIELDS[entity][key]["type"] in ("formula", "rollup", "score")
    ]
    for key in [*computed[: 2 * FEW], *sorted(referee.readable(entity))[:2]]:
        yield Ask("GET", f"{RECORDS}/{entity}/{id_}/explain?field={key}")


def _bulk_about(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    for atomic in (True, False):
        rows: list[Any] = [{"id": id_, "version": 999}]
        yield Ask("POST", f"{RECORDS}/{entity}/bulk", {"update": rows, "atomic": atomic})
        yield Ask("POST", f"{RECORDS}/{entity}/bulk", {"delete": rows, "atomic": atomic})


def _refer(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    """New records that refer to it, with a row behind them that takes everything back."""
    for other, key in list(_references(entity))[:FEW]:
        if referee.can(other, "create"):
            yield Ask("POST", f"{RECORDS}/{other}/bulk", {"create": [{key: id_}, _BAD_ROW]})
            yield Ask("POST", f"{RECORDS}/{other}", {key: id_, **_BAD_ROW})


def _tell_about(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    event = {"kind": "call", "entity": entity}
    yield Ask("POST", f"{APP}/events", [{**event, "record_id": id_}, {**event, "record_id": ABSENT}])


def _calculate_about(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    for calculation in DOCUMENT["calculations"]:
        if calculation.get("entity") == entity:
            yield Ask("POST", f"{APP}/calculations/{calculation['key']}", {"record_id": id_})


def _files(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    yield Ask("GET", f"{RECORDS}/{entity}/{id_}/files")


def _convert(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    yield Ask("POST", f"{RECORDS}/{entity}/{id_}/convert", {"no_such_target": {}})


def _alike_about(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    yield Ask("POST", f"{RECORDS}/{entity}/duplicates", {"values": {}, "record_id": id_})


def _runs(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    yield Ask("GET", f"{APP}/runs?record={id_}")
    for rule in [each["key"] for each in DOCUMENT["rules"] if each["entity"] == entity][:FEW]:
        yield Ask("GET", f"{APP}/runs/why?rule={rule}&record={id_}")


def _deliveries(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    yield Ask("GET", f"{APP}/deliveries?record={id_}")


def _timers(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    yield Ask("GET", f"{APP}/timers?record={id_}")


def _audit_about(referee: Referee, entity: str, id_: str) -> Iterator[Ask]:
    if not referee.has("audit"):  # who may sees every record of what they may read something of
        yield Ask("GET", f"{APP}/audit?entity={entity}&record={id_}")


# --- over the records of an entity

_SORTED = ("text", "integer", "money", "percent", "date", "instant", "option", "stage", "boolean", "score")


def _list(world: World, referee: Referee, entity: str) -> Iterator[Ask]:
    fields = [key for key in sorted(referee.readable(entity)) if FIELDS[entity][key]["type"] in _SORTED]
    yield Ask("GET", f"{RECORDS}/{entity}?count=exact&limit=500")
    yield from _by_name(world, referee, entity)
    yield Ask("GET", f"{RECORDS}/{entity}?expand={','.join(_paths(referee, entity))}&count=capped")
    for key in fields[::4]:
        yield Ask("GET", f"{RECORDS}/{entity}?sort={key}&limit=1")
    for side in ("east", "north", "mixed", "binned"):
        record = world.of(entity, side)
        for key in DOCUMENT_SEARCH.get(entity, ()):
            if key in record.values:
                yield Ask("GET", f"{RECORDS}/{entity}?search={quote(str(record.values[key]))}&count=exact")
    for other, key in _references(entity):
        inverse = FIELDS[other][key].get("inverse")
        if inverse and key in referee.readable(other):
            words = quote(f"COUNT({inverse['key']}) > 0")
            yield Ask("GET", f"{RECORDS}/{entity}?count=exact&filter={words}")


def _everywhere(world: World, referee: Referee, entity: str) -> Iterator[Ask]:
    for side in ("east", "north", "binned"):
        record = world.of(entity, side)
        for key in DOCUMENT_SEARCH.get(entity, ()):
            if key in record.values:
                yield Ask("GET", f"{APP}/search?text={quote(str(record.values[key]))}")


def _by_name(world: World, referee: Referee, entity: str) -> Iterator[Ask]:
    """Lists and figures of others by the name of what they refer to, and of how many there are."""
    name = next(each["name_field"] for each in DOCUMENT["entities"] if each["key"] == entity)
    for other, key in list(_references(entity))[:FEW]:
        if key in referee.readable(other) and name in referee.readable(entity):
            for side in ("east", "north", "binned"):
                words = quote(f'{key}.{name} == "{world.of(entity, side).values[name]}"')
                yield Ask("GET", f"{RECORDS}/{other}?count=exact&fields=id&filter={words}")
                yield Ask("GET", f"{RECORDS}/{other}/aggregate?measure=count()&filter={words}")


DOCUMENT_SEARCH = {entity["key"]: entity.get("search_fields", ()) for entity in DOCUMENT["entities"]}


def _aggregate(world: World, referee: Referee, entity: str) -> Iterator[Ask]:
    yield Ask("GET", f"{RECORDS}/{entity}/aggregate?measure=count()")
    fields = referee.readable(entity)
    for key in sorted(fields):
        kind = FIELDS[entity][key].get("result", FIELDS[entity][key])["type"]
        if kind in ("money", "integer", "decimal"):
            yield Ask("GET", f"{RECORDS}/{entity}/aggregate?measure=sum({key}),min({key}),max({key})")
        elif kind in ("text", "reference", "option", "user"):
            yield Ask("GET", f"{RECORDS}/{entity}/aggregate?group={key}")


def _create(world: World, referee: Referee, entity: str) -> Iterator[Ask]:
    yield Ask("POST", f"{RECORDS}/{entity}", _BAD_ROW)
    yield Ask("POST", f"{RECORDS}/{entity}", {"id": str(world.of(entity, "north").id), **_BAD_ROW})


def _bulk(world: World, referee: Referee, entity: str) -> Iterator[Ask]:
    yield Ask("POST", f"{RECORDS}/{entity}/bulk", {"create": [_BAD_ROW], "atomic": False})


def _alike(world: World, referee: Referee, entity: str) -> Iterator[Ask]:
    """What rules for duplicates compare, as it stands in records that may be seen and in others."""
    spec = next(each for each in DOCUMENT["entities"] if each["key"] == entity)
    for rule in spec.get("duplicates", []):
        for side in ("east", "north", "binned"):
            known = world.of(entity, side).values
            values = {each["field"]: known.get(each["field"]) for each in rule["fields"]}
            yield Ask("POST", f"{RECORDS}/{entity}/duplicates", {"values": values})
    yield Ask("POST", f"{RECORDS}/{entity}/duplicates", {"values": _BAD_ROW})


def _put(world: World, referee: Referee, entity: str) -> Iterator[Ask]:
    for key, described in FIELDS[entity].items():
        if described.get("unique") or described["type"] == "code":
            for side in ("east", "north", "binned"):
                value = world.of(entity, side).values.get(key, "none")
                yield Ask("PUT", f"{RECORDS}/{entity}/by/{key}/{quote(value)}", _BAD_ROW)


def _tell(world: World, referee: Referee, entity: str) -> Iterator[Ask]:
    for side in ("east", "north"):
        record = world.of(entity, side)
        keys = [key for key in sorted(record.values) if isinstance(record.values[key], str)][:4]
        for key in keys:
            event = {"kind": "call", "entity": entity, "match": {key: record.values[key]}}
            absent = {"kind": "call", "entity": entity, "record_id": ABSENT}
            yield Ask("POST", f"{APP}/events", [event, absent])


def _export(world: World, referee: Referee, entity: str) -> Iterator[Ask]:
    if referee.can(entity, "export"):
        yield Ask("GET", f"{RECORDS}/{entity}/export?format=csv&labels=true")
        yield Ask("GET", f"{RECORDS}/{entity}/export?format=csv&fields=id")


def _measure(world: World, referee: Referee, entity: str) -> Iterator[Ask]:
    for metric in DOCUMENT["metrics"]:
        # The mean of two canaries is a third one's number by chance.
        if metric["entity"] == entity and metric.get("measure") != "average":
            dimensions = [each["key"] for each in metric.get("dimensions", ())]
            for chosen in [[], *([each] for each in dimensions[:FEW])]:
                yield Ask("POST", f"{APP}/metrics/{metric['key']}", {"dimensions": chosen})


# --- everything else


def _ask(
    method: str, path: str, body: Any = None, headers: tuple[tuple[str, str], ...] = ()
) -> Callable[[World], Iterator[Ask]]:
    def asks(world: World) -> Iterator[Ask]:
        ids = {name: str(id_) for name, id_ in world.crm.ids.items()}
        yield Ask(method, path.format(**ids), body, headers)

    return asks


_LOGIN = {"username": "nobody_at_all", "password": "wrong horse 42 staple"}
_NEW_PASSWORD = {"current_password": "wrong", "password": "correct horse 43 staple"}

ABOUT: dict[str, tuple[AboutRecord, ...]] = {
    "GET /apps/{app}/records/{entity}/{record_id}": (_read,),
    "PATCH /apps/{app}/records/{entity}/{record_id}": (_change,),
    "DELETE /apps/{app}/records/{entity}/{record_id}": (_delete,),
    "POST /apps/{app}/records/{entity}/{record_id}/restore": (_restore,),
    "POST /apps/{app}/records/{entity}/{record_id}/transition": (_move,),
    "GET /apps/{app}/records/{entity}/{record_id}/history": (_history,),
    "GET /apps/{app}/records/{entity}/{record_id}/timeline": (_timeline,),
    "GET /apps/{app}/records/{entity}/{record_id}/explain": (_explain,),
    "POST /apps/{app}/records/{entity}/bulk": (_bulk_about, _refer),
    "POST /apps/{app}/events": (_tell_about,),
    "POST /apps/{app}/calculations/{key}": (_calculate_about,),
    "GET /apps/{app}/records/{entity}/{record_id}/files": (_files,),
    "POST /apps/{app}/records/{entity}/{record_id}/convert": (_convert,),
    "POST /apps/{app}/records/{entity}/duplicates": (_alike_about,),
    "GET /apps/{app}/runs": (_runs,),
    "GET /apps/{app}/runs/why": (_runs,),
    "GET /apps/{app}/timers": (_timers,),
    "GET /apps/{app}/deliveries": (_deliveries,),
    "GET /apps/{app}/audit": (_audit_about,),
}
OVER: dict[str, OverEntity] = {
    "GET /apps/{app}/records/{entity}": _list,
    "GET /apps/{app}/records/{entity}/aggregate": _aggregate,
    "GET /apps/{app}/search": _everywhere,
    "POST /apps/{app}/records/{entity}": _create,
    "POST /apps/{app}/records/{entity}/bulk": _bulk,
    "POST /apps/{app}/records/{entity}/duplicates": _alike,
    "PUT /apps/{app}/records/{entity}/by/{unique_field}/{value}": _put,
    "POST /apps/{app}/events": _tell,
    "GET /apps/{app}/records/{entity}/export": _export,
    "POST /apps/{app}/metrics/{key}": _measure,
}
OTHER: dict[str, Other] = {
    "POST /auth/login": Other(_ask("POST", "/auth/login", _LOGIN)),
    "POST /auth/logout": Other(_ask("POST", "/auth/logout")),
    "GET /me": Other(_ask("GET", "/me")),
    "PATCH /me": Other(_ask("PATCH", "/me", {"locale": "en"})),
    "POST /me/password": Other(_ask("POST", "/me/password", _NEW_PASSWORD)),
    "POST /tokens": Other(_ask("POST", "/tokens", {"name": "another"})),
    "GET /tokens": Other(_ask("GET", "/tokens")),
    "DELETE /tokens/{token_id}": Other(_ask("DELETE", f"/tokens/{ABSENT}")),
    "GET /users": Other(_ask("GET", "/users?limit=500")),
    "POST /users": Other(_ask("POST", "/users", {"username": "x", "name": "x"}), "people", False),
    "GET /users/{user_id}": Other(_ask("GET", "/users/{rep3}")),
    "PATCH /users/{user_id}": Other(
        _ask("PATCH", "/users/{rep3}", {"roles": {"crm": ["admin"]}}), "people", False
    ),
    "POST /users/{user_id}/reset": Other(_ask("POST", "/users/{rep3}/reset"), "people", False),
    "POST /invitations": Other(_ask("POST", "/invitations", {"user_id": ABSENT}), "people", False),
    "POST /invitations/find": Other(_ask("POST", "/invitations/find", {"token": "x"})),
    "POST /invitations/accept": Other(
        _ask("POST", "/invitations/accept", {"token": "x", "password": "correct horse 43 staple"})
    ),
    "GET /roles": Other(_ask("GET", "/roles"), "people"),
    "GET /teams": Other(_ask("GET", "/teams")),
    "POST /teams": Other(_ask("POST", "/teams", {"name": "x"}), "people", False),
    "GET /teams/{node_id}": Other(_ask("GET", "/teams/{east_team}")),
    "PATCH /teams/{node_id}": Other(_ask("PATCH", "/teams/{east_team}", {"name": "x"}), "people", False),
    "GET /regions": Other(_ask("GET", "/regions")),
    "POST /regions": Other(_ask("POST", "/regions", {"name": "x"}), "people", False),
    "GET /regions/{node_id}": Other(_ask("GET", "/regions/{east}")),
    "PATCH /regions/{node_id}": Other(_ask("PATCH", "/regions/{east}", {"name": "x"}), "people", False),
    "GET /apps": Other(_ask("GET", "/apps")),
    "POST /apps": Other(_ask("POST", "/apps", {"template": "none", "key": "other"}), "build"),
    "GET /apps/{app}": Other(_ask("GET", APP)),
    "GET /apps/{app}/openapi.json": Other(_ask("GET", f"{APP}/openapi.json")),
    "GET /apps/{app}/export": Other(_ask("GET", f"{APP}/export"), "build"),
    "GET /apps/{app}/draft": Other(_ask("GET", f"{APP}/draft"), "build"),
    "PUT /apps/{app}/draft": Other(_ask("PUT", f"{APP}/draft", {"document": {}}, STALE), "build", False),
    "PATCH /apps/{app}/draft": Other(_ask("PATCH", f"{APP}/draft", [], STALE), "build", False),
    "GET /apps/{app}/public-forms": Other(_ask("GET", f"{APP}/public-forms"), "build"),
    "GET /apps/{app}/public-forms/{key}/qr.svg": Other(
        _ask("GET", f"{APP}/public-forms/nothing/qr.svg"), "build", False
    ),
    "GET /apps/{app}/draft/usage": Other(_ask("GET", f"{APP}/draft/usage?of=nothing"), "build", False),
    "POST /apps/{app}/draft/try": Other(
        _ask("POST", f"{APP}/draft/try", {"kind": "expression", "entity": "lead", "expression": "1"}),
        "build",
        False,
    ),
    "POST /apps/{app}/draft/check": Other(_ask("POST", f"{APP}/draft/check"), "build", False),
    "POST /apps/{app}/publish": Other(_ask("POST", f"{APP}/publish", {}), "publish", False),
    "GET /apps/{app}/versions": Other(_ask("GET", f"{APP}/versions"), "build"),
    "GET /apps/{app}/versions/{number}": Other(_ask("GET", f"{APP}/versions/1"), "build"),
    "POST /apps/{app}/versions/{number}/restore": Other(
        _ask("POST", f"{APP}/versions/1/restore"), "build", False
    ),
    "POST /apps/{app}/files": Other(_ask("POST", f"{APP}/files", {})),
    "GET /apps/{app}/files/{file_id}": Other(_ask("GET", f"{APP}/files/{ABSENT}")),
    "DELETE /apps/{app}/files/{file_id}": Other(_ask("DELETE", f"{APP}/files/{ABSENT}")),
    "POST /apps/{app}/imports": Other(_ask("POST", f"{APP}/imports?entity=lead", {})),
    "GET /apps/{app}/imports": Other(_ask("GET", f"{APP}/imports")),
    "GET /apps/{app}/imports/{import_id}": Other(_ask("GET", f"{APP}/imports/{ABSENT}")),
    "DELETE /apps/{app}/imports/{import_id}": Other(_ask("DELETE", f"{APP}/imports/{ABSENT}")),
    "GET /apps/{app}/imports/{import_id}/rows": Other(_ask("GET", f"{APP}/imports/{ABSENT}/rows")),
    "GET /apps/{app}/imports/{import_id}/errors.csv": Other(
        _ask("GET", f"{APP}/imports/{ABSENT}/errors.csv")
    ),
    "GET /apps/{app}/imports/{import_id}/report.csv": Other(
        _ask("GET", f"{APP}/imports/{ABSENT}/report.csv")
    ),
    "POST /apps/{app}/imports/{import_id}/apply": Other(_ask("POST", f"{APP}/imports/{ABSENT}/apply")),
    "POST /apps/{app}/imports/{import_id}/cancel": Other(_ask("POST", f"{APP}/imports/{ABSENT}/cancel")),
    "POST /apps/{app}/imports/{import_id}/undo": Other(_ask("POST", f"{APP}/imports/{ABSENT}/undo")),
    "GET /apps/{app}/imports/{import_id}/mapping": Other(_ask("GET", f"{APP}/imports/{ABSENT}/mapping")),
    "PUT /apps/{app}/imports/{import_id}/mapping": Other(
        _ask("PUT", f"{APP}/imports/{ABSENT}/mapping", {"mapping": {}})
    ),
    "GET /apps/{app}/saved-views": Other(_ask("GET", f"{APP}/saved-views")),
    "POST /apps/{app}/saved-views": Other(_ask("POST", f"{APP}/saved-views", {})),
    "GET /apps/{app}/saved-views/{view_id}": Other(_ask("GET", f"{APP}/saved-views/{ABSENT}")),
    "PATCH /apps/{app}/saved-views/{view_id}": Other(
        _ask("PATCH", f"{APP}/saved-views/{ABSENT}", {"name": "x"})
    ),
    "DELETE /apps/{app}/saved-views/{view_id}": Other(_ask("DELETE", f"{APP}/saved-views/{ABSENT}")),
    "GET /notifications": Other(_ask("GET", "/notifications")),
    "GET /apps/{app}/rules": Other(_ask("GET", f"{APP}/rules")),
    "GET /apps/{app}/clocks": Other(_ask("GET", f"{APP}/clocks?entity=lead&records={ABSENT}")),
    "GET /tasks": Other(_ask("GET", "/tasks")),
    "GET /stream": Other(_ask("GET", "/stream?seconds=0")),
    "POST /notifications/read": Other(_ask("POST", "/notifications/read", {"ids": [ABSENT]})),
    "POST /apps/{app}/runs/{run_id}/replay": Other(
        _ask("POST", f"{APP}/runs/{ABSENT}/replay"), "build", False
    ),
    "POST /apps/{app}/runs/{run_id}/cancel": Other(
        _ask("POST", f"{APP}/runs/{ABSENT}/cancel"), "build", False
    ),
    "GET /apps/{app}/switches": Other(_ask("GET", f"{APP}/switches")),
    "PUT /apps/{app}/switches/{kind}/{key}": Other(
        _ask("PUT", f"{APP}/switches/rule/third_visit_makes_a", {"on": True}), "build", False
    ),
    "PUT /apps/{app}/pipelines/{pipeline}/stages/{stage}/freeze": Other(
        _ask("PUT", f"{APP}/pipelines/lead_stages/stages/nowhere/freeze", {})
    ),
    "DELETE /apps/{app}/pipelines/{pipeline}/stages/{stage}/freeze": Other(
        _ask("DELETE", f"{APP}/pipelines/lead_stages/stages/nowhere/freeze")
    ),
    "GET /audit": Other(_ask("GET", "/audit")),
    "GET /healthz": Other(_ask("GET", "//healthz")),
    "GET /readyz": Other(_ask("GET", "//readyz")),
    "GET /": Other(_ask("GET", "//")),
}
