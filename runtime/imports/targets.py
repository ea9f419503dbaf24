"""What a column may be brought into: fields, parts of fields, what the system keeps of a record, parts of an event.

A target is written ``name``, ``budget``; ``export_name@en`` (a text in one language); ``stage@qualified`` (the moment
when that stage was entered, in history mode); ``id``, ``owner_id``; ``created_at`` and its like (history mode).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from runtime.access import Access
from runtime.imports.values import plain
from schema_store.compiled.app import CompiledField
from schema_store.document.fields import CodeField, TranslatedTextField

Part = Literal["field", "locale", "stage", "id", "moment", "person", "code", "event"]

#: System fields that a file may name: what they are called, by locale.
SYSTEM_LABELS: Mapping[str, Mapping[str, str]] = {
    "id": {"zh-CN": "记录 ID", "en": "Record id"},
    "version": {"zh-CN": "版本", "en": "Version"},
    "owner_id": {"zh-CN": "负责人", "en": "Owner"},
    "created_at": {"zh-CN": "创建时间", "en": "Created at"},
    "created_by": {"zh-CN": "创建人", "en": "Created by"},
    "updated_at": {"zh-CN": "更新时间", "en": "Updated at"},
    "updated_by": {"zh-CN": "更新人", "en": "Updated by"},
}
#: Parts of an event.
EVENT_LABELS: Mapping[str, Mapping[str, str]] = {
    "entity": {"zh-CN": "实体", "en": "Entity"},
    "record": {"zh-CN": "记录", "en": "Record"},
    "kind": {"zh-CN": "事件", "en": "Event"},
    "at": {"zh-CN": "时间", "en": "At"},
    "topic": {"zh-CN": "主题", "en": "Topic"},
    "data": {"zh-CN": "数据", "en": "Data"},
    "by": {"zh-CN": "人员", "en": "By"},
    "id": {"zh-CN": "事件编号", "en": "Event id"},
}
_MOMENTS, _PEOPLE = ("created_at", "updated_at"), ("created_by", "updated_by")


@dataclass(frozen=True, slots=True)
class Target:
    """A place for the values of a column.

    Attributes:
        key: as it is written in a mapping.
        part: what kind of place it is.
        field: of the entity; None for what the system keeps and for events.
        detail: the locale, or the stage.
        labels: what it is called, by locale.
    """

    key: str
    part: Part
    field: CompiledField | None = None
    detail: str = ""
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)


def targets_of(access: Access, entity: str, *, history: bool) -> dict[str, Target]:
    """Every target of an entity that the actor may name, by key; whether they may write it is seen row by row."""
    readable = access.readable(entity)
    found = [
        target
        for key, field in access.served.app.entities[entity].fields.items()
        if key in readable
        for target in _of_field(access, field, history)
    ]
    found += [target for target in _of_system(history) if target.key in readable]
    return {target.key: target for target in found}


def event_targets() -> dict[str, Target]:
    """The parts of an event, by key."""
    return {key: Target(key, "event", labels=labels) for key, labels in EVENT_LABELS.items()}


def _of_field(access: Access, field: CompiledField, history: bool) -> Iterator[Target]:
    labels = field.label
    if isinstance(field.spec, CodeField):
        yield Target(field.key, "code", field, labels=labels)
    if field.computed is not None:
        return
    yield Target(field.key, "field", field, labels=labels)
    if isinstance(field.spec, TranslatedTextField):
        for locale in field.around.locales:
            named = {language: f"{label}@{locale}" for language, label in labels.items()}
            yield Target(f"{field.key}@{locale}", "locale", field, locale, named)
    for pipeline in access.served.app.entities[field.entity].pipelines.get(field.key, ()) if history else ():
        for stage in pipeline.stages.values():
            named = {
                locale: f"{label}@{stage.label.get(locale, stage.key)}" for locale, label in labels.items()
            }
            yield Target(f"{field.key}@{stage.key}", "stage", field, stage.key, named)


def _of_system(history: bool) -> Iterator[Target]:
    def labelled(key: str, part: Part) -> Target:
        return Target(key, part, labels=SYSTEM_LABELS[key])

    yield labelled("id", "id")
    yield labelled("owner_id", "person")
    if history:
        yield from (labelled(key, "moment") for key in _MOMENTS)
        yield from (labelled(key, "person") for key in _PEOPLE)


def find_target(targets: Mapping[str, Target], column: str) -> str | None:
    """The target that a column means by its key or by its label in any language; None where it means none."""
    if column in targets:
        return column
    word = plain(column)
    for target in targets.values():
        if word in (plain(target.key), *map(plain, target.labels.values())):
            return target.key
    return None
