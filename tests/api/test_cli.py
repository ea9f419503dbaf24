"""The command line as a person uses it, in processes of its own."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from templates import read_template
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


def write(path: Path, document: dict[str, Any]) -> str:
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return str(path)


def with_field(document: dict[str, Any], **field: Any) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(json.dumps(document))
    changed["entities"][0]["fields"].append({"label": {"zh-CN": "备注", "en": "Note"}, **field})
    return changed


def test_commands_say_what_is_missing(installation: Installation) -> None:
    said = installation.run("template", "install", "crm", expect=1)
    assert "run `dougong init` first" in said
    installation.run("init")
    assert "no template 'nothing'" in installation.run("template", "install", "nothing", expect=1)
    assert "no app 'crm' is installed" in installation.run("template", "export", "crm", expect=1)
    assert "Traceback" not in said


def test_the_crm_from_template_to_export(installation: Installation, tmp_path: Path) -> None:
    """The shipped template installs, checks clean, and comes out byte for byte as it went in."""
    installation.run("init")
    assert "crm" in installation.run("template", "list")
    checked = installation.run("template", "check", "crm")
    assert "0 failed" in checked
    assert "0 diagnostics" in checked
    assert "installed: crm, version 1" in installation.run("template", "install", "crm")
    assert "is installed already" in installation.run("template", "install", "crm", expect=1)
    assert installation.run("template", "install", "crm", "--if-absent") == ""
    file = tmp_path / "crm.json"
    installation.run("template", "export", "crm", str(file))
    assert file.read_bytes() == read_template("crm")
    assert "all is well" in installation.run("doctor")


def test_plan_and_publish(installation: Installation, tmp_path: Path) -> None:
    installation.run("init")
    installation.run("template", "install", write(tmp_path / "one.json", TOY), "--note", "first")
    two = write(tmp_path / "two.json", with_field(TOY, key="note", type="long_text"))
    planned = installation.run("plan", two, "--app", "shop")
    assert "备注" in planned
    assert "published: shop, version 2" in installation.run("publish", two, "--app", "shop")
    assert "tests: 0 passed" in installation.run("plan", two, "--app", "shop")
    assert "no app 'other' is installed" in installation.run("plan", two, "--app", "other", expect=1)


def test_check_names_place_and_hint_and_fails(installation: Installation, tmp_path: Path) -> None:
    formula = {"key": "twice", "type": "formula", "expression": "nam", "result": {"type": "text"}}
    file = write(tmp_path / "broken.json", with_field(TOY, **formula))
    said = installation.run("template", "check", file, expect=1)
    assert "/entities/0/fields/1/expression [0:3]" in said
    assert "name" in said
    english = installation.run("template", "check", file, "--locale", "en", expect=1)
    assert re.search(r"error\s+expr\.unknown_name", english)
    (tmp_path / "none.json").write_text("{", "utf-8")
    assert "structure.syntax" in installation.run("template", "check", str(tmp_path / "none.json"), expect=1)


def test_format_writes_the_canonical_form(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "shop.json"
    write(file, TOY)
    installation.run("template", "format", str(file))
    once = file.read_bytes()
    assert once.startswith(b'{\n  "$schema": "app.schema.json"')
    installation.run("template", "format", str(file))
    assert file.read_bytes() == once


@pytest.mark.parametrize("arguments", [["plan"], ["publish", "x.json"], ["serve", "--port", "0"]])
def test_wrong_usage_is_exit_code_two(installation: Installation, arguments: list[str]) -> None:
    assert "Usage:" in installation.run(*arguments, expect=2)


def test_tables_of_another_version_are_told_of_and_brought_up(installation: Installation) -> None:
    installation.run("init", "--quiet")
    with sqlite3.connect(installation.home / "dougong.db") as connection:
        connection.execute("UPDATE dougong_revision SET version_num = '0004'")
        for table in ("dougong_notification", "dougong_executor"):  # later revisions make them
            connection.execute(f"DROP TABLE {table}")
    connection.close()
    for command in (("serve",), ("token", "create", "--user", "x"), ("export", "crm", "lead", "x.csv")):
        said = installation.run(*command, expect=1)
        assert "the database is at revision 0004" in said
        assert "run `dougong init`" in said
    installation.run("init", "--quiet")
    assert "no app 'crm' is installed" in installation.run("export", "crm", "lead", "x.csv", expect=1)
