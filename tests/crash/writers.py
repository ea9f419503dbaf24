"""Eight writers that do what sales people do, and go on after the server was killed under their hands."""

from __future__ import annotations

import random
import threading
import time
from typing import Any
from uuid import uuid4

import httpx

from tests.crash.ledger import Ledger
from tests.processes import Process

WRITERS = 8
BULK = 5


class Writer(threading.Thread):
    """One of them; ``stop`` ends it after the request in hand."""

    def __init__(self, process: Process, ledger: Ledger, number: int, shared: dict[str, str]):
        super().__init__(name=f"writer {number}", daemon=True)
        self.process, self.ledger, self.shared = process, ledger, shared
        self.random = random.Random(number)
        self.stop = threading.Event()
        self.failure: BaseException | None = None
        self.leads: list[str] = []
        self.deals: list[str] = []

    def run(self) -> None:
        acts = (self.lead, self.lead, self.account, self.deal, self.deal, self.edit, self.edit, self.move)
        acts += (self.tell, self.bulk, self.drop, self.amount)
        try:
            with self.process.client() as client:
                while not self.stop.is_set():
                    self.random.choice(acts)(client)
        except BaseException as error:  # noqa: BLE001 - the main thread raises it
            self.failure = error

    def ask(
        self, client: httpx.Client, method: str, path: str, body: Any, **note: Any
    ) -> httpx.Response | None:
        """One request; None where no answer came, and the line in the ledger says so."""
        key = note.get("key")
        try:
            answer = client.request(method, path, json=body, headers={"idempotency-key": key} if key else {})
        except httpx.TransportError:
            self.ledger.write(acknowledged=False, **note)
            time.sleep(0.2)
            return None
        assert answer.status_code < 500, answer.text
        if answer.is_success:
            self.ledger.write(acknowledged=True, **(note | _promise(answer)))
        return answer

    def until_answered(
        self, client: httpx.Client, path: str, body: Any, **note: Any
    ) -> httpx.Response | None:
        """A create under one key, repeated until it is answered: done once, however often it was sent."""
        key = uuid4().hex
        while not self.stop.is_set():
            answer = self.ask(client, "POST", path, body, key=key, **note)
            if answer is not None:
                return answer
        return None

    def lead(self, client: httpx.Client) -> None:
        mark = uuid4().hex
        body = {"name": "线索", "note": mark, "campaign": self.shared["campaign"], "downloads": 2}
        answer = self.until_answered(client, "records/lead", body, act="create", entity="lead", mark=mark)
        if answer is not None and answer.is_success:
            self.leads.append(answer.json()["id"])

    def account(self, client: httpx.Client) -> None:
        mark = uuid4().hex
        body = {"name": f"客户{mark}", "note": mark}
        self.until_answered(client, "records/account", body, act="create", entity="account", mark=mark)

    def deal(self, client: httpx.Client) -> None:
        mark, amount = uuid4().hex, f"{self.random.randrange(100_000)}.25"
        body = {"name": "商机", "note": mark, "account": self.shared["account"], "amount": amount}
        answer = self.until_answered(
            client, "records/opportunity", body, act="create", entity="opportunity", mark=mark
        )
        if answer is not None and answer.is_success:
            self.deals.append(answer.json()["id"])

    def edit(self, client: httpx.Client) -> None:
        if self.leads:
            id_, minutes = self.random.choice(self.leads), self.random.randrange(1_000)
            body = {"site_minutes": minutes, "keyword": uuid4().hex}
            self.ask(client, "PATCH", f"records/lead/{id_}", body, act="change", entity="lead", sent=body)

    def amount(self, client: httpx.Client) -> None:
        if self.deals:
            body = {"amount": f"{self.random.randrange(100_000)}.75"}
            path = f"records/opportunity/{self.random.choice(self.deals)}"
            self.ask(client, "PATCH", path, body, act="change", entity="opportunity", sent=body)

    def move(self, client: httpx.Client) -> None:
        if self.leads:
            body = {"to": self.random.choice(("contacted", "dormant", "captured"))}
            body |= {"values": {"wake_on": "2027-01-01", "phone": f"138{self.random.randrange(10**8):08}"}}
            path = f"records/lead/{self.random.choice(self.leads)}/transition"
            self.ask(client, "POST", path, body, act="move", entity="lead", stage=body["to"])

    def tell(self, client: httpx.Client) -> None:
        event = {
            "kind": "download",
            "entity": "account",
            "record_id": self.shared["account"],
            "id": uuid4().hex,
        }
        self.ask(client, "POST", "events", event, act="tell", event=event["id"])

    def bulk(self, client: httpx.Client) -> None:
        mark = uuid4().hex
        rows = [{"name": "批量", "note": mark, "campaign": self.shared["campaign"]} for _ in range(BULK)]
        self.until_answered(
            client, "records/lead/bulk", {"create": rows}, act="bulk", entity="lead", mark=mark
        )

    def drop(self, client: httpx.Client) -> None:
        if len(self.deals) > 3:
            id_ = self.deals.pop(0)
            self.ask(
                client,
                "DELETE",
                f"records/opportunity/{id_}",
                None,
                act="delete",
                entity="opportunity",
                id=id_,
            )


def _promise(answer: httpx.Response) -> dict[str, Any]:
    """What an answer promises of a record."""
    body = answer.json() if answer.content else {}
    names = ("id", "version", "stage", "code", "site_minutes", "amount", "maturity")
    return {name: body[name] for name in names if name in body}
