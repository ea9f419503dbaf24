"""Step 7: records that probably are the same one. Looked for among all, named only where the actor may see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa

from expressions.storage import Text
from expressions.types import Kind
from runtime.change import Change, Values
from runtime.computed.rows import Rows
from runtime.loading import want_of
from runtime.refusals import Duplicate, Forbidden
from runtime.unit import Unit
from runtime.writer.given import Given
from runtime.writer.locking import ids_inside
from schema_store.compiled.app import CompiledDuplicate, CompiledEntity
from schema_store.document.entities import MatchField
from schema_store.document.fields import EmailField, PhoneField
from schema_store.normalise import NORMALISERS
from schema_store.pinyin import sort_key

How = Literal["equal", "prefix", "loose"]
#: Letters at the start that similar texts have in common; what differs there is not looked at.
BLOCK = 2
#: Candidates that a rule compares, of one question.
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


def require_no_duplicates(unit: Unit, changes: Sequence[Change]) -> None:
    """Refuse what a rule refuses, whether the actor may see the records or not; note in ``warnings`` what it warns of.

    Who holds the override right passes a refusal with a reason, and is warned instead.
    """
    for change, matches in zip(changes, find_duplicates(unit, changes), strict=True):
        refused = [match for match in matches if match.rule.action == "refuse"]
        if refused and not _is_overridden(unit, change):
            change.refuse(Duplicate([match.to_json() for match in refused]))
        change.warnings = tuple(match.to_json() for match in matches if match.shown)


def find_duplicates(unit: Unit, changes: Sequence[Change]) -> list[list[Match]]:
    """For each change the rules that other live records match, in the author's order; one statement for all."""
    found: list[list[Match]] = [[] for _ in changes]
    asked = [
        (place, change, rule)
        for place, change in enumerate(changes)
        if change.entity.duplicates
        for rule in _asked(unit, change)
    ]
    if not asked:
        return found
    questions: dict[str, dict[_Question, None]] = {}
    kept = [_question(unit, rule, change) for _, change, rule in asked]
    for (_, _, rule), question in zip(asked, kept, strict=True):
        questions.setdefault(rule.key, {})[question] = None
    candidates = _find(unit, changes[0].entity, questions)
    alike = [
        (place, rule, rows)
        for (place, change, rule), question in zip(asked, kept, strict=True)
        if (found_rows := candidates.get((rule.key, question))) and (rows := found_rows.like(change))
    ]
    for place, rule, rows in _in_their_condition(unit, changes[0].key, alike):
        shown = tuple(row["id"] for row in rows if row["_shown"])
        found[place].append(Match(rule, tuple(row["id"] for row in rows), shown))
    return found


#: A change by its place, a rule, and the records that match.
_Alike = tuple[int, CompiledDuplicate, Sequence[Mapping[str, Any]]]


def _in_their_condition(unit: Unit, entity: str, alike: Sequence[_Alike]) -> Iterator[_Alike]:
    """Of the records that match, those for which the rule is meant; one statement per rule and table."""
    meant: dict[str, frozenset[UUID]] = {}
    for rule in {rule.key: rule for _, rule, _ in alike if rule.when is not None}.values():
        assert rule.when is not None
        ids = {row["id"] for _, other, rows in alike if other is rule for row in rows}
        want = want_of(unit.served.app, entity, rule.when.checked.fields)
        found = Rows(unit.connection, unit.served, unit.context).load(want, ids)
        meant[rule.key] = frozenset(
            record for record, row in found.items() if rule.when.eval(row, unit.context) is True
        )
    for place, rule, rows in alike:
        if rule.key in meant:
            rows = [row for row in rows if row["id"] in meant[rule.key]]
        if rows:
            yield place, rule, rows


#: What the candidates of a rule are looked up by: a value for each field that the database can compare.
_Question = tuple[Any, ...]


class _Candidates:
    """Records that may match a rule, by what has to be equal of them."""

    def __init__(self, entity: CompiledEntity, rule: CompiledDuplicate):
        self._entity = entity
        self._exact = [each for each in rule.fields if each.match == "exact"]
        self._fuzzy = [each for each in rule.fields if each.match == "fuzzy"]
        self._found: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}

    def add(self, row: Mapping[str, Any]) -> None:
        """One more."""
        self._found.setdefault(self._key(row), []).append(row)

    def like(self, change: Change) -> Sequence[Mapping[str, Any]]:
        """Those that match a record, without the record itself."""
        return [
            row
            for row in self._found.get(self._key(change.after), ())
            if row["id"] != change.id
            and all(_is_alike(self._entity, match, change.after, row) for match in self._fuzzy)
        ]

    def _key(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(_normal(self._entity, match, values[match.field]) for match in self._exact)


def _question(unit: Unit, rule: CompiledDuplicate, change: Change) -> _Question:
    place = ("duplicates", change.key, rule.key)
    compared = unit.statement(place, lambda: _lookups(change.entity, rule))
    return tuple(each for match, how, part in compared for each in _binds(match, how, part, change.after))


def _find(
    unit: Unit, entity: CompiledEntity, questions: Mapping[str, Mapping[_Question, None]]
) -> dict[tuple[str, _Question], _Candidates]:
    """The candidates of every question, the first ones by id of each; questions without any are absent."""
    rules = {rule.key: rule for rule in entity.duplicates if rule.key in questions}
    is_one = all(len(each) == 1 for each in questions.values())
    statement, given = unit.statement(
        ("duplicates", entity.key, tuple(rules), is_one),
        lambda: _candidates(unit, entity, rules, is_one=is_one),
        by_actor=True,
    )
    found: dict[tuple[str, _Question], _Candidates] = {}
    binds: dict[str, Any] = {"most": MOST}
    asked: list[tuple[str, _Question]] = []
    for key in rules:
        rows = [(len(asked) + place, *question) for place, question in enumerate(questions[key])]
        binds |= given[key].binds(rows)
        asked += ((key, question) for question in questions[key])
    for row in unit.read(statement, binds).mappings():
        place = asked[row["_question"]]
        if place not in found:
            found[place] = _Candidates(entity, rules[place[0]])
        found[place].add(dict(row))
    return found


class BatchKeys:
    """Rows of a batch that a rule takes for the same record: the later one has to wait for the earlier one.

    Args:
        entity: of the batch.
    """

    def __init__(self, entity: CompiledEntity):
        self._entity = entity
        self._rules = [(rule.key, list(_known_fields(entity, rule))) for rule in entity.duplicates]
        self._seen: dict[tuple[Any, ...], list[Values]] = {}

    def takes(self, change: Change) -> bool:
        """Remember a row; False where a rule may find one of the rows before it, then it is not remembered."""
        keys = list(self._keys(change.after))
        if any(self._meets(change, known, key) for known, key in keys):
            return False
        before = change.before
        for side, found in ((change.after, keys), (before, self._keys(before) if before is not None else ())):
            for _, key in found:
                if key is not None:
                    self._seen.setdefault(key, []).append(side or {})
        return True

    def _meets(self, change: Change, known: Sequence[MatchField], key: tuple[Any, ...] | None) -> bool:
        seen, before = self._seen.get(key, ()) if key is not None else (), change.before
        if not seen:
            return False
        if before is not None and all(before[each.field] == change.after[each.field] for each in known):
            return False
        return any(
            all(_is_alike(self._entity, match, change.after, each) for match in known) for each in seen
        )

    def _keys(
        self, values: Mapping[str, Any]
    ) -> Iterator[tuple[Sequence[MatchField], tuple[Any, ...] | None]]:
        """By rule, what is equal of two rows that may match; None where a field is empty."""
        for name, known in self._rules:
            key: list[Any] = [name]
            for match in known:
                value = _normal(self._entity, match, values[match.field])
                key.append(value[:BLOCK] if match.match == "fuzzy" and isinstance(value, str) else value)
            yield known, None if None in key or "" in key else tuple(key)


def _known_fields(entity: CompiledEntity, rule: CompiledDuplicate) -> Iterator[MatchField]:
    """Fields whose values are there before anything is computed."""
    for match in rule.fields:
        if entity.fields[match.field].computed is None and match.field not in entity.pipelines:
            yield match


def similarity(a: str, b: str, least: int = 0) -> int:
    """How alike two texts are, 0 to 100: twice the pairs of neighbouring letters in common over all pairs.

    What lies below ``least`` may be answered as 0.
    """
    if a == b:
        return 100
    total = max(len(a) - 1, 0) + max(len(b) - 1, 0)
    shorter = min(len(a), len(b)) - 1
    if shorter < 1 or 200 * shorter < least * total:
        return 0
    left, right = _pairs(a), _pairs(b)
    return 200 * sum(min(left[pair], right[pair]) for pair in left.keys() & right.keys()) // total


@lru_cache(maxsize=4_096)
def _pairs(text: str) -> dict[str, int]:
    return dict(Counter(text[at : at + 2] for at in range(len(text) - 1)))


def _asked(unit: Unit, change: Change) -> Iterator[CompiledDuplicate]:
    """The rules where what they compare changed, nothing of it is empty, and their condition holds."""
    is_new = change.before is None or change.act == "restore"
    changed = change.changed
    for rule in change.entity.duplicates:
        if not is_new and changed.isdisjoint(match.field for match in rule.fields):
            continue
        values = [_normal(change.entity, match, change.after[match.field]) for match in rule.fields]
        is_whole = None not in values and "" not in values
        if is_whole and (rule.when is None or rule.when.eval(change.row, unit.context) is True):
            yield rule


def _is_alike(
    entity: CompiledEntity, match: MatchField, values: Mapping[str, Any], others: Mapping[str, Any]
) -> bool:
    ours = _normal(entity, match, values[match.field])
    theirs = _normal(entity, match, others[match.field])
    if match.match == "fuzzy" and isinstance(ours, str) and isinstance(theirs, str):
        return similarity(ours, theirs, match.threshold) >= match.threshold
    return bool(ours == theirs)


def _normal(entity: CompiledEntity, match: MatchField, value: Any) -> Any:
    """What of a value is compared; a text in its normal form."""
    kind = entity.fields[match.field].type
    if not isinstance(value, str) or kind is None or kind.kind is not Kind.TEXT:
        return value
    return _normalised(match.normalise, value)


@lru_cache(maxsize=16_384)
def _normalised(how: str, value: str) -> str:
    return NORMALISERS[how](value)


def _candidates(
    unit: Unit, entity: CompiledEntity, rules: Mapping[str, CompiledDuplicate], *, is_one: bool
) -> tuple[sa.Select[Any], dict[str, Given]]:
    """Live records that may match, by rule and question: a superset, which Python looks at again."""
    given = {
        key: Given(f"d{place}", _question_types(unit, entity, rule), unit.served.dialect, is_one=is_one)
        for place, (key, rule) in enumerate(rules.items())
    }
    keys = sorted({match.field for rule in rules.values() for match in rule.fields})
    parts = [_of_rule(unit, entity, rule, given[key], keys) for key, rule in rules.items()]
    found = sa.union_all(*parts).subquery()
    is_first = found.c._place <= sa.bindparam("most", type_=sa.Integer())
    return sa.select(*(c for c in found.c if c.key != "_place")).where(is_first), given


def _question_types(unit: Unit, entity: CompiledEntity, rule: CompiledDuplicate) -> dict[str, Any]:
    types: dict[str, Any] = {"_question": sa.Integer()}
    for match in _compared(entity, rule):
        how = _how(entity, match)
        column = unit.served.entity_table(entity.key).c[_column(unit, entity, match)]
        types[match.field] = column.type if how == "equal" else Text()
        if how == "prefix":
            types[f"{match.field}.end"] = Text()
    return types


def _of_rule(
    unit: Unit, entity: CompiledEntity, rule: CompiledDuplicate, given: Given, keys: Sequence[str]
) -> sa.Select[Any]:
    alias = unit.served.entity_table(entity.key).alias()
    shown = sa.case((unit.access.row_filter(entity.key, "read", alias), 1), else_=0)
    conditions = [
        _condition(alias.c[_column(unit, entity, match)], _how(entity, match), given.c, match.field)
        for match in _compared(entity, rule)
    ]
    place = sa.func.row_number().over(partition_by=given.c["_question"], order_by=alias.c.id)
    return (
        sa.select(
            given.c["_question"].label("_question"),
            alias.c.id.label("id"),
            *(alias.c[unit.served.column(entity.key, key)].label(key) for key in keys),
            shown.label("_shown"),
            place.label("_place"),
        )
        .select_from(given.table.join(alias, sa.and_(*conditions)))
        .where(alias.c.deleted_at.is_(None))
    )


def _compared(entity: CompiledEntity, rule: CompiledDuplicate) -> Sequence[MatchField]:
    """By an index where the rule compares anything that has one; what has none is left to Python then."""
    return [match for match in rule.fields if _how(entity, match) != "loose"] or rule.fields


def _condition(
    column: sa.ColumnElement[Any], how: How, given: Mapping[str, sa.ColumnElement[Any]], key: str
) -> sa.ColumnElement[bool]:
    if how == "equal":
        return column == given[key]
    if how == "prefix":
        return sa.and_(column >= given[key], column < given[f"{key}.end"])
    return sa.func.lower(column).like(sa.func.lower(given[key]), escape="\\")


def _how(entity: CompiledEntity, match: MatchField) -> How:
    """How candidates are found by a field: an equal value, the same beginning, or (without an index) a pattern."""
    field = entity.fields[match.field]
    if field.type is None or field.type.kind is not Kind.TEXT:
        return "equal"
    if match.match == "fuzzy":
        return "prefix"
    is_normal = isinstance(field.spec, PhoneField) and match.normalise == "phone"
    return "equal" if is_normal or _part(entity, match) else "loose"


def _part(entity: CompiledEntity, match: MatchField) -> str:
    """The column that finds what is compared: of its own normal form, of its sort key, or of the value itself."""
    spec = entity.fields[match.field].spec
    own = "email" if isinstance(spec, EmailField) else getattr(spec, "normalise", None)
    if own == match.normalise:
        return "norm"
    is_text = match.match == "exact" and match.normalise == "text"
    return "sort" if is_text and getattr(spec, "name_like", False) else ""


def _column(unit: Unit, entity: CompiledEntity, match: MatchField) -> str:
    return unit.served.column(entity.key, match.field, _part(entity, match))


def _lookups(entity: CompiledEntity, rule: CompiledDuplicate) -> list[tuple[MatchField, How, str]]:
    """The fields by which candidates are found, each with how, and by which column of it."""
    return [(match, _how(entity, match), _part(entity, match)) for match in _compared(entity, rule)]


def _binds(match: MatchField, how: How, part: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a field is looked up by: a value, or the two ends of a range."""
    value = values[match.field]
    if part and isinstance(value, str):
        value = sort_key(value) if part == "sort" else _normalised(match.normalise, value)
    if how == "prefix":
        start = value[:BLOCK]
        return start, start + chr(0x10FFFF)
    if how == "loose":
        plain = _normalised("domain", value) if match.normalise == "domain" else value
        for sign in ("\\", "%", "_"):
            plain = plain.replace(sign, "\\" + sign)
        return (f"%{plain}%",)
    return (value,)


def _is_overridden(unit: Unit, change: Change) -> bool:
    reason = change.request.override
    if reason is None or not reason.strip() or not unit.access.can(change.key, "override"):
        return False
    if change.before is not None and not ids_inside(unit, change.key, [change.id], "override"):
        change.refuse(Forbidden())
        return True
    change.rights = (*change.rights, "override")
    return True
