"""Bots of groups: what the services get, and how what they answer is judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from builder.demo.outside.bots import Bots
from tests.workflows.channels.test_mail import letter
from workflows.channels.base import Failed, Refused, Sender, Sent
from workflows.channels.dingtalk import DingtalkBot
from workflows.channels.feishu import FeishuBot
from workflows.channels.posting import A_MINUTE, judge
from workflows.channels.wecom import CODES, MOST, WecomBot
from workflows.outgoing import Answer, Outgoing

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SERVICES = ["wecom", "dingtalk", "feishu"]


@dataclass
class Moment:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Moment:
    return Moment()


@pytest.fixture
def bots(clock: Moment) -> Iterator[Bots]:
    with Bots(clock) as made:
        yield made


def bot(bots: Bots, service: str, clock: Any, token: str = "group-1", key: str | None = None) -> Sender:
    outgoing = Outgoing(frozenset({f"127.0.0.1:{bots.port}"}))
    url, key = bots.url(service, token), bots.key if key is None else key
    if service == "wecom":
        return WecomBot(outgoing, url)
    made = DingtalkBot if service == "dingtalk" else FeishuBot
    return made(outgoing, clock, url, key)


@pytest.mark.parametrize("service", SERVICES)
def test_a_message_arrives_in_its_group(bots: Bots, clock: Moment, service: str) -> None:
    outcome = bot(bots, service, clock).send(letter(data={"mention": ["13800000001"]}))
    assert isinstance(outcome, Sent)
    assert outcome.detail["code"] == 0
    (text,) = bots.of(service).texts
    assert text.startswith(f"{letter().subject}\n{letter().text}")
    assert bots.of(service, "group-2").texts == []
    if service != "feishu":
        assert bots.of(service).called == [["13800000001"]]


@pytest.mark.parametrize("service", SERVICES)
def test_a_bot_that_is_not_there_is_final(bots: Bots, clock: Moment, service: str) -> None:
    outcome = bot(bots, service, clock, token="gone").send(letter())
    assert isinstance(outcome, Refused)
    assert outcome.reason == "bad_key"
    assert "gone" not in str(outcome)


@pytest.mark.parametrize("service", ["dingtalk", "feishu"])
def test_a_wrong_signature_and_a_wrong_clock_are_final(bots: Bots, clock: Moment, service: str) -> None:
    for key, shown in (("wrong", clock), ("", clock), (None, Moment(NOW - timedelta(hours=2)))):
        outcome = bot(bots, service, shown, key=key).send(letter())
        assert isinstance(outcome, Refused)
        assert outcome.reason == "bad_signature"
    assert bots.of(service).texts == []


@pytest.mark.parametrize(("service", "most"), [("wecom", 20), ("dingtalk", 20), ("feishu", 100)])
def test_too_often_waits_a_minute(bots: Bots, clock: Moment, service: str, most: int) -> None:
    made = bot(bots, service, clock)
    for _ in range(most):
        assert isinstance(made.send(letter()), Sent)
    outcome = made.send(letter())
    assert isinstance(outcome, Failed)
    assert (outcome.reason, outcome.after) == ("too_often", A_MINUTE)
    clock.now += A_MINUTE
    assert isinstance(made.send(letter()), Sent)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_is_down_is_tried_again(bots: Bots, clock: Moment, service: str) -> None:
    bots.down = True
    assert bot(bots, service, clock).send(letter()) == Failed("bad_answer", {"status": 502})
    bots.down = False
    assert isinstance(bot(bots, service, clock).send(letter()), Sent)


def test_a_long_text_is_cut_on_a_whole_character(bots: Bots, clock: Moment) -> None:
    assert isinstance(bot(bots, "wecom", clock).send(letter(text="汇" * 3_000)), Sent)
    (text,) = bots.of("wecom").texts
    assert MOST - 4 < len(text.encode()) <= MOST
    assert text.endswith("汇…")


@pytest.mark.parametrize("service", SERVICES)
def test_a_bot_inside_is_not_reached_and_its_key_is_in_no_text(
    bots: Bots, clock: Moment, service: str
) -> None:
    shut = bot(bots, service, clock)
    assert "group-1" not in repr(shut)
    object.__setattr__(shut, "outgoing", Outgoing())
    assert isinstance(shut.send(letter()), Refused)
    assert bots.of(service).texts == []


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, b"", Failed), (500, b"<html>", Failed), (404, b"<html>", Refused), (408, b"", Failed), (200, b"", Failed),
        (200, b"[]", Failed), (200, b'{"errcode": "0"}', Failed), (200, b'{"errcode": 1}', Failed), (301, b"", Failed),
        (200, b'{"errcode": 93000}', Refused), (200, b'{"errcode": 45009}', Failed), (200, b'{"errcode": 0}', Sent),
        (200, b"\xff\xfe", Failed), (200, b'{"errcode": null}', Failed),
    ],
)  # fmt: skip
def test_whatever_comes_back_is_judged(status: int, body: bytes, kind: type) -> None:
    assert isinstance(judge(Answer(status, {}, body), CODES), kind)
