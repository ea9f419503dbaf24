"""``dougong init`` and ``dougong token create`` as processes, and the server they prepare."""

from __future__ import annotations

import httpx

from tests.api.conftest import Installation

PASSWORD = "correct horse 42 staple"


def _secret(said: str) -> str:
    assert "/welcome#" in said, said
    return said.strip().rpartition("#")[2]


def test_from_an_empty_folder_to_a_token(served: tuple[Installation, httpx.Client]) -> None:
    """Rows 55, 136: no default password; the set-up is open once, and to whoever ran the command."""
    installation, client = served
    assert installation.run("init", "--quiet") == ""
    secret = _secret(installation.run("init"))
    assert (
        client.post("/api/v1/auth/login", json={"username": "admin", "password": "admin"}).status_code == 401
    )
    accept = {"token": secret, "password": PASSWORD}
    assert client.post("/api/v1/invitations/accept", json=accept).status_code == 204
    assert client.post("/api/v1/invitations/accept", json=accept).status_code == 404
    assert "/welcome#" not in installation.run("init"), "done is done"
    origin = {"origin": str(client.base_url).rstrip("/")}
    signed_in = client.post(
        "/api/v1/auth/login", json={"username": "admin", "password": PASSWORD}, headers=origin
    )
    assert signed_in.json()["admin"] is True
    token = installation.run(
        "token", "create", "--user", "ADMIN", "--scope", "people", "--scope", "read"
    ).strip()
    program = {"authorization": f"Bearer {token}"}
    client.cookies.clear()
    assert client.get("/api/v1/me", headers=program).json()["scopes"] == ["people", "read"]
    made = client.post("/api/v1/users", json={"username": "rep1", "name": "张三"}, headers=program)
    assert made.status_code == 201
    assert "no person" in installation.run("token", "create", "--user", "nobody", expect=1)
    assert "may not" in installation.run("token", "create", "--user", "rep1", "--scope", "build", expect=1)
    plain = installation.run("token", "create", "--user", "rep1").strip()
    assert client.get("/api/v1/me", headers={"authorization": f"Bearer {plain}"}).json()["username"] == "rep1"


def test_over_the_wire(served: tuple[Installation, httpx.Client]) -> None:
    """What the server itself makes of requests: HEAD has no body, another Host is refused, errors have one form."""
    _, client = served
    head = client.head("/api/v1/openapi.json")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 1000
    refused = client.get("/api/v1/me", headers={"host": "evil.example"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")
    assert client.get("/healthz", headers={"host": "10.0.0.7"}).status_code == 200
    forged = {"x-forwarded-proto": "https", "x-forwarded-for": "10.1.1.1", "x-forwarded-host": "evil.example"}
    assert client.get("/api/v1/me", headers=forged).json()["code"] == "not_signed_in"
    large = client.post(
        "/api/v1/auth/login", content=b"x" * 1_100_000, headers={"content-type": "application/json"}
    )
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    assert client.get("/api/v1/me%00").json()["code"] == "bad_request"
    assert client.get("/static/%00").json()["code"] == "bad_request"
    assert client.get("/healthz").status_code == 200
