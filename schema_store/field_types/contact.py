"""Ways to reach someone: phone numbers, mail addresses, web addresses."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from expressions import types
from schema_store.document.fields import BaseField, EmailField, PhoneField, UrlField
from schema_store.field_types import refusals
from schema_store.field_types.base import ColumnSpec, FieldValueError, Surroundings
from schema_store.field_types.common import TEXTS, Common, is_empty, printed, require_line
from schema_store.field_types.language import EMAIL_LENGTH, URL_LENGTH
from schema_store.normalise import normalise_email
from schema_store.phone import normalise_phone

#: Characters of a phone number as typed.
_TYPED_PHONE = 60
_LOCAL = re.compile(r"[^\s@\"(),:;<>\[\\\]]{1,64}")
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")


class PhoneType(Common[PhoneField]):
    """A phone number in E.164."""

    key = "phone"
    spec = PhoneField
    takes = TEXTS | {"phone", "integer"}

    def decode(self, spec: PhoneField, around: Surroundings, wire: Any) -> str | None:
        """``+8613800138000``, an extension behind ``;ext=``; ``wrong_type``, ``too_long``, ``bad_phone``."""
        if is_empty(wire):
            return None
        text = require_line(wire, _TYPED_PHONE)
        number = normalise_phone(text, spec.country) if text else None
        if text and number is None:
            raise FieldValueError("bad_phone")
        return number

    def adopt(self, kind: str, value: Any, new: PhoneField, around: Surroundings) -> Any:
        """The number in a text or a whole number."""
        return self.decode(new, around, printed(value))

    def keeps(self, kind: str, old: BaseField, new: PhoneField, around: Surroundings) -> bool:
        """Phone numbers: they have their country inside."""
        return kind == "phone"


class EmailType(Common[EmailField]):
    """A mail address; ``norm`` beside it is what is compared."""

    key = "email"
    spec = EmailField
    takes = TEXTS | {"email"}

    def columns(self, spec: EmailField, around: Surroundings) -> tuple[ColumnSpec, ...]:
        """The address, and the address without case."""
        kind = types.text(EMAIL_LENGTH)
        return ColumnSpec("", kind), ColumnSpec("norm", kind)

    def derive(self, spec: EmailField, around: Surroundings, value: Any) -> dict[str, Any]:
        """The address without case."""
        return {"norm": None if value is None else normalise_email(value)}

    def decode(self, spec: EmailField, around: Surroundings, wire: Any) -> str | None:
        """The address with its domain in lower case; ``wrong_type``, ``too_long``, ``bad_email``."""
        text = None if is_empty(wire) else require_line(wire, EMAIL_LENGTH)
        if not text:
            return None
        local, _, domain = text.rpartition("@")
        labels = domain.split(".")
        dotted = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
        if not dotted or not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith("."):
            raise FieldValueError("bad_email")
        return f"{local}@{_lower(domain)}"

    def keeps(self, kind: str, old: BaseField, new: EmailField, around: Surroundings) -> bool:
        """Mail addresses."""
        return kind == "email"


class UrlType(Common[UrlField]):
    """A web address."""

    key = "url"
    spec = UrlField
    takes = TEXTS | {"url"}
    refusals = {"unique": refusals.NOT_IDENTIFYING}

    def decode(self, spec: UrlField, around: Surroundings, wire: Any) -> str | None:
        """An http or https address with a host and without a password; ``wrong_type``, ``too_long``, ``bad_url``."""
        text = None if is_empty(wire) else require_line(wire, URL_LENGTH)
        if not text:
            return None
        if not _is_web_address(text):
            raise FieldValueError("bad_url")
        scheme, rest = text.split(":", 1)
        return f"{scheme.lower()}:{rest}"

    def keeps(self, kind: str, old: BaseField, new: UrlField, around: Surroundings) -> bool:
        """Web addresses."""
        return kind == "url"


def _is_web_address(text: str) -> bool:
    if any(character.isspace() or character == "\\" for character in text):
        return False
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and "@" not in parts.netloc


def _lower(domain: str) -> str:
    """Lower case of the letters for which that has one character, so that lengths stay."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in domain)
