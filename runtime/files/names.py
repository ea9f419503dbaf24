"""Names of files: words for people, never a place on a disk."""

from __future__ import annotations

import re
import unicodedata

MOST_LETTERS = 200
#: Letters of an ending (``.docx``) that survive when a long name is cut.
_ENDING = 12
#: What Windows or a shell would not take in a name.
_AWKWARD = re.compile(r'[<>:"|?*]')
_NAMELESS = "file"


def clean_name(given: str) -> str:
    """The name under which a file is shown and saved: without folders, control and direction marks, and not long.

    A mark that turns the direction of a text (U+202E) makes ``photo…gpj.exe`` look like a picture; those are format
    characters, as zero-width letters are, and all of them go.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    shown = "".join(" " if each in "\t\n\r" else each for each in last)
    visible = "".join(each for each in shown if unicodedata.category(each)[0] != "C")
    plain = " ".join(_AWKWARD.sub("_", visible).split()).strip(". ")
    return _shortened(plain) or _NAMELESS


def _shortened(name: str) -> str:
    if len(name) <= MOST_LETTERS:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > _ENDING:
        return name[:MOST_LETTERS].rstrip(". ")
    tail = dot + ending
    return stem[: MOST_LETTERS - len(tail)].rstrip(". ") + tail
