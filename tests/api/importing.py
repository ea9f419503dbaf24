"""Files sent to the CRM, and jobs waited for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.api.crm import Crm
from tests.asgi import Answer

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def upload(crm: Crm, who: str, file: str | bytes, content: str = CSV, **words: Any) -> Answer:
    body = file.encode() if isinstance(file, str) else file
    path = f"/apps/crm/imports?{urlencode(words)}"
    return crm.as_(who).send("POST", path, body=body, headers=[("content-type", content)])


def wait(crm: Crm, who: str, job: str) -> dict[str, Any]:
    """The job, when nobody works on it any more."""
    crm.app.state.imports.settle()
    answer = crm.get(who, f"/imports/{job}")
    assert answer.status == 200, answer.body
    assert not answer.json["busy"], answer.json
    found: dict[str, Any] = answer.json
    return found


def bring(crm: Crm, who: str, file: str | bytes, content: str = CSV, **words: Any) -> dict[str, Any]:
    """A file that was uploaded and previewed."""
    answer = upload(crm, who, file, content, **words)
    assert answer.status == 201, answer.body
    return wait(crm, who, answer.json["id"])


def act(crm: Crm, who: str, job: dict[str, Any], word: str) -> dict[str, Any]:
    """A job that was asked to do something, and has."""
    answer = crm.as_(who).post(f"/apps/crm/imports/{job['id']}/{word}")
    assert answer.status == 202, answer.body
    return wait(crm, who, job["id"])


def rows(crm: Crm, who: str, job: dict[str, Any], words: str = "") -> list[dict[str, Any]]:
    answer = crm.get(who, f"/imports/{job['id']}/rows{words}")
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json["items"]
    return found
