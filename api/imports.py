"""Import jobs as people and programs see them: shapes, sentences, the file of refused rows, the comparison report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from api.messages import FIELD_ERRORS, PROBLEMS, Locale, say
from api.unmet import unmet_shapes
from runtime.exports.cells import csv_cell, csv_line
from runtime.imports.checking import job_targets
from runtime.imports.files import from_json
from runtime.imports.jobs import Job, StoredRow, rows_after
from runtime.imports.planning import Work
from runtime.imports.targets import Target
from runtime.imports.values import read_text
from runtime.query.encoding import print_moment
from runtime.query.finding import is_unique
from runtime.refusals import Unmet
from runtime.served import Served
from schema_store.document.fields import BaseField

Json = dict[str, Any]
#: What was probably meant, behind a sentence.
_NEAR = ("；可用：{near}", "; did you mean: {near}?")
#: The column that the file of refused rows adds; it is not read back.
ERROR_COLUMN = "_error"
_PORTION = 1_000
_BOM = "\ufeff"


def job_shape(job: Job, app: str, locale: Locale) -> Json:
    """A job on the wire."""
    asked = job.asked.to_json()
    mapped = {source.column for source in job.asked.mapping.fields.values()}
    columns = [
        {"name": name, "used": name in mapped or name in job.asked.mapping.columns} for name in job.header
    ]
    return {
        "id": str(job.id),
        "app": app,
        "entity": job.entity or None,
        "kind": job.kind,
        "state": job.state,
        "goal": job.goal,
        "busy": job.is_busy,
        "file": {key: job.file[key] for key in ("name", "format", "encoding", "delimiter")},
        "columns": columns,
        **asked,
        "progress": {"done": min(job.done, job.total), "total": job.total},
        "counts": job.counts,
        "error": None if job.error is None else error_shape(job.error, locale),
        "created_at": print_moment(job.at),
        "changed_at": print_moment(job.changed_at or job.at),
        "created_by": None if job.by is None else str(job.by),
    }


def target_shapes(work: Work) -> list[Json]:
    """What the columns of a job may be brought into; ``required``: a new record cannot be without; ``match``: it tells
    records apart.
    """
    return [_target_shape(work, target) for target in job_targets(work).values()]


def _target_shape(work: Work, target: Target) -> Json:
    field, whole = target.field, target.part in ("field", "code")
    shape: Json = {
        "key": target.key,
        "label": dict(target.labels),
        "part": target.part,
        "field": None,
        "required": False,
        "match": target.part == "id",
    }
    if field is not None:
        entity = work.access.served.app.entities[field.entity]
        shape["field"] = field.key
        shape["required"] = target.part == "field" and _is_needed(field.spec)
        shape["match"] = whole and is_unique(entity, field)
    return shape


def _is_needed(spec: BaseField) -> bool:
    return spec.required and spec.default is None and spec.default_expression is None


def row_shape(row: StoredRow, header: Sequence[str], locale: Locale) -> Json:
    """A row on the wire: as it came, as it was understood, what became of it and why."""
    read = row.read or {}
    cells = {name: row_text(cell) for name, cell in zip(header, row.cells, strict=False)}
    shape: Json = {
        "row": row.number,
        "kind": row.kind,
        "record_id": None if row.record is None else str(row.record),
        "key": row.key,
        "cells": cells,
        "values": read.get("wire") or read.get("event") or {},
    }
    if row.changes:
        shape["changes"] = [
            {"field": key, "before": old, "after": new} for key, (old, new) in row.changes.items()
        ]
    if read.get("past"):
        shape["past"] = read["past"]
    if row.errors:
        shape["errors"] = [error_shape(error, locale) for error in row.errors]
    if read.get("warnings"):
        shape["warnings"] = [error_shape(each, locale) for each in read["warnings"]]
    return shape


def row_text(kept: Any) -> str:
    """A kept cell as text."""
    cell = from_json(kept)
    return "" if cell is None else read_text(cell)


def error_shape(error: Json, locale: Locale) -> Json:
    """A complaint on the wire: column, field, code, sentence, and what was probably meant."""
    shape = {
        "column": error["column"],
        "field": error["field"],
        "code": error["code"],
        "message": error_sentence(error, locale),
    }
    if near := error["params"].get("near"):
        shape["suggestion"] = near
    if "unmet" in error:
        shape["unmet"] = unmet_shapes(_unmet(error), locale)
    if error.get("records"):
        shape["records"] = error["records"]
    return shape


def _unmet(error: Json) -> list[Unmet]:
    return [Unmet(**each) for each in error["unmet"]]


def error_sentence(error: Json, locale: Locale) -> str:
    """A complaint as a sentence in the reader's language."""
    code, params = error["code"], error["params"]
    if "unmet" in error:
        return "; ".join(each["message"] for each in unmet_shapes(_unmet(error), locale))
    if code == "validation":
        return str(params.get(locale) or next((text for word, text in params.items() if word != "rule"), ""))
    sentence = say(FIELD_ERRORS if code in FIELD_ERRORS else PROBLEMS, code, locale, params)
    near = params.get("near")
    return sentence + (_NEAR[locale == "en"].format(near=near) if near else "")


def error_line(error: Json, locale: Locale) -> str:
    """A complaint with its place."""
    place = error["column"] or error["field"]
    return f"{place}: {error_sentence(error, locale)}" if place else error_sentence(error, locale)


def all_rows(
    connection: Connection, served: Served, job: Job, kinds: Sequence[str] | None
) -> Iterator[StoredRow]:
    """Every row of these kinds, read in portions."""
    number = 0
    while rows := rows_after(connection, served, job.id, number, _PORTION, kinds):
        yield from rows
        number = rows[-1].number


def error_file(connection: Connection, served: Served, job: Job, locale: Locale) -> Iterator[bytes]:
    """The refused rows as they came, with a column that says why: mended, it can be brought in as it is."""
    header = [name for name in job.header if name != ERROR_COLUMN]
    places = [place for place, name in enumerate(job.header) if name != ERROR_COLUMN]
    yield (_BOM + csv_line([*map(csv_cell, header), csv_cell(ERROR_COLUMN)])).encode()
    for row in all_rows(connection, served, job, ("refused",)):
        why = " | ".join(error_line(error, locale) for error in row.errors or ())
        cells = [csv_cell(row_text(row.cells[place])) for place in places]
        yield csv_line([*cells, csv_cell(why)]).encode()


#: What the kinds of a comparison are called.
_KINDS = {
    "only_file": ("仅文件有", "only in the file"),
    "only_app": ("仅系统有", "only in the app"),
    "different": ("不一致", "different"),
    "refused": ("无法比较", "not comparable"),
}
_REPORT_HEADER = (
    ("情况", "键", "记录 ID", "字段", "系统值", "文件值"),
    ("what", "key", "record", "field", "in the app", "in the file"),
)


def comparison_report(connection: Connection, served: Served, job: Job, locale: Locale) -> Iterator[bytes]:
    """A line per difference: the key, the field, both values."""
    is_english = locale == "en"
    yield (_BOM + csv_line(map(csv_cell, _REPORT_HEADER[is_english]))).encode()
    for row in all_rows(connection, served, job, tuple(_KINDS)):
        kind = _KINDS[row.kind or "refused"][is_english]
        start = [kind, row.key or "", "" if row.record is None else str(row.record)]
        for rest in _report_lines(row, locale):
            yield csv_line(map(csv_cell, [*start, *rest])).encode()


def _report_lines(row: StoredRow, locale: Locale) -> Iterable[tuple[str, str, str]]:
    if row.kind == "different":
        return [(key, _plain(app), _plain(file)) for key, (app, file) in (row.changes or {}).items()]
    if row.kind == "refused":
        return [("", "", " | ".join(error_line(error, locale) for error in row.errors or ()))]
    return [("", "", "")]


def _plain(wire: Any) -> str:
    if wire is None:
        return ""
    return "; ".join(map(str, wire)) if isinstance(wire, list) else str(wire)
