"""Publishing: check, plan, count, accept, apply. The one way a document becomes what is served."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from runtime.auditing.acts import PlatformAct, note_act
from runtime.computed.backfill import changed_fields, note, resume
from runtime.recoding import recode_stages
from runtime.searching import finish_reindex, plan_reindex
from runtime.served import serve
from runtime.support import SupportTables, create_support, support_tables
from schema_store.analysis.analysis import Analysis
from schema_store.canonical import canonical_bytes, document_hash
from schema_store.checks import check_analysis
from schema_store.compile.app import build_app
from schema_store.database import reading
from schema_store.diagnostics import Diagnostic, Severity, has_errors
from schema_store.difference.describe import describe_changes
from schema_store.document import AppDocument
from schema_store.document_tests.run import TestResult, check_tests, run_tests
from schema_store.ids import with_ids, without_derived_ids
from schema_store.layout import Layout, schema_name
from schema_store.migration.apply import apply_plan
from schema_store.migration.ddl import Ddl
from schema_store.migration.expansion import PublishUnderWay
from schema_store.migration.losses import count_losses
from schema_store.migration.phases import Switch
from schema_store.migration.plan import Loss, MigrationPlan, plan
from schema_store.versions import (
    AppExists,
    Draft,
    Signature,
    create_app,
    current_version,
    drop_draft,
    is_installed,
    load_draft,
    load_version,
    save_draft,
    store_version,
)

log = logging.getLogger(__name__)


class PublishRefused(ValueError):
    """The document has errors, or its own tests fail.

    Attributes:
        checked: the complaints and test results.
    """

    def __init__(self, checked: CheckResult):
        errors = [found for found in checked.diagnostics if found.severity is Severity.ERROR]
        super().__init__(
            f"not published: {len(errors)} errors; the first at {errors[0].path}: {errors[0].message['en']}"
        )
        self.checked = checked


class PublishConflict(RuntimeError):
    """Somebody publishes at the same time, or did in between; look at the new plan and try again."""


@dataclass(frozen=True)
class CheckResult:
    """What a document's checks and own tests say; a failing test is a diagnostic too, and an error."""

    diagnostics: list[Diagnostic]
    tests: list[TestResult]

    @cached_property
    def failed_tests(self) -> list[TestResult]:
        """The tests that ran and failed."""
        return [test for test in self.tests if not test.passed]

    @property
    def passed_tests(self) -> int:
        """How many tests passed."""
        return sum(test.passed for test in self.tests)

    @property
    def is_publishable(self) -> bool:
        """Whether nothing but losses can stop it."""
        return not has_errors(self.diagnostics)


@dataclass(frozen=True)
class Preview:
    """What publishing would do: complaints, tests, and the plan where there can be one."""

    checked: CheckResult
    plan: MigrationPlan | None

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What would be lost or stands in the way."""
        return self.plan.losses if self.plan else ()

    def describe_changes(self, locale: str) -> list[str]:
        """The differences in words."""
        return describe_changes(self.plan.changes, locale) if self.plan else []

    def describe_operations(self, locale: str) -> list[str]:
        """The steps on the tables in words."""
        return [operation.describe()[locale] for operation in self.plan.operations] if self.plan else []


def check_fully(document: AppDocument) -> CheckResult:
    """Every check, then the document's own tests where no error stands in their way."""
    analysis = Analysis(with_ids(document))
    diagnostics = check_analysis(analysis)
    if has_errors(diagnostics):
        return CheckResult(diagnostics, [])
    results = run_tests(document.tests, build_app(analysis, 0))
    return CheckResult(diagnostics + check_tests(analysis, results), results)


def own_document(document: AppDocument, app: str) -> AppDocument:
    """The document as a part of ``app``: under its key (without the environment), with all ids."""
    return with_ids(document.model_copy(update={"key": app.split("~", 1)[0]}))


def preview(
    engine: Engine, app: str, document: AppDocument, replacements: Mapping[str, str] | None = None
) -> Preview:
    """What publishing ``document`` to ``app`` would do; changes nothing.

    Raises:
        UnknownApp: no such app.
    """
    complete = own_document(document, app)
    checked = check_fully(complete)
    with reading(engine) as connection:
        number = current_version(connection, app)
        if has_errors(checked.diagnostics):
            return Preview(checked, None)
        return Preview(checked, _plan(connection, app, number, complete, replacements))


def _plan(
    connection: Connection,
    app: str,
    number: int,
    document: AppDocument,
    replacements: Mapping[str, str] | None,
) -> MigrationPlan:
    served = load_version(connection, app, number)
    made = plan(served.document, document, served.layout, number + 1, replacements)
    return count_losses(connection, made)


def publish(
    engine: Engine,
    app: str,
    document: AppDocument,
    signature: Signature,
    *,
    accepted: Collection[str] = (),
    replacements: Mapping[str, str] | None = None,
) -> int:
    """Serve ``document`` from now on; the number of the new version.

    Raises:
        UnknownApp: no such app.
        PublishRefused: errors, or failing tests.
        LossNotAccepted: something would be lost that was not accepted (``.plan``), or stands in the way.
        PublishConflict: somebody publishes at the same time, or did in between.
    """
    shown = preview(engine, app, document, replacements)
    if shown.plan is None or not shown.checked.is_publishable:
        raise PublishRefused(shown.checked)
    made = shown.plan
    with reading(engine) as connection:
        before = serve(connection, app).app
    after = build_app(Analysis(made.new), made.version)
    changed = changed_fields(before, after).union(made.recompute)

    def switch(connection: Connection, layout: Layout) -> None:
        if current_version(connection, app, lock="update") != made.version - 1:
            raise PublishConflict(app)
        support = _make_support(connection, layout)
        recode_stages(connection, support, made.operations)
        plan_reindex(connection, support, before, after)
        store_version(connection, app, made, layout, signature, accepted)
        drop_draft(connection, app)
        note_act(connection, _act("published", app, made, signature, accepted), signature.at)
        note(connection, layout.schema, changed, signature.at)

    try:
        apply_plan(engine, made, accepted, switch)
    except PublishUnderWay as error:
        raise PublishConflict(app) from error
    try:
        resume(engine, app)
    except SQLAlchemyError:
        # The version has switched; what is left to compute is written down, and the next start goes on with it.
        log.exception("values computed after publishing %s are left to the next start", app)
    finish_reindex(engine, app)
    return made.version


def install(engine: Engine, document: AppDocument, signature: Signature, key: str | None = None) -> Preview:
    """Make a new app of a document, as its version 1.

    Raises:
        AppExists: the key is taken.
        PublishRefused: errors, or failing tests.
    """
    app = key or document.key
    complete = own_document(document, app)
    with reading(engine) as connection:
        if is_installed(connection, app):
            raise AppExists(app)
    checked = check_fully(complete)
    if not checked.is_publishable:
        raise PublishRefused(checked)
    made = plan(None, complete, Layout(schema_name(app)), 1)
    apply_plan(engine, made, (), _first_version(app, made, signature))
    return Preview(checked, made)


def _first_version(app: str, made: MigrationPlan, signature: Signature) -> Switch:
    def switch(connection: Connection, layout: Layout) -> None:
        create_app(connection, app, signature.at)
        _make_support(connection, layout)
        store_version(connection, app, made, layout, signature, ())
        note_act(connection, _act("app_installed", app, made, signature), signature.at)

    return switch


def _act(
    name: str, app: str, made: MigrationPlan, signature: Signature, accepted: Collection[str] = ()
) -> PlatformAct:
    """What the audit says of it."""
    details = {"note": signature.note, "accepted": sorted(accepted), "hash": document_hash(made.new)}
    subject = str(made.version)
    return PlatformAct(
        name, by=signature.by, name=signature.author, app=app, subject=subject, details=details
    )


def _make_support(connection: Connection, layout: Layout) -> SupportTables:
    """The tables beside the records; those that are there stay."""
    Ddl(connection, layout).create_schema()
    create_support(connection, layout.schema)
    return support_tables(layout.schema, connection.dialect.name)


def export_app(engine: Engine, app: str) -> bytes:
    """The served document in canonical form; ids that would be derived again are left out.

    Raises:
        UnknownApp: no such app.
    """
    with reading(engine) as connection:
        version = load_version(connection, app, current_version(connection, app))
    return canonical_bytes(without_derived_ids(version.document))


def restore_version(connection: Connection, app: str, number: int, signature: Signature) -> Draft:
    """An earlier version as the new draft, to be checked, planned and published like any other.

    Raises:
        UnknownApp: no such app.
        UnknownVersion: the app has no such version.
    """
    version = load_version(connection, app, number)
    standing = load_draft(connection, app)
    note = signature.note or f"restore version {number}"
    save_draft(connection, app, version.document, replace(signature, note=note), revision=standing.revision)
    return load_draft(connection, app)
