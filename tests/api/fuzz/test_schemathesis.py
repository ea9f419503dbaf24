"""Schemathesis over both OpenAPI documents, as each of the demo people: no answer is 5xx, every answer is as described.

Short in CI; ``make fuzz`` runs many examples per operation (``HYPOTHESIS_PROFILE=long``).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.crm import Crm, crm
from tests.asgi import serving

__all__ = ["crm"]
Json = dict[str, Any]
IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") in ("long", "hunt")
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100" if IS_LONG else "2"))
#: In CI one who sees little, one of odd conditions, one who sees all; entities with hidden fields and pipelines.
WHO = ("rep1", "manager", "director", "ops", "service", "finance", "legal", "admin")
WHO = WHO if IS_LONG else ("rep1", "legal", "admin")
ENTITIES = ("lead", "account", "opportunity", "task", "ticket", "quote", "contract", "activity", "product")
ENTITIES = ENTITIES if IS_LONG else ENTITIES[:3]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: Characters of an address that the server's parser reads at least.
MOST_OF_A_LINE = 60_000
#: Of minutes each; the tests of publishing hold them.
SLOW = {"check_draft", "publish_draft", "restore_version", "write_draft", "patch_draft", "install_app"}


@pytest.fixture(scope="module")
def records(crm: Crm) -> dict[str, list[str]]:
    """Records of every entity that is asked about, made by the doors; ids by entity."""
    ids: dict[str, list[str]] = {}
    for who in ("rep1", "rep3", "admin"):
        for entity, body in _BODIES.items():
            wire = {key: ids[value][-1] if str(value) in ids else value for key, value in body.items()}
            wire |= {"name": f"{entity} of {who}"} if "name" in wire else {}
            answer = crm.as_(who).post(f"/apps/crm/records/{entity}", wire)
            if answer.status != 403 and answer.status != 404:
                assert answer.status == 201, (entity, answer.body)
                ids.setdefault(entity, []).append(answer.json["id"])
    return ids


@pytest.fixture(scope="module")
def address(crm: Crm) -> Iterator[str]:
    with serving(crm.app) as address:
        yield address


#: What a new record needs; names of entities stand for the last one made.
_BODIES: dict[str, Json] = {
    "account": {"name": ""},
    "lead": {"name": "", "budget": "12.50", "tags": ["a"], "site_minutes": 3},
    "opportunity": {"name": "", "account": "account", "amount": "99.00"},
    "task": {"name": ""},
    "ticket": {"name": "", "account": "account"},
    "product": {"name": "", "list_price": "10.0000"},
    "quote": {"opportunity": "opportunity"},
    "contract": {"name": "", "account": "account"},
    "activity": {"name": "", "account": "account", "kind": "call"},
}


def narrowed(document: Json, crm: Crm, records: dict[str, list[str]]) -> Json:
    """The document with path parameters that lead somewhere: the app, its entities, records that are there."""
    for path, methods in document["paths"].items():
        for described in [methods, *(each for each in methods.values() if isinstance(each, dict))]:
            for parameter in described.get("parameters", ()):
                values = _values(parameter["name"], path, crm, records) if parameter["in"] == "path" else []
                if values:
                    parameter["schema"] = {"type": "string", "enum": values}
    return document


def _values(name: str, path: str, crm: Crm, records: dict[str, list[str]]) -> list[str]:
    place = path.split("/")
    entity = place[place.index("records") + 1] if "records" in place else ""
    mine = records.get(entity) or [id_ for each in ENTITIES for id_ in records[each]]
    return {
        "app": ["crm"],
        "entity": list(ENTITIES),
        "id": mine,
        "record_id": mine,
        "user_id": [str(crm.ids["rep3"])],
    }.get(name, [])


def operations(document: Json) -> Iterator[Any]:
    schema = schemathesis.openapi.from_dict(document)
    schema.validate()
    for found in schema.get_all_operations():
        operation = found.ok()
        assert operation is not None, found.err()
        yield operation


def attack(crm: Crm, who: str, operation: Any, address: str, statuses: Counter[int]) -> None:
    """Examples that fit the description, and some that do not."""
    headers = {"authorization": f"Bearer {crm.tokens[who]}"}
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=not IS_LONG,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def run(case: Any) -> None:
            answer = case.call(base_url=address, session=session, headers=headers)
            statuses[answer.status_code] += 1
            if answer.content == b"Invalid HTTP request received.":
                # The parser of the server ends a request whose line does not fit into 64 KiB before we see it.
                assert answer.status_code == 400
                assert len(answer.request.url) > MOST_OF_A_LINE
                return
            case.validate_response(answer, checks=CHECKS)

        with (
            suppress(Unsatisfiable),
            requests.Session() as session,
        ):  # an operation without anything to get wrong
            run()


@pytest.mark.parametrize("who", WHO)
def test_the_app(crm: Crm, records: dict[str, list[str]], address: str, who: str) -> None:
    """The document of the app, as this person gets it."""
    document = narrowed(crm.get(who, "/openapi.json").json, crm, records)
    statuses: Counter[int] = Counter()
    for operation in operations(document):
        if {*ENTITIES, "dealer_rebate"} & {*operation.path.split("/")} or IS_LONG:
            attack(crm, who, operation, f"{address}/api/v1", statuses)
    print(who, dict(statuses))
    assert statuses[200] > 0


@pytest.mark.parametrize("who", WHO)
def test_the_platform(crm: Crm, records: dict[str, list[str]], address: str, who: str) -> None:
    document = narrowed(crm.as_(who).get("/openapi.json").json, crm, records)
    statuses: Counter[int] = Counter()
    for operation in operations(document):
        if operation.definition.raw.get("operationId") not in SLOW or (IS_LONG and who != "admin"):
            attack(crm, who, operation, address, statuses)
    print(who, dict(statuses))
    assert statuses[200] > 0
