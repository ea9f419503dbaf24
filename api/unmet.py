"""What a gate misses, on the wire and in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from api.messages import UNMET, Locale, say
from runtime.refusals import Unmet


def unmet_shapes(unmet: Iterable[Unmet], locale: Locale) -> list[dict[str, Any]]:
    """``[{key, kind, message, needed, seen}]``; a criterion brings the author's own sentence."""
    return [
        {
            "key": each.key,
            "kind": each.kind,
            "message": _message(each, locale),
            "needed": each.needed,
            "seen": each.seen,
        }
        for each in unmet
    ]


def _message(unmet: Unmet, locale: Locale) -> str:
    for texts in (unmet.message, unmet.label):
        if texts:
            own = texts.get(locale) or next(iter(texts.values()))
            return own if texts is unmet.message else say(UNMET, unmet.kind, locale, {"label": own})
    return say(UNMET, unmet.kind, locale, {"label": unmet.key})
