"""What was: an import of history says when things happened and who did them, instead of now and the importer.

Who may say so has the app's right ``history_import``; whoever makes a request with a past has checked it. The true
moment and the importer stay in the cause of the history row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from expressions.context import Context
from runtime.change import Change, Entered
from runtime.unit import Unit
from schema_store.document.fields import CodeField
from schema_store.field_types.codes import parse_code_pattern


def relive(unit: Unit, change: Change) -> None:
    """Put the moments, people and numbers of the past into a record that is new or changes."""
    past = change.request.past
    if past is None:
        return
    after = change.after
    if change.before is None:
        after["created_at"] = past.created_at or unit.now
        after["created_by"] = past.created_by or unit.person
        after["updated_at"] = past.updated_at or after["created_at"]
        after["updated_by"] = past.updated_by or after["created_by"]
        after["version"] += len(stages_gone_on_to(change))
    else:
        given = {"created_at": past.created_at, "created_by": past.created_by}
        given |= {"updated_at": past.updated_at, "updated_by": past.updated_by}
        after |= {key: value for key, value in given.items() if value is not None}
    for key, code in past.codes.items():
        after[key] = code


def stages_gone_on_to(change: Change) -> list[tuple[str, Entered]]:
    """Stages that a new record went on to after the ones in which it was made, in order, each with the one before."""
    past = change.request.past
    if past is None or change.before is not None:
        return []
    found, last = [], dict[str, str]()
    for each in past.stages:
        if each.field in last:
            found.append((last[each.field], each))
        last[each.field] = each.stage
    return found


def context_of(unit: Unit, change: Change) -> Context:
    """What computed defaults are evaluated in: at the moment when the record was made."""
    past = change.request.past
    if past is None or past.created_at is None:
        return unit.context
    return unit.served.app.context(past.created_at, unit.access.values)


def moment_of(unit: Unit, change: Change) -> tuple[datetime, UUID | None]:
    """When history says that it happened, and who did it."""
    if change.request.past is None:
        return change.after["updated_at"], unit.person
    word = "created" if change.before is None else "updated"
    return change.after[f"{word}_at"], change.after[f"{word}_by"]


def path_of(change: Change, field: str) -> tuple[Entered, ...]:
    """The stages that a moved record went through in this field; empty where only the last one is known."""
    past = change.request.past
    return () if past is None else tuple(each for each in past.stages if each.field == field)


def go_on_behind(unit: Unit, changes: Sequence[Change]) -> None:
    """Let the sequences of code fields begin behind the numbers that records had; one statement."""
    last: dict[tuple[str, str], int] = {}
    for change in changes:
        for key, code in change.request.past.codes.items() if change.request.past else ():
            field, prefix, number = _number_in(unit, change, key, code)
            if number is not None:
                last[field, prefix] = max(number, last.get((field, prefix), number))
    if last:
        statement = unit.statement(("past", "sequence"), lambda: _at_least(unit.served.support.sequence))
        binds = [
            {"field": field, "prefix": prefix, "last": number}
            for (field, prefix), number in sorted(last.items())
        ]
        unit.connection.execute(statement[unit.served.dialect], binds)


def _number_in(unit: Unit, change: Change, key: str, code: str) -> tuple[str, str, int | None]:
    """The sequence that a code belongs to, by field id and prefix, and its number; None where it has none."""
    found = change.entity.fields[key]
    assert isinstance(found.spec, CodeField)
    pattern = parse_code_pattern(found.spec.pattern)
    day = change.after["created_at"].astimezone(unit.served.app.zone).date()
    prefix = pattern.prefix(day)
    before, _, after = prefix.partition("{seq}")
    digits = code.removeprefix(before).removesuffix(after)
    is_of_it = code.startswith(before) and code.endswith(after) and digits.isascii() and digits.isdigit()
    return found.id, prefix, int(digits) if is_of_it and len(digits) <= 15 else None


def _at_least(sequence: sa.Table) -> dict[str, sa.Executable]:
    """By database: make the row of a sequence, or lift it to the number."""
    made: dict[str, sa.Executable] = {}
    for dialect, insert, greater in (
        ("sqlite", sqlite.insert, sa.func.max),
        ("postgresql", postgresql.insert, sa.func.greatest),
    ):
        names = ("field", "prefix", "last")
        values = {name: sa.bindparam(name, type_=sequence.c[name].type) for name in names}
        row = insert(sequence).values(values)
        made[dialect] = row.on_conflict_do_update(
            index_elements=[sequence.c.field, sequence.c.prefix],
            set_={"last": greater(sequence.c.last, row.excluded.last)},
        )
    return made
