"""Public forms: ``GET·POST /f/{app}/{form}``, pages for people without an account, that work without any script.

What is sent goes through the order of execution like everything else, by the rights of the form. A page bears a signed
ticket: with it the same submission is one record, however often it is sent, and the source that the address named
(the stand of a QR code, a campaign) arrives with it. Whether somebody is known already is told to nobody: their
submission becomes an event of the record that is there, and the page says thanks as to everybody.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import orjson
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool
from uuid_utils.compat import uuid7

from api.endpoint import twice
from api.messages import choose_locale
from api.problem import Problem, field_message
from api.secret import read_cursor, sign_cursor
from api.transaction import Call
from forms.answering import TICKET, UnknownName, gather, wire_of
from forms.asking import Choice, Typed, questions_of
from forms.pages import Frame, form_page, said_page
from forms.words import in_locale, word
from runtime import save
from runtime.access import engine_access, form_access
from runtime.events import Told, record_events
from runtime.idempotency import Keyed, claim, keep
from runtime.people.limits import FORM, FORM_NETWORK, network, note_try, retry_after
from runtime.people.tables import REGIONS
from runtime.people.trees import list_nodes
from runtime.query import find_one
from runtime.query.histories import FORM_AGAIN, FORM_SUBMITTED
from runtime.refusals import Duplicate, Invalid, Refused, UniqueTaken
from runtime.served import Served, serve
from runtime.unit import Unit
from schema_store.compiled.forms import CompiledPublicForm
from schema_store.versions import UnknownApp
from workflows.queue import RunQueue

#: Bytes of what is sent; how long a page is good for (answers are kept longer); how fast no person fills it in.
MOST, LIFE, FASTEST = 64 * 1024, timedelta(hours=12), timedelta(seconds=2)
_MOST_VALUES, _MOST_REGIONS, _LONGEST_SOURCE = 300, 500, 100
#: What the address may say of where somebody comes from.
SOURCES = ("s", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_NOBODY = UUID(int=0)
_KIND = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class _Ticket:
    """A page that was given out: its id, when, and the words of its source."""

    id: str
    at: datetime
    source: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A form as somebody sees it."""

    served: Served
    form: CompiledPublicForm
    regions: tuple[Choice, ...]


def add_public_forms(app: FastAPI) -> None:
    """Put the pages of public forms into ``app``."""

    @app.get("/f/{app_key}/{form_key}", include_in_schema=False)
    def show(request: Request, app_key: str, form_key: str) -> HTMLResponse:
        """The form, empty."""
        call = _call(request)
        asked = _find(call, app_key, form_key)
        if asked is None:
            return _said(call, 404, "not_found")
        ticket = _Ticket(str(uuid7()), call.now, _source(request))
        return _form(call, asked, ticket)

    @app.post("/f/{app_key}/{form_key}", include_in_schema=False)
    async def take(request: Request, app_key: str, form_key: str) -> HTMLResponse:
        """What was filled in."""
        call = _call(request)
        raw = await _body(request)
        if isinstance(raw, str):
            return _said(call, 413 if raw == "too_large" else 400, raw, limit=MOST)
        rest = await run_in_threadpool(_too_fast, call, app_key, form_key, raw)
        if rest > timedelta():
            await asyncio.sleep(rest.total_seconds())
        return await run_in_threadpool(_take, call, app_key, form_key, raw)


def _call(request: Request) -> Call:
    call = Call.of(request)
    chosen = request.query_params.get("lang")
    if chosen in ("zh-CN", "en"):
        call.locale = "en" if chosen == "en" else "zh-CN"
    else:
        call.locale = choose_locale(request.headers.get("accept-language", ""))
    return call


def _source(request: Request) -> dict[str, str]:
    words = request.query_params
    return {name: words[name][:_LONGEST_SOURCE] for name in SOURCES if words.get(name)}


async def _body(request: Request) -> list[tuple[str, str]] | str:
    """The pairs that were sent; or why they cannot be read: ``bad``, ``too_large``."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _KIND:
        return "bad"
    read = bytearray()
    async for part in request.stream():
        read += part
        if len(read) > MOST:
            return "too_large"
    try:
        text = read.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_VALUES)
    except ValueError:
        return "bad"
    return "bad" if any("\0" in each for pair in pairs for each in pair) else pairs


def _find(call: Call, app_key: str, form_key: str) -> _Asked | None:
    """The form, with what it needs from the database; None: there is none, or it is off."""
    with call.transaction("read"):
        try:
            served = serve(call.connection, app_key)
        except UnknownApp:
            return None
        form = served.app.public_forms.get(form_key)
        if form is None or form.id in served.off:
            return None
        fields = served.app.entities[form.entity].fields
        has_region = any(getattr(fields[key].spec, "type", "") == "region" for key in form.fields)
        return _Asked(served, form, _regions(call) if has_region else ())


def _regions(call: Call) -> tuple[Choice, ...]:
    nodes = list_nodes(call.connection, REGIONS, "", _MOST_REGIONS)
    names = {node.id: node.name for node in nodes}
    return tuple(Choice(str(node.id), node.name, names.get(node.parent_id, "")) for node in nodes)


def _place(asked: _Asked) -> str:
    """What its tickets are signed for."""
    return f"form {asked.served.key} {asked.form.key}"


def _form(
    call: Call,
    asked: _Asked,
    ticket: _Ticket,
    *,
    status: int = 200,
    typed: Typed | None = None,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
) -> HTMLResponse:
    served, form, locale = asked.served, asked.form, call.locale
    frame = _frame(call, asked, in_locale(form.label, locale), in_locale(form.description, locale), ticket)
    questions = questions_of(served.app, form, locale, asked.regions, typed, errors)
    signed = sign_cursor(
        call.workspace.key, _place(asked), [ticket.id, ticket.at.isoformat(), dict(ticket.source)]
    )
    return HTMLResponse(form_page(frame, questions, signed, notice), status)


def _frame(call: Call, asked: _Asked, title: str, lead: str, ticket: _Ticket | None = None) -> Frame:
    other = {"lang": "en" if call.locale == "zh-CN" else "zh-CN", **(ticket.source if ticket else {})}
    path = call.request.url.path
    return Frame(
        locale=call.locale,
        brand=in_locale(asked.served.app.label, call.locale, asked.served.app.default_locale),
        title=title,
        lead=lead,
        other=f"{path}?{urlencode(other)}" if ticket is not None else "",
    )


def _said(call: Call, status: int, what: str, **words: object) -> HTMLResponse:
    """A page that only says what is in the way; it names no app."""
    locale = call.locale
    frame = Frame(locale, word("powered", locale), word(f"{what}_title", locale), word(what, locale, **words))
    page = HTMLResponse(said_page(frame, tone="sorry"), status)
    if "seconds" in words:
        page.headers["Retry-After"] = str(words["seconds"])
    return page


def _thanks(call: Call, asked: _Asked) -> HTMLResponse:
    text = in_locale(asked.form.thanks, call.locale) or word("thanks", call.locale)
    frame = _frame(call, asked, word("thanks_title", call.locale), text)
    again = call.request.url.path, word("again", call.locale)
    return HTMLResponse(said_page(frame, again=again))


def _read_ticket(call: Call, asked: _Asked, signed: str) -> _Ticket | None:
    """None: it is none of this form's."""
    try:
        id_, at, source = read_cursor(call.workspace.key, _place(asked), signed)
    except Problem:
        return None
    return _Ticket(id_, datetime.fromisoformat(at), source)


def _too_fast(call: Call, app_key: str, form_key: str, pairs: Sequence[tuple[str, str]]) -> timedelta:
    """How long to wait, outside of any transaction: whoever has everything filled in by the browser loses nothing."""
    asked = _find(call, app_key, form_key)
    signed = next((value for name, value in pairs if name == TICKET), "")
    ticket = None if asked is None else _read_ticket(call, asked, signed)
    return timedelta() if ticket is None else FASTEST - (call.now - ticket.at)


def _take(call: Call, app_key: str, form_key: str, pairs: Sequence[tuple[str, str]]) -> HTMLResponse:
    asked = _find(call, app_key, form_key)
    if asked is None:
        return _said(call, 404, "not_found")
    wait = _count(call, asked)
    if wait is not None:
        seconds = max(1, int(wait.total_seconds()))
        return _said(call, 429, "too_many", minutes=max(1, round(seconds / 60)), seconds=seconds)
    try:
        typed, signed, is_trapped = gather(asked.form, pairs)
    except UnknownName:
        fresh = _Ticket(str(uuid7()), call.now, {})
        return _form(call, asked, fresh, status=422, notice=word("unknown_field", call.locale))
    if is_trapped:
        return _thanks(call, asked)  # a program, which learns nothing from it
    ticket = _read_ticket(call, asked, signed)
    if ticket is None or call.now - ticket.at > LIFE:
        fresh = _Ticket(str(uuid7()), call.now, ticket.source if ticket else _source(call.request))
        notice = word("expired", call.locale)
        return _form(call, asked, fresh, status=422, typed=typed, notice=notice)
    return _keep(call, asked, ticket, typed)


def _count(call: Call, asked: _Asked) -> timedelta | None:
    """Count a submission; how long to wait where there were too many."""
    limits = {
        FORM_NETWORK.key(f"{_place(asked)} {network(call.address)}"): FORM_NETWORK,
        FORM.key(_place(asked)): FORM,
    }
    with call.transaction("write"):
        note_try(call.connection, list(limits), call.now)
    with call.transaction("read"):
        return retry_after(call.connection, limits, call.now)


def _keep(call: Call, asked: _Asked, ticket: _Ticket, typed: Typed) -> HTMLResponse:
    values = wire_of(asked.served.app, asked.form, typed)
    try:
        try:
            _write(call, asked, ticket, values, _create)
        except (Duplicate, UniqueTaken):
            _write(call, asked, ticket, values, _repeat)
    except Invalid as invalid:
        errors = {error.field: field_message(error, call.locale) for error in invalid.errors}
        own = {key: text for key, text in errors.items() if key in asked.form.fields}
        notice = "" if own else word("refused", call.locale)
        return _form(call, asked, ticket, status=422, typed=typed, errors=own, notice=notice)
    except Refused:
        notice = word("refused", call.locale)
        return _form(call, asked, ticket, status=409, typed=typed, notice=notice)
    return _thanks(call, asked)


Write = Callable[[Call, Served, CompiledPublicForm, _Ticket, Mapping[str, Any]], None]


def _write(call: Call, asked: _Asked, ticket: _Ticket, values: Mapping[str, Any], write: Write) -> None:
    """Write once for a ticket and what was filled in, in one transaction."""
    digest = hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()
    key = f"{ticket.id}:{digest[:32]}"
    keyed = Keyed(_NOBODY, key, _place(asked), digest)

    def work() -> None:
        with call.transaction("write"):
            served = serve(call.connection, asked.served.key, lock=True)
            form = served.app.public_forms.get(asked.form.key)
            if form is None or form.id in served.off:
                raise Refused
            if claim(call.connection, served, keyed, call.now) is None:
                write(call, served, form, ticket, values)
                keep(call.connection, served, keyed, 200, {})

    twice(work, call, "write")


def _create(
    call: Call, served: Served, form: CompiledPublicForm, ticket: _Ticket, values: Mapping[str, Any]
) -> None:
    cause = (f"form:{form.key}",)
    unit = Unit(call.connection, served, form_access(served, form), call.now, RunQueue(), cause=cause)
    made = save.create(unit, form.entity, {**form.values, **values})
    _tell(call, served, form, ticket, FORM_SUBMITTED, made.id, {})


def _repeat(
    call: Call, served: Served, form: CompiledPublicForm, ticket: _Ticket, values: Mapping[str, Any]
) -> None:
    """Somebody who is known: what they filled in is kept with the record that is there; it is not changed.

    Raises:
        Refused: that record cannot be found.
    """
    record = _known(call, served, form, {**form.values, **values})
    if record is None:
        raise Refused
    _tell(call, served, form, ticket, FORM_AGAIN, record, {"values": dict(values)})


def _known(call: Call, served: Served, form: CompiledPublicForm, wire: Mapping[str, Any]) -> UUID | None:
    """The record that a submission is taken for, as the engine sees it."""
    unit = Unit(call.connection, served, engine_access(served), call.now, RunQueue())
    try:
        matches = save.look_alikes(unit, form.entity, wire)
    except UniqueTaken:
        matches = ()
    found = next((id_ for match in matches for id_ in match["records"]), None)
    if found is not None:
        return UUID(found)
    for fields in served.app.entities[form.entity].uniques:
        keys = [key for key in fields.fields if wire.get(key) is not None]
        if keys and len(keys) == len(fields.fields):
            same = find_one(
                call.connection, unit.access, call.now, form.entity, {key: wire[key] for key in keys}
            )
            if same is not None:
                return same
    return None


def _tell(
    call: Call,
    served: Served,
    form: CompiledPublicForm,
    ticket: _Ticket,
    kind: str,
    record: UUID,
    more: Mapping[str, Any],
) -> None:
    cause = (f"form:{form.key}",)
    unit = Unit(call.connection, served, engine_access(served), call.now, RunQueue(), cause=cause)
    data = {"form": form.key, "source": dict(ticket.source), **more}
    told = Told(kind, form.entity, record, None, None, form.key, data, f"{ticket.id}:{kind}")
    record_events(unit, [told])
