"""Keys that name other elements: they exist, they are named once, names of children are free."""

from __future__ import annotations

from collections.abc import Iterator

from schema_store.analysis.analysis import Analysis
from schema_store.analysis.lookup import SYSTEM_NAMES
from schema_store.analysis.loose_names import loose_names
from schema_store.analysis.walk import ReferenceSite
from schema_store.diagnostics import Diagnostic
from schema_store.document.fields import LinksField, ReferenceField
from schema_store.messages import diagnostic, nearest
from schema_store.system import PLATFORM_ENTITIES


def check_references(analysis: Analysis) -> Iterator[Diagnostic]:
    """Every reference names something that is there, lists name nothing twice, inverses clash with nothing."""
    seen: set[tuple[str, str]] = set()
    for site in analysis.walk.references:
        yield from _exists(analysis, site)
        container, _, last = site.pointer.rpartition("/")
        if last.isdecimal() and not site.is_member:
            if (container, site.value) in seen:
                yield _at("reference.repeated", site, key=site.value)
            seen.add((container, site.value))
    yield from _inverses(analysis)
    yield from _loose(analysis)


def _at(code: str, site: ReferenceSite, **params: str) -> Diagnostic:
    return diagnostic(code, site.place, site.pointer[len(site.place.pointer) :], None, **params)


def _exists(analysis: Analysis, site: ReferenceSite) -> Iterator[Diagnostic]:
    names = analysis.lookup.candidates(site)
    if names is None or site.value in names:
        return
    if site.mark.kind == "entity" and site.value in PLATFORM_ENTITIES:
        yield _at("reference.platform_entity", site, key=site.value)
    else:
        yield _at(
            f"reference.unknown_{site.mark.kind}", site, key=site.value, nearest=nearest(site.value, names)
        )


def _loose(analysis: Analysis) -> Iterator[Diagnostic]:
    """Names in audiences, rights and triggers."""
    for name in loose_names(analysis):
        if name.span is None:
            yield diagnostic(f"{name.kind}.form", name.place, name.at, None, text=name.text or "∅")
        elif name.key not in name.known:
            code, near = f"reference.unknown_{name.kind}", nearest(name.key, name.known)
            yield diagnostic(code, name.place, name.at, name.span, key=name.key or "∅", nearest=near)


def _inverses(analysis: Analysis) -> Iterator[Diagnostic]:
    """The name of the children must be free at the target; the first of two claims stands."""
    lookup = analysis.lookup
    for place in analysis.walk.of(ReferenceField, LinksField):
        field = place.model
        assert isinstance(field, ReferenceField | LinksField)
        if field.inverse is None or field.entity not in lookup.entities:
            continue
        key = field.inverse.key
        holder = lookup.children[field.entity][key]
        if key in lookup.fields[field.entity] or key in SYSTEM_NAMES or holder.field is not field:
            yield diagnostic("reference.inverse_taken", place, "/inverse/key", key=key, entity=field.entity)
