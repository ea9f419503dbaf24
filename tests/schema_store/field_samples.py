"""One field of each type, with values to try it on: two in rising order, and all that Hypothesis can think of."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from pydantic import TypeAdapter

from schema_store.document.fields import BaseField, Field
from schema_store.field_types import FIELD_TYPES
from schema_store.field_types.base import FieldType, Surroundings
from tests.schema_store.documents import field as _field
from tests.schema_store.documents import label

STAGES = (("new", True), ("won", True), ("lost", True))
AROUND = Surroundings(options=STAGES, option_labels=(("new", ("新建", "New")), ("won", ("赢单", "Won"))))
_SPEC: TypeAdapter[Any] = TypeAdapter(Field)

A = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
B = UUID("01890a5d-ac96-774b-bcce-b302099a8058")
NOON = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 31, 4, 0, 0, 1, tzinfo=UTC)

OPTIONS = [
    {"key": "fair", "label": {"zh-CN": "展会", "en": "Trade fair"}},
    {"key": "web", "label": {"zh-CN": "网络", "en": "Web"}},
    {"key": "old", "label": {"zh-CN": "旧", "en": "Old"}, "active": False},
]


def spec_of(kind: str, **more: Any) -> Any:
    """The model of a field."""
    return _SPEC.validate_python(_field(kind, kind, **more))


@dataclass(frozen=True)
class Sample:
    """A field with values.

    Attributes:
        low, high: two values, in the order in which the column must sort (where it can).
        wires: JSON values that ``decode`` takes; None where nobody may write the field.
    """

    spec: BaseField
    low: Any
    high: Any
    wires: st.SearchStrategy[Any] | None

    @property
    def kind(self) -> FieldType[Any]:
        return FIELD_TYPES.of(self.spec)

    def values(self) -> st.SearchStrategy[Any]:
        """Values that the field may hold, not empty."""
        if self.wires is None:
            return st.sampled_from([self.low, self.high])
        decoded = self.wires.map(lambda wire: self.kind.decode(self.spec, AROUND, wire))
        return decoded.filter(lambda value: value is not None)


def texts(length: int, also: str = "") -> st.SearchStrategy[str]:
    """Lines whose composed form has at most ``length`` characters."""
    letters = st.characters(exclude_categories=["Cs", "Cc"], include_characters=also)
    return st.text(letters, max_size=length).filter(
        lambda text: len(unicodedata.normalize("NFC", text)) <= length
    )


def decimals(scale: int, digits: int) -> st.SearchStrategy[str]:
    whole = st.integers(-(10**digits) + 1, 10**digits - 1)
    return whole.map(lambda number: format(Decimal(number).scaleb(-scale), "f"))


_ids = st.uuids().map(str)
_id_lists = st.lists(_ids, max_size=4, unique=True)
_keys = st.sampled_from(["fair", "web"])
_names = st.text("abcdefghij0123456789", min_size=1, max_size=8)
_phones = st.one_of(
    st.integers(13_000_000_000, 19_999_999_999).map(str),
    st.integers(2_000_0000, 8_999_9999).map(lambda n: f"010-{n} 转 12"),
    st.integers(200_000_0000, 999_999_9999).map(lambda n: f"+1 {n}"),
)
_emails = st.tuples(_names, _names, st.sampled_from(["COM", "cn", "Example.org"])).map(
    lambda parts: f"{parts[0]}@{parts[1]}.{parts[2]}"
)
_urls = st.tuples(st.sampled_from(["http", "HTTPS"]), _names, _names).map(
    lambda p: f"{p[0]}://{p[1]}.com/{p[2]}"
)
_json = st.recursive(
    st.booleans() | st.integers(-(10**15), 10**15) | st.floats(-1e6, 1e6) | texts(6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(4), inner, max_size=3),
    max_leaves=6,
)
_tags = st.lists(
    texts(40).map(lambda text: unicodedata.normalize("NFC", text).strip()), max_size=4, unique=True
)
_result = {"type": "money", "scale": 2}

SAMPLES = {
    sample.spec.type: sample  # type: ignore[attr-defined]  # every member of the union has it
    for sample in (
        Sample(
            spec_of("text", name_like=True, normalise="company", unique=True, length=80),
            "李四",
            "张三",
            texts(80),
        ),
        Sample(spec_of("long_text"), "一\n二", "乙", texts(200, "\n\t")),
        Sample(spec_of("integer"), -5, 12, st.integers(-(10**15) + 1, 10**15 - 1)),
        Sample(spec_of("decimal"), Decimal("-0.50"), Decimal("9.00"), decimals(2, 15)),
        Sample(spec_of("money"), Decimal("9.99"), Decimal("10.00"), decimals(2, 15)),
        Sample(spec_of("percent"), Decimal("0.0300"), Decimal("0.1500"), decimals(4, 9)),
        Sample(spec_of("boolean"), False, True, st.booleans()),
        Sample(spec_of("date"), date(999, 1, 1), date(2026, 3, 31), st.dates().map(str)),
        Sample(
            spec_of("instant"),
            NOON,
            LATER,
            st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)).map(lambda d: f"{d.isoformat()}+08:00"),
        ),
        Sample(spec_of("option", options=OPTIONS), "fair", "web", _keys),
        Sample(spec_of("options", options=OPTIONS), ("fair",), ("web", "fair"), st.lists(_keys, unique=True)),
        Sample(spec_of("stage"), "new", "won", st.sampled_from(["new", "won", "lost"])),
        Sample(spec_of("reference", entity="account", unique=True), A, B, _ids),
        Sample(spec_of("links", entity="account"), (A,), (A, B), _id_lists),
        Sample(spec_of("user"), A, B, _ids),
        Sample(spec_of("team"), A, B, _ids),
        Sample(spec_of("region"), A, B, _ids),
        Sample(spec_of("phone", unique=True), "+8613800138000", "+8613900139000", _phones),
        Sample(spec_of("email", unique=True), "Li@example.com", "wang@example.com", _emails),
        Sample(spec_of("url"), "http://a.cn/", "https://a.cn/", _urls),
        Sample(spec_of("file"), A, B, _ids),
        Sample(spec_of("files"), (A,), (A, B), _id_lists),
        Sample(spec_of("image"), A, B, _ids),
        Sample(spec_of("images"), (A,), (A, B), _id_lists),
        Sample(spec_of("code", pattern="KH-{seq:3}"), "KH-001", "KH-002", None),
        Sample(
            spec_of("formula", expression="amount", result=_result), Decimal("1.00"), Decimal("20.00"), None
        ),
        Sample(
            spec_of("rollup", expression="SUM(rows, n)", result=_result),
            Decimal("1.00"),
            Decimal("20.00"),
            None,
        ),
        Sample(spec_of("score"), -3, 85, None),
        Sample(spec_of("tags"), ("高意向",), ("展会", "高意向"), _tags),
        Sample(
            spec_of("translated_text"),
            {"en": "Valve"},
            {"zh-CN": "阀门", "en": "Valve"},
            st.dictionaries(st.sampled_from(["zh-CN", "en"]), texts(20, "\n")),
        ),
        Sample(spec_of("json"), {"width": 120}, [1, 2.5, None, "x"], _json),
    )
}
KEYS = tuple(SAMPLES)

__all__ = ["AROUND", "KEYS", "SAMPLES", "STAGES", "Sample", "label", "spec_of"]
