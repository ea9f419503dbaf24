"""Option keys that values must follow: stored values are keys, identity is the option's id."""

from __future__ import annotations

from collections.abc import Mapping

from schema_store.document import AppDocument
from schema_store.document.entities import Entity
from schema_store.document.fields import BaseField, Option
from schema_store.document.process import Stage
from schema_store.field_types import FIELD_TYPES
from schema_store.migration.shape import known

Mapped = tuple[tuple[str, str | None], ...]

_CHOOSING = frozenset({"option", "options", "stage"})


def choices(document: AppDocument, entity: Entity, field: BaseField) -> list[Option | Stage]:
    """The options (its own, those of its set) or the stages that a field chooses from."""
    found: list[Option | Stage] = list(getattr(field, "options", ()))
    for shared in document.option_sets:
        if shared.key == getattr(field, "option_set", None):
            found += shared.options
    for pipeline in document.pipelines:
        if (pipeline.entity, pipeline.field) == (entity.key, field.key):
            found += pipeline.stages
    return found


def option_ids(document: AppDocument, entity: Entity, field: BaseField) -> dict[str, str]:
    """The ids of what a field chooses from, by key."""
    return {option.key: known(option.id) for option in choices(document, entity, field)}


def is_choosing(field: BaseField) -> bool:
    """Whether values of the field are keys of options or stages."""
    return FIELD_TYPES.of(field).key in _CHOOSING


def mapping_of(old: Mapping[str, str], new: Mapping[str, str], replacements: Mapping[str, str]) -> Mapped:
    """The keys that must change in stored values.

    Args:
        old: option ids by key, so far.
        new: option ids by key, from now on.
        replacements: id of a removed option → id of the option that takes its place.

    Returns:
        ``(old key, new key)``; the new one is None where the option was removed without replacement. A key that
        was removed and is there again under a new id still names the same thing to people, so its values stay.
    """
    keys = {option: key for key, option in new.items()}
    before = set(old.values())
    pairs: list[tuple[str, str | None]] = []
    for key, option in old.items():
        if option in keys:
            target: str | None = keys[option]
        elif option in replacements:
            target = keys.get(replacements[option])
        elif key in new and new[key] not in before:
            target = key
        else:
            target = None
        if target != key:
            pairs.append((key, target))
    return tuple(pairs)
