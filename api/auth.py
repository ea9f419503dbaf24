"""Who is asking: the session of a cookie or the token of a header."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import Request
from sqlalchemy.engine import Connection

from api.edge import cookie_values, session_cookie
from runtime.people.actors import Actor
from runtime.people.sessions import ABSOLUTE, Session, find_session
from runtime.people.tokens import Token, find_token
from runtime.refusals import NotSignedIn


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request shows to say who asks."""

    kind: Literal["session", "token"]
    secret: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who asks, and by what: exactly one of ``session`` and ``token`` is there."""

    actor: Actor
    session: Session | None = None
    token: Token | None = None

    @property
    def token_id(self) -> UUID | None:
        """The token they act with."""
        return self.token.id if self.token else None

    @property
    def app_standing(self) -> tuple[int, int] | None:
        """Version and switches of the app in whose path they asked; None outside of apps."""
        shown = self.token or self.session
        return None if shown is None else shown.app_standing


def read_credentials(request: Request) -> Credentials | None:
    """The credentials of a request; None without any. A header of another kind hides no cookie behind it.

    Raises:
        NotSignedIn: they are there twice, or not of a kind that is known.
    """
    headers = request.headers.getlist("authorization")
    if headers:
        scheme, _, token = headers[0].partition(" ")
        if len(headers) > 1 or scheme.lower() != "bearer":
            raise NotSignedIn
        return Credentials("token", token.strip())
    cookies = shown_sessions(request)
    if len(cookies) > 1:
        raise NotSignedIn
    return Credentials("session", cookies[0]) if cookies else None


def shown_sessions(request: Request) -> list[str]:
    """Whatever the request shows as session ids, good or not: what ends at sign-in and sign-out."""
    return cookie_values(request.headers, session_cookie(request.scope["scheme"]))


def authenticate(
    connection: Connection, credentials: Credentials | None, now: datetime, app: str = ""
) -> SignedIn:
    """Who shows these credentials, and which version of ``app`` is served (one statement).

    Raises:
        NotSignedIn: nobody does, any more.
    """
    if credentials is None:
        raise NotSignedIn
    if credentials.kind == "token":
        token = find_token(connection, credentials.secret, now, app)
        if token is not None:
            return SignedIn(token.actor, token=token)
    else:
        session = find_session(connection, credentials.secret, now, app)
        if session is not None:
            return SignedIn(session.actor, session=session)
    raise NotSignedIn


def set_cookie(scheme: str, secret: str) -> str:
    """The Set-Cookie header that gives a browser its session."""
    return _cookie(scheme, secret, int(ABSOLUTE.total_seconds()))


def clear_cookie(scheme: str) -> str:
    """The Set-Cookie header that takes it away."""
    return _cookie(scheme, "", 0)


def _cookie(scheme: str, value: str, age: int) -> str:
    secure = "; Secure" if scheme == "https" else ""
    return f"{session_cookie(scheme)}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"
