"""Refusals as sentences: what the command line prints instead of a traceback."""

from __future__ import annotations

from api.commands.context import NotPrepared
from builder.publish import LossNotAccepted, PublishRefused
from schema_store.versions import AppExists, UnknownApp, UnknownVersion

_SENTENCES: dict[type[Exception], str] = {
    UnknownApp: "no app '{}' is installed",
    UnknownVersion: "there is no version {}",
    AppExists: "an app '{}' is installed already; publish to it instead",
}


def explain_refusal(error: Exception) -> str | None:
    """The sentence for a refusal this product makes on purpose; None for anything else."""
    if isinstance(error, NotPrepared | PublishRefused | LossNotAccepted | FileNotFoundError):
        return str(error)
    template = _SENTENCES.get(type(error))
    return template.format(error) if template else None
