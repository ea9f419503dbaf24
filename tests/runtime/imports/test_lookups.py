"""What words name: records by id, number, unique value, name; people, teams and regions; only what may be seen."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from uuid_utils.compat import uuid7

from runtime.imports.lookups import Lookups
from runtime.people.tables import REGIONS, USERS
from runtime.people.trees import create_node
from runtime.query.lookup import change_of, find_values, naming_fields, read_many, visible
from schema_store.database import writing
from schema_store.field_types.base import FieldValueError
from tests.runtime.imports.everything import every
from tests.runtime.save.kit import NOW, World, _user

__all__ = ["every"]


def find(world: World, entity: str, *words: str, roles: tuple[str, ...] | None = None) -> list[UUID | str]:
    """Of each word the record, or the code of the refusal with what was probably meant."""
    with world.unit(roles) as unit:
        lookups = Lookups(unit.connection, unit.access, unit.now)
        for word in words:
            lookups.ask(entity, word)
        lookups.resolve()
        return [_found(lookups, entity, word) for word in words]


def _found(lookups: Lookups, entity: str, word: str) -> UUID | str:
    try:
        return lookups.find(entity, word)
    except FieldValueError as problem:
        return f"{problem.code} {problem.params.get('near', '')}".strip()


def test_records_by_every_way_of_naming(every: World) -> None:
    one = every.create("owner", {"name": "查一", "sign": "L-1"}).id
    two = every.create("owner", {"name": "查二", "sign": "查一"}).id
    three = every.create("owner", {"name": "查二"}).id
    assert find(every, "owner", str(one), "L-1", " L-1 ") == [one, one, one]
    assert find(every, "owner", "查一") == [two], "a unique value counts before a name"
    assert find(every, "owner", "查二") == ["several_records"]
    assert find(every, "owner", str(three)) == [three]
    assert find(every, "owner", "nobody", str(uuid7())) == ["unknown_record", "unknown_record"]
    thing = every.create("thing", {"name": "东西"})
    assert find(every, "thing", thing.values["code"], "东西") == [thing.id, thing.id]


def test_what_may_not_be_seen_is_not_there(every: World) -> None:
    secret = every.create("owner", {"name": "secret", "sign": "S-1"}).id
    words = ("secret", "S-1", str(secret))
    assert find(every, "owner", *words) == [secret] * 3
    assert find(every, "owner", *words, roles=("clerk",)) == ["unknown_record"] * 3
    assert find(every, "owner", "x", roles=("reader",)) == ["unknown_record"]


def test_a_record_in_the_bin_is_not_there(every: World) -> None:
    gone = every.create("owner", {"name": "扔了", "sign": "B-1"}).id
    every.delete("owner", gone)
    assert find(every, "owner", "B-1", "扔了", str(gone)) == ["unknown_record"] * 3


def person(world: World, username: str, name: str, **more: object) -> UUID:
    id_ = uuid7()
    with writing(world.engine) as connection:
        connection.execute(sa.insert(USERS), {**_user(id_, username), "name": name, **more})
    return id_


def test_people_by_user_name_and_name(every: World) -> None:
    zhang = person(every, "zhang", "张伟")
    person(every, "other", "重名")
    person(every, "another", "重名")
    person(every, "left", "走了", active=False)
    assert find(every, "user", "zhang", "ZHANG", "张伟", str(zhang)) == [zhang] * 4
    assert find(every, "user", "重名", "走了", "left") == [
        "several_records",
        "unknown_record",
        "unknown_record",
    ]
    assert find(every, "user", "张炜", "zhnag") == ["unknown_record 张伟", "unknown_record zhang"]


def test_regions_by_name_and_code(every: World) -> None:
    with writing(every.engine) as connection:
        made = create_node(connection, REGIONS, {"name": "华东大区", "code": "HD"}, NOW)
    assert find(every, "region", "华东大区", "hd", str(made)) == [made] * 3
    assert find(every, "region", "华东地区") == ["unknown_record 华东大区"]
    assert find(every, "team", "无") == ["unknown_record"]


def test_what_is_known_is_not_asked_again(every: World) -> None:
    one = every.create("owner", {"name": "问一次", "sign": "Q-1"}).id
    with every.unit() as unit:
        lookups = Lookups(unit.connection, unit.access, unit.now)
        lookups.ask("owner", "Q-1")
        with every.counting() as first:
            lookups.resolve()
        lookups.ask("owner", "Q-1")
        with every.counting() as second:
            lookups.resolve()
        assert lookups.find("owner", "Q-1") == one
    assert len(first) == 1, "no id among the words: the unique field is asked, and knows"
    assert second == []


def test_naming_fields_in_their_order(every: World) -> None:
    access = every.access(every.served, None)
    assert [field.key for field in naming_fields(access, "owner")] == ["sign", "name"]
    assert [field.key for field in naming_fields(access, "thing")][:1] == ["code"]


def test_values_by_the_hundred(every: World) -> None:
    made = {
        f"V-{number}": every.create("owner", {"name": "v", "sign": f"V-{number}"}).id for number in range(3)
    }
    words = [*made, *(f"missing {number}" for number in range(1_200)), "x" * 300, "\0"]
    with every.unit() as unit:
        found = find_values(unit.connection, unit.access, unit.now, "owner", "sign", words)
        assert {word: ids[0] for word, ids in found.items()} == made
        assert visible(unit.connection, unit.access, unit.now, "owner", [*made.values(), uuid7()]) == set(
            made.values()
        )
        rows = read_many(
            unit.connection, unit.access, unit.now, "owner", list(made.values()), ["sign", "nothing"]
        )
        assert {row["sign"]: id_ for id_, row in rows.items()} == made


def test_what_led_to_a_version(every: World) -> None:
    one = every.create("owner", {"name": "甲"}).id
    every.update("owner", one, {"name": "乙"})
    with every.unit() as unit:
        name = every.served.app.entities["owner"].fields["name"].id
        assert change_of(unit.connection, unit.served, "owner", one, 2) == {name: ["甲", "乙"]}
        assert change_of(unit.connection, unit.served, "owner", one, 9) == {}


@pytest.mark.parametrize("entity", ["user", "team", "owner"])
def test_nothing_is_asked_for_nothing(every: World, entity: str) -> None:
    assert find(every, entity) == []
