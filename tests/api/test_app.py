"""The web application over real HTTP."""

from __future__ import annotations

import json
from pathlib import Path

import httpx

from tests.api.conftest import Installation

TOY = {
    "key": "shop",
    "label": {"zh-CN": "门店<b>一号</b>", "en": "Shop"},
    "entities": [
        {
            "key": "customer",
            "label": {"zh-CN": "客户", "en": "Customer"},
            "fields": [{"key": "name", "type": "text", "label": {"zh-CN": "姓名", "en": "Name"}}],
        },
        {
            "key": "purchase",
            "label": {"zh-CN": "订单", "en": "Purchase"},
            "fields": [
                {
                    "key": "customer",
                    "type": "reference",
                    "entity": "customer",
                    "label": {"zh-CN": "客户", "en": "Customer"},
                }
            ],
        },
    ],
    "roles": [
        {
            "key": "admin",
            "label": {"zh-CN": "管理员", "en": "Administrator"},
            "permissions": [
                {"key": "customer", "entity": "customer", "acts": ["read", "create"], "scope": "all"},
                {"key": "purchase", "entity": "purchase", "acts": ["read", "create"], "scope": "all"},
            ],
        }
    ],
}


def test_health_answers_with_every_security_header(served: tuple[Installation, httpx.Client]) -> None:
    _, client = served
    for path in ("/healthz", "/readyz", "/", "/static/site.css", "/nothing"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"
        assert "uvicorn" not in headers.get("server", "")
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}


def test_an_installed_app_appears_on_the_page_at_once(
    served: tuple[Installation, httpx.Client], tmp_path: Path
) -> None:
    installation, client = served
    assert "dougong template install crm" in client.get("/").text
    file = tmp_path / "shop.json"
    file.write_text(json.dumps(TOY), "utf-8")
    installation.run("template", "install", str(file))
    page = client.get("/").text
    assert "门店&lt;b&gt;一号&lt;/b&gt;" in page, "labels are escaped"
    assert "客户" in page
    assert "订单" in page
    assert "版本 1" in page
    english = client.get("/", headers={"accept-language": "en-GB,en;q=0.8"}).text
    assert "Purchase" in english
    assert 'lang="en"' in english
