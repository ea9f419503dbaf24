"""People: adding, finding, changing."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from runtime.people.actors import actor_values
from runtime.people.reach import require_grantable, require_over
from runtime.people.rights import Authority, authority_of
from runtime.people.sessions import find_session, open_session
from runtime.people.tables import SESSIONS
from runtime.people.trees import REGIONS, TEAMS, create_node
from runtime.people.users import (
    PeopleFilter,
    create_user,
    find_username,
    list_users,
    load_user,
    update_user,
    username_key,
)
from runtime.refusals import Conflict, FieldReadOnly, Forbidden, Invalid, NotFound, Refused, UniqueTaken
from schema_store.database import reading, writing
from tests.people import NOW, add_person

HOUR = timedelta(hours=1)


def _add(engine: Engine, username: str, **values: Any) -> UUID:
    with writing(engine) as connection:
        return create_user(connection, {"username": username, "name": username, **values}, NOW)


def _update(engine: Engine, user: UUID, **values: Any) -> None:
    with writing(engine) as connection:
        update_user(connection, user, values, NOW + HOUR)


def test_a_person_as_stored_has_no_password(people: Engine) -> None:
    id_ = _add(people, "Rep1", name="张伟", email="z@example.com", roles={"crm": ["sales", "sales"]})
    with reading(people) as connection:
        person = load_user(connection, id_)
        assert find_username(connection, " rEP1 ").row.id == id_
    assert "password_hash" not in person.row._mapping
    assert person.roles == {"crm": {"sales"}}
    assert person.row.sort_key.startswith("zhang wei")
    assert (person.row.active, person.row.admin, person.row.locale) == (True, False, "zh-CN")
    assert person.row.created_at == NOW


@pytest.mark.parametrize("other", ["REP1", "ｒｅｐ１", " rep1"])
def test_user_names_that_look_the_same_are_the_same(people: Engine, other: str) -> None:
    _add(people, "rep1")
    with pytest.raises(UniqueTaken) as caught:
        _add(people, other)
    assert caught.value.fields == ("username",)


def test_user_names_that_only_sound_the_same_are_not(people: Engine) -> None:
    """Row 138: an accent makes another person, nobody is found by one like it."""
    _add(people, "jose")
    _add(people, "josé")
    assert username_key("josé") != username_key("jose")
    with reading(people) as connection:
        assert find_username(connection, "JOSÉ").row.username == "josé"
        with pytest.raises(NotFound):
            find_username(connection, "josè")


def test_what_does_not_exist_is_named(people: Engine) -> None:
    with pytest.raises(Invalid) as caught:
        _add(
            people,
            "rep1",
            team_id=uuid4(),
            region_id=uuid4(),
            roles={"crm": ["sales", "king"], "nothing": ["sales"]},
        )
    assert {(error.pointer, error.code) for error in caught.value.errors} == {
        ("/team_id", "unknown_reference"),
        ("/region_id", "unknown_reference"),
        ("/roles/crm/1", "unknown_reference"),
        ("/roles/nothing", "unknown_reference"),
    }
    with reading(people) as connection:
        assert list_users(connection, PeopleFilter(), None, 10) == [], "nothing is kept"


def test_an_absence_ends_after_it_begins(people: Engine) -> None:
    id_ = _add(people, "rep1")
    _update(people, id_, absent_from=NOW, absent_to=NOW + HOUR)
    for values in ({"absent_to": NOW}, {"absent_from": None}, {"absent_from": NOW + HOUR}):
        with pytest.raises(Invalid):
            _update(people, id_, **values)
    _update(people, id_, absent_from=None, absent_to=None)


def test_roles_of_the_apps_that_are_named_are_replaced(people: Engine) -> None:
    id_ = _add(people, "rep1", roles={"crm": ["sales"], "erp": ["hr"]})
    _update(people, id_, roles={"crm": ["builder", "sales"]})
    with reading(people) as connection:
        assert load_user(connection, id_).roles == {"crm": {"builder", "sales"}, "erp": {"hr"}}
    _update(people, id_, roles={"crm": []})
    with reading(people) as connection:
        person = load_user(connection, id_)
    assert person.roles == {"erp": {"hr"}}
    assert person.row.updated_at == NOW + HOUR


def test_deactivating_ends_every_session_at_once(people: Engine) -> None:
    """Row 54; and coming back does not revive them."""
    id_ = add_person(people, "rep1")
    with writing(people) as connection:
        secret = open_session(connection, id_, NOW)
    _update(people, id_, active=False)
    _update(people, id_, active=True)
    with reading(people) as connection:
        assert find_session(connection, secret, NOW) is None
        assert connection.execute(sa.select(SESSIONS)).all() == []


def test_the_last_administrator_stays(people: Engine) -> None:
    first, second = add_person(people, "a", admin=True), add_person(people, "b", admin=True)
    _update(people, second, admin=False)
    for values in ({"admin": False}, {"active": False}):
        with pytest.raises(Conflict) as caught:
            _update(people, first, **values)
        assert caught.value.code == "last_admin"
    _update(people, first, admin=True, active=True, name="still there")


def test_two_administrators_cannot_remove_each_other(people: Engine) -> None:
    for _ in range(5):
        a = add_person(people, f"a{uuid4().hex}", admin=True)
        b = add_person(people, f"b{uuid4().hex}", admin=True)
        outcomes: list[str] = []
        start = threading.Barrier(2)

        def remove(user: UUID, start: threading.Barrier = start, to: list[str] = outcomes) -> None:
            start.wait()
            try:
                _update(people, user, active=False)
                to.append("done")
            except Refused as refusal:
                to.append(refusal.code)

        threads = [threading.Thread(target=remove, args=(user,)) for user in (a, b)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["done", "last_admin"]
        with writing(people) as connection:
            connection.execute(sa.text("DELETE FROM dougong_user"))


def test_lists_go_by_pinyin_and_page_without_gaps(people: Engine) -> None:
    for name in ("赵六", "张三", "李四", "王五", "Anna", "张三", "Bob"):
        _add(people, uuid4().hex, name=name)
    seen, after = [], None
    with reading(people) as connection:
        while page := list_users(connection, PeopleFilter(), after, 2):
            seen += [person.row.name for person in page]
            after = (page[-1].row.sort_key, page[-1].row.id)
    assert seen == ["Anna", "Bob", "李四", "王五", "张三", "张三", "赵六"]


def test_filters(people: Engine) -> None:
    with writing(people) as connection:
        team = create_node(connection, TEAMS, {"name": "t"}, NOW)
    id_ = _add(people, "rep_1", name="张三", team_id=team)
    gone = _add(people, "rep%2", name="李四")
    _update(people, gone, active=False)

    def found(**wanted: Any) -> set[str]:
        with reading(people) as connection:
            rows = list_users(connection, PeopleFilter(**wanted), None, 10)
        return {person.row.username for person in rows}

    for word in ("张", "zhang", "zhangsan", "Zhang San", "REP_1"):
        assert found(search=word) == {"rep_1"}, word
    assert found(search="%") == {"rep%2"}, "signs of LIKE are plain"
    assert found(active=True) == found(team_id=team) == {"rep_1"}
    assert found(active=False) == {"rep%2"}
    assert found(search="nobody") == set()
    assert id_ != gone


def test_who_is_mightier_cannot_be_touched(people: Engine) -> None:
    """Rows 40 to 42: nobody reaches more than they have, by way of others or of roles."""
    admin = add_person(people, "root", admin=True)
    chief = add_person(people, "chief", roles={"crm": ["chief"]})
    other = add_person(people, "other", roles={"erp": ["hr"]})
    rep = add_person(people, "rep", roles={"crm": ["sales"]})
    with reading(people) as connection:
        hr = authority_of(connection, False, {"crm": ["hr", "sales"]})
        assert hr == Authority(False, {"crm": frozenset({"people"})})
        for mightier in (admin, chief, other):
            with pytest.raises(Forbidden):
                require_over(connection, hr, load_user(connection, mightier))
        require_over(connection, hr, load_user(connection, rep))
        for values in (
            {"roles": {"crm": ["chief"]}},
            {"roles": {"crm": ["builder"]}},
            {"roles": {"erp": ["sales"]}},
            {"roles": {"erp": []}},
        ):
            with pytest.raises(Forbidden):
                require_grantable(connection, hr, values)
        for flag in (True, False):
            with pytest.raises(FieldReadOnly):
                require_grantable(connection, hr, {"admin": flag})
        for values in ({}, {"name": "x"}, {"roles": {"crm": ["sales", "hr"]}}):
            require_grantable(connection, hr, values)
        everything = Authority(True, {})
        require_over(connection, everything, load_user(connection, admin))
        require_grantable(connection, everything, {"admin": True, "roles": {"erp": ["chief"]}})


def test_the_actor_words_follow_the_trees(people: Engine) -> None:
    with writing(people) as connection:
        team = create_node(connection, TEAMS, {"name": "t"}, NOW)
        below = create_node(connection, TEAMS, {"name": "b", "parent_id": team}, NOW)
        region = create_node(connection, REGIONS, {"name": "r"}, NOW)
    rep = add_person(people, "rep", team_id=team, region_id=region, roles={"crm": ["sales", "hr"]})
    add_person(people, "lonely")
    with writing(people) as connection:
        session = find_session(connection, open_session(connection, rep, NOW), NOW)
        assert session is not None
        values = actor_values(session.actor, "crm")
        assert (values.me, values.my_team, values.my_region) == (rep, team, region)
        assert set(values.my_teams) == {team, below}
        assert values.my_regions == (region,)
        assert values.my_roles == ("hr", "sales")
        assert actor_values(session.actor, "erp").my_roles == ()
        lonely = find_username(connection, "lonely").row.id
        session = find_session(connection, open_session(connection, lonely, NOW), NOW)
        assert session is not None
        assert actor_values(session.actor, "crm").my_teams == ()
