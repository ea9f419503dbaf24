"""Forms under which values are compared: two spellings of one phone number, company or domain become one text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from schema_store.phone import normalise_phone

#: Legal forms at the end of a Chinese company name, longest first.
_CHINESE_FORMS = (
    "股份有限责任公司",
    "有限责任公司",
    "股份有限公司",
    "有限合伙企业",
    "集团公司",
    "有限公司",
    "有限合伙",
    "集团",
    "公司",
)
_LATIN_FORMS = frozenset(
    {"co", "company", "corp", "corporation", "gmbh", "group", "holding", "holdings", "inc", "incorporated"}
    | {"limited", "llc", "llp", "ltd", "plc", "sa"}
)
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.ASCII)
_HOST_START = re.compile(r"^(?:www\.|\s)+")
_HOST_END = re.compile(r"(?:[.\s]|:[0-9]*)+$")


def normalise_text(value: str) -> str:
    """NFKC, lower case, white space collapsed to single spaces."""
    return " ".join(_folded(value).split())


def normalise_company(value: str) -> str:
    """A company's name without brackets, punctuation, white space, case and legal form (有限公司 or Co., Ltd.).

    A name that is nothing but a legal form stays as it is.
    """
    words = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in normalise_text(value)).split()
    while len(words) > 1 and words[-1] in _LATIN_FORMS:
        words.pop()
    name = unicodedata.normalize("NFC", "".join(words))
    while name not in _CHINESE_FORMS and (form := next(filter(name.endswith, _CHINESE_FORMS), None)):
        name = name.removesuffix(form)
    return name


def normalise_email(value: str) -> str:
    """A mail address without case and outer white space."""
    return _folded(value).strip()


def normalise_domain(value: str) -> str:
    """The host of a web address, mail address or bare domain: lower case, without ``www.``, port and path."""
    text = _folded(value).strip()
    text = _SCHEME.sub("", text)
    host = re.split(r"[/?#\\]", text, maxsplit=1)[0].rpartition("@")[2]
    return _HOST_START.sub("", _HOST_END.sub("", host))


def _folded(value: str) -> str:
    """Compatibility forms and case made one, so that doing it again changes nothing."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())


def _normalise_phone_or_digits(value: str) -> str:
    """E.164 of a number, or what digits there are where it is none."""
    return normalise_phone(value) or "".join(re.findall(r"[0-9]", unicodedata.normalize("NFKC", value)))


#: By the name that documents use; each takes any text and gives ``""`` where nothing is left to compare.
NORMALISERS: Mapping[str, Callable[[str], str]] = {
    "text": normalise_text,
    "phone": _normalise_phone_or_digits,
    "email": normalise_email,
    "company": normalise_company,
    "domain": normalise_domain,
}
