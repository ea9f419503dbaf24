"""Phone numbers in E.164: rules for mainland China, the plain international form for the rest."""

from __future__ import annotations

import re
import unicodedata

#: Country → calling code, for numbers that are typed without one.
CALLING_CODES = {
    "AE": "971", "AU": "61", "BR": "55", "CA": "1", "CH": "41", "CN": "86", "DE": "49", "ES": "34", "FR": "33",
    "GB": "44", "HK": "852", "ID": "62", "IN": "91", "IT": "39", "JP": "81", "KR": "82", "MO": "853", "MX": "52",
    "MY": "60", "NL": "31", "NZ": "64", "PH": "63", "RU": "7", "SA": "966", "SG": "65", "TH": "66", "TW": "886",
    "US": "1", "VN": "84", "ZA": "27",
}  # fmt: skip
#: Without a trunk zero: the zero belongs to the number.
_KEEPS_ZERO = frozenset({"IT", "HK", "MO", "SG"})
_EXTENSION = re.compile(r"(?:;ext=|ext\.?|extension|转|轉|分机|x|#|,)\s*([0-9]{1,6})$")
_MAINLAND = re.compile(
    r"(?:1[3-9][0-9]{9}"  # mobile
    r"|(?:10|2[0-9])[0-9]{8}"  # Beijing, Shanghai and the other areas of two digits
    r"|[3-9][0-9]{2}[0-9]{7,8}"  # areas of three digits
    r"|[48]00[0-9]{7})"  # services paid by the company
)
_SEPARATORS = re.compile(r"[\s().\-–—·/]+")


def normalise_phone(value: str, country: str = "CN") -> str | None:
    """The number in E.164 (``+8613800138000``), with an extension as ``;ext=12``; None when it is no phone number.

    Full-width digits, spaces, dashes and brackets do not matter. A number without ``+`` or ``00`` belongs to
    ``country`` (ISO 3166).
    """
    text = unicodedata.normalize("NFKC", value).strip().lower()
    extension = ""
    if match := _EXTENSION.search(text):
        extension, text = f";ext={match[1]}", text[: match.start()]
    digits = _SEPARATORS.sub("", text)
    international = digits.startswith(("+", "00"))
    digits = digits.removeprefix("+").removeprefix("00") if international else digits
    if not re.fullmatch(r"[0-9]{5,20}", digits):
        return None
    number = _from_abroad(digits) if international else _at_home(digits, country)
    return f"+{number}{extension}" if number else None


def _from_abroad(digits: str) -> str | None:
    if digits.startswith("86"):
        return _mainland(digits[2:])
    return digits if 7 <= len(digits) <= 15 and digits[0] != "0" else None


def _at_home(digits: str, country: str) -> str | None:
    if country == "CN":
        long_form = digits.startswith("86") and len(digits) >= 12
        return (_mainland(digits[2:]) if long_form else None) or _mainland(digits)
    code = CALLING_CODES.get(country)
    if code is None:
        return None
    national = digits if country in _KEEPS_ZERO else digits.removeprefix("0")
    return _from_abroad(code + national) if len(national) >= 4 else None


def _mainland(digits: str) -> str | None:
    national = digits.removeprefix("0")
    return f"86{national}" if _MAINLAND.fullmatch(national) else None
