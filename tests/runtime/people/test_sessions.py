"""Sessions, tokens, links: when they stand and when they end."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from runtime.people.links import LIFETIMES, create_link, find_link, use_link
from runtime.people.rights import Authority
from runtime.people.sessions import (
    ABSOLUTE,
    GRACE,
    IDLE,
    SEEN_EVERY,
    close_session,
    find_session,
    mark_for_renewal,
    open_proven_session,
    open_session,
    purge_sessions,
    renew_session,
    touch_session,
)
from runtime.people.setup import set_up_first_admin
from runtime.people.tables import LINKS, SESSIONS, TOKENS, USERS
from runtime.people.tokens import (
    LIFETIME,
    LONGEST_LIFETIME,
    create_token,
    delete_token,
    find_token,
    list_tokens,
    touch_token,
)
from runtime.people.users import set_password, update_user
from runtime.refusals import Invalid, NotFound
from schema_store.database import reading, writing
from tests.people import HASH, NOW, add_person

SECOND = timedelta(seconds=1)
NOBODY = Authority(False, {})


def _open(engine: Engine, user: UUID) -> str:
    with writing(engine) as connection:
        return open_session(connection, user, NOW)


def test_a_session_ends_when_it_sits_idle_and_at_the_latest_after_two_weeks(people: Engine) -> None:
    secret = _open(people, add_person(people, "rep"))
    with writing(people) as connection:
        assert find_session(connection, secret, NOW + IDLE - SECOND) is not None
        assert find_session(connection, secret, NOW + IDLE) is None
        now = NOW
        while now < NOW + ABSOLUTE - IDLE:
            now += IDLE - SECOND
            session = find_session(connection, secret, now)
            assert session is not None
            assert session.is_unseen
            touch_session(connection, session, now)
        assert find_session(connection, secret, NOW + ABSOLUTE) is None
        assert purge_sessions(connection, NOW + ABSOLUTE) == 1


def test_being_seen_is_written_at_most_every_ten_minutes(people: Engine) -> None:
    secret = _open(people, add_person(people, "rep"))
    with reading(people) as connection:
        soon, late = (find_session(connection, secret, NOW + SEEN_EVERY + more) for more in (-SECOND, SECOND))
    assert soon is not None
    assert late is not None
    assert not soon.is_unseen
    assert late.is_unseen


def test_secrets_are_stored_as_digests_only(people: Engine) -> None:
    """Rows 63 to 66: whoever reads the tables cannot act as anyone."""
    user = add_person(people, "rep")
    with writing(people) as connection:
        secrets = [open_session(connection, user, NOW)]
        secrets.append(create_token(connection, user, NOBODY, "t", NOW)[1])
        secrets.append(create_link(connection, user, "reset", NOW)[0])
        stored = [
            str(value)
            for table in (SESSIONS, TOKENS, LINKS, USERS)
            for row in connection.execute(sa.select(table))
            for value in row
        ]
    for secret in secrets:
        assert not any(secret in value for value in stored)


def test_a_changed_right_gives_one_new_id_and_the_old_one_a_minute(people: Engine) -> None:
    """Row 147."""
    user = add_person(people, "rep")
    secret = _open(people, user)
    with writing(people) as connection:
        mark_for_renewal(connection, user)
        session = find_session(connection, secret, NOW)
        assert session is not None
        assert session.needs_renewal
        renewed = renew_session(connection, session, NOW)
        assert renewed is not None
        assert renewed != secret
        assert renew_session(connection, session, NOW) is None, "a second request does not get another"
        assert find_session(connection, secret, NOW + GRACE - SECOND) is not None
        assert find_session(connection, secret, NOW + GRACE) is None
        fresh = find_session(connection, renewed, NOW + GRACE)
        assert fresh is not None
        assert not fresh.needs_renewal
        assert fresh.expires_at == NOW + ABSOLUTE, "renewing does not make it live longer"


def test_a_password_ends_sessions_and_open_links(people: Engine) -> None:
    """Row 141."""
    user = add_person(people, "rep")
    secret = _open(people, user)
    with writing(people) as connection:
        link, _ = create_link(connection, user, "reset", NOW)
        set_password(connection, user, HASH, NOW)
        assert find_session(connection, secret, NOW) is None
        with pytest.raises(NotFound):
            find_link(connection, link, NOW)


def test_signing_out_ends_that_session_only(people: Engine) -> None:
    user = add_person(people, "rep")
    first, second = _open(people, user), _open(people, user)
    with writing(people) as connection:
        close_session(connection, first)
        assert find_session(connection, first, NOW) is None
        assert find_session(connection, second, NOW) is not None


def test_no_session_for_a_password_that_has_just_changed(people: Engine) -> None:
    user = add_person(people, "rep")
    with writing(people) as connection:
        assert open_proven_session(connection, user, "another hash", NOW) is None
        secret = open_proven_session(connection, user, HASH, NOW)
        assert secret is not None
        assert find_session(connection, secret, NOW) is not None
        update_user(connection, user, {"active": False}, NOW)
        assert open_proven_session(connection, user, HASH, NOW) is None


def test_a_change_of_password_under_way_lets_no_session_slip_past(people: Engine) -> None:
    user = add_person(people, "rep")
    changed, opened = threading.Event(), []

    def sign_in() -> None:
        changed.wait()
        with writing(people) as connection:
            opened.append(open_proven_session(connection, user, HASH, NOW))

    thread = threading.Thread(target=sign_in)
    thread.start()
    with writing(people) as connection:
        set_password(connection, user, "new", NOW)
        changed.set()
        thread.join(0.3)
        assert thread.is_alive(), "it waits for the change to end"
    thread.join()
    assert opened == [None]


def test_tokens_live_a_year_unless_told_and_never_for_ever(people: Engine) -> None:
    user = add_person(people, "rep")
    with writing(people) as connection:
        id_, token = create_token(connection, user, NOBODY, "t", NOW)
        found = find_token(connection, token, NOW + LIFETIME - SECOND)
        assert found is not None
        assert found.id == id_
        assert found.actor.scopes == {"read", "write"}
        assert find_token(connection, token, NOW + LIFETIME) is None
        for ends in (NOW, NOW - SECOND, NOW + LONGEST_LIFETIME + SECOND):
            with pytest.raises(Invalid):
                create_token(connection, user, NOBODY, "t", NOW, expires_at=ends)


def test_a_token_is_no_wider_than_its_person(people: Engine) -> None:
    user = add_person(people, "rep")
    crm = Authority(False, {"crm": frozenset({"people"})})
    with writing(people) as connection:
        with pytest.raises(Invalid) as caught:
            create_token(connection, user, NOBODY, "t", NOW, ["read", "build", "people"])
        assert [error.pointer for error in caught.value.errors] == ["/scopes/1", "/scopes/2"]
        create_token(connection, user, crm, "t", NOW, ["people"])
        create_token(connection, user, Authority(True, {}), "t", NOW, ["people", "build"])
        rows = list_tokens(connection, user, None, 10)
        assert [row.scopes for row in rows] == [("people",), ("build", "people")]
        assert list_tokens(connection, user, rows[0].id, 10) == rows[1:]


def test_a_token_ends_with_its_person_and_when_deleted(people: Engine) -> None:
    user, other = add_person(people, "rep"), add_person(people, "other")
    with writing(people) as connection:
        id_, token = create_token(connection, user, NOBODY, "t", NOW)
        for owner, which in ((other, id_), (user, uuid4())):
            with pytest.raises(NotFound):
                delete_token(connection, owner, which)
        update_user(connection, user, {"active": False}, NOW)
        assert find_token(connection, token, NOW) is None
        update_user(connection, user, {"active": True}, NOW)
        found = find_token(connection, token, NOW)
        assert found is not None
        assert found.is_unseen
        touch_token(connection, id_, NOW)
        again = find_token(connection, token, NOW + SECOND)
        assert again is not None
        assert not again.is_unseen
        delete_token(connection, user, id_)
        assert find_token(connection, token, NOW) is None


def test_two_people_with_one_password_have_nothing_in_common(people: Engine) -> None:
    """Row 149: no session or token depends on the hash of a password."""
    first, second = add_person(people, "one"), add_person(people, "two")
    session = _open(people, first)
    with reading(people) as connection:
        found = find_session(connection, session, NOW)
    assert found is not None
    assert found.actor.id == first != second


def test_a_link_serves_once_and_in_time(people: Engine) -> None:
    """Row 140."""
    user = add_person(people, "rep")
    with writing(people) as connection:
        for kind, lifetime in LIFETIMES.items():
            secret, ends = create_link(connection, user, kind, NOW)
            assert ends == NOW + lifetime
            assert find_link(connection, secret, ends - SECOND).kind == kind
            with pytest.raises(NotFound):
                find_link(connection, secret, ends)
            use_link(connection, secret, NOW)
            for attempt in (find_link, use_link):
                with pytest.raises(NotFound):
                    attempt(connection, secret, NOW)
        for odd in ("", " ", "null", "0", secret.upper(), secret + " "):
            with pytest.raises(NotFound):
                find_link(connection, odd, NOW)


def test_a_new_link_ends_the_earlier_ones(people: Engine) -> None:
    user = add_person(people, "rep")
    with writing(people) as connection:
        first, _ = create_link(connection, user, "invitation", NOW)
        second, _ = create_link(connection, user, "invitation", NOW)
        with pytest.raises(NotFound):
            find_link(connection, first, NOW)
        assert find_link(connection, second, NOW).username == "rep"
        update_user(connection, user, {"active": False}, NOW)
        with pytest.raises(NotFound):
            find_link(connection, second, NOW)


def test_set_up_gives_links_until_an_administrator_can_sign_in(people: Engine) -> None:
    """Rows 55 and 136: no default password, and nothing that stays open."""
    with writing(people) as connection:
        first = set_up_first_admin(connection, NOW, again=False)
        assert first is not None
        assert set_up_first_admin(connection, NOW, again=False) is None
        second = set_up_first_admin(connection, NOW, again=True)
        assert second is not None
        with pytest.raises(NotFound):
            find_link(connection, first, NOW)
        link = find_link(connection, second, NOW)
        assert link.username == "admin"
        set_password(connection, link.user_id, HASH, NOW)
        assert set_up_first_admin(connection, NOW, again=True) is None
