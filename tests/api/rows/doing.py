"""What the tests of rows do over and over: make, change, move, show."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import quote

from tests import files
from tests.api.crm import Crm
from tests.asgi import Answer

_numbers = itertools.count(1)


def post(crm: Crm, who: str, path: str, body: Any) -> Answer:
    return crm.as_(who).post(f"/apps/crm{path}", body)


def make(crm: Crm, who: str, entity: str, **values: Any) -> dict[str, Any]:
    """A record as its maker sees it."""
    answer = post(crm, who, f"/records/{entity}", values)
    assert answer.status == 201, answer.body
    made: dict[str, Any] = answer.json
    return made


def change(crm: Crm, who: str, entity: str, record: str, **values: Any) -> Answer:
    return crm.as_(who).patch(f"/apps/crm/records/{entity}/{record}", values)


def changed(crm: Crm, who: str, entity: str, record: str, **values: Any) -> dict[str, Any]:
    answer = change(crm, who, entity, record, **values)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


def read(crm: Crm, who: str, entity: str, record: str, words: str = "") -> dict[str, Any]:
    answer = crm.get(who, f"/records/{entity}/{record}{words}")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


def move(crm: Crm, who: str, entity: str, record: str, to: str, **more: Any) -> Answer:
    return post(crm, who, f"/records/{entity}/{record}/transition", {"to": to, **more})


def moved(crm: Crm, who: str, entity: str, record: str, to: str, **more: Any) -> dict[str, Any]:
    answer = move(crm, who, entity, record, to, **more)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


def unmet(answer: Answer) -> set[tuple[str, str]]:
    """What a closed gate asks for, by kind and key."""
    assert (answer.status, answer.code) == (409, "gate_closed"), answer.body
    return {(each["kind"], each["key"]) for each in answer.json["unmet"]}


def shown(crm: Crm, who: str, **content: bytes) -> list[dict[str, str]]:
    """Files as evidence, by requirement."""
    return [
        {"key": key, "file_id": files.upload(crm.as_(who), each, key)["id"]} for key, each in content.items()
    ]


def name(text: str) -> str:
    """A name that no other test has."""
    return f"{text}{next(_numbers)}"


def listed(crm: Crm, who: str, entity: str, text: str, words: str = "") -> list[dict[str, Any]]:
    """The records behind a filter."""
    return crm.items(who, f"/records/{entity}?limit=200&filter={quote(text)}{words}")
