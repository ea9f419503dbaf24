"""How a route runs: first who asks, then what they may, then what they sent; in one function and one transaction.

A route of :class:`Endpoint` is an ordinary function with the parameters of FastAPI: ``call: Caller``, path parameters,
one ``body`` model or one ``upload: Uploaded``, one ``query`` model. FastAPI describes it in OpenAPI; this module runs
it, because the framework would read the body (loosely) before anyone knows who sent it.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, get_args, get_origin
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.params import Query
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError
from starlette.concurrency import run_in_threadpool

from api.auth import read_credentials
from api.json import SMALL, json_response, parse_json, read_body, require_json_type
from api.problem import Problem, problem_of, render
from api.receiving import receive_file
from api.refusing import note_refusals
from api.transaction import Call, Unit
from api.uploading import Upload, receive_upload
from runtime.people.actors import Scope
from runtime.refusals import Conflict, FieldError, Forbidden, Invalid, NotFound, NotSignedIn, Refused
from schema_store.database import sqlstate_of
from schema_store.structure.strict_json import pointer_of

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
#: What a request brought: the bytes of its body, or a file that lies on the disk already.
Sent = bytes | Upload
_MOST_ERRORS = 50
#: Serialisation failure, deadlock, a statement made stale by a publish: the unit is done once more, whole.
_AGAIN = frozenset({"40001", "40P01", "0A000"})


class Body(BaseModel):
    """What comes in: strict types, no field that is not declared."""

    model_config = ConfigDict(extra="forbid", strict=True)


class QueryWords(BaseModel):
    """What comes in a query: texts that are read as their types, no word that is not declared."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Rule:
    """How a route runs.

    Attributes:
        public: without signing in. Everything else needs an actor.
        scope: what a token needs; None takes ``read`` for GET and ``write`` for the rest.
        unit: the transaction; None takes ``read`` for GET and ``write`` for the rest. ``none`` runs in a thread.
        most: bytes of the body. What takes large ones runs in a thread: it computes for long.
        file: media types of a body that is a file; it is not read into memory, but found as ``call.file``.
    """

    public: bool = False
    scope: Scope | None = None
    unit: Unit | None = None
    most: int = SMALL
    file: frozenset[str] = frozenset()


def runs(
    *,
    public: bool = False,
    scope: Scope | None = None,
    unit: Unit | None = None,
    most: int = SMALL,
    file: frozenset[str] = frozenset(),
) -> Callable[[F], F]:
    """Say how the endpoint below runs; without it a route needs a session or token and one transaction."""

    def mark(function: F) -> F:
        function.__dict__["rule"] = Rule(public, scope, unit, most, file)
        return function

    return mark


def _given() -> None:
    """Stands for the call in the signature that FastAPI reads."""


#: The parameter through which an endpoint gets its call.
Caller = Annotated[Call, Depends(_given)]
#: The parameter through which an endpoint gets the file that was sent.
Uploaded = Annotated[Upload, Depends(_given)]


@dataclass(frozen=True, slots=True)
class _Signature:
    """Which parameter of an endpoint is what."""

    call: str | None
    body: tuple[str, type[BaseModel]] | None
    upload: str | None
    query: tuple[str, type[BaseModel]] | None
    path: dict[str, type]


def _signature_of(endpoint: Callable[..., Any]) -> _Signature:
    call, body, upload, query, path = None, None, None, None, {}
    for name, parameter in inspect.signature(endpoint, eval_str=True).parameters.items():
        marks = get_args(parameter.annotation)
        if get_origin(parameter.annotation) is Annotated and isinstance(marks[1], Query):
            query = (name, marks[0])
        elif get_origin(parameter.annotation) is Annotated and marks[0] is Upload:
            upload = name
        elif get_origin(parameter.annotation) is Annotated:
            call = name
        elif issubclass(parameter.annotation, BaseModel):
            body = (name, parameter.annotation)
        else:
            path[name] = parameter.annotation
    return _Signature(call, body, upload, query, path)


class Endpoint(APIRoute):
    """A route that runs as this module says."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What serves a request of this route."""
        signature = _signature_of(self.endpoint)
        rule = getattr(self.endpoint, "rule", Rule())
        slow = rule.unit == "none" or rule.most > SMALL or signature.upload is not None or bool(rule.file)
        is_get = self.methods == {"GET"}
        unit: Unit = rule.unit or ("read" if is_get else "write")
        scope: Scope = rule.scope or ("read" if is_get else "write")

        async def handle(request: Request) -> Response:
            call = Call.of(request)
            try:
                if not rule.public and read_credentials(request) is None:
                    raise NotSignedIn
                sent = await receive(call)
            except (Refused, Problem) as refusal:
                return render(_problem(refusal), call.locale)
            try:
                return await call.workspace.run(call, lambda: answer(call, sent), slow=slow)
            finally:
                if isinstance(sent, Upload):
                    sent.content.discard()
                if call.file is not None:
                    call.file.close()

        async def receive(call: Call) -> Sent:
            if signature.upload:
                return await receive_upload(call, scope)
            if rule.file:
                await run_in_threadpool(call.sign_in)  # nobody unknown fills the disk
                call.file = await receive_file(call.request, rule.file, rule.most)
            return await read_body(call.request, rule.most) if signature.body else b""

        def work(call: Call, sent: Sent) -> Response:
            with call.transaction(unit):
                if not rule.public:
                    call.sign_in()
                    if not call.actor.has_scope(scope):
                        raise Forbidden
                result = self.endpoint(**_arguments(signature, call, sent, rule.most))
                response = _response(result, self.status_code or 200)
            call.settle()
            return response

        def answer(call: Call, sent: Sent) -> Response:
            try:
                response = twice(lambda: work(call, sent), call, unit)
            except (Refused, Problem, IntegrityError) as refusal:
                said = Conflict() if isinstance(refusal, IntegrityError) else refusal
                call.refused.append(said)
                note_refusals(call)
                return render(_problem(said), call.locale)
            note_refusals(call)
            for name, value in call.headers:
                response.headers.append(name, value)
            return response

        return handle


class Again(Exception):
    """The unit meets another one that has just committed: done once more it sees what that one did.

    Attributes:
        refusal: the answer where it does not help.
    """

    def __init__(self, refusal: Refused):
        super().__init__(refusal.code)
        self.refusal = refusal


def twice(work: Callable[[], T], call: Call, unit: Unit) -> T:
    """Do the work, and once more where it could not be put in order with the work of others.

    So is what only reads where the connection turned out to have ended: who writes cannot know what was committed.
    """
    try:
        return work()
    except DBAPIError as error:
        if sqlstate_of(error) not in _AGAIN and not (unit == "read" and error.connection_invalidated):
            raise
    except Again:
        pass
    call.headers.clear()
    call.refused.clear()
    try:
        return work()
    except Again as again:
        raise again.refusal from again


def _problem(refusal: Refused | Problem) -> Problem:
    return refusal if isinstance(refusal, Problem) else problem_of(refusal)


def _response(result: Any, status: int) -> Response:
    if isinstance(result, Response):
        return result
    return Response(status_code=204) if result is None else json_response(result, status)


def _arguments(signature: _Signature, call: Call, sent: Sent, most: int) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        name: _path_value(call.request.path_params[name], kind) for name, kind in signature.path.items()
    }
    if signature.call:
        arguments[signature.call] = call
    if signature.upload:
        arguments[signature.upload] = sent
    words = call.request.query_params.multi_items()
    if signature.query:
        name, model = signature.query
        arguments[name] = _read_query(model, words)
    elif words:
        raise Problem(400, "bad_request", _unknown_words(words), detail="unknown_query")
    if signature.body and isinstance(sent, bytes):
        name, model = signature.body
        require_json_type(call.request)
        arguments[name] = read_model(model, sent, most)
    return arguments


def _path_value(text: str, kind: type) -> Any:
    """A path parameter; what can be no id is not there."""
    if kind is not UUID:
        return text
    try:
        value = UUID(text)
    except ValueError as error:
        raise NotFound from error
    if str(value) != text:
        raise NotFound
    return value


def _unknown_words(words: list[tuple[str, str]]) -> list[FieldError]:
    return [FieldError(pointer_of((name,)), "unknown_field") for name, _ in words[:_MOST_ERRORS]]


def _read_query(model: type[BaseModel], words: list[tuple[str, str]]) -> BaseModel:
    counts = Counter(name for name, _ in words)
    doubled = [
        FieldError(pointer_of((name,)), "duplicate_word") for name, count in counts.items() if count > 1
    ]
    if doubled:
        raise Problem(400, "bad_request", doubled[:_MOST_ERRORS], detail="unknown_query")
    try:
        return model.model_validate(dict(words))
    except ValidationError as error:
        raise Problem(400, "bad_request", field_errors(error), detail="unknown_query") from error


def read_model(model: type[BaseModel], raw: bytes, most: int = SMALL) -> BaseModel:
    """A body as its model.

    Raises:
        Problem: 400 or 413, see :func:`api.json.parse_json`.
        Invalid: it is JSON, but not this.
    """
    parse_json(raw, most)
    try:
        return model.model_validate_json(raw.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        raise Invalid(field_errors(error)) from error


_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "greater_than": "out_of_range",
    "greater_than_equal": "out_of_range",
    "less_than": "out_of_range",
    "less_than_equal": "out_of_range",
}


def field_errors(error: ValidationError) -> list[FieldError]:
    """What Pydantic complains about, in the words of this product; never what was submitted."""
    found = []
    for problem in error.errors(include_url=False, include_input=False)[:_MOST_ERRORS]:
        kind = problem["type"]
        code = _CODES.get(kind) or ("wrong_type" if kind.endswith("_type") else "bad_value")
        context = problem.get("ctx", {})
        limit = context.get("min_length", context.get("max_length"))
        params = {} if limit is None else {"limit": str(limit)}
        found.append(FieldError(pointer_of(problem["loc"]), code, params))
    return found
