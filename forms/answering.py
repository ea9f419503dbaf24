"""What somebody typed into a public form, as JSON values of the engine; judged is it there, not here."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from forms.asking import Typed
from schema_store.compiled.app import App, CompiledField
from schema_store.compiled.forms import CompiledPublicForm

#: A field that people do not see and leave empty; the name is one that programs like to fill in.
TRAP = "homepage_url"
#: The signed ticket of the page.
TICKET = "_ticket"
#: Values of one field at most.
_MOST = 200


class UnknownName(ValueError):
    """Something was sent that the form does not ask for; ``name`` says what."""

    def __init__(self, name: str):
        super().__init__(name)
        self.name = name


def gather(
    form: CompiledPublicForm, pairs: Iterable[tuple[str, str]]
) -> tuple[dict[str, list[str]], str, bool]:
    """What was typed by field key, the ticket, and whether the trap was filled in.

    Raises:
        UnknownName: a name is none of the form's, or has too many values.
    """
    typed: dict[str, list[str]] = {}
    ticket, is_trapped = "", False
    for name, value in pairs:
        if name == TICKET:
            ticket = value
        elif name == TRAP:
            is_trapped = is_trapped or bool(value.strip())
        elif name in form.fields and len(typed.get(name, ())) < _MOST:
            typed.setdefault(name, []).append(value)
        else:
            raise UnknownName(name)
    return typed, ticket, is_trapped


def wire_of(app: App, form: CompiledPublicForm, typed: Typed) -> dict[str, Any]:
    """JSON values by field key; what was left empty is not there, so that defaults of the entity hold."""
    fields = app.entities[form.entity].fields
    found = {key: _wire(fields[key], typed.get(key, ()), app.zone) for key in form.fields}
    return {key: value for key, value in found.items() if value is not None}


def _wire(field: CompiledField, typed: Iterable[str], zone: ZoneInfo) -> Any:
    kind = getattr(field.spec, "type", "")
    values = [value.strip() for value in typed if value.strip()]
    if kind == "boolean":
        return bool(values) or None
    if not values:
        return None
    if kind == "options":
        return values
    text = values[0]
    convert = _CONVERTS.get(kind)
    if convert is not None:
        return convert(text)
    return _moment(text, zone) if kind == "instant" else text


def _number(text: str) -> str:
    """A number as people write it: full-width digits, thousands with commas or blanks, a sign of currency."""
    plain = unicodedata.normalize("NFKC", text)
    return plain.translate({ord(sign): None for sign in ", '\u00a5$€元"}) or text


def _percent(text: str) -> str:
    """``15`` or ``15%`` as the fraction 0.15."""
    plain = _number(text).removesuffix("%")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return plain
    return format(number / 100, "f") if number.is_finite() else plain


def _moment(text: str, zone: ZoneInfo) -> str:
    """What a ``datetime-local`` input sends, which is the time of the app's zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (found if found.tzinfo else found.replace(tzinfo=zone)).isoformat()


_CONVERTS: Mapping[str, Any] = {
    "integer": _number,
    "decimal": _number,
    "money": _number,
    "percent": _percent,
}
