"""Sentences of the diagnostics: a catalogue (``messages.json``) of code, severity, sentence and hint per locale."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from expressions.messages import Locale, describe
from expressions.problems import Problem, Span
from schema_store.analysis.walk import Place
from schema_store.diagnostics import Diagnostic, Severity

LOCALES: tuple[Locale, ...] = ("zh-CN", "en")


class Sentence(NamedTuple):
    """What one code says; ``{word}`` is filled from the params. A hint that lacks a word is left out."""

    severity: Severity
    zh: str
    en: str
    zh_hint: str = ""
    en_hint: str = ""


def _catalogue() -> dict[str, Sentence]:
    rows = json.loads((Path(__file__).parent / "messages.json").read_text("utf-8"))
    nouns = rows.pop("nouns")
    sentences = {code: Sentence(Severity(row[0]), *row[1:]) for code, row in rows.items()}
    pattern = sentences.pop("reference.unknown_*")
    for kind, (zh, en) in nouns.items():
        named = [
            text.replace("{noun}", zh if index % 2 == 0 else en) for index, text in enumerate(pattern[1:])
        ]
        sentences[f"reference.unknown_{kind}"] = Sentence(pattern.severity, *named)
    return sentences


#: By code.
CATALOGUE: Mapping[str, Sentence] = _catalogue()


def diagnostic(
    code: str, place: Place, at: str = "", span: Span | None = None, **params: object
) -> Diagnostic:
    """A complaint of the catalogue about ``place``, or about the part of it that the pointer ``at`` leads to.

    Raises:
        KeyError: the code is not in the catalogue, or its sentence lacks a word (``""`` is no word).
    """
    entry = CATALOGUE[code]
    words = {name: str(value) for name, value in params.items() if value != ""}
    return Diagnostic(
        code=code,
        severity=entry.severity,
        path=place.pointer + at,
        message={"zh-CN": entry.zh.format_map(words), "en": entry.en.format_map(words)},
        hint=_hints({"zh-CN": entry.zh_hint, "en": entry.en_hint}, words),
        id=place.id,
        span=span,
        params=words,
    )


def _hints(patterns: Mapping[str, str], words: Mapping[str, str]) -> dict[str, str]:
    try:
        return {locale: text.format_map(words) for locale, text in patterns.items() if text}
    except KeyError:
        return {}


def of_problem(problem: Problem, place: Place, pointer: str) -> Diagnostic:
    """A problem of an expression, told about the text at ``pointer``."""
    told = {locale: describe(problem, locale) for locale in LOCALES}
    return Diagnostic(
        code=problem.code,
        severity=Severity.ERROR,
        path=pointer,
        message={locale: sentence for locale, (sentence, _) in told.items()},
        hint={locale: hint for locale, (_, hint) in told.items() if hint},
        id=place.id,
        span=problem.span,
        params=problem.params,
    )


def nearest(word: str, names: Iterable[str]) -> str:
    """At most three of ``names`` that look like ``word``, for a hint; ``""`` when none does."""
    spelt = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(word.casefold(), spelt, 3, 0.6)
    return ", ".join(spelt[name] for name in close)
