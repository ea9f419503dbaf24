"""What every record and every app has without anyone declaring it: system fields and platform entities."""

from __future__ import annotations

from dataclasses import dataclass

from expressions import types
from expressions.env import EntityInfo, FieldInfo
from expressions.types import Type


@dataclass(frozen=True, slots=True)
class SystemField:
    """A column of every record.

    Attributes:
        column: in the table and on the wire.
        name: in expressions; None where expressions do not see it.
        type: its storage; ``reference`` to ``self`` is the entity itself.
        nullable: whether it may be empty.
    """

    column: str
    name: str | None
    type: Type
    nullable: bool


SYSTEM_FIELDS = (
    SystemField("id", "id", types.reference("self"), False),
    SystemField("version", "version", types.integer(10), False),
    SystemField("created_at", "created_at", types.INSTANT, False),
    SystemField("created_by", "created_by", types.reference("user"), True),
    SystemField("updated_at", "updated_at", types.INSTANT, False),
    SystemField("updated_by", "updated_by", types.reference("user"), True),
    SystemField("owner_id", "owner", types.reference("user"), True),
    SystemField("deleted_at", None, types.INSTANT, True),
)

#: Keys that a field cannot have. ``code`` belongs to a field of type ``code``.
RESERVED_FIELD_KEYS = frozenset(
    {field.column for field in SYSTEM_FIELDS}
    | {field.name for field in SYSTEM_FIELDS if field.name}
    | {"this", "me", "my_team", "my_teams", "my_region", "my_regions", "my_roles", "expand", "rowid", "xmin"}
    | {"true", "false", "null", "within", "by"}
)

#: Keys that an entity cannot have: the platform's own.
RESERVED_ENTITY_KEYS = frozenset(
    {"user", "team", "region", "self", "file", "event", "stage_change", "app", "me"}
)


def _entity(key: str, **fields: Type) -> EntityInfo:
    infos = {"id": FieldInfo("id", types.reference(key))}
    infos |= {name: FieldInfo(name, kind) for name, kind in fields.items()}
    return EntityInfo(key, infos)


#: What expressions may read of people, teams and regions.
PLATFORM_ENTITIES = {
    "user": _entity(
        "user",
        name=types.text(100),
        email=types.text(254),
        active=types.BOOLEAN,
        team=types.reference("team"),
        region=types.reference("region"),
    ),
    "team": _entity("team", name=types.text(100), parent=types.reference("team")),
    "region": _entity("region", name=types.text(100), code=types.text(40), parent=types.reference("region")),
}
