"""`make verify`: silent over books that are in order, and one exact line for each thing that is planted."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from emulators.local import LOCAL_PROJECT
from scripts import verify as command
from scripts.verify_all import verify
from shared.kernel import ids
from shared.ledger.commands.open_account import open_account
from shared.ledger.documents import account_key, entry_key, reversal_key, shard_key
from shared.ledger.domain.chart import shard_of
from shared.ledger.queries.verify_books import Difference
from shared.payments.documents import payment_from, payment_key, payment_to_fields
from shared.payments.domain.legs import Route
from shared.ports.documents import Key, Transaction
from shared.ports.ledger import Booking, House, HouseAccount, Movement, RailSettlement, Wallet
from tests.support.builders import BOB, NOON, TENANT, a_party
from tests.support.settling import Bench
from tests.support.world import BOOK, World

BOB_WALLET = a_party(customer=BOB).instrument.account_id


class Town(Bench):
    """One payment of each end that matters to the books: every entry is a payment's.

    `deposit` is in Bob's wallet, less a fee; `waiting` is collected and not yet paid out; `parked` came back from the
    payee and could not be put back; `returned` was taken back by the payer's bank.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ids = {
            "deposit": self.approved(Route.DEPOSIT, key="deposit", fee_minor=1_50),
            "waiting": self.approved(Route.TRANSFER, key="waiting"),
            "parked": self.approved(Route.TRANSFER, key="parked"),
            "returned": self.approved(Route.DEPOSIT, key="returned"),
        }
        for name, story in (
            ("deposit", "> C+"),
            ("waiting", "> C+"),
            ("parked", "> C+ > P- > B-"),
            ("returned", "> C+ C~"),
        ):
            self.play(self.ids[name], story)

    def _fund(self, customer: str, amount_minor: int) -> None:
        account = a_party(customer=customer).instrument.account_id

        def work(tx: Transaction) -> None:
            open_account(tx, account, tenant=TENANT, customer_id=customer, currency="USD")

        self.documents.run(work)

    def tamper(self, key: Key, **changes: Any) -> None:
        """Tamper with a document's fields; a number is added to the one that is there."""

        def work(tx: Transaction) -> None:
            (document,) = tx.get(key)
            assert document is not None
            fields = dict(document.fields)
            for name, value in changes.items():
                fields[name] = fields[name] + value if type(value) is int else value
            tx.replace(key, fields)

        self.documents.run(work)

    def remove(self, key: Key) -> None:
        """A document is gone."""
        del self.documents._collections[key.collection][key]

    def book(self, entry_id: str, payment_id: str, movement: Movement, **how: Any) -> None:
        """Book something that no payment's history tells of."""
        booking = Booking(entry_id, payment_id, how.pop("currency", "USD"), (movement,), NOON, "book", **how)
        assert self.documents.run(lambda tx: self.ledger.book(tx, booking)).value is None

    def entry(self, name: str = "deposit") -> Key:
        """The first entry of one of the payments: of the version that collected."""
        return entry_key(f"{self.ids[name]}.6")

    def lines(self, name: str, by: int) -> list[dict[str, Any]]:
        """The lines of an entry with `by` added to each side."""
        document = self.documents.get(self.entry(name))
        assert document is not None
        lines: list[dict[str, Any]] = document.fields["lines"]
        return [{**line, "amount_minor": line["amount_minor"] + by} for line in lines[:2]] + lines[2:]


def rail_shard(name: str, town: Town) -> Key:
    return shard_key(RAIL, shard_of(f"{town.ids[name]}.6"))


def tampered_history(town: Town) -> None:
    document = town.documents.get(payment_key(town.ids["deposit"]))
    assert document is not None
    history = list(document.fields["history"])
    history[2] = {**history[2], "step": "nobody"}
    town.tamper(document.key, history=history)


def kept_hold(town: Town) -> None:
    document = town.documents.get(payment_key(town.ids["deposit"]))
    assert document is not None
    payment = payment_from(document)
    fields = payment_to_fields(payment)
    hold = {"id": "h", "account_id": BOB_WALLET, "amount_minor": 7, "currency": "USD", "at": NOON, "expires_at": None}
    town.tamper(document.key, holds=[*fields["holds"], {**hold, "status": "pending", "posted_minor": 0}])


def tampered_leg(town: Town, **changes: Any) -> None:
    document = town.documents.get(payment_key(town.ids["deposit"]))
    assert document is not None
    (leg,) = document.fields["legs"]
    town.tamper(document.key, legs=[{**leg, **changes}])


def case_of(town: Town, name: str) -> Key:
    return next(one.key for one in town.documents.find("cases", equal={"payment_id": town.ids[name]}))


def strange_case(town: Town) -> None:
    fields = {"payment_id": town.ids["deposit"], "status": "open", "reasons": [{"code": "parked_in_suspense"}]}
    town.documents.run(lambda tx: tx.create(Key("cases", "strange"), fields))


STRANGER = "pay_" + "a" * 26
RAIL = "house.rail-settlement.one.USD"
PARKED = "parked in suspense: expected money and an open case, or neither"

# What is planted, and every line that it must bring about; {deposit} and the like are the payments' ids.
PLANTED: list[tuple[str, Callable[[Town], None], list[str]]] = [
    (
        "a cent more in a wallet",
        lambda town: town.tamper(account_key(BOB_WALLET), credits_posted_minor=1),
        [
            "account {bob}: credits posted USD: expected 19850, found 19851",
            "trial balance USD: debits less credits: expected 0, found -1",
        ],
    ),
    (
        "a cent less on a shard of the rail",
        lambda town: town.tamper(rail_shard("deposit", town), debits_posted_minor=-1),
        [
            "account house.rail-settlement.one.USD: debits posted USD: expected 40000, found 39999",
            "trial balance USD: debits less credits: expected 0, found -1",
        ],
    ),
    (
        "a hold that nobody has",
        lambda town: town.tamper(account_key(BOB_WALLET), debits_pending_minor=5),
        ["account {bob}: debits pending USD: expected 0, found 5"],
    ),
    (
        "a pending credit",
        lambda town: town.tamper(account_key(BOB_WALLET), credits_pending_minor=5),
        ["account {bob}: credits pending USD: expected 0, found 5"],
    ),
    (
        "a hold that its account does not know",
        kept_hold,
        ["account {bob}: debits pending USD: expected 7, found 0"],
    ),
    (
        "an overdraft",
        lambda town: town.tamper(account_key(BOB_WALLET), debits_posted_minor=98_51),
        [
            "account {bob}: debits posted USD: expected 10000, found 19851",
            "account {bob}: available (insufficient_funds): expected 0 or more, found -1",
            "trial balance USD: debits less credits: expected 0, found 9851",
        ],
    ),
    (
        "an entry that is missing",
        lambda town: town.remove(town.entry()),
        [
            "payment {deposit}: entry {deposit}.6: expected deposit, found nothing",
            "account {bob}: credits posted USD: expected 10000, found 19850",
            "account house.fees.USD: credits posted USD: expected 0, found 150",
            "account house.rail-settlement.one.USD: debits posted USD: expected 30000, found 40000",
        ],
    ),
    (
        "an entry of a payment that there is not",
        lambda town: town.book(f"{STRANGER}.6", STRANGER, Movement(RailSettlement("one"), Wallet(BOB_WALLET), 5)),
        [f"entry {STRANGER}.6: payment {STRANGER}: expected a payment of that id, found none"],
    ),
    (
        "an entry of nobody",
        lambda town: town.book("bonus", "bonus", Movement(House(HouseAccount.FEES), Wallet(BOB_WALLET), 5)),
        ["entry bonus: its payment: expected named by its id, found no payment's id"],
    ),
    (
        "an entry for the second time",
        lambda town: town.book(
            f"{town.ids['deposit']}.9", town.ids["deposit"], Movement(RailSettlement("one"), Wallet(BOB_WALLET), 5)
        ),
        ["payment {deposit}: entry {deposit}.9: expected nothing, found book"],
    ),
    (
        "another amount in an entry",
        lambda town: town.tamper(town.entry(), lines=town.lines("deposit", 1)),
        [
            "payment {deposit}: credit of {bob} of entry {deposit}.6: expected 9850, found 9851",
            f"payment {{deposit}}: debit of {RAIL} of entry {{deposit}}.6: expected 10000, found 10001",
            "account {bob}: credits posted USD: expected 19851, found 19850",
            "account house.rail-settlement.one.USD: debits posted USD: expected 40001, found 40000",
        ],
    ),
    (
        "an entry that does not balance",
        lambda town: town.tamper(town.entry("waiting"), lines=town.lines("waiting", 1)[:1]),
        [
            "entry {waiting}.6: debits and credits: expected equal, found not equal",
            "payment {waiting}: entry {waiting}.6: expected collection, found nothing",
            "account house.in-transit.USD: credits posted USD: expected 10000, found 20000",
            "account house.rail-settlement.one.USD: debits posted USD: expected 30000, found 40000",
        ],
    ),
    (
        "an entry without its form",
        lambda town: town.tamper(town.entry("waiting"), lines=None),
        [
            "entry {waiting}.6: its form: expected an entry, found TypeError",
            "payment {waiting}: entry {waiting}.6: expected collection, found nothing",
            "account house.in-transit.USD: credits posted USD: expected 10000, found 20000",
            "account house.rail-settlement.one.USD: debits posted USD: expected 30000, found 40000",
        ],
    ),
    (
        "an entry of another kind, payment, and leg",
        lambda town: town.tamper(town.entry(), kind="bonus", payment_id=STRANGER, reference="x"),
        [
            "payment {deposit}: kind of entry {deposit}.6: expected deposit, found bonus",
            f"payment {{deposit}}: payment of entry {{deposit}}.6: expected {{deposit}}, found {STRANGER}",
            "payment {deposit}: reference of entry {deposit}.6: expected {deposit}.debit, found x",
        ],
    ),
    (
        "an entry of another moment",
        lambda town: town.tamper(town.entry(), at=NOON - timedelta(days=30)),
        ["payment {deposit}: moment of entry {deposit}.6: expected {booked_at}, found 2026-10-03T12:00:00+00:00"],
    ),
    (
        "a leg that says nothing was booked for it",
        lambda town: tampered_leg(town, entry_id=""),
        ["leg {deposit}.debit: entry: expected {deposit}.6, found nothing"],
    ),
    (
        "a leg that its rail is said to have still",
        lambda town: tampered_leg(town, status="pending"),
        ["leg {deposit}.debit: status: expected accepted or returned, found pending"],
    ),
    (
        "an entry that is not found by its accounts",
        lambda town: town.tamper(town.entry(), accounts=["x"]),
        ["entry {deposit}.6: accounts to find it by: expected those of its lines, found others"],
    ),
    (
        "another currency in an account",
        lambda town: town.book(
            f"{STRANGER}.6", STRANGER, Movement(RailSettlement("one"), Wallet(BOB_WALLET), 5), currency="JPY"
        ),
        [
            f"entry {STRANGER}.6: payment {STRANGER}: expected a payment of that id, found none",
            "account {bob}: credits posted USD: expected 19850, found 19855",
            "account {bob}: credits posted JPY: expected 5, found 0",
            "trial balance JPY: debits less credits: expected 0, found 5",
            "trial balance USD: debits less credits: expected 0, found -5",
        ],
    ),
    (
        "a wallet that nobody opened",
        lambda town: town.book(f"{STRANGER}.6", STRANGER, Movement(RailSettlement("one"), Wallet("acc_x"), 5)),
        [
            f"entry {STRANGER}.6: payment {STRANGER}: expected a payment of that id, found none",
            "account acc_x: opened: expected yes, found no",
            "account acc_x: credits posted USD: expected 5, found 0",
            "trial balance USD: debits less credits: expected 0, found 5",
            "trial balance no currency: debits less credits: expected 0, found -5",
        ],
    ),
    (
        "a wallet that cannot be read",
        lambda town: town.tamper(account_key(BOB_WALLET), normal_side="left"),
        [
            "account {bob}: its form: expected an account, found ValueError",
            "account {bob}: credits posted USD: expected 19850, found 0",
            "account {bob}: debits posted USD: expected 10000, found 0",
            "trial balance USD: debits less credits: expected 0, found 9850",
        ],
    ),
    (
        "a shard that cannot be read",
        lambda town: town.tamper(rail_shard("deposit", town), currency=None),
        [
            "shard {shard}: its form: expected a shard, found TypeError",
            "account house.rail-settlement.one.USD: debits posted USD: expected 40000, found 30000",
            "trial balance USD: debits less credits: expected 0, found -10000",
        ],
    ),
    (
        "a shard that is another account's",
        lambda town: town.tamper(rail_shard("deposit", town), account="house.fees.USD"),
        [
            "shard {shard}: account: expected house.rail-settlement.one.USD, found house.fees.USD",
            "account house.fees.USD: debits posted USD: expected 0, found 10000",
            "account house.rail-settlement.one.USD: debits posted USD: expected 40000, found 30000",
        ],
    ),
    (
        "a history that was altered",
        tampered_history,
        ["payment {deposit}: hash chain of its history: expected whole, found broken at version 3"],
    ),
    (
        "another state than the history's",
        lambda town: town.tamper(payment_key(town.ids["waiting"]), state="failed"),
        [
            "payment {waiting}: state: expected collected, its history's last, found failed",
            "account house.in-transit.USD: balance, by what payments and open cases say: expected 0, found 10000",
        ],
    ),
    (
        "a payment under another id",
        lambda town: town.tamper(payment_key(town.ids["waiting"]), idempotency_key="another"),
        [
            "payment {waiting}: its form: expected a payment of that id, found the content of {another}",
            "entry {waiting}.6: payment {waiting}: expected a payment of that id, found none",
            "account house.in-transit.USD: balance, by what payments and open cases say: expected 0, found 10000",
        ],
    ),
    (
        "a payment that cannot be read",
        lambda town: town.tamper(payment_key(town.ids["deposit"]), state="lost"),
        [
            "payment {deposit}: its form: expected a payment of that id, found not readable",
            "entry {deposit}.6: payment {deposit}: expected a payment of that id, found none",
        ],
    ),
    (
        "money in suspense without an open case",
        lambda town: town.tamper(case_of(town, "parked"), status="closed"),
        [
            f"payment {{parked}}: {PARKED}, found 10000 USD and no open case",
            "account house.suspense.USD: balance, by what payments and open cases say: expected 0, found 10000",
        ],
    ),
    (
        "an open case without money in suspense",
        strange_case,
        [
            f"payment {{deposit}}: {PARKED}, found 0 USD and an open case",
        ],
    ),
    (
        "a case of a payment that there is not",
        lambda town: town.tamper(case_of(town, "parked"), payment_id=STRANGER),
        [
            f"payment {{parked}}: {PARKED}, found 10000 USD and no open case",
            f"payment {STRANGER}: parked in suspense: expected a payment, found an open case on none",
            "account house.suspense.USD: balance, by what payments and open cases say: expected 0, found 10000",
        ],
    ),
    (
        "a reversal that is forgotten",
        lambda town: town.remove(reversal_key(f"{town.ids['returned']}.6")),
        ["entry {returned}.6: reversed by: expected {returned}.debit.returned, found nothing"],
    ),
    (
        "a reversal that never was",
        lambda town: (
            town.documents.run(
                lambda tx: tx.create(reversal_key(f"{town.ids['deposit']}.6"), {"reversed_by": "x"})
            ).value
        ),
        ["entry {deposit}.6: reversed by: expected nothing, found x"],
    ),
    (
        "an entry that is reversed twice",
        lambda town: town.tamper(town.entry(), reverses=f"{town.ids['returned']}.6"),
        [
            "payment {deposit}: reverses of entry {deposit}.6: expected nothing, found {returned}.6",
            "entry {deposit}.6: reversal of {returned}.6: expected {returned}.debit.returned, found a second one",
        ],
    ),
]


@pytest.fixture(scope="module")
def pristine() -> Town:
    return Town()


def test_books_in_order_bring_about_no_line(pristine: Town) -> None:
    books = verify(pristine.documents)
    assert books.differences == ()
    assert books.balanced
    assert books.entries == 6


@pytest.mark.parametrize(("plant", "lines"), [row[1:] for row in PLANTED], ids=[row[0] for row in PLANTED])
def test_what_is_planted_is_found_and_said_exactly(plant: Callable[[Town], None], lines: list[str]) -> None:
    town = Town()
    booked_at = town.payment(town.ids["deposit"]).history[5].at.isoformat()
    plant(town)
    another = ids.payment_id(TENANT, "another")
    names = {
        "bob": BOB_WALLET,
        "another": another,
        "booked_at": booked_at,
        "shard": rail_shard("deposit", town).id,
        **town.ids,
    }
    assert sorted(map(str, verify(town.documents).differences)) == sorted(line.format(**names) for line in lines)


def test_a_world_of_wallet_payments_is_in_order() -> None:
    world = World()
    world.pay("payout")
    world.pay("book", **BOOK)
    assert world.cloud.settle_down()
    assert verify(world.twins.documents).differences == ()
    world.pay("held")
    world.twins.broker.deliver_due(1)  # intake, and no further: money is held
    assert verify(world.twins.documents).differences == ()


def test_the_command_is_silent_or_says_each_difference_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    town = Town()
    assert command.run(town.documents, pause_s=0) == 0
    assert capsys.readouterr().out == ""
    town.tamper(account_key(BOB_WALLET), debits_pending_minor=5)
    assert command.run(town.documents, pause_s=0) == 1
    assert capsys.readouterr().out == f"account {BOB_WALLET}: debits pending USD: expected 0, found 5\n"


def test_the_trial_balance_is_printed_on_request(capsys: pytest.CaptureFixture[str], pristine: Town) -> None:
    assert command.run(pristine.documents, show_trial_balance=True, pause_s=0) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "USD accounts debits credits balance",
        "fees 1 0 150 150",
        "in-transit 1 10,000 20,000 10,000",
        "rail-settlement.one 1 40,000 10,000 30,000",
        "suspense 1 0 10,000 10,000",
        "wallet 2 10,000 19,850 9,850",
        "all 60,000 60,000 0",
        "",
    ]


def test_only_what_is_found_twice_is_told_however_the_books_went_on_between() -> None:
    first = (Difference("account a", "debits", 10, 12), Difference("payment p", "entry e", "book", "nothing"))
    second = (Difference("account a", "debits", 20, 22), Difference("account b", "debits", 1, 2))
    assert command.lasting(first, second) == second[:1]


def test_the_system_that_runs_here_is_verified_unless_another_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(**named: str) -> tuple[str, str | None]:
        return command.where(argparse.Namespace(**{"project": None, "emulator": None, **named}))

    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)
    monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
    project, emulator = asked()
    assert (project, bool(emulator)) == (LOCAL_PROJECT, True)
    assert asked(project="mine") == ("mine", None)
    assert asked(emulator="127.0.0.1:1") == (LOCAL_PROJECT, "127.0.0.1:1")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "theirs")
    assert asked() == ("theirs", None)
