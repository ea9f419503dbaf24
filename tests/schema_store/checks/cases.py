"""Changes of the sales app that must bring exactly one kind of complaint, told at one place."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from schema_store.checks import check_document
from schema_store.diagnostics import Diagnostic
from schema_store.document import AppDocument
from schema_store.ids import with_ids
from schema_store.messages import CATALOGUE
from tests.schema_store.sales import sales


class _Gone(Enum):
    """Prints the same in every process, so that tests have stable names."""

    GONE = "gone"


#: A value that removes what it stands for.
GONE = _Gone.GONE
ENTITIES = {"customer": 0, "contact": 1, "lead": 2, "contract": 3, "tag": 4}


class Case(NamedTuple):
    """``changes``: new values by JSON Pointer (``-`` appends); ``path``: where the complaint stands."""

    code: str
    changes: Mapping[str, Any]
    path: str


def at(entity: str, field: str) -> str:
    """The pointer of a field of the sales app."""
    fields = sales()["entities"][ENTITIES[entity]]["fields"]
    index = next(number for number, each in enumerate(fields) if each["key"] == field)
    return f"/entities/{ENTITIES[entity]}/fields/{index}"


def changed(changes: Mapping[str, Any]) -> AppDocument:
    """The sales app with changes, ids given."""
    data = sales()
    for pointer, value in changes.items():
        *steps, last = pointer.split("/")[1:]
        holder: Any = data
        for step in steps:
            holder = holder[int(step)] if isinstance(holder, list) else holder.setdefault(step, {})
        _put(holder, last, value)
    return with_ids(AppDocument.model_validate(data))


def _put(holder: Any, last: str, value: Any) -> None:
    if value is GONE:
        del holder[int(last) if isinstance(holder, list) else last]
    elif isinstance(holder, list):
        holder.append(value) if last == "-" else holder.__setitem__(int(last), value)
    else:
        holder[last] = value


def complaints(changes: Mapping[str, Any]) -> list[Diagnostic]:
    """What the checks say about the sales app with changes."""
    return check_document(changed(changes))


def verify(case: Case) -> None:
    """The complaint is there, once, at its place, with its severity and a sentence per locale."""
    found = complaints(case.changes)
    told = [each for each in found if each.code == case.code and each.path == case.path]
    assert len(told) == 1, [(each.code, each.path, each.message["en"]) for each in found]
    assert told[0].severity is CATALOGUE[case.code].severity
    assert all(told[0].message[locale].strip() for locale in ("zh-CN", "en"))
