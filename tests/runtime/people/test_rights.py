"""What the roles of documents let people do beside records."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from runtime.people import rights
from runtime.people.actors import SCOPES, Actor
from runtime.people.rights import Authority, authority_of, require_people_authority, role_rights
from runtime.people.sessions import find_session, open_session
from runtime.people.users import update_user
from runtime.refusals import Forbidden
from schema_store.database import reading, writing
from tests.people import NOW, ROLES, add_person, counted

_HELD = st.dictionaries(
    st.sampled_from(["crm", "erp"]),
    st.frozensets(st.sampled_from(["people", "build", "publish"]), min_size=1),
)
_AUTHORITIES = st.builds(Authority, st.booleans(), _HELD)


def _actor(engine: Engine, username: str, scopes: frozenset[str] | None = None, **values: object) -> Actor:
    user = add_person(engine, username, **values)
    with writing(engine) as connection:
        session = find_session(connection, open_session(connection, user, NOW), NOW)
    assert session is not None
    found = session.actor
    fields = {name: getattr(found, name) for name in Actor.__dataclass_fields__}
    return Actor(**{**fields, "scopes": scopes})


def test_rights_are_those_of_the_served_document(people: Engine) -> None:
    with reading(people) as connection:
        found = role_rights(connection, ["crm", "nothing"])
    assert found == {"crm": {role: frozenset(held) for role, held in ROLES.items()}}


def test_a_document_is_read_once(people: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rights, "_known", {})
    with reading(people) as connection:
        figures = []
        for _ in range(2):
            with counted(people) as statements:
                role_rights(connection, ["crm", "erp"])
            figures.append(len(statements))
        monkeypatch.setattr(rights, "_MOST_KNOWN", 0)
        monkeypatch.setattr(rights, "_known", {})
        assert role_rights(connection, ["crm"])["crm"]["hr"] == {"people"}, "a full store is no obstacle"
    assert figures == [3, 1]


def test_several_roles_add_up_and_apps_stay_apart(people: Engine) -> None:
    with reading(people) as connection:
        both = authority_of(connection, False, {"crm": ["hr", "builder", "gone"], "erp": ["sales"]})
        with counted(people) as statements:
            assert authority_of(connection, True, {"crm": ["hr"]}) == Authority(True, {})
            assert authority_of(connection, False, {}) == Authority(False, {})
    assert statements == []
    assert both.rights == {"crm": {"people", "build", "publish"}}
    assert both.has("people", "crm")
    assert both.has("people")
    assert not both.has("people", "erp")
    assert not both.has("audit")


@given(_AUTHORITIES, _AUTHORITIES, _AUTHORITIES)
def test_covering_is_an_order(a: Authority, b: Authority, c: Authority) -> None:
    """Whoever covers another may do all the other may; so it goes through, and everyone covers themselves."""
    assert a.covers(a)
    if a.covers(b) and b.covers(c):
        assert a.covers(c)
    if a.covers(b):
        for right, app in itertools.product(("people", "build", "publish"), ("crm", "erp", None)):
            assert a.has(right, app) or not b.has(right, app)
        assert all(a.allows_scope(scope) or not b.allows_scope(scope) for scope in SCOPES)


def test_who_may_manage_people(people: Engine) -> None:
    hr = _actor(people, "hr", roles={"crm": ["hr"]})
    cases = [
        (_actor(people, "root", admin=True), True),
        (hr, True),
        (_actor(people, "rep", roles={"crm": ["sales", "builder"]}), False),
        (_actor(people, "none"), False),
        (_actor(people, "root2", frozenset({"read", "write"}), admin=True), False),
        (_actor(people, "hr2", frozenset({"people"}), roles={"crm": ["hr"]}), True),
    ]
    for actor, allowed in cases:
        with reading(people) as connection:
            if allowed:
                assert require_people_authority(connection, actor).has("people")
            else:
                with pytest.raises(Forbidden):
                    require_people_authority(connection, actor)


def test_a_role_that_was_taken_away_is_gone_with_the_next_look(people: Engine) -> None:
    """Row 52."""
    user = add_person(people, "hr", roles={"crm": ["hr"]})
    with writing(people) as connection:
        secret = open_session(connection, user, NOW)
        update_user(connection, user, {"roles": {"crm": []}}, NOW + timedelta(seconds=1))
        session = find_session(connection, secret, NOW)
        assert session is not None
        with pytest.raises(Forbidden):
            require_people_authority(connection, session.actor)
