"""What is known about one document: its places, keys, environments and checked expressions, each made once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from expressions.env import Env
from expressions.problems import Problem
from expressions.sql.translatable import not_translatable
from expressions.types import BOOLEAN, Type
from schema_store.analysis.derivation import Derivation
from schema_store.analysis.environment import Environments
from schema_store.analysis.findings import Finding, Outcome, needs_database, outcome_of
from schema_store.analysis.lookup import Lookup
from schema_store.analysis.walk import ExpressionSite, Place, Walk, walk
from schema_store.document import AppDocument
from schema_store.document.fields import BaseField
from schema_store.document.scoring import Calculation, Input, Line
from schema_store.field_types import FIELD_TYPES
from schema_store.field_types.base import Capability, FieldValueError, Refusal


class Analysis:
    """Everything that checks, compilers and refactorings ask about a document.

    Attributes:
        document: the document looked at.
        walk: its places.
        lookup: its elements by key.
        environments: what its expressions may name.
    """

    def __init__(self, document: AppDocument):
        self.document = document
        self.walk: Walk = walk(document)
        self.lookup = Lookup(document)
        self.environments = Environments(self.lookup)
        self._outcomes: dict[tuple[str, int, Type | None], Outcome] = {}

    @cached_property
    def expressions(self) -> Mapping[str, Finding]:
        """Every expression by pointer, in document order; those of an entity that is not there are left out."""
        lines = {id(place.model): place for place in self.walk.of(Line)}
        found: dict[str, Finding] = {}
        types: dict[str, dict[str, Type]] = {}
        for site in self.walk.expressions:
            if id(site.place.model) in lines:
                finding = self._line(site, types)
            elif site.place.entity is not None and site.place.entity not in self.lookup.entities:
                continue
            else:
                finding = self._check(site, self.environments.of_site(site), self.expected(site))
            found[site.pointer] = finding
        return found

    @cached_property
    def derivation(self) -> Derivation:
        """The computed fields as one graph."""
        return Derivation(self.walk, self.expressions, self.environments.entities, self.lookup.links)

    def findings(self, *kinds: type) -> Iterator[tuple[Place, Finding]]:
        """The expressions that belong to models of these kinds, with their place."""
        for finding in self.expressions.values():
            if isinstance(finding.site.place.model, kinds):
                yield finding.site.place, finding

    def expected(self, site: ExpressionSite) -> Type | None:
        """The type that the place of an expression asks for; None where any will do."""
        model = site.place.model
        if site.mark.expects == "boolean":
            return BOOLEAN
        if site.mark.expects == "result" and isinstance(model, BaseField):
            return self.environments.type_of(site.place.entity or "", model)
        if isinstance(model, Input):
            return self.environments.input_type(model)
        if site.slot is not None and site.mark.expects != "like":
            field = self.lookup.target(site.slot)
            owner = self.lookup.owner_entity(site.slot.mark, site.place)
            return self.environments.type_of(owner or "", field) if isinstance(field, BaseField) else None
        return None

    def untranslatable(self, finding: Finding) -> tuple[Problem, ...]:
        """Why an expression that must run in the database cannot; empty when it can, or need not."""
        if finding.checked is None or not needs_database(finding, self.derivation.volatile):
            return ()
        return tuple(not_translatable(finding.checked))

    def value_fault(self, entity: str, field: BaseField, wire: object) -> str | None:
        """Why a JSON value cannot be a value of ``field``: a stable code; None when it can."""
        try:
            FIELD_TYPES.of(field).decode(field, self.environments.around(entity, field), wire)
        except FieldValueError as fault:
            return fault.code
        return None

    def refusal(self, entity: str, field: BaseField, capability: Capability) -> Refusal | None:
        """Why a field cannot be filtered, sorted, unique or indexed; None when it can."""
        around = self.environments.around(entity, field)
        return FIELD_TYPES.of(field).refusal(field, around, capability)

    def _check(self, site: ExpressionSite, env: Env, expected: Type | None) -> Finding:
        key = (site.text, id(env), expected)
        if key not in self._outcomes:
            self._outcomes[key] = outcome_of(site.text, env, expected)
        return Finding(site, env, *self._outcomes[key])

    def _line(self, site: ExpressionSite, types: dict[str, dict[str, Type]]) -> Finding:
        """A line sees the lines before it; one that has problems has no type and cannot be named."""
        owner = site.place.nearest(Calculation)
        assert owner is not None
        assert isinstance(owner.model, Calculation)
        assert isinstance(site.place.model, Line)
        earlier = types.setdefault(owner.pointer, {})
        env = self.environments.of_line(owner.model, earlier)
        finding = Finding(site, env, *outcome_of(site.text, env, None))
        if finding.checked is not None:
            earlier[site.place.model.key] = finding.checked.type
        return finding
