"""The built web part: a nonce for each page, files that are kept for ever, nothing beside the folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from api import web
from api.pages import plain_page
from tests.asgi import Browser


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Browser:
    folder = tmp_path / "built"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<html><head></head></html>", "utf-8")
    (folder / "assets/main-1.js").write_text("plain", "utf-8")
    (folder / "assets/main-1.js.gz").write_bytes(b"packed")
    (tmp_path / "secret").write_text("secret", "utf-8")
    monkeypatch.setattr(web, "FOLDER", folder)
    app = FastAPI()
    web.add_web(app)
    return Browser(app)


def test_a_page_has_a_nonce_of_its_own(built: Browser) -> None:
    first, second = (web.web_page() for _ in range(2))
    assert first.body != second.body
    nonce = first.body.split(b'content="')[1].split(b'"')[0].decode()
    assert f"'nonce-{nonce}'" in first.headers["content-security-policy"]
    assert first.headers["cache-control"] == "no-store"


def test_files_stay_in_their_folder(built: Browser) -> None:
    assert web.is_built()
    for name in ("../secret", "index.html", "assets", "nothing.js", ""):
        assert web.built_file(name, "").status_code == 404
    plain, packed = web.built_file("assets/main-1.js", ""), web.built_file("assets/main-1.js", "br, gzip")
    assert (plain.body, packed.body) == (b"plain", b"packed")
    assert packed.headers["content-encoding"] == "gzip"
    assert "immutable" in plain.headers["cache-control"]


def test_where_it_was_not_built_the_page_says_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "FOLDER", tmp_path / "nothing")
    assert not web.is_built()
    assert "make web" in plain_page("zh-CN")
    assert 'lang="en"' in plain_page("en")
