"""Telling people: who is meant, what each may know, and one delivery per person, done or with the reason why not.

A message is written for the one who gets it: with the values that they may read, in their language. In the app it is
there with the transaction that tells it; what leaves by another channel needs a connector.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from expressions.texts import BadText, parse_text
from runtime.access import Access, access_for
from runtime.change import Values
from runtime.exports.columns import Style, columns_of, names_of
from runtime.people.actors import Actor, actor_of, actor_values, person_query
from runtime.people.tables import USER_ROLES, USERS
from runtime.query.records import get
from runtime.refusals import NotFound
from runtime.unit import Unit
from schema_store.compiled.rules import CompiledAudience, CompiledCall, CompiledMessage, CompiledNotify, Text
from workflows.tables import NOTIFICATIONS

#: People of one role who are told at most; that there are more is a delivery of its own.
MOST_OF_ROLE = 200
#: The channel that needs no connector.
IN_APP = "in_app"
_PEOPLE = person_query().where(USERS.c.id.in_(sa.bindparam("people", expanding=True)))
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Telling:
    """What it is about: a record, the rule or SLA (its id), the run; ``moment`` tells occurrences of a clock apart."""

    entity: str
    record: UUID
    element: str
    run: UUID | None
    moment: str | None = None


@dataclass(frozen=True, slots=True)
class _Whom:
    """One who is meant: a person, or an address that is none; neither: nobody is there, and ``reason`` says why."""

    audience: str
    person: UUID | None = None
    address: str | None = None
    reason: str | None = None


class Teller:
    """Tells about one record, in the transaction of a unit."""

    def __init__(self, unit: Unit, about: Telling):
        self._unit, self._about = unit, about
        self._served = unit.served

    def notify(self, action: CompiledNotify, row: Values) -> list[Json]:
        """Tell the audience; ``{audience, person?, state, reason?}`` of each delivery."""
        message = self._served.app.messages[action.message]
        whom = list(dict.fromkeys(self._whom(action.audience, row)))
        people = self._actors({each.person for each in whom if each.person is not None})
        return [self._tell(action, message, _of_account(each, people), people) for each in whom]

    def call(self, action: CompiledCall) -> list[Json]:
        """Nothing is called as long as no connector of the name is set up here."""
        whom = _Whom(f"{action.connector}.{action.operation}", reason="no_connector")
        return [self._deliver(action.key, action.connector, "", whom, "skipped", {"reason": whom.reason})]

    def _whom(self, audience: Iterable[CompiledAudience], row: Values) -> Iterator[_Whom]:
        for each in audience:
            if each.kind == "role":
                yield from self._of_role(each.text)
            elif each.kind == "field":
                yield self._of_field(each, row)
            elif each.text.startswith("user:"):
                yield self._named(each.text)
            else:
                yield _Whom(each.text, address=each.text)

    def _of_role(self, role: str) -> Iterator[_Whom]:
        holds = (
            sa.select(USERS.c.id)
            .join(USER_ROLES, USER_ROLES.c.user_id == USERS.c.id)
            .where(USER_ROLES.c.app == self._served.key, USER_ROLES.c.role == role, USERS.c.active)
            .order_by(USERS.c.sort_key, USERS.c.id)
            .limit(MOST_OF_ROLE + 1)
        )
        found = list(self._unit.connection.execute(holds).scalars())
        if not found:
            yield _Whom(f"role:{role}", reason="nobody")
        yield from (_Whom(f"role:{role}", person) for person in found[:MOST_OF_ROLE])
        if len(found) > MOST_OF_ROLE:
            yield _Whom(f"role:{role}", reason="too_many")

    def _of_field(self, audience: CompiledAudience, row: Values) -> _Whom:
        value = row.get(".".join(audience.path))
        if value is None:
            return _Whom(audience.text, reason="nobody")
        person = value if isinstance(value, UUID) else None
        return _Whom(audience.text, person, None if person else str(value))

    def _named(self, text: str) -> _Whom:
        named = sa.select(USERS.c.id).where(USERS.c.username_key == text.partition(":")[2].casefold())
        person = self._unit.connection.execute(named).scalar()
        return _Whom(text, reason="nobody") if person is None else _Whom(text, person)

    def _actors(self, ids: set[UUID]) -> dict[UUID, Actor | None]:
        """Those of them who are people; None for who is not active any more."""
        rows: dict[UUID, list[Any]] = {}
        if ids:
            for row in self._unit.connection.execute(_PEOPLE, {"people": list(ids)}):
                rows.setdefault(row.id, []).append(row)
        return {id_: actor_of(each) if each[0].active else None for id_, each in rows.items()}

    def _tell(
        self,
        action: CompiledNotify,
        message: CompiledMessage,
        whom: _Whom,
        people: Mapping[UUID, Actor | None],
    ) -> Json:
        reason, text = whom.reason, None
        if reason is None and action.channel != IN_APP:
            reason = "no_connector"
        elif reason is None and whom.person is None:
            reason = "no_account"
        elif reason is None and whom.person is not None:
            reader = people[whom.person]
            reason, text = ("inactive", None) if reader is None else self._write(message, reader)
        state = "done" if reason is None else "skipped"
        why: Json = {} if reason is None else {"reason": reason}
        if text is not None and whom.person is not None:
            why["notification"] = self._keep(message, whom.person, text)
        return self._deliver(action.key, action.channel, message.key, whom, state, why)

    def _write(self, message: CompiledMessage, reader: Actor) -> tuple[str | None, dict[str, str] | None]:
        """The text for one reader, or the reason why there is none."""
        access = access_for(self._served, reader, actor_values(reader, self._served.key))
        locale = reader.locale if reader.locale in message.body else self._served.app.default_locale
        try:
            body, subject = (parse_text(_in(text, locale)) for text in (message.body, message.subject))
            values = self._values(access, locale, body.names | subject.names)
            return None, {"subject": subject.render(values), "body": body.render(values)}
        except NotFound:
            return "not_readable", None
        except BadText as error:
            return f"text_{error.code}", None

    def _values(self, access: Access, locale: str, names: frozenset[str]) -> dict[str, Any]:
        """What the reader may know of the record, as people write it.

        Raises:
            NotFound: the record is not there for them.
        """
        entity = self._about.entity
        known = tuple(sorted(names & access.readable(entity)))
        unit, app = self._unit, self._served.app
        record = get(unit.connection, access, unit.now, entity, self._about.record, fields=("id", *known))
        columns = columns_of(access, entity, known, Style(True, locale, True, app.zone, app.option_labels))
        reading = Unit(unit.connection, unit.served, access, unit.now, unit.after_commit)
        named = names_of(reading, columns, [record])
        return {column.key: column.show(record.get(column.key), named) for column in columns}

    def _keep(self, message: CompiledMessage, person: UUID, text: Mapping[str, str]) -> str:
        id_, about = uuid7(), self._about
        row = {
            "id": id_,
            "user_id": person,
            "app": self._served.key,
            "entity": about.entity,
            "record": about.record,
            "message": message.key,
            "text": dict(text),
            "at": self._unit.now,
            "read_at": None,
        }
        self._unit.connection.execute(sa.insert(NOTIFICATIONS), row)
        return str(id_)

    def _deliver(
        self, key: str, channel: str, message: str, whom: _Whom, state: str, why: Mapping[str, Any]
    ) -> Json:
        unit, about = self._unit, self._about
        row = {
            "id": uuid7(),
            "entity": self._served.app.entities[about.entity].id,
            "record": about.record,
            "at": unit.now,
            "by": unit.person,
            "audience": whom.audience,
            "person": whom.person,
            "address": whom.address,
            "rule": about.element,
            "run": about.run,
            "channel": channel,
            "message": message,
            "state": state,
            "attempts": 1 if state == "done" else 0,
            "next_at": None,
            "why": {**why, "action": key},
        }
        unit.connection.execute(sa.insert(self._served.support.delivery), row)
        said = {"audience": whom.audience, "channel": channel, "state": state}
        return said | ({"reason": why["reason"]} if "reason" in why else {})


def _of_account(whom: _Whom, people: Mapping[UUID, Actor | None]) -> _Whom:
    """A reference that names no person, but e.g. a contact, is an address."""
    if whom.person is None or whom.person in people:
        return whom
    return _Whom(whom.audience, address=str(whom.person))


def _in(text: Text, locale: str) -> str:
    return text.get(locale) or next(iter(text.values()), "")
