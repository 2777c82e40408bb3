"""All rails at once, as `make up` has them: cards, instant payments, ACH, callbacks, and days that pass in seconds."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from emulators.bank.settlement.banking_days import banking_days_after, moment
from emulators.local import LocalCloud
from scripts.verify_all import verify
from shared.ledger.documents import JOURNAL
from shared.payments.documents import payment_key
from shared.ports.documents import every_document
from tests.support.client import Client
from tests.support.waiting import eventually, until

pytestmark = [pytest.mark.emulators, pytest.mark.e2e]

FUNDED = 2_000_00
# A payee's account number ends in what the bank is to do, see emulators/bank/README.md; so does a card's token.
ACCOUNTS = {"bank": "0000", "no-funds": "0101"}
PAYEES = {"plain": "0000", "early": "0701", "unposted": "0306", "twice": "0702"}
CARDS = {"card": "0000", "lost-answer": "0201"}


@pytest.fixture(scope="module")
def client(all_rails: LocalCloud) -> Iterator[Client]:
    client = Client(all_rails)
    yield client
    client.close()


class Payer:
    """A customer with a funded wallet, bank accounts, payees and cards for what the bank is to do."""

    def __init__(self, client: Client, name: str) -> None:
        self.client, self.name = client, name
        registered = client.post("/v1/customers", registration(name)).json()
        self.id, self.wallet = registered["id"], registered["instruments"][0]["account_id"]
        self.ends(self.pay("bank", "wallet", FUNDED), "completed")

    def pay(self, source: str, destination: str, amount_minor: int, **more: str) -> str:
        """Submit; the payment's id."""
        body = {
            "amount_minor": amount_minor,
            "currency": "USD",
            "source": {"customer_id": self.id, "instrument_id": source},
            "destination": {"customer_id": self.id, "instrument_id": destination},
            **more,
        }
        reply = self.client.post("/v1/payments", body, f"{self.name}-{source}-{destination}-{amount_minor}")
        assert reply.status == 202, reply.data
        return str(reply.json()["id"])

    def ends(self, payment_id: str, status: str) -> Any:
        """The payment in this state."""
        return self.client.payment(payment_id, until=lambda one: one["status"] == status)

    def rests(self, payment_id: str) -> Any:
        """The payment once its rail has it, and will say more later."""
        return self.client.payment(payment_id, until=lambda one: bool(one["legs"]) and one["legs"][-1]["reference"])

    def balances(self) -> dict[str, int]:
        """What the wallet holds, in minor units."""
        account = self.client.get(f"/v1/accounts/{self.wallet}")
        return {name: account[f"{name}_minor"] for name in ("available", "held", "posted")}


def registration(name: str) -> dict[str, Any]:
    """A customer; no two tests share one, so that neither limits nor balances of one depend on the other."""
    outside = {"kind": "bank_account", "currency": "USD", "routing_number": "021000021"}
    saved = {**outside, "holder_name": "Grace Meadow", "holder_country": "US"}
    return {
        "reference": name,
        "type": "individual",
        "name": "Ada Brook",
        "country": "US",
        "tier": "verified",
        "instruments": [
            {"id": "wallet", "kind": "wallet", "currency": "USD"},
            *({"id": one, **outside, "account_number": f"10000{end}"} for one, end in ACCOUNTS.items()),
            *({"id": one, **saved, "account_number": f"20000{end}"} for one, end in PAYEES.items()),
            *(
                {"id": one, "kind": "card", "currency": "USD", "card_token": f"tok_{name}_{end}"}
                for one, end in CARDS.items()
            ),
        ],
    }


class Bank:
    """The bank's side door."""

    def __init__(self, client: Client) -> None:
        self.http, self.url, self.storage = client.http, client.cloud.bank_url, client.cloud.hosts.storage_url
        self.bucket = client.cloud.place.files_bucket

    def now(self) -> datetime:
        return datetime.fromisoformat(self.http.request("GET", f"{self.url}/v1/admin/clock").json()["now"])

    def advance(self, by: timedelta) -> None:
        """Put the clock forward; all that lives by it follows before this returns, but for what goes on by itself."""
        body = {"duration_s": by.total_seconds()}
        assert self.http.request("POST", f"{self.url}/v1/admin/clock/advance", json=body, timeout=300).status == 200

    def advance_to(self, moment: datetime) -> None:
        self.advance(moment - self.now())

    def summary(self) -> Any:
        return self.http.request("GET", f"{self.url}/v1/admin/rails").json()

    def callbacks(self) -> Counter[str]:
        return Counter(self.summary()["callbacks"].get("instant", {}))

    def repeated(self) -> dict[str, Any]:
        """By rail, legs whose money moved more than once."""
        return {name: rail["moved"]["more_than_once"] for name, rail in self.summary()["rails"].items()}

    def files(self, prefix: str) -> list[str]:
        found = self.http.request("GET", f"{self.storage}/storage/v1/b/{self.bucket}/o?prefix={prefix}").json()
        return [one["name"] for one in found.get("items", [])]


@pytest.fixture(scope="module")
def bank(client: Client) -> Bank:
    return Bank(client)


def states(payment: Any) -> list[str]:
    return [entry["status"] for entry in payment["timeline"]]


def legs(payment: Any) -> list[tuple[str, str, str]]:
    return [(leg["role"], leg["rail"], leg["status"]) for leg in payment["legs"]]


def nothing_differs(client: Client) -> bool:
    """Whether the books agree with themselves and with every payment, and the bank's statements with the books."""
    books = verify(client.documents)
    cases = every_document(client.documents, "cases")
    assert [one.fields["reasons"] for one in cases if one.fields["gate"] == "reconciliation"] == []
    return books.balanced


def test_payouts_over_the_instant_rail_end_by_answer_by_early_callback_and_by_a_later_one(
    client: Client, bank: Bank
) -> None:
    payer = Payer(client, "instant")
    before = bank.callbacks()
    sent = {payee: payer.pay("wallet", payee, 10_00) for payee in ("plain", "early", "unposted")}
    for payee in ("plain", "early"):
        assert legs(payer.ends(sent[payee], "completed")) == [("pay_out", "instant", "accepted")]
    # Accepted without posting: the money has left us, but the payee does not have it yet.
    assert legs(payer.rests(sent["unposted"])) == [("pay_out", "instant", "pending")]
    assert payer.balances() == {"available": FUNDED - 30_00, "held": 10_00, "posted": FUNDED - 20_00}
    bank.advance(timedelta(hours=1, seconds=1))
    assert legs(payer.ends(sent["unposted"], "completed")) == [("pay_out", "instant", "accepted")]
    assert payer.balances() == {"available": FUNDED - 30_00, "held": 0, "posted": FUNDED - 30_00}
    told = bank.callbacks() - before
    assert told["attempts"] == told["delivered"] == 2
    assert nothing_differs(client)


def test_a_callback_that_comes_twice_has_one_effect(client: Client, bank: Bank) -> None:
    payer = Payer(client, "twice")
    before = bank.callbacks()
    payment_id = payer.pay("wallet", "twice", 10_00)
    client.payment(payment_id, until=lambda one: one["status"] == "paying_out")
    bank.advance(timedelta(hours=1))
    told = eventually(lambda: bank.callbacks() - before, lambda counts: counts["delivered"] == 2)
    assert told["attempts"] == 2
    assert states(payer.ends(payment_id, "completed")).count("completed") == 1
    entries = [one.key.id for one in every_document(client.documents, JOURNAL) if one.key.id.startswith(payment_id)]
    assert len(entries) == 1
    assert payer.balances()["posted"] == FUNDED - 10_00
    assert nothing_differs(client)


def test_cards_are_pulled_and_pushed_and_a_lost_answer_is_asked_for(client: Client, bank: Bank) -> None:
    payer = Payer(client, "cards")
    pulled, pushed = payer.pay("card", "wallet", 100_00), payer.pay("wallet", "card", 40_00)
    lost = payer.pay("wallet", "lost-answer", 50_00)
    assert legs(payer.ends(pulled, "completed")) == [("collect", "card", "accepted")]
    assert legs(payer.ends(pushed, "completed")) == [("pay_out", "card", "accepted")]
    # The rail's silence ends at its time-out, and then it is asked what became of the push.
    assert legs(payer.ends(lost, "completed")) == [("pay_out", "card", "accepted")]
    # A share of what a card brought stays back for as long as its holder may dispute it.
    kept = 5_00
    posted = FUNDED + 100_00 - 40_00 - 50_00
    assert payer.balances() == {"available": posted - kept, "held": kept, "posted": posted}
    assert bank.repeated()["card"] == []
    assert nothing_differs(client)


def test_ach_takes_days_that_pass_in_seconds(client: Client, bank: Bank) -> None:
    payer = Payer(client, "ach")
    payout = payer.pay("wallet", "plain", 20_00, speed="standard")
    deposit = payer.pay("no-funds", "wallet", 30_00, speed="standard")
    for payment_id in (payout, deposit):
        assert legs(payer.rests(payment_id))[0][1:] == ("ach", "pending")
    assert payer.balances() == {"available": FUNDED - 20_00, "held": 20_00, "posted": FUNDED}
    cut_before = bank.files("ach/outbound/")
    document = client.documents.get(payment_key(deposit))
    assert document is not None
    bank.advance_to(document.fields["drive_at"] + timedelta(minutes=1))
    # On the way there a file was cut, the bank took it, and its entries settled.
    assert len(bank.files("ach/outbound/")) == len(cut_before) + 1
    settled_on = payer.ends(deposit, "completed")["legs"][0]["settled_on"]
    payer.ends(payout, "completed")
    # What came in is kept back until it can no longer be returned for want of funds.
    posted = FUNDED - 20_00 + 30_00
    assert payer.balances() == {"available": posted - 30_00, "held": 30_00, "posted": posted}
    assert nothing_differs(client)
    returned_on = banking_days_after(datetime.fromisoformat(settled_on).date(), 2)
    bank.advance_to(moment(returned_on, time(12)))
    returned = payer.ends(deposit, "returned")
    assert states(returned)[-2:] == ["completed", "returned"]
    assert returned["timeline"][-1]["reasons"][0]["code"] == "rail_R01"
    assert payer.balances() == {"available": FUNDED - 20_00, "held": 0, "posted": FUNDED - 20_00}
    # The day of the return ends too, and is accounted for.
    bank.advance_to(moment(returned_on, time(20)))
    assert f"statements/inbound/ach/USD/{returned_on}.xml" in bank.files("statements/inbound/ach/")
    assert bank.files("statements/inbound/instant/")
    assert nothing_differs(client)


KILLS = 3


class Killer:
    """Kills `settlement` and `timer` in turns, a few times each."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.killed: Counter[str] = Counter()
        self._cloud = cloud
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._kill)

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _kill(self) -> None:
        for name in ("timer", "settlement") * KILLS:
            function = self._cloud.functions[name]
            until(function.ready)
            function.kill()
            self.killed[name] += 1
            if self._over.wait(1.0):
                return


def test_a_week_passes_though_settlement_and_timer_are_killed_meanwhile(
    client: Client, bank: Bank, all_rails: LocalCloud
) -> None:
    payer = Payer(client, "killed")
    with Killer(all_rails) as killer:
        sent = {
            "instant": [payer.pay("wallet", payee, 10_00 + n) for payee in PAYEES for n in range(2)],
            "card": [payer.pay("wallet", "card", 11_00), payer.pay("card", "wallet", 12_00)],
            "ach": [payer.pay("wallet", "plain", 20_00 + n, speed="standard") for n in range(5)],
        }
        back = payer.pay("no-funds", "wallet", 30_00, speed="standard")
        for payment_id in (*sent["ach"], back):
            payer.rests(payment_id)
        bank.advance(timedelta(days=9))
    assert killer.killed == {"timer": KILLS, "settlement": KILLS}
    for rail, payment_ids in sent.items():
        for payment_id in payment_ids:
            assert [leg[1:] for leg in legs(payer.ends(payment_id, "completed"))] == [(rail, "accepted")]
    payer.ends(back, "returned")
    assert not any(bank.repeated().values())
    assert payer.balances()["posted"] == FUNDED - 8 * 10_00 - 4 - 11_00 + 12_00 - 5 * 20_00 - 10
    assert eventually(lambda: nothing_differs(client), bool)
