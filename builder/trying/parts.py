"""One way to try each kind of part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.engine import Connection

from builder.trying.doing import said_actions
from builder.trying.drafted import Drafted, drafted
from builder.trying.gating import try_gate
from builder.trying.outcome import Json, PartKind, Question, Tried
from expressions.checker import compile_expression
from expressions.messages import describe
from expressions.problems import ExpressionError, Problem
from expressions.program import Program, compile_program
from expressions.typed import Checked
from runtime.access import Access
from runtime.calculating import said
from runtime.refusals import FieldError, NotFound, require_valid
from runtime.trial import trial_of
from schema_store.compiled.app import CompiledFormula
from schema_store.compiled.rules import phrases_in
from schema_store.compiled.scoring import CompiledCalculation, CompiledFactor
from schema_store.document import AppDocument
from schema_store.field_types.base import FieldValueError
from schema_store.wire import to_wire


class _Decoder(Protocol):
    """A field, or an input of a calculation."""

    def decode(self, wire: object) -> Any:
        """The value of a wire value."""


class _Part(Protocol):
    """Something of a draft that has an id."""

    @property
    def id(self) -> str:
        """Its id."""


P = TypeVar("P", bound=_Part)


def try_part(
    connection: Connection,
    access: Access,
    now: datetime,
    document: AppDocument,
    kind: PartKind,
    *,
    of: str = "",
    entity: str = "",
    expression: str = "",
    records: Iterable[UUID] = (),
    values: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Any] | None = None,
) -> Tried:
    """Try a part of a draft on records of the app; nothing is written.

    Args:
        connection: to read on.
        access: of whoever tries, to the served version: what they may not read there is withheld here.
        now: the moment.
        document: the draft, with ids.
        kind: of the part.
        of: id of the field, stage or transition, rule, score, calculation or form.
        entity: key, for an expression.
        expression: its text.
        records: on which.
        values: wire values of their own fields that stand over what is stored.
        inputs: of a calculation, in wire form.

    Raises:
        Unready: the draft has errors.
        NotFound: no such part.
        Invalid: values or inputs that are none.
    """
    made = drafted(document)
    about = _entity_of(made, kind, of, entity)
    entity_tried = made.app.entities.get(about or "")
    given = _decoded(entity_tried.fields if entity_tried else {}, values or {}, "values")
    question = Question(trial_of(access, made.app), connection, now, tuple(dict.fromkeys(records)), given)
    if kind == "expression":
        return _expression(question, made, about or "", expression)
    if kind == "calculation":
        return _calculation(question, made, of, inputs or {})
    return _KINDS[kind](question, made, of)


def _entity_of(made: Drafted, kind: PartKind, of: str, entity: str) -> str | None:
    """The entity whose records are looked at; None: none are.

    Raises:
        NotFound: there is no such part, or no such entity.
    """
    if kind == "expression":
        if entity not in made.app.entities:
            raise NotFound
        return entity
    place = made.places.get(of)
    if place is None:
        raise NotFound
    return getattr(place.model, "entity", None) or place.entity


def _decoded(known: Mapping[str, _Decoder], wires: Mapping[str, Any], at: str) -> dict[str, Any]:
    """Values of wire values, by key.

    Raises:
        Invalid: a key that is not known, or no value of its type; all of them at once.
    """
    errors, values = [], {}
    for key, wire in wires.items():
        if key not in known:
            errors.append(FieldError(f"/{at}/{key}", "unknown_field"))
            continue
        try:
            values[key] = known[key].decode(wire)
        except FieldValueError as error:
            params = {word: str(value) for word, value in error.params.items()}
            errors.append(FieldError(f"/{at}/{key}", error.code, params))
    require_valid(errors)
    return values


def _expression(question: Question, made: Drafted, entity: str, text: str) -> Tried:
    try:
        checked = compile_expression(text, made.analysis.environments.of_entity(entity, actor=True))
    except ExpressionError as error:
        return Tried("expression", entity, problems=tuple(_problem(each) for each in error.problems))
    return _evaluated(question, "expression", entity, compile_program(checked))


def _problem(problem: Problem) -> Json:
    told = {locale: describe(problem, locale) for locale in ("zh-CN", "en")}
    return {
        "code": problem.code,
        "start": problem.span.start,
        "end": problem.span.end,
        "message": {locale: each[0] for locale, each in told.items()},
        "hint": {locale: each[1] for locale, each in told.items()},
    }


def _evaluated(question: Question, kind: PartKind, entity: str, program: Program) -> Tried:
    """Value and steps of one program on every record."""
    rows, withheld = question.rows(entity, program.checked.fields)
    context = question.trial.context(question.now)
    results = [
        {
            "record": str(id_),
            "value": to_wire(program.eval(row, context)),
            "trace": question.trace(program.checked, row),
        }
        for id_, row in rows.items()
    ]
    return Tried(kind, entity, question.unseen(withheld) if withheld else results)


def _field(question: Question, made: Drafted, of: str) -> Tried:
    """A formula or roll-up.

    Raises:
        NotFound: the field is none.
    """
    field = made.app.fields_by_id.get(of)
    steps = made.app.entities[field.entity].derivation if field is not None else ()
    formula = next(
        (s for s in steps if isinstance(s, CompiledFormula) and field and s.field == field.key), None
    )
    if field is None or formula is None:
        raise NotFound
    return _evaluated(question, "field", field.entity, formula.program)


def _score(question: Question, made: Drafted, of: str) -> Tried:
    score = _by_id(made.app.scores.values(), of)
    paths = score.reads | {(score.field,), *([(score.band_field,)] if score.band_field else [])}
    rows, withheld = question.rows(score.entity, paths)
    if withheld:
        return Tried("score", score.entity, question.unseen(withheld))
    context = question.trial.context(question.now)
    results = []
    for id_, row in rows.items():
        found = score.evaluate(row, context)
        factors = [
            {
                "key": each.key,
                "label": dict(each.label),
                "points": to_wire(found.points[each.key]),
                "because": [question.trace(checked, row) for checked in _trees(each)],
            }
            for each in score.factors
        ]
        stored = {"value": to_wire(row.get(score.field)), "band": row.get(score.band_field or "")}
        results.append(
            {
                "record": str(id_),
                "value": to_wire(found.value),
                "band": found.band,
                "factors": factors,
                "stored": stored,
            }
        )
    return Tried("score", score.entity, results)


def _trees(factor: CompiledFactor) -> list[Checked]:
    return [program.checked for program in (factor.condition, factor.per) if program is not None]


def _calculation(question: Question, made: Drafted, of: str, inputs: Mapping[str, Any]) -> Tried:
    calculation = _by_id(made.app.calculations.values(), of)
    given = _decoded({item.key: item for item in calculation.inputs}, inputs, "inputs")
    if not question.records or calculation.entity is None:
        return Tried("calculation", calculation.entity, [_lines(question, calculation, given)])
    programs = [item.program for item in calculation.inputs if item.program is not None]
    paths = frozenset[tuple[str, ...]]().union(*(each.checked.fields for each in programs))
    rows, withheld = question.rows(calculation.entity, paths)
    if withheld:
        return Tried("calculation", calculation.entity, question.unseen(withheld))
    context = question.trial.context(question.now)
    results = [
        {"record": str(id_), **_lines(question, calculation, calculation.take(row, context) | given)}
        for id_, row in rows.items()
    ]
    return Tried("calculation", calculation.entity, results)


def _lines(question: Question, calculation: CompiledCalculation, inputs: Mapping[str, Any]) -> Json:
    result = calculation.evaluate(inputs, question.trial.context(question.now))
    shown = {item.key: to_wire(inputs.get(item.key)) for item in calculation.inputs}
    return {"inputs": shown, **said(calculation, result)}


def _rule(question: Question, made: Drafted, of: str) -> Tried:
    rule = _by_id([*made.app.rules.values(), *made.app.signals.values()], of)
    own = {(rule.field,)} if rule.field else set()
    rows, withheld = question.rows(rule.entity, rule.reads | rule.uses | own)
    if withheld:
        return Tried("rule", rule.entity, question.unseen(withheld))
    context = question.trial.context(question.now)
    results = []
    for id_, row in rows.items():
        result: Json = {"record": str(id_)}
        if rule.kind == "signal":
            phrases = phrases_in(rule, row.get(rule.field or ""))
            result |= {"met": bool(phrases), "phrases": list(phrases), "trace": None}
        else:
            condition = rule.condition
            result["met"] = condition is None or condition.eval(row, context) is True
            result["trace"] = None if condition is None else question.trace(condition.checked, row)
        results.append(result | {"actions": list(said_actions(question, rule.actions, row))})
    return Tried("rule", rule.entity, results)


def _form(question: Question, made: Drafted, of: str) -> Tried:
    """What the form shows, asks for and locks, field by field."""
    form = _by_id(made.app.forms.values(), of)
    programs = [program for field in form.fields for program in field.programs]
    paths = frozenset[tuple[str, ...]]().union(*(each.checked.fields for each in programs))
    rows, withheld = question.rows(form.entity, paths)
    if withheld:
        return Tried("form", form.entity, question.unseen(withheld))
    context = question.trial.context(question.now)

    def holds(program: Program | None, row: Mapping[str, Any]) -> bool | None:
        return None if program is None else program.eval(row, context) is True

    results = [
        {
            "record": str(id_),
            "fields": [
                {
                    "field": field.field,
                    "visible": all(holds(each, row) for each in field.visible),
                    "required": holds(field.required, row),
                    "read_only": holds(field.read_only, row),
                }
                for field in form.fields
            ],
        }
        for id_, row in rows.items()
    ]
    return Tried("form", form.entity, results)


def _by_id(parts: Iterable[P], of: str) -> P:
    found = next((each for each in parts if each.id == of), None)
    if found is None:
        raise NotFound
    return found


_KINDS: Mapping[PartKind, Callable[[Question, Drafted, str], Tried]] = {
    "field": _field,
    "gate": try_gate,
    "rule": _rule,
    "score": _score,
    "form": _form,
}
