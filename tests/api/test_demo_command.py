"""``dougong demo`` as a process, its password, and what ``make run`` says last."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import httpx
import pytest

from api.demo_people import NotLoopback, is_loopback, make_password, read_password, require_loopback, sign_ins
from api.settings import Settings
from runtime.people.passwords import check_password
from tests.api.conftest import Installation


def test_from_make_run_to_a_signed_in_rep(served: tuple[Installation, httpx.Client]) -> None:
    """People and records once; a second run says and does nothing; everybody signs in with the password of the file."""
    installation, client = served
    assert "no app 'crm' is installed" in installation.run("demo", expect=1)
    installation.run("template", "install", "crm")
    said = installation.run("demo", "--share", "0.004")
    assert "25 made, 1 were there" in said, "the administrator of init keeps what they have"
    assert re.search(r"demo records: \d+; behaviour events: \d+", said)
    file = installation.home / "demo-password"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert installation.run("demo") == ""
    password = file.read_text("ascii").strip()
    origin = {"origin": str(client.base_url).rstrip("/")}
    for name in ("rep1", "director", "finance"):
        answer = client.post(
            "/api/v1/auth/login", json={"username": name, "password": password}, headers=origin
        )
        assert answer.status_code == 200, answer.text
    assert client.get("/api/v1/apps/crm/records/product?count=exact").json()["count"]["value"] == 48
    refused = client.post(
        "/api/v1/auth/login", json={"username": "admin", "password": password}, headers=origin
    )
    assert refused.status_code == 401


def test_without_an_administrator_the_demo_brings_one(installation: Installation) -> None:
    """And a run that was cut off after it made the password is gone on with: that password is used."""
    assert "/welcome#" not in installation.run("init", "--quiet", "--no-admin")
    installation.run("template", "install", "crm")
    password = make_password(Settings(home=installation.home, _env_file=None))
    assert "26 made, 0 were there" in installation.run("demo", "--share", "0.001")
    assert read_password(Settings(home=installation.home, _env_file=None)) == password
    assert installation.run("init", "--quiet") == "", "there is an administrator who can sign in"


def test_only_where_nobody_else_can_sign_in(installation: Installation) -> None:
    installation.environment["DOUGONG_BASE_URL"] = "https://crm.example.com"
    said = installation.run("demo", expect=1)
    assert "DOUGONG_BASE_URL names crm.example.com" in said
    assert "Traceback" not in said
    assert "run `dougong init` first" in installation.run("demo", "--force", expect=1)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("base_url", "http://192.168.1.8:8000"),
        ("hosts", "localhost, crm.local"),
        ("database_url", "postgresql://db.example.com/x"),
    ],
)
def test_settings_that_name_another_machine(tmp_path: Path, setting: str, value: str) -> None:
    settings = Settings(home=tmp_path, _env_file=None).model_copy(update={setting: value})
    with pytest.raises(NotLoopback, match=f"DOUGONG_{setting.upper()}"):
        require_loopback(settings)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("base_url", "http://127.0.0.1:9000"),
        ("hosts", "localhost [::1]"),
        ("database_url", "postgresql:///x"),
        ("database_url", "postgresql://localhost/x"),
    ],
)
def test_settings_that_stay_on_this_machine(tmp_path: Path, setting: str, value: str) -> None:
    require_loopback(Settings(home=tmp_path, _env_file=None).model_copy(update={setting: value}))


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True), ("localhost", True),
     ("/run/postgresql", True), ("0.0.0.0", False), ("10.0.0.1", False), ("localhost.example.com", False), ("", False)],
)  # fmt: skip
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_the_password_is_made_once_good_and_shown_with_the_names(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", _env_file=None)
    assert read_password(settings) is None
    assert list(sign_ins(settings)) == []
    password = make_password(settings)
    assert make_password(settings) == read_password(settings) == password
    assert check_password(password, "rep1", "周晓燕") == []
    lines = list(sign_ins(settings))
    assert password in lines[0]
    assert [line.split()[0] for line in lines[1:]] == [
        "admin", "ops", "director", "manager", "rep1", "rep2", "rep3", "service", "finance", "legal",
    ]  # fmt: skip
    assert make_password(Settings(home=tmp_path / "other", _env_file=None)) != password


def test_serving_others_with_demo_people_is_warned_of(installation: Installation) -> None:
    make_password(Settings(home=installation.home, _env_file=None))
    installation.run("init", "--quiet")
    said = installation.run("serve", "--host", "256.1.1.1", expect=3)
    assert "demo people share one password, and 256.1.1.1" in said
