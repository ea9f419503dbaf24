"""The steps of signing in and of setting a password: hashes are made outside of transactions, tries are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from api.auth import shown_sessions
from api.transaction import Call
from runtime.auditing.acts import PlatformAct, count_act, note_act
from runtime.people.actors import Actor, actor_of, person_query
from runtime.people.limits import (
    LINK_ADDRESS,
    LOGIN_ACCOUNT,
    LOGIN_ADDRESS,
    Try,
    forget_all,
    forget_try,
    network,
    note_try,
    retry_after,
)
from runtime.people.links import Link, find_link, use_link
from runtime.people.passwords import check_password, hash_password, needs_rehash, verify_password
from runtime.people.sessions import close_session, open_proven_session, open_session
from runtime.people.tables import USERS
from runtime.people.users import set_password, store_hash, username_key
from runtime.refusals import FieldError, Invalid, NotFound, NotSignedIn, TooMany, require_valid

_BY_USERNAME = person_query().where(USERS.c.username_key == sa.bindparam("key"), USERS.c.active == sa.true())


@dataclass(frozen=True, slots=True)
class _Proof:
    """A person whose password was right, and the try that said so."""

    rows: Sequence[Row[Any]]
    account: str
    tried: Try

    @property
    def hash(self) -> str:
        """The hash that the password was right for."""
        return str(self.rows[0].password_hash)


def sign_in(call: Call, username: str, password: str) -> tuple[Actor, str]:
    """Begin a session; its owner and its secret. An earlier session of the same browser ends.

    Raises:
        NotSignedIn: ``wrong_credentials``, whatever is wrong with them, in the same time.
        TooMany: too many tries failed, for this account or from this address.
    """
    proof = _prove(call, username, password)
    if proof is None:
        raise NotSignedIn("wrong_credentials")
    actor = actor_of(proof.rows)
    better = hash_password(password) if needs_rehash(proof.hash) else None
    with call.transaction("write"):
        forget_all(call.connection, proof.account, proof.tried, call.now)
        for earlier in shown_sessions(call.request):
            close_session(call.connection, earlier)
        secret = open_proven_session(call.connection, actor.id, proof.hash, call.now)
        if better is not None:
            store_hash(call.connection, actor.id, better)
        if secret is not None:
            note_act(call.connection, PlatformAct("signed_in", by=actor.id, details=_from(call)), call.now)
    if secret is None:
        raise NotSignedIn("wrong_credentials")
    return actor, secret


def change_password(call: Call, current: str, password: str) -> str:
    """Set another password for the actor; the secret of the one session that is left.

    Raises:
        Invalid: the current one is wrong, or the new one no good.
        TooMany: too many tries failed.
    """
    proof = _prove(call, call.actor.username, current)
    if proof is None:
        raise Invalid([FieldError("/current_password", "wrong_password")])
    require_valid(check_password(password, call.actor.username, call.actor.name))
    hashed = hash_password(password)
    with call.transaction("write"):
        forget_all(call.connection, proof.account, proof.tried, call.now)
        set_password(call.connection, call.actor.id, hashed, call.now)
        note_act(call.connection, PlatformAct("password_changed", by=call.actor.id), call.now)
        return open_session(call.connection, call.actor.id, call.now)


def open_link(call: Call, secret: str) -> Link:
    """The link of a secret, which is not used up by it; wrong ones are counted.

    Raises:
        NotFound: no such link, or it may not be used any more.
        TooMany: too many wrong links from this address.
    """
    address = LINK_ADDRESS.key(network(call.address))
    with call.transaction("read"):
        wait = retry_after(call.connection, {address: LINK_ADDRESS}, call.now, coming=1)
    if wait is not None:
        raise TooMany(wait)
    try:
        with call.transaction("read"):
            return find_link(call.connection, secret, call.now)
    except NotFound:
        with call.transaction("write"):
            note_try(call.connection, [address], call.now)
        raise


def accept_link(call: Call, secret: str, password: str) -> Link:
    """Set the password of the person whose link this is; the link is used up.

    Raises:
        NotFound, TooMany: as in :func:`open_link`.
        Invalid: the password is no good.
    """
    link = open_link(call, secret)
    require_valid(check_password(password, link.username, link.name))
    hashed = hash_password(password)
    with call.transaction("write"):
        use_link(call.connection, secret, call.now)
        set_password(call.connection, link.user_id, hashed, call.now)
        set_ = PlatformAct("password_set", by=link.user_id, details={"kind": link.kind} | _from(call))
        note_act(call.connection, set_, call.now)
    return link


def _prove(call: Call, username: str, password: str) -> _Proof | None:
    """The person of a user name, if the password is theirs; the try is counted before it is judged."""
    key = username_key(username)
    account, address = LOGIN_ACCOUNT.key(key), LOGIN_ADDRESS.key(network(call.address))
    with call.transaction("write"):
        tried = note_try(call.connection, [account, address], call.now)
    with call.transaction("read"):
        limits = {account: LOGIN_ACCOUNT, address: LOGIN_ADDRESS}
        wait = retry_after(call.connection, limits, call.now)
        rows = call.connection.execute(_BY_USERNAME, {"key": key}).all()
    try:
        if wait is not None:
            raise TooMany(wait)
        right = verify_password(rows[0].password_hash if rows else None, password)
    except TooMany:
        with call.transaction("write"):
            forget_try(call.connection, tried)
            count_act(call.connection, _failed(call, "sign_in_locked", rows), call.now)
        raise
    if right:
        return _Proof(rows, account, tried)
    with call.transaction("write"):
        count_act(call.connection, _failed(call, "sign_in_failed", rows), call.now)
    return None


def _failed(call: Call, act: str, rows: Sequence[Row[Any]]) -> PlatformAct:
    """A sign-in that was nobody's; what was typed as a name is not kept: it may be a password."""
    return PlatformAct(act, subject=str(rows[0].id) if rows else None, details=_from(call))


def _from(call: Call) -> dict[str, str]:
    return {"network": network(call.address)}
