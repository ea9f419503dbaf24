"""Answers that say no: RFC 9457 ``application/problem+json`` with a stable ``code``."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from uuid_utils.compat import uuid7

from api.messages import FIELD_ERRORS, PROBLEMS, Locale, choose_locale, say
from api.unmet import unmet_shapes
from expressions.messages import describe
from expressions.problems import Problem as ExpressionProblem
from runtime.imports.files import BadFile
from runtime.refusals import (
    BadExpression,
    BadQuery,
    BudgetSpent,
    Conflict,
    Converted,
    Duplicate,
    FieldError,
    FieldReadOnly,
    Forbidden,
    GateClosed,
    Invalid,
    NotFound,
    NotSignedIn,
    Referred,
    Refused,
    Stale,
    TooExpensive,
    TooMany,
    UniqueTaken,
    Unmet,
)

_LOG = logging.getLogger("dougong.api")
_STATUS: Mapping[type[Refused], int] = {
    NotSignedIn: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    FieldReadOnly: 403,
    UniqueTaken: 409,
    Stale: 412,
    Referred: 409,
    Converted: 409,
    GateClosed: 409,
    Duplicate: 409,
    BudgetSpent: 400,
    Invalid: 422,
    BadFile: 422,
    TooMany: 429,
    BadQuery: 400,
    BadExpression: 400,
    TooExpensive: 400,
}
#: Letters of a name that was sent to us and goes back.
_LONGEST = 200
_BY_STATUS = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


class Problem(Exception):
    """An answer that says no.

    Attributes:
        status: of the answer.
        code: stable, see :data:`api.messages.PROBLEMS`.
        errors: complaints about single values.
        detail: code of the sentence, where a code has several.
        params: words of the sentence.
        extra: further members of the answer, e.g. ``unmet``.
        expression: what is wrong with an expression, at the query word of this name.
        unmet: what a gate misses.
    """

    expression: tuple[str, Sequence[ExpressionProblem]] | None = None
    unmet: Sequence[Unmet] = ()

    def __init__(
        self,
        status: int,
        code: str,
        errors: Iterable[FieldError] = (),
        *,
        detail: str | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ):
        super().__init__(code)
        self.status = status
        self.code = code
        self.errors = tuple(errors)
        self.detail = detail or code
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})
        self.params = dict(params or {})


class FieldErrorShape(BaseModel):
    """A complaint about one submitted value."""

    field: str
    pointer: str
    code: str
    message: str


class ProblemShape(BaseModel):
    """The body of every answer that says no."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldErrorShape] = []


def problem_of(refusal: Refused) -> Problem:
    """The answer for a refusal of the engine."""
    status = next((_STATUS[kind] for kind in type(refusal).__mro__ if kind in _STATUS), 409)
    errors = refusal.errors if isinstance(refusal, Invalid | BadQuery) else ()
    headers = {}
    if isinstance(refusal, TooMany):
        headers["Retry-After"] = str(max(1, math.ceil(refusal.retry_after.total_seconds())))
    if isinstance(refusal, NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    problem = Problem(
        status,
        "bad_request" if refusal.code == "bad_cursor" else refusal.code,
        errors,
        detail="costly_query" if isinstance(refusal, TooExpensive) else refusal.code,
        headers=headers,
        params=refusal.params,
        extra=_extra(refusal),
    )
    if isinstance(refusal, BadExpression):
        problem.expression = (refusal.word, refusal.problems)
    if isinstance(refusal, GateClosed):
        problem.unmet = refusal.unmet
    return problem


def _extra(refusal: Refused) -> dict[str, Any]:
    """What a program can use of a refusal, beside its sentence."""
    match refusal:
        case FieldReadOnly(fields=fields) | UniqueTaken(fields=fields):
            return {"fields": fields}
        case Stale(version=version, changes=changes):
            return {"version": version, "changes": changes}
        case Duplicate(matches=matches):
            return {"duplicates": matches}
        case Converted(records=records):
            return {"records": records}
        case Referred(by=by):
            return {"by": by}
        case BudgetSpent(chain=chain):
            return {"chain": chain}
    return {}


def problem_body(problem: Problem, locale: Locale) -> dict[str, Any]:
    """What an answer that says no holds, in the reader's language."""
    body = {
        "type": f"urn:dougong:problem:{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
        "detail": say(PROBLEMS, problem.detail, locale, problem.params),
        **problem.extra,
    }
    if problem.expression is not None:
        body |= _expression_members(*problem.expression, locale)
    if problem.unmet:
        body["unmet"] = unmet_shapes(problem.unmet, locale)
    if problem.errors:
        body["errors"] = [
            {
                "field": error.field[:_LONGEST],
                "pointer": error.pointer[:_LONGEST],
                "code": error.code,
                "message": field_message(error, locale),
            }
            for error in problem.errors
        ]
    return body


def field_message(error: FieldError, locale: Locale) -> str:
    """The sentence of a complaint; a validation rule brings the author's own."""
    if error.code == "validation":
        return error.params.get(locale) or next(
            iter(text for word, text in error.params.items() if word != "rule"), ""
        )
    return say(FIELD_ERRORS, error.code, locale, error.params)


def render(problem: Problem, locale: Locale) -> Response:
    """The answer, in the reader's language."""
    body = problem_body(problem, locale)
    return Response(
        orjson.dumps(body), problem.status, problem.headers, media_type="application/problem+json"
    )


def _expression_members(word: str, problems: Sequence[ExpressionProblem], locale: Locale) -> dict[str, Any]:
    """Where an expression is wrong, why, and what mends it; the first problem once more at the top."""
    errors = [_expression_error(word, problem, locale) for problem in problems]
    first = errors[0]
    return {
        "detail": first["message"],
        "position": first["position"],
        "hint": first["hint"],
        "errors": errors,
    }


def _expression_error(word: str, problem: ExpressionProblem, locale: Locale) -> dict[str, Any]:
    message, hint = describe(problem, locale)
    return {
        "field": word,
        "pointer": f"/{word}",
        "code": problem.code,
        "message": message,
        "position": problem.span.start,
        "end": problem.span.end,
        "hint": hint,
    }


def render_for(request: Request, problem: Problem) -> Response:
    """The answer, in the language that the request asks for."""
    return render(problem, choose_locale(request.headers.get("accept-language", "")))


def report_crash(error: Exception) -> Problem:
    """The answer for an error of ours: an id, under which the log has the rest."""
    crash = str(uuid7())
    _LOG.error("crash %s", crash, exc_info=error)
    return Problem(500, "internal", params={"id": crash})


def install_problem_handlers(app: FastAPI) -> None:
    """Let everything that the framework refuses itself go out in the same form."""

    def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = _BY_STATUS.get(error.status_code, "bad_request")
        return render_for(request, Problem(error.status_code, code, headers=error.headers))

    def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return render_for(request, error)

    def on_refusal(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return render_for(request, problem_of(error))

    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(Refused, on_refusal)
