"""Refusals as sentences: what the command line prints instead of a traceback."""

from __future__ import annotations

from api.backup import BackupRefused
from api.commands.context import NotPrepared
from api.demo_people import NotLoopback
from api.problem import problem_body, problem_of
from api.secret import WeakSecret
from builder.demo import DemoRefused
from builder.publish import PublishConflict, PublishRefused
from runtime.refusals import Refused
from schema_store.database import DamagedDatabase
from schema_store.migration.acceptance import LossNotAccepted
from schema_store.migration.apply import TooOld
from schema_store.platform import PlatformOutdated
from schema_store.versions import AppExists, UnknownApp, UnknownVersion
from templates import UnknownTemplate

_SENTENCES: dict[type[Exception], str] = {
    UnknownApp: "no app '{}' is installed",
    UnknownVersion: "there is no version {}",
    PublishConflict: "somebody publishes to '{}' too; look at the plan again",
    AppExists: "an app '{}' is installed already; publish to it instead",
}


def explain_refusal(error: Exception) -> str | None:
    """The sentence for a refusal this product makes on purpose; None for anything else."""
    if isinstance(error, LossNotAccepted):
        return _loss_sentence(error)
    if isinstance(
        error,
        NotPrepared
        | WeakSecret
        | NotLoopback
        | DemoRefused
        | PublishRefused
        | PlatformOutdated
        | TooOld
        | UnknownTemplate
        | BackupRefused
        | DamagedDatabase,
    ):
        return str(error)
    if isinstance(error, Refused):
        return _refusal_sentence(error)
    template = _SENTENCES.get(type(error))
    return template.format(error) if template else None


def _refusal_sentence(refusal: Refused) -> str:
    """What the server would answer, in English: the sentence, then each complaint with its place."""
    body = problem_body(problem_of(refusal), "en")
    complaints = [f"  {each['pointer']}: {each['message']}" for each in body.get("errors", ())]
    return "\n".join([body["detail"], *complaints])


def _loss_sentence(error: LossNotAccepted) -> str:
    lines = [f"  {loss.id}\n      {loss.sentence['zh-CN']}" for loss in error.missing]
    todo = (
        "nothing was published; this stands in the way"
        if any(loss.blocking for loss in error.missing)
        else "nothing was published; accept each loss with --accept ID"
    )
    return "\n".join([f"{todo}:", *lines])
