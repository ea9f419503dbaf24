"""How the source modules write down cases, and how a value becomes JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

MISSING: Any = object()
SAFE = 9007199254740991


class Family:
    """The cases of one family, in order; the number of a case is its id, so add at the end only."""

    def __init__(self, key: str, source: str, entity: str | None = None):
        self.key, self.source, self.entity = key, source, entity
        self.cases: list[dict[str, Any]] = []

    def _case(self, expression: str, on: str | None, extra: dict[str, Any]) -> dict[str, Any]:
        case: dict[str, Any] = {"id": f"{self.key}-{len(self.cases) + 1:03d}"}
        if on is not None:
            entity, _, record = on.rpartition(".")
            case |= {"entity": entity or self.entity, "record": record}
        case |= {"expression": expression} | extra
        self.cases.append(case)
        return case

    def __call__(
        self, expression: str, type_: str, value: Any = MISSING, on: str | None = None, *, sql: str | None = None,
        py: Any = MISSING, **extra: Any,
    ) -> None:  # fmt: skip
        """A case with a value: ``value`` by hand (JSON), ``py`` a computed Python value, ``sql`` hand-written SQL."""
        by = [name for name, given in (("hand", value), ("python", py)) if given is not MISSING]
        by += ["postgresql"] if sql else []
        if not by:
            raise ValueError(f"{self.key}: no source for {expression}")
        case = self._case(expression, on, {"type": type_, "value": None, "by": by} | extra)
        if sql:
            case["sql"] = sql
        case["_sources"] = {"hand": value, "python": py if py is MISSING else encode(type_, py)}

    def refuse(self, expression: str, code: str, entity: str | None = None, **extra: Any) -> None:
        """A case that must be refused with ``code``."""
        case = self._case(expression, None, {"refused": code, "by": ["document"]} | extra)
        if entity or self.entity:
            case["entity"] = entity or self.entity


def encode(type_: str, value: Any) -> Any:
    """The JSON of a value of that type; a decimal that does not fit its scale exactly is an error of the source."""
    if value is None:
        return None
    kind, *rest = re.split(r"[(),]", type_)
    return ENCODERS[kind](value, rest)


def _decimal(value: Any, rest: list[str]) -> str:
    scale = int(rest[-2])
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    sign, digits, exponent = number.as_tuple()
    whole = int("".join(map(str, digits)) or "0")
    shift = scale + int(exponent)
    if shift < 0 and whole % 10**-shift:
        raise ValueError(f"{value} has more than {scale} digits behind the point")
    whole = whole * 10**shift if shift >= 0 else whole // 10**-shift
    text = str(whole).rjust(scale + 1, "0")
    text = f"{text[: len(text) - scale]}.{text[len(text) - scale :]}" if scale else text
    return f"-{text}" if sign and whole else text


def _integer(value: Any, _: list[str]) -> Any:
    if value != int(value):
        raise ValueError(f"{value} is no integer")
    return int(value) if abs(int(value)) <= SAFE else str(int(value))


def _instant(value: datetime, _: list[str]) -> str:
    offset = value.utcoffset()
    assert offset is not None
    text = (value.replace(tzinfo=None) - offset).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def _duration(value: timedelta, _: list[str]) -> str:
    total = value // timedelta(microseconds=1)
    seconds, micro = divmod(abs(total), 1_000_000)
    (days, seconds), sign = divmod(seconds, 86_400), "-" if total < 0 else ""
    parts = [(seconds // 3600, "H"), (seconds // 60 % 60, "M")]
    text = "".join(f"{count}{unit}" for count, unit in parts if count)
    if seconds % 60 or micro or not (text or days):
        text += (f"{seconds % 60}.{micro:06d}".rstrip("0") if micro else str(seconds % 60)) + "S"
    return f"{sign}P{f'{days}D' if days else ''}{f'T{text}' if text else ''}"


def _boolean(value: Any, _: list[str]) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is no boolean")
    return value


def _text(value: Any, _: list[str]) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


def _reference(value: UUID, _: list[str]) -> str:
    return str(value)


def _list(value: Any, _: list[str]) -> list[str]:
    return [str(member) for member in value]


def _date(value: date, _: list[str]) -> str:
    if isinstance(value, datetime):
        raise ValueError(f"{value!r} is no date")
    return value.isoformat()


ENCODERS: dict[str, Callable[[Any, list[str]], Any]] = {
    "boolean": _boolean, "integer": _integer, "decimal": _decimal, "money": _decimal, "percent": _decimal,
    "text": _text, "option": _text, "date": _date, "instant": _instant, "duration": _duration,
    "reference": _reference, "list": _list,
}  # fmt: skip
