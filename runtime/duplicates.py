"""Step 7: records that probably are the same one. Looked for among all, named only where the actor may see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa

from expressions.types import Kind
from runtime.change import Change
from runtime.computed.rows import Rows
from runtime.loading import want_of
from runtime.refusals import Duplicate
from runtime.unit import Unit
from runtime.writer.locking import require_inside
from schema_store.compiled.app import CompiledDuplicate, CompiledEntity
from schema_store.document.entities import MatchField
from schema_store.document.fields import EmailField, PhoneField
from schema_store.normalise import NORMALISERS

How = Literal["equal", "prefix", "loose"]
#: Letters at the start that similar texts have in common; what differs there is not looked at.
BLOCK = 2
#: Candidates that one save compares.
MOST = 500


@dataclass(frozen=True, slots=True)
class Match:
    """Records that a rule takes for the one being saved.

    Attributes:
        rule: the rule.
        records: ids, those that the actor may not see among them.
        shown: the ids that the actor may see.
    """

    rule: CompiledDuplicate
    records: tuple[UUID, ...]
    shown: tuple[UUID, ...]

    def to_json(self) -> dict[str, Any]:
        """``{code, rule, label, records}``: only what the actor may see."""
        return {
            "code": "duplicate",
            "rule": self.rule.key,
            "label": dict(self.rule.label),
            "records": [str(each) for each in self.shown],
        }


def require_no_duplicates(unit: Unit, change: Change) -> None:
    """Refuse what a rule refuses; note in ``warnings`` what it warns of.

    Who holds the override right passes a refusal with a reason, and is warned instead.

    Raises:
        Duplicate: records match a rule that refuses, whether the actor may see them or not.
    """
    matches = find_duplicates(unit, change)
    refused = [match for match in matches if match.rule.action == "refuse"]
    if refused and not _is_overridden(unit, change):
        raise Duplicate([match.to_json() for match in refused])
    change.warnings = tuple(match.to_json() for match in matches if match.shown)


def find_duplicates(unit: Unit, change: Change) -> list[Match]:
    """The rules that other live records match, in the author's order; one statement looks for all of them."""
    rules = [rule for rule in change.entity.duplicates if _is_asked(unit, change, rule)]
    if not rules:
        return []
    names = tuple(rule.key for rule in rules)
    statement = unit.statement(
        ("duplicates", change.key, names), lambda: _candidates(unit, change.entity, rules), by_actor=True
    )
    binds: dict[str, Any] = {"own": change.id, "most": MOST}
    for rule in rules:
        for field in rule.fields:
            binds |= _binds(rule, field, change.entity, change.after[field.field])
    found = [dict(row) for row in unit.read(statement, binds).mappings()]
    return [match for rule in rules if (match := _match(unit, change, rule, found))]


def similarity(a: str, b: str) -> int:
    """How alike two texts are, 0 to 100: twice the pairs of neighbouring letters in common over all pairs."""
    if a == b:
        return 100
    left, right = _pairs(a), _pairs(b)
    total = left.total() + right.total()
    return 200 * (left & right).total() // total if total else 0


def _pairs(text: str) -> Counter[str]:
    return Counter(text[at : at + 2] for at in range(len(text) - 1))


def _is_asked(unit: Unit, change: Change, rule: CompiledDuplicate) -> bool:
    """A rule is asked where what it compares changed, nothing of it is empty, and its condition holds."""
    keys = {match.field for match in rule.fields}
    is_whole = change.before is None or change.act == "restore"
    if not is_whole and change.changed.isdisjoint(keys):
        return False
    if any(_normal(change.entity, match, change.after[match.field]) in (None, "") for match in rule.fields):
        return False
    return rule.when is None or rule.when.eval(change.row, unit.context) is True


def _match(
    unit: Unit, change: Change, rule: CompiledDuplicate, found: Iterable[Mapping[str, Any]]
) -> Match | None:
    alike = [row for row in found if all(_is_alike(change, match, row) for match in rule.fields)]
    if alike and rule.when is not None:
        want = want_of(unit.served.app, change.key, rule.when.checked.fields)
        rows = Rows(unit.connection, unit.served, unit.context).load(want, [row["id"] for row in alike])
        alike = [row for row in alike if rule.when.eval(rows[row["id"]], unit.context) is True]
    if not alike:
        return None
    shown = tuple(row["id"] for row in alike if row["_shown"])
    return Match(rule, tuple(row["id"] for row in alike), shown)


def _is_alike(change: Change, match: MatchField, row: Mapping[str, Any]) -> bool:
    ours = _normal(change.entity, match, change.after[match.field])
    theirs = _normal(change.entity, match, row[match.field])
    if match.match == "fuzzy" and isinstance(ours, str) and isinstance(theirs, str):
        return similarity(ours, theirs) >= match.threshold
    return bool(ours == theirs)


def _normal(entity: CompiledEntity, match: MatchField, value: Any) -> Any:
    """What of a value is compared; a text in its normal form."""
    kind = entity.fields[match.field].type
    if not isinstance(value, str) or kind is None or kind.kind is not Kind.TEXT:
        return value
    return NORMALISERS[match.normalise](value)


def _candidates(unit: Unit, entity: CompiledEntity, rules: list[CompiledDuplicate]) -> sa.Select[Any]:
    """Live records that may match one of the rules: a superset, which Python looks at again."""
    alias = unit.served.entity_table(entity.key).alias("r")
    keys = sorted({match.field for rule in rules for match in rule.fields})
    shown = sa.case((unit.access.row_filter(entity.key, "read", alias), 1), else_=0)
    return (
        sa.select(
            alias.c.id,
            *(alias.c[unit.served.column(entity.key, key)].label(key) for key in keys),
            shown.label("_shown"),
        )
        .where(alias.c.deleted_at.is_(None), alias.c.id != sa.bindparam("own", type_=alias.c.id.type))
        .where(sa.or_(*(sa.and_(*_conditions(unit, entity, rule, alias)) for rule in rules)))
        .order_by(*_exact_first(unit, entity, rules, alias), alias.c.id)
        .limit(sa.bindparam("most", type_=sa.Integer()))
    )


def _exact_first(
    unit: Unit, entity: CompiledEntity, rules: list[CompiledDuplicate], alias: sa.FromClause
) -> list[sa.ColumnElement[int]]:
    """What certainly matches comes before what only begins alike, however many of those there are."""
    exact = [rule for rule in rules if all(_how(entity, match) == "equal" for match in rule.fields)]
    if not exact:
        return []
    certain = sa.or_(*(sa.and_(*_conditions(unit, entity, rule, alias)) for rule in exact))
    return [sa.case((certain, 0), else_=1)]


def _conditions(
    unit: Unit, entity: CompiledEntity, rule: CompiledDuplicate, alias: sa.FromClause
) -> list[sa.ColumnElement[bool]]:
    """By an index where the rule compares anything that has one; what has none is left to Python then."""
    quick = [match for match in rule.fields if _how(entity, match) != "loose"]
    return [
        _condition(alias.c[_column(unit, entity, match)], _how(entity, match), _bind(rule, match))
        for match in quick or rule.fields
    ]


def _condition(column: sa.ColumnElement[Any], how: How, name: str) -> sa.ColumnElement[bool]:
    value = sa.bindparam(name, type_=column.type)
    if how == "equal":
        return column == value
    if how == "prefix":
        return sa.and_(column >= value, column < sa.bindparam(f"{name}_end", type_=column.type))
    return sa.func.lower(column).like(sa.func.lower(value), escape="\\")


def _how(entity: CompiledEntity, match: MatchField) -> How:
    """How candidates are found by a field: an equal value, the same beginning, or (without an index) a pattern."""
    field = entity.fields[match.field]
    if field.type is None or field.type.kind is not Kind.TEXT:
        return "equal"
    if match.match == "fuzzy":
        return "prefix"
    is_normal = isinstance(field.spec, PhoneField) and match.normalise == "phone"
    return "equal" if is_normal or _is_kept(entity, match) else "loose"


def _is_kept(entity: CompiledEntity, match: MatchField) -> bool:
    """Whether the normal form that is compared stands in a column of its own."""
    spec = entity.fields[match.field].spec
    own = "email" if isinstance(spec, EmailField) else getattr(spec, "normalise", None)
    return own == match.normalise


def _column(unit: Unit, entity: CompiledEntity, match: MatchField) -> str:
    return unit.served.column(entity.key, match.field, "norm" if _is_kept(entity, match) else "")


def _bind(rule: CompiledDuplicate, match: MatchField) -> str:
    return f"d_{rule.key}_{match.field}"


def _binds(rule: CompiledDuplicate, match: MatchField, entity: CompiledEntity, value: Any) -> dict[str, Any]:
    name, how = _bind(rule, match), _how(entity, match)
    if isinstance(value, str) and _is_kept(entity, match):
        value = NORMALISERS[match.normalise](value)
    if how == "prefix":
        start = value[:BLOCK]
        return {name: start, f"{name}_end": start + chr(0x10FFFF)}
    if how == "loose":
        plain = NORMALISERS["domain"](value) if match.normalise == "domain" else value
        for sign in ("\\", "%", "_"):
            plain = plain.replace(sign, "\\" + sign)
        return {name: f"%{plain}%"}
    return {name: value}


def _is_overridden(unit: Unit, change: Change) -> bool:
    reason = change.request.override
    if reason is None or not reason.strip() or not unit.access.can(change.key, "override"):
        return False
    if change.before is not None:
        require_inside(unit, change.key, change.id, "override")
    change.rights = (*change.rights, "override")
    return True
