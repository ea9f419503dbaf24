"""What an app is, as one actor may know it: entities, fields, forms, views, pipelines, dashboards, calculations.

Nothing of it names a field or entity that the actor may not read: such items are left out, and an expression that
names one is left out of its item (the server decides what it decides all the same).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel
from sqlalchemy.engine import Connection

from expressions.checker import check
from expressions.parser import check_syntax
from expressions.plain import plain_tree
from expressions.typed import Checked
from runtime.access import Access, Act
from runtime.metrics import is_readable
from runtime.served import Served
from schema_store.analysis.lookup import Lookup
from schema_store.compiled.app import CompiledEntity, CompiledField
from schema_store.document import AppDocument
from schema_store.document.fields import (
    Completion,
    LinksField,
    LongTextField,
    OptionField,
    OptionsField,
    Phrases,
    ReferenceField,
    StageField,
    TextField,
)
from schema_store.document.process import Gate, Pipeline, Stage, Transition
from schema_store.document.scoring import Calculation
from schema_store.document.surfaces import (
    Dashboard,
    FieldItem,
    Form,
    Metric,
    RelatedItem,
    SectionItem,
    SuggestItem,
    TextItem,
    View,
)
from schema_store.versions import load_version

Plain = dict[str, Any]
_ACTS: tuple[Act, ...] = (
    "read",
    "create",
    "update",
    "delete",
    "export",
    "import",
    "assign",
    "transition",
    "override",
)
#: Attributes of a field that are about how the app is built, or that are told by what may be done with it.
_INNER = {"purpose", "default_expression", "expression", "indexed", "description", "completion", "phrases"}


def document_of(connection: Connection, served: Served, app: str) -> AppDocument:
    """The document of the served version, read once."""
    found: AppDocument | None = served.kept.get("document")
    if found is None:
        found = load_version(connection, app, served.app.version).document
        served.kept["document"] = found
    return found


def access_tag(access: Access) -> str:
    """A text that differs where what may be known of the app differs: the version, and a hash of the access."""
    policy = access.policy
    parts = [role.key for role in policy.roles] + [str(policy.people)]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return f"{access.served.app.version}-{digest}"


def describe_app(document: AppDocument, access: Access, key: str) -> Plain:
    """The app for an actor.

    Args:
        document: of the served version.
        access: of the actor.
        key: under which it is installed (``crm~sandbox``).
    """
    return _Describer(document, access).app(key)


class _Describer:
    def __init__(self, document: AppDocument, access: Access):
        self.document, self.access = document, access
        self.lookup = Lookup(document)
        self.roles = {role.key for role in access.policy.roles}
        self.entities = [entity.key for entity in document.entities if access.readable(entity.key)]
        self.known: dict[tuple[str, str], Checked | None] = {}

    def app(self, key: str) -> Plain:
        """All of it."""
        settings = self.document.settings
        views = [view for view in self.document.views if self.shows_view(view)]
        boards = [board for board in self.document.dashboards if self.is_for(board.roles)]
        metrics = [metric for metric in self.document.metrics if self.shows_metric(metric)]
        return {
            "key": key,
            "version": self.access.served.app.version,
            "label": self.document.label,
            "settings": _plain(settings),
            "roles": sorted(self.roles),
            "rights": sorted(self.access.policy.rights),
            "entities": [self.entity(entity) for entity in self.entities],
            "forms": [self.form(form) for form in self.document.forms if self.shows_form(form)],
            "views": [self.view(view) for view in views],
            "pipelines": [
                self.pipeline(each) for each in self.document.pipelines if self.shows_pipeline(each)
            ],
            "metrics": [self.metric(metric) for metric in metrics],
            "dashboards": [self.dashboard(board, metrics) for board in boards],
            "navigation": list(self.navigation(views, boards)),
            "calculations": [
                self.calculation(each)
                for each in self.document.calculations
                if each.entity is None or each.entity in self.entities
            ],
        }

    def is_for(self, roles: Iterable[str]) -> bool:
        """Whether something meant for these roles (none: everyone) is for the actor."""
        named = set(roles)
        return not named or bool(named & self.roles)

    def readable(self, entity: str, key: str) -> bool:
        """Whether a field, or a system field by its name in expressions, may be read."""
        return key in self.access.policy.names(entity) or key in self.access.readable(entity)

    def expression(self, entity: str, text: str | None) -> str | None:
        """An expression, where the actor may read everything that it names."""
        return text if self.checked(entity, text) else None

    def checked(self, entity: str, text: str | None) -> Checked | None:
        """The same, checked in the names that the actor may use."""
        if text is None:
            return None
        if (entity, text) not in self.known:
            node, _ = check_syntax(text)
            self.known[entity, text] = check(node, self.access.env(entity))[0] if node else None
        return self.known[entity, text]

    def entity(self, key: str) -> Plain:
        """An entity with its fields and what may be done with its records."""
        compiled = self.access.served.app.entities[key]
        spec = self.lookup.entities[key]
        return {
            "id": compiled.id,
            "key": key,
            "label": compiled.label,
            "plural": compiled.plural,
            "icon": spec.icon,
            "name_field": compiled.name_field if self.readable(key, compiled.name_field or "") else None,
            "acts": [act for act in _ACTS if self.access.can(key, act)],
            "search": any(self.readable(key, field) for field in compiled.search_fields),
            "fields": [
                self.field(compiled, field)
                for field in compiled.fields.values()
                if self.readable(key, field.key)
            ],
            "children": list(self.children(compiled)),
            "clocks": compiled.key in self.access.served.app.slas,
            "conversion": self.conversion(compiled),
        }

    def conversion(self, entity: CompiledEntity) -> Plain | None:
        """What a record can be converted to, for those who may; values and links stay with the server."""
        found = entity.conversion
        if found is None or not all(self.access.can(entity.key, act) for act in ("update", "transition")):
            return None
        targets = [
            {"key": each.key, "label": each.label, "entity": each.entity, "optional": each.optional}
            for each in found.targets
        ]
        return {"key": found.key, "label": found.label, "stage": found.stage, "targets": targets}

    def field(self, entity: CompiledEntity, field: CompiledField) -> Plain:
        """A field: what it is, whether it may be written, what may be chosen."""
        described = _plain(field.spec, _INNER | {"options", "option_set", "entity", "inverse"})
        described |= {
            "creatable": field.key in self.access.writable(entity.key, "create"),
            "writable": field.key in self.access.writable(entity.key, "update"),
            "sortable": field.kind.refusal(field.spec, field.around, "sort") is None,
            "filterable": field.kind.refusal(field.spec, field.around, "filter") is None,
            "computed": field.computed,
        }
        spec = field.spec
        if isinstance(spec, ReferenceField | LinksField):
            described["entity"] = spec.entity if self.access.readable(spec.entity) else None
        if isinstance(spec, OptionField | OptionsField):
            described["options"] = [_plain(option) for option in self.lookup.options(spec)]
        if isinstance(spec, StageField):
            stages = self.lookup.stages(entity.key, field.key).values()
            described["options"] = [{"key": stage.key, "label": stage.label} for stage in stages]
        for name in ("expression", "default_expression"):
            if text := self.expression(entity.key, getattr(spec, name, None)):
                described[name] = text
                described["trees"] = described.get("trees", {}) | self.trees(entity.key, [text])
        if isinstance(spec, TextField) and spec.completion and self.readable(spec.completion.source, "id"):
            described["completion"] = self.completion(spec.completion)
        if isinstance(spec, LongTextField) and spec.phrases and self.shows_phrases(spec.phrases):
            described["phrases"] = _plain(spec.phrases)
        return described

    def completion(self, completion: Completion) -> Plain:
        """Where a text comes from, with what else of the chosen record the actor may take over."""
        values = {
            key: source
            for key, source in completion.values.items()
            if self.readable(completion.source, source)
        }
        return _plain(completion) | {"values": values}

    def shows_phrases(self, phrases: Phrases) -> bool:
        """Whether the phrases may be read, and asked for."""
        return self.readable(phrases.entity, phrases.text) and (
            phrases.filter is None or self.expression(phrases.entity, phrases.filter) is not None
        )

    def children(self, entity: CompiledEntity) -> Iterator[Plain]:
        """The many sides that the actor sees."""
        for key, many in entity.children.items():
            if many.entity in self.entities and self.readable(many.owner, many.field):
                yield {"key": key, "entity": many.entity, "field": many.field, "links": many.is_link}

    def shows_form(self, form: Form) -> bool:
        """Whether a form is for the actor."""
        return form.entity in self.entities and self.is_for(form.roles)

    def form(self, form: Form) -> Plain:
        """A form without what may not be read."""
        described = _plain(form, {"items", "when", "actions"})
        described["keep"] = [key for key in form.keep if self.readable(form.entity, key)]
        described["items"] = list(self.items(form.entity, form.items))
        described |= self.condition("when", form.entity, form.when)
        described["actions"] = [
            _plain(action, {"visible"}) | self.condition("visible", form.entity, action.visible)
            for action in form.actions
            if all(self.readable(form.entity, key) for key in action.values)
        ]
        return described

    def items(self, entity: str, items: Iterable[Any]) -> Iterator[Plain]:
        """The items of a form that the actor sees, with the conditions that they may know."""
        conditions = {"visible", "required", "read_only"}
        for item in items:
            own = self.own(entity, item)
            if own is None:
                continue
            described = _plain(item, {*conditions, "items"})
            for name in sorted(conditions & set(type(item).model_fields)):
                described[name] = self.expression(entity, getattr(item, name))
            if trees := self.trees(entity, [described[name] for name in conditions & described.keys()]):
                described["trees"] = trees
            yield described | own

    def own(self, entity: str, item: Any) -> Plain | None:
        """What an item has that others have not; None where the actor may not know what it shows."""
        if isinstance(item, FieldItem):
            return {} if self.readable(entity, item.field) else None
        if isinstance(item, RelatedItem):
            if not self.has_children(entity, item.children):
                return None
            target = self.access.served.app.entities[entity].children[item.children].entity
            return {"columns": [key for key in item.columns if self.readable(target, key)]}
        if isinstance(item, SectionItem):
            return {"items": list(self.items(entity, item.items))}
        if isinstance(item, TextItem):
            if item.visible and not self.expression(entity, item.visible):
                return None  # nobody can say when such a sentence is true
            return {"facts": [key for key in item.facts if self.readable(entity, key)]}
        return self.suggestion(entity, item) if isinstance(item, SuggestItem) else {}

    def suggestion(self, entity: str, item: SuggestItem) -> Plain | None:
        """What fits a record and how it is found out; None where the actor does not see the view."""
        view = self.lookup.section("view").get(item.view)
        if not isinstance(view, View) or not self.shows_view(view):
            return None
        match = {
            key: text
            for key, text in item.match.items()
            if self.readable(view.entity, key) and self.expression(entity, text)
        }
        body = item.body if item.body and self.readable(view.entity, item.body) else None
        return {"match": match, "match_trees": self.trees(entity, match.values()), "body": body}

    def condition(self, name: str, entity: str, given: str | None) -> Plain:
        """A condition under its name, with its tree."""
        text = self.expression(entity, given)
        return {name: text, "trees": self.trees(entity, [text])}

    def trees(self, entity: str, texts: Iterable[str | None]) -> Plain:
        """Conditions as trees, by their text: a browser foresees what the server will decide."""
        return {
            text: plain_tree(found.root) for text in texts if text and (found := self.checked(entity, text))
        }

    def has_children(self, entity: str, key: str) -> bool:
        """Whether the actor sees the many side ``key``."""
        return any(each["key"] == key for each in self.children(self.access.served.app.entities[entity]))

    def shows_view(self, view: View) -> bool:
        """Whether a view is for the actor: its filter, its order and its groups can be asked for."""
        named = [key.field for key in view.sort] + [key for key in (view.group, view.amount) if key]
        return (
            view.entity in self.entities
            and self.is_for(view.roles)
            and all(self.readable(view.entity, key) for key in named)
            and (view.filter is None or self.expression(view.entity, view.filter) is not None)
        )

    def view(self, view: View) -> Plain:
        """A view without columns that may not be read."""
        columns = [key for key in view.columns if self.readable(view.entity, key)]
        return _plain(view) | {"columns": columns}

    def shows_pipeline(self, pipeline: Pipeline) -> bool:
        """Whether a pipeline is of a field that the actor may read."""
        return pipeline.entity in self.entities and self.readable(pipeline.entity, pipeline.field)

    def pipeline(self, pipeline: Pipeline) -> Plain:
        """A pipeline; what a gate asks for, as far as the actor may know it."""
        described = _plain(pipeline, {"when", "stages", "transitions"})
        described |= self.condition("when", pipeline.entity, pipeline.when)
        described["stages"] = [self.gated(pipeline.entity, stage) for stage in pipeline.stages]
        described["transitions"] = [self.gated(pipeline.entity, each) for each in pipeline.transitions]
        return described

    def gated(self, entity: str, part: Stage | Transition) -> Plain:
        """A stage or transition with its gate."""
        described = _plain(part, {"gate", "required_fields", "milestones"})
        if isinstance(part, Stage):
            described["required_fields"] = [key for key in part.required_fields if self.readable(entity, key)]
        if part.gate is not None:
            described["gate"] = self.gate(entity, part.gate)
        return described

    def gate(self, entity: str, gate: Gate) -> Plain:
        """What is needed to pass: fields, files, acts, people, and criteria by their sentence."""
        described = _plain(gate, {"fields", "criteria", "people"})
        described["people"] = [_plain(each) for each in gate.people if self.readable(entity, each.field)]
        described["fields"] = [key for key in gate.fields if self.readable(entity, key)]
        described["criteria"] = [
            {"key": each.key, "label": each.label, "message": each.message}
            for each in gate.criteria
            if self.expression(entity, each.condition)
        ]
        return described

    def shows_metric(self, metric: Metric) -> bool:
        """Whether a metric counts what the actor may read."""
        return is_readable(self.access, self.access.served.app.metrics[metric.key])

    def metric(self, metric: Metric) -> Plain:
        """A metric by its name and what the actor may split it by."""
        source = self.access.served.app.metrics[metric.key].source
        described = _plain(metric, {"value", "filter", "share_of", "dimensions", "time"})
        described["dimensions"] = [
            {"key": each.key, "label": each.label}
            for each in metric.dimensions
            if self.expression(source, each.expression) is not None
        ]
        described["has_time"] = self.access.served.app.metrics[metric.key].time is not None
        return described

    def calculation(self, calculation: Calculation) -> Plain:
        """A calculation by its inputs, which may come from a record, and its lines with what sort of value they are."""
        described = _plain(calculation, {"inputs", "lines"})
        described["inputs"] = []
        for given in calculation.inputs:
            item = _plain(given, {"expression"}) | {"taken": given.expression is not None}
            if calculation.entity is not None:
                item |= self.condition("expression", calculation.entity, given.expression)
            described["inputs"].append(item)
        described["lines"] = [
            {
                "key": line.key,
                "label": line.label,
                "type": line.program.type.kind,
                "scale": line.program.type.scale,
            }
            for line in self.access.served.app.calculations[calculation.key].lines
        ]
        return described

    def dashboard(self, board: Dashboard, metrics: Iterable[Metric]) -> Plain:
        """A dashboard with the widgets whose metric the actor sees."""
        known = {metric.key for metric in metrics}
        widgets = [_plain(widget) for widget in board.widgets if widget.metric in known]
        return _plain(board, {"widgets"}) | {"widgets": widgets}

    def navigation(self, views: Iterable[View], boards: Iterable[Dashboard]) -> Iterator[Plain]:
        """The entries of the menu that lead somewhere."""
        known = {view.key for view in views} | {board.key for board in boards}
        for item in self.document.navigation:
            if self.is_for(item.roles) and (item.view or item.dashboard) in known:
                yield _plain(item)


def _plain(model: BaseModel, without: Iterable[str] = ()) -> Plain:
    """A part of the document as JSON, without what is empty and what is named."""
    return model.model_dump(mode="json", exclude=set(without), exclude_none=True, by_alias=True)
