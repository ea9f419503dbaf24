"""``dougong import``, ``export``, ``compare``, ``imports`` as processes, on the sample that ships with the product."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from tests.api.conftest import Installation, installation

__all__ = ["installation"]
EXAMPLE = Path(__file__).parent.parent.parent / "docs/examples/bank-marketing"
MONTHS = dict(
    zip(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
        range(1, 13),
        strict=True,
    )
)


@pytest.fixture
def crm(installation: Installation) -> Installation:
    installation.run("init", "--quiet")
    installation.run("template", "install", "crm")
    return installation


def sample() -> list[dict[str, str]]:
    with (EXAMPLE / "sample.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def month_of(row: dict[str, str]) -> str:
    number = int(row["row"])
    year = 2008 if number <= 27_729 else 2009 if number <= 42_591 else 2010
    return f"{year}-{MONTHS[row['month']]:02}"


def exported(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as raw:
        return list(csv.DictReader(raw))


def test_the_mappings_of_sample_and_whole_differ_in_the_row_number_only() -> None:
    whole = json.loads((EXAMPLE / "lead.map.json").read_text("utf-8").replace("_row", "row"))
    part = json.loads((EXAMPLE / "sample.map.json").read_text("utf-8"))
    assert part["columns"].pop("row") == "integer"
    assert whole == part
    assert len(sample()) == 2_000
    assert "CC BY 4.0" in (EXAMPLE / "README.md").read_text("utf-8")


@pytest.mark.slow
def test_two_thousand_real_leads(crm: Installation, tmp_path: Path) -> None:
    """All in, scored, those who signed converted; the funnel by month is the one of the file."""
    file, mapping = str(EXAMPLE / "sample.csv"), str(EXAMPLE / "sample.map.json")
    said = crm.run("import", "crm", "lead", file, "--map", mapping, "--mode", "history")
    assert "applied: 2,000 new" in said, said
    out = tmp_path / "leads.csv"
    fields = "code,name,stage,created_at,maturity,maturity_band,site_minutes,appointments"
    assert "2,000 records" in crm.run("export", "crm", "lead", str(out), "--fields", fields)
    records = exported(out)
    rows = {f"BM-{int(row['row']):05}": row for row in sample()}
    assert {record["code"] for record in records} == rows.keys()
    want = Counter(
        (month_of(row), "converted" if row["deposit"] in ("yes", "y") else "contacted")
        for row in rows.values()
    )
    assert Counter((record["created_at"][:7], record["stage"]) for record in records) == want
    assert sum(count for (_, stage), count in want.items() if stage == "converted") > 200
    for record in records:
        minutes = int(rows[record["code"]]["duration"]) // 60
        assert int(record["site_minutes"]) == minutes
        assert int(record["maturity"]) == 3 * minutes + 15 * int(record["appointments"])
    again = crm.run(
        "import", "crm", "lead", file, "--map", mapping, "--mode", "history", "--match", "code", "--dry-run"
    )
    assert "previewed: 2,000 same" in again, again


def test_refused_rows_are_listed_and_written(crm: Installation, tmp_path: Path) -> None:
    file, errors = tmp_path / "leads.csv", tmp_path / "errors.csv"
    file.write_bytes("姓名,手机,预算范围\n张三,13800000001,3万\n李四,1,abc\n".encode("gb18030"))
    dry = crm.run("import", "crm", "lead", str(file), "--dry-run", "--locale", "zh-CN")
    assert "previewed: 1 new, 1 refused" in dry, dry
    said = crm.run("import", "crm", "lead", str(file), "--errors", str(errors))
    assert "applied: 1 new, 1 refused" in said, said
    assert "row 3: 手机: This is no telephone number; 预算范围: “abc” is no number" in said
    (row,) = exported(errors)
    assert (row["姓名"], row["预算范围"]) == ("李四", "abc")
    assert "预算范围" in row["_error"]
    job = said.partition("(job ")[2][:36]
    assert "undone: " in crm.run("imports", "undo", "crm", job)
    assert "0 records" in crm.run("export", "crm", "lead", str(tmp_path / "none.csv"))


def test_columns_are_named_on_the_command_line(crm: Installation, tmp_path: Path) -> None:
    file = tmp_path / "kunden.csv"
    file.write_text("Kunde;Ort\nAlpha;Bonn\nBeta;Kiel\n", "utf-8")
    words = ("--map", "Kunde=name", "--map", "Ort=city", "--match", "name")
    said = crm.run("import", "crm", "account", str(file), *words)
    assert "applied: 2 new" in said, said
    file.write_text("Kunde;Ort\nAlpha;Köln\nGamma;Ulm\n", "utf-8")
    report = tmp_path / "report.csv"
    said = crm.run("compare", "crm", "account", str(file), *words, "--report", str(report))
    assert "1 different, 1 only file, 1 only app" in said, said
    assert [line.split(",")[0] for line in report.read_text("utf-8-sig").splitlines()[1:]] == [
        '"different"',
        '"only in the file"',
        '"only in the app"',
    ]
    book = tmp_path / "accounts.xlsx"
    crm.run("export", "crm", "account", str(book), "--view", "tax_customer_list", "--labels")
    assert book.read_bytes().startswith(b"PK")


MISTAKES: list[tuple[tuple[str, ...], str]] = [
    (("import", "none", "lead", "{file}"), "no app 'none' is installed"),
    (("import", "crm", "none", "{file}"), "There is nothing here"),
    (("import", "crm", "lead", "{file}", "--as", "nobody"), "no person signs in as 'nobody'"),
    (("import", "crm", "lead", "{file}", "--map", "x=nme"), "“nme” is nothing that can be brought in"),
    (("import", "crm", "lead", "{file}", "--map", "{file}"), "no mapping can be read"),
    (("import", "crm", "lead", "{file}", "--match", "city"), "This field does not tell records apart"),
    (("import", "crm", "lead", "{file}", "--sheet", "x", "--atomic"), "applied"),
    (("export", "crm", "none", "{out}"), "There is nothing here"),
    (("export", "crm", "lead", "{out}", "--filter", "nothing == 1"), "There is no field or variable nothing"),
    (("imports", "undo", "crm", "x"), "'x' is no job"),
    (("imports", "undo", "crm", "01890a5d-ac96-774b-bcce-b302099a8057"), "There is nothing here"),
]


def test_mistakes_are_sentences(crm: Installation, tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_text("name,city\nx,y\n", "utf-8")
    for words, said in MISTAKES:
        given = [word.format(file=file, out=tmp_path / "out.csv") for word in words]
        answer = crm.run(*given, expect=0 if said == "applied" else 1)
        assert said in answer, answer
        assert "Traceback" not in answer
