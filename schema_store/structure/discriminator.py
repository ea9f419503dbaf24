"""``jsonschema`` with exact errors for choices: the member that ``type`` or ``kind`` means is looked at, no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

Errors = Iterator[ValidationError]


def exact_validator(base: Any, schema: dict[str, Any]) -> Any:
    """A validator of ``schema`` like ``base``, whose errors have an exact place.

    - ``oneOf`` (which must have a ``discriminator``) goes to the member meant; an unknown one is an error of validator
      ``discriminator`` (``message`` is the word, ``validator_value`` the members).
    - ``anyOf`` of something or null goes to the something.
    - Every unknown name is an error of its own of validator ``unknown`` (``message`` is the name,
      ``validator_value`` the known names), and every missing one of ``required`` (``message`` is the name).
    - ``$ref`` may only name a member of ``$defs``; it is followed without a look through registries, a third of
      the time.
    """
    members = {f"#/$defs/{name}": member for name, member in schema["$defs"].items()}

    def ref(validator: Any, name: str, instance: Any, _schema: Any) -> Errors:
        yield from validator.descend(instance, members[name])

    own = {
        "$ref": ref,
        "oneOf": _one_of,
        "anyOf": _any_of,
        "additionalProperties": _additional,
        "required": _required,
    }
    return extend(base, own)(schema)  # type: ignore[no-untyped-call]  # the stubs leave it untyped


def _one_of(validator: Any, _choices: Any, instance: Any, schema: Any) -> Errors:
    word, mapping = schema["discriminator"]["propertyName"], schema["discriminator"]["mapping"]
    if not isinstance(instance, dict):
        yield ValidationError("object", validator="type", validator_value="object", instance=instance)
    elif word not in instance:
        yield ValidationError(word, validator="required", validator_value=[word], instance=instance)
    elif not isinstance(instance[word], str) or instance[word] not in mapping:
        yield ValidationError(
            word,
            path=(word,),
            validator="discriminator",
            validator_value=sorted(mapping),
            instance=instance[word],
        )
    else:
        yield from validator.descend(instance, {"$ref": mapping[instance[word]]})


def _any_of(validator: Any, choices: Any, instance: Any, _schema: Any) -> Errors:
    others = [choice for choice in choices if choice != {"type": "null"}]
    if instance is None and len(others) < len(choices):
        return
    if len(others) == 1:
        yield from validator.descend(instance, others[0])
    elif not any(validator.evolve(schema=choice).is_valid(instance) for choice in others):
        yield ValidationError("anyOf", validator="anyOf", validator_value=choices, instance=instance)


def _additional(validator: Any, allowed: Any, instance: Any, schema: Any) -> Errors:
    if not isinstance(instance, dict) or allowed is True:
        return
    known, patterns = schema.get("properties", {}), list(schema.get("patternProperties", ()))
    for name, value in instance.items():
        if name in known or any(re.search(pattern, name) for pattern in patterns):
            continue
        if isinstance(allowed, dict):
            yield from validator.descend(value, allowed, path=name)
        else:
            yield ValidationError(name, validator="unknown", validator_value=sorted(known), instance=instance)


def _required(_validator: Any, names: Any, instance: Any, _schema: Any) -> Errors:
    if isinstance(instance, dict):
        for name in names:
            if name not in instance:
                yield ValidationError(name, validator="required", validator_value=names, instance=instance)
