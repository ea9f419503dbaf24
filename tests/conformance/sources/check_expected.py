"""Derive every expected value again from its named sources and compare with the JSON.

Run as ``python tests/conformance/sources/check_expected.py``; ``--write`` makes the JSON anew. Needs PostgreSQL
(DOUGONG_TEST_DATABASE_URL or the local one).
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
from kit import MISSING, encode
from oracle_database import Oracle
from world import build

HERE = Path(__file__).parent
OUT = HERE.parent
MODULES = (
    "literals arithmetic nulls logic numbers text membership dates instants workdays tier completeness paths "
    "coercion refusals aggregates aggregates_more wide edges comparison"
)
DEFAULT_URL = "postgresql://postgres@127.0.0.1:5432/test"


def derive(case: dict[str, Any], oracle: Oracle) -> dict[str, Any]:
    """The value from each source of a case."""
    found = {name: value for name, value in case["_sources"].items() if value is not MISSING}
    if "sql" in case:
        found["postgresql"] = encode(case["type"], oracle.value(case))
    return found


def settle(
    case: dict[str, Any], oracle: Oracle, problems: list[str], confirmed: Counter[str]
) -> dict[str, Any]:
    """The case as the JSON holds it; disagreeing sources are problems."""
    public = {key: value for key, value in case.items() if key != "_sources"}
    if "refused" in case:
        confirmed["document"] += 1
        return public
    try:
        found = derive(case, oracle)
    except (psycopg.Error, ValueError, TypeError) as error:
        problems.append(f"{case['id']} {case['expression']}: {error}")
        return public
    values = list(found.values())
    if any(json.dumps(value) != json.dumps(values[0]) for value in values):
        problems.append(f"{case['id']} {case['expression']}: sources disagree: {found}")
    confirmed.update(list(found))
    confirmed["two sources or more"] += len(found) > 1
    return public | {"value": values[0]}


def lines(document: dict[str, Any]) -> str:
    """The document with one case per line."""
    head = {key: value for key, value in document.items() if key != "cases"}
    text = json.dumps(head, ensure_ascii=False)[:-1] + ', "cases": [\n'
    return text + ",\n".join(json.dumps(case, ensure_ascii=False) for case in document["cases"]) + "\n]}\n"


def world_text() -> str:
    """``world.json`` with one entity and one record per line."""
    world = build()
    parts = {key: json.dumps(value, ensure_ascii=False) for key, value in world.items()}
    parts["entities"] = (
        "{\n" + ",\n".join(f'  "{k}": {json.dumps(v)}' for k, v in world["entities"].items()) + "}"
    )
    groups = []
    for key, rows in world["records"].items():
        body = ",\n".join(f'    "{h}": {json.dumps(r, ensure_ascii=False)}' for h, r in rows.items())
        groups.append(f'  "{key}": {{\n{body}}}')
    parts["records"] = "{\n" + ",\n".join(groups) + "}"
    return "{" + ",\n".join(f'"{key}": {value}' for key, value in parts.items()) + "}\n"


def compare(path: Path, text: str, write: bool, problems: list[str]) -> None:
    """Write the file, or complain when it differs."""
    if write:
        path.write_text(text, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != text:
        problems.append(f"{path.name} differs from its sources")


def main() -> int:
    """Check (or write) all files; the exit status is 1 when a source disagrees."""
    write = "--write" in sys.argv
    problems: list[str] = []
    confirmed: Counter[str] = Counter()
    url = os.environ.get("DOUGONG_TEST_DATABASE_URL", DEFAULT_URL).replace(
        "postgresql+psycopg:", "postgresql:"
    )
    compare(OUT / "world.json", world_text(), write, problems)
    with psycopg.connect(url) as connection:
        oracle = Oracle(connection, build())
        for module in MODULES.split():
            family = importlib.import_module(f"family_{module}").family
            cases = [settle(case, oracle, problems, confirmed) for case in family.cases]
            document = {"family": family.key, "source": family.source, "cases": cases}
            compare(OUT / f"{family.key}.json", lines(document), write, problems)
            print(f"{family.key:16} {len(cases):4}")
        connection.rollback()
    print("\n".join(problems))
    print(f"confirmed: {dict(confirmed)}; problems: {len(problems)}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
