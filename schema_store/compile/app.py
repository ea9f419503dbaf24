"""Document to compiled app: nothing is looked up after this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from schema_store.analysis.analysis import Analysis
from schema_store.checks import check_analysis
from schema_store.compile.access import compile_role
from schema_store.compile.dispatch import compile_dispatch, compile_pool
from schema_store.compile.entity import compile_entity
from schema_store.compile.forms import compile_form, compile_public_form
from schema_store.compile.metrics import compile_metric
from schema_store.compile.process import compile_pipeline
from schema_store.compile.programs import Programs
from schema_store.compile.rules import compile_rule, compile_signal, index_rules
from schema_store.compile.scoring import compile_calculation, compile_score
from schema_store.compile.timing import compile_hours, compile_sla
from schema_store.compiled.app import App, CompiledEntity
from schema_store.compiled.process import CompiledPipeline
from schema_store.compiled.rules import CompiledMessage, CompiledRule, RuleIndex
from schema_store.compiled.scoring import CompiledScore
from schema_store.compiled.timing import CompiledSla
from schema_store.diagnostics import Diagnostic, has_errors
from schema_store.document import AppDocument
from schema_store.document.base import Element
from schema_store.document_tests.run import check_tests, run_tests
from schema_store.ids import with_ids


def compile_app(document: AppDocument, version: int) -> tuple[App | None, list[Diagnostic]]:
    """The compiled form of one version, and every complaint about it, its own tests included.

    Returns:
        the app, or None when a complaint is an error.
    """
    analysis = Analysis(document)
    if any(place.id is None for place in analysis.walk.of(Element)):
        analysis = Analysis(with_ids(document))
    found = check_analysis(analysis)
    if has_errors(found):
        return None, found
    app = build_app(analysis, version)
    found += check_tests(analysis, run_tests(analysis.document.tests, app))
    return (None if has_errors(found) else app), found


def build_app(analysis: Analysis, version: int) -> App:
    """The compiled form of a document without errors; its tests are not run."""
    document, settings = analysis.document, analysis.document.settings
    programs = Programs(analysis)
    scores = {score.key: compile_score(score, programs) for score in document.scores}
    pipelines = [compile_pipeline(pipeline, programs) for pipeline in document.pipelines]
    entities = _entities(programs, scores, pipelines)
    rules = {rule.key: compile_rule(rule, programs) for rule in document.rules}
    signals = {each.key: made for each in document.signals if (made := compile_signal(each, programs))}
    return App(
        key=document.key,
        version=version,
        label=document.label,
        zone=ZoneInfo(settings.zone),
        currency=settings.currency,
        locales=tuple(settings.locales),
        default_locale=settings.default_locale,
        fiscal_year_start=settings.fiscal_year_start,
        entities=entities,
        infos=analysis.environments.entities,
        scores=scores,
        calculations={each.key: compile_calculation(each, programs) for each in document.calculations},
        roles={role.key: compile_role(role, programs) for role in document.roles},
        forms={each.key: compile_form(each, programs) for each in document.forms},
        public_forms={each.key: compile_public_form(each) for each in document.public_forms},
        metrics={each.key: compile_metric(each) for each in document.metrics},
        rules=rules,
        signals=signals,
        triggers=_triggers([*signals.values(), *rules.values()], scores.values()),
        dispatches={each.key: compile_dispatch(each, programs) for each in document.dispatches},
        pools={each.key: compile_pool(each, programs) for each in document.pools},
        slas=_slas(programs),
        messages={
            each.key: CompiledMessage(each.key, each.label, each.subject or {}, each.body)
            for each in document.messages
        },
        option_labels={
            each.key: {option.key: option.label for option in each.options} for each in document.option_sets
        },
        tasks=settings.tasks,
        tables=analysis.environments.tables,
        calendars=analysis.environments.calendars,
        order=tuple(analysis.derivation.order),
        refreshes=analysis.derivation.refreshes,
        entities_by_id={entity.id: entity for entity in entities.values()},
        fields_by_id={field.id: field for entity in entities.values() for field in entity.fields.values()},
    )


def _entities(
    programs: Programs, scores: Mapping[str, CompiledScore], pipelines: Iterable[CompiledPipeline]
) -> dict[str, CompiledEntity]:
    written = {(score.entity, score.field): score for score in scores.values()}
    return {
        entity.key: compile_entity(
            entity, programs, written, [each for each in pipelines if each.entity == entity.key]
        )
        for entity in programs.analysis.document.entities
    }


def _triggers(rules: Iterable[CompiledRule], scores: Iterable[CompiledScore]) -> dict[str, RuleIndex]:
    bands: dict[tuple[str, str], tuple[str, ...]] = {}
    for score in scores:
        for band in score.bands if score.band_field else ():
            place = score.entity, band.key
            bands[place] = (*bands.get(place, ()), score.band_field or "")
    by_entity: dict[str, list[CompiledRule]] = {}
    for rule in rules:
        by_entity.setdefault(rule.entity, []).append(rule)
    return {entity: index_rules(each, bands) for entity, each in by_entity.items()}


def _slas(programs: Programs) -> dict[str, tuple[CompiledSla, ...]]:
    document = programs.analysis.document
    hours = {each.key: compile_hours(each, document.settings.zone) for each in document.calendars}
    found: dict[str, tuple[CompiledSla, ...]] = {}
    for sla in document.slas:
        found[sla.entity] = (*found.get(sla.entity, ()), compile_sla(sla, programs, hours))
    return found
