"""The web application over real HTTP."""

from __future__ import annotations

import httpx

from tests.api.conftest import Installation


def test_health_answers_with_every_security_header(served: tuple[Installation, httpx.Client]) -> None:
    _, client = served
    for path in ("/healthz", "/readyz", "/", "/static/site.css", "/nothing"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"
        assert "uvicorn" not in headers.get("server", "")
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}
