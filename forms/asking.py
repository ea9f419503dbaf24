"""A public form as it is shown: each field with the input that fits its type, its limits, its value and complaint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms.words import in_locale
from schema_store.compiled.app import App, CompiledField
from schema_store.compiled.forms import CompiledPublicForm
from schema_store.document.fields import LongTextField, PhoneField

#: What was typed, by field key; several for a choice of many.
Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Choice:
    """An option; ``group`` is the heading that it stands under, empty for none."""

    value: str
    label: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One field of the page.

    Attributes:
        key: its name in what is sent.
        label, help: in the reader's language.
        kind: ``line``, ``text``, ``choice``, ``choices`` or ``tick``.
        input: of a line: the ``type`` of HTML's input.
        attributes: further attributes of the input.
        required: whether it must be filled in.
        choices: what can be chosen.
        values: what was typed or ticked.
        unit: what stands behind the input, e.g. ``%``.
        error: what is wrong with it; empty: nothing.
    """

    key: str
    label: str
    help: str
    kind: str
    input: str
    attributes: Mapping[str, str]
    required: bool
    choices: tuple[Choice, ...]
    values: tuple[str, ...]
    unit: str
    error: str

    @property
    def value(self) -> str:
        """The one that was typed."""
        return self.values[0] if self.values else ""

    @property
    def groups(self) -> dict[str, list[Choice]]:
        """The choices under their headings, both in the order in which they were given."""
        found: dict[str, list[Choice]] = {}
        for choice in self.choices:
            found.setdefault(choice.group, []).append(choice)
        return found


#: Kinds of a field's type, and the ``type`` and attributes of inputs of one line.
_LINES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "text": ("text", {}),
    "phone": ("tel", {"inputmode": "tel", "autocomplete": "tel", "maxlength": "40"}),
    "email": ("email", {"inputmode": "email", "autocomplete": "email", "maxlength": "254"}),
    "url": ("url", {"inputmode": "url", "maxlength": "2000"}),
    "integer": ("text", {"inputmode": "numeric", "maxlength": "30"}),
    "decimal": ("text", {"inputmode": "decimal", "maxlength": "30"}),
    "money": ("text", {"inputmode": "decimal", "maxlength": "30"}),
    "percent": ("text", {"inputmode": "decimal", "maxlength": "30"}),
    "date": ("date", {}),
    "instant": ("datetime-local", {}),
}
_KINDS = {
    "long_text": "text",
    "option": "choice",
    "options": "choices",
    "region": "choice",
    "boolean": "tick",
}
_CURRENCIES = {"CNY": "元", "USD": "$", "EUR": "€"}


def questions_of(
    app: App,
    form: CompiledPublicForm,
    locale: str,
    regions: Sequence[Choice] = (),
    typed: Typed | None = None,
    errors: Mapping[str, str] | None = None,
) -> tuple[Question, ...]:
    """The fields of a form in its order.

    Args:
        app: whose form it is.
        form: it.
        locale: of the reader.
        regions: the choices of fields that hold a region.
        typed: what was filled in; None: nothing yet, then plain default values are shown.
        errors: complaints by field key.
    """
    fields = app.entities[form.entity].fields
    return tuple(
        _question(app, form, fields[key], locale, regions, typed, (errors or {}).get(key, ""))
        for key in form.fields
    )


def _question(
    app: App,
    form: CompiledPublicForm,
    field: CompiledField,
    locale: str,
    regions: Sequence[Choice],
    typed: Typed | None,
    error: str,
) -> Question:
    kind = str(getattr(field.spec, "type", "text"))
    line, attributes = _LINES.get(kind, ("", {}))
    values = _default(field) if typed is None else tuple(typed.get(field.key, ()))
    return Question(
        key=field.key,
        label=in_locale(field.label, locale, app.default_locale),
        help=in_locale(field.spec.help or {}, locale, app.default_locale),
        kind=_KINDS.get(kind, "line"),
        input=line,
        attributes={**attributes, **_limits(field, form.autocomplete.get(field.key))},
        required=field.spec.required,
        choices=tuple(regions) if kind == "region" else tuple(choices_of(app, field, locale)),
        values=values,
        unit=unit_of(app, field),
        error=error,
    )


def _limits(field: CompiledField, autocomplete: str | None) -> dict[str, str]:
    """What the browser is told of lengths and of what it may fill in."""
    found = {}
    length = getattr(field.spec, "length", None)
    if length is not None:
        found["maxlength"] = str(length)
    if autocomplete is not None:
        found["autocomplete"] = autocomplete
    if isinstance(field.spec, LongTextField):
        found["rows"] = "4"
    if isinstance(field.spec, PhoneField) and field.spec.country == "CN":
        found["placeholder"] = "138 0000 0000"
    return found


def unit_of(app: App, field: CompiledField) -> str:
    """What stands behind an amount or percentage; empty for anything else."""
    kind = getattr(field.spec, "type", "")
    if kind == "percent":
        return "%"
    if kind != "money":
        return ""
    currency = getattr(field.spec, "currency", None) or app.currency
    return _CURRENCIES.get(currency, currency)


def choices_of(app: App, field: CompiledField, locale: str) -> Iterator[Choice]:
    """The options of a field that are in use, its own or those of a shared set."""
    own = getattr(field.spec, "options", None) or ()
    yield from (
        Choice(option.key, in_locale(option.label, locale, app.default_locale))
        for option in own
        if option.active
    )
    shared = getattr(field.spec, "option_set", None)
    if shared is None:
        return
    labels = app.option_labels[shared]
    for key, is_active in field.around.options:
        if is_active:
            yield Choice(key, in_locale(labels[key], locale, app.default_locale))


def _default(field: CompiledField) -> tuple[str, ...]:
    """A plain default value as it would have been typed."""
    default = field.spec.default
    if default is None or default is False:
        return ()
    if isinstance(default, list | tuple):
        return tuple(str(each) for each in default)
    return ("1",) if default is True else (str(default),)
