"""Payments over ACH through the whole pipeline: queued, cut, settled, returned, corrected; and prenotes in the API."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from emulators.embedded import EmbeddedCloud, Wrapping, make_twins
from shared.contracts.errors import ContractError
from shared.customers.documents import customer_from, customer_key
from shared.formats.nacha.sent_back import Change, Return
from shared.kernel import ids
from shared.kernel.errors import ClearwayError
from shared.payments.domain.states import State
from shared.rails.commands.ach.ach_rail import AchRail
from shared.runtime.backbone import Backbone
from shared.runtime.carriers import settlement_over
from shared.runtime.news import NewsDesk
from shared.runtime.steps.api_prenotes import PRENOTE_ROUTES
from shared.runtime.steps.timer_ach import cut, inbound
from shared.runtime.web import HttpRequest, Reply
from tests.support.ach import ORIGIN, AchWorld, new_york
from tests.support.builders import ADA, BANK, PAYEE, TENANT, WALLET
from tests.support.world import API_KEYS, DEPOSIT, World, payment_body


class AchPipeline:
    """The pipeline of `World`, funded over another rail, with ACH as its only rail from Monday at seven."""

    def __init__(self) -> None:
        self.world = World()
        clock, documents = self.world.twins.clock, self.world.twins.documents
        rail = AchRail(documents, clock, ORIGIN)
        twins = replace(make_twins(clock), documents=documents)
        self.world.twins = twins
        self.world.cloud = EmbeddedCloud(twins, api_keys=API_KEYS, wrapping=Wrapping(rail=lambda _: rail))
        self.objects = twins.objects
        self.backbone = Backbone(documents, twins.broker, clock, twins.tasks)
        self.news = NewsDesk(self.backbone, settlement_over(self.backbone, [rail]))
        self.bank = AchWorld()  # its ways of reading and answering files, over this world's stores
        self.bank.clock, self.bank.documents, self.bank.objects = clock, documents, self.objects

    def at(self, text: str) -> None:
        """Go on to a moment, with everything that is due on the way, and the job of cut-offs."""
        moment = new_york(text)
        self.world.cloud.settle_down(moment - self.world.twins.clock.now())
        if moment > self.world.twins.clock.now():
            self.world.twins.clock.advance_to(moment)
        assert cut(self.backbone, self.objects, ORIGIN)["failed"] == 0

    def state(self) -> State:
        """Where the payment under `key-1` is."""
        return self.world.payment().state

    def answers(self) -> dict[str, int]:
        """Take what the bank has put there."""
        return {
            name: count for name, count in inbound(self.backbone, self.objects, ORIGIN, self.news.take).items() if count
        }


@pytest.fixture
def ach() -> AchPipeline:
    return AchPipeline()


@pytest.mark.parametrize(
    ("payment", "leg", "moving"),
    [({"destination": (ADA, BANK)}, "credit", State.PAYING_OUT), (DEPOSIT, "debit", State.COLLECTING)],
)
def test_a_payment_goes_out_in_a_file_settles_and_comes_back(
    ach: AchPipeline, payment: dict[str, Any], leg: str, moving: State
) -> None:
    payment_id = ach.world.pay(**payment)
    ach.at("2026-11-02T08:00")
    assert ach.state() is moving
    ach.at("2026-11-02T10:15")
    assert ach.state() is moving
    ach.at("2026-11-02T13:05")
    assert ach.state() is State.COMPLETED
    assert ach.world.books().balanced
    header, entry = ach.bank.batch_of(f"{payment_id}.{leg}")
    ach.bank.bank_sends("r.ach", (header, Return(entry=entry, code="R02")), settled_on=date(2026, 11, 4))
    assert ach.answers() == {"files": 1, "returned": 1}
    assert ach.state() is State.RETURNED
    assert ach.world.books().balanced


def test_a_payment_that_comes_back_before_anybody_asked_has_failed(ach: AchPipeline) -> None:
    payment_id = ach.world.pay("key-1", **DEPOSIT)
    for moment in ("2026-11-02T08:00", "2026-11-02T10:15"):
        ach.at(moment)
    header, entry = ach.bank.batch_of(f"{payment_id}.debit")
    ach.bank.bank_sends("r.ach", (header, Return(entry=entry, code="R01")), settled_on=date(2026, 11, 3))
    assert ach.answers() == {"files": 1, "returned": 1}
    assert ach.state() is State.FAILED
    ach.at("2026-11-03T18:00")
    assert ach.state() is State.FAILED
    assert ach.world.books().balanced


def test_a_change_corrects_the_customers_instrument_for_later_payments(ach: AchPipeline) -> None:
    payment_id = ach.world.pay(source=(ADA, WALLET), destination=(ADA, BANK))
    for moment in ("2026-11-02T08:00", "2026-11-02T10:15", "2026-11-02T20:00"):
        ach.at(moment)
    header, entry = ach.bank.batch_of(f"{payment_id}.credit")
    change = Change(entry=entry, code="C01", corrected_data="777000777")
    ach.bank.bank_sends("c.ach", (header, change), settled_on=date(2026, 11, 4))
    assert ach.answers() == {"files": 1, "changed": 1}
    document = ach.world.twins.documents.get(customer_key(ADA))
    assert document is not None
    customer = customer_from(document)
    assert customer.instruments[BANK].account_number == "777000777"
    assert customer.instruments[PAYEE].account_number == "100000000", "another instrument, with its own bank"
    assert [one.before.account_number for one in customer.corrections] == ["100000000"]


def test_a_change_that_answers_a_prenote_corrects_the_instrument_too(ach: AchPipeline) -> None:
    call(ach, "POST", f"/v1/customers/{ADA}/instruments/{BANK}/prenote")
    ach.at("2026-11-02T20:00")
    header, entry = ach.bank.batch_of(f"prenote.{ADA}.{BANK}")
    change = Change(entry=entry, code="C06", corrected_data="777000777           32")
    ach.bank.bank_sends("c.ach", (header, change), settled_on=date(2026, 11, 4))
    assert ach.answers() == {"files": 1, "changed": 1}
    document = ach.world.twins.documents.get(customer_key(ADA))
    assert document is not None
    instrument = customer_from(document).instruments[BANK]
    assert (instrument.account_number, instrument.account_type) == ("777000777", "savings")


def call(ach: AchPipeline, method: str, path: str, tenant: str = TENANT) -> Reply:
    """The route for a path, as the API calls it."""
    for wanted, pattern, route in PRENOTE_ROUTES:
        found = pattern.fullmatch(path)
        if found and method == wanted:
            return route(ach, HttpRequest(method, path), tenant, "".join(found.groups()))
    raise ClearwayError(ContractError.ROUTE_NOT_FOUND, "no such method and path")


def test_a_prenote_is_asked_for_and_read_over_the_api(ach: AchPipeline) -> None:
    path = f"/v1/customers/{ADA}/instruments/{BANK}/prenote"
    with pytest.raises(ClearwayError, match="prenote_not_found"):
        call(ach, "GET", path)
    reply = call(ach, "POST", path)
    assert reply.status == 202
    assert call(ach, "POST", path).body == reply.body
    asked = json.loads(reply.body)
    assert (asked["status"], asked["instrument_id"], "return_code" in asked) == ("sent", BANK, False)
    assert b"100000000" not in reply.body
    ach.at("2026-11-02T20:00")
    header, entry = ach.bank.batch_of(f"prenote.{ADA}.{BANK}")
    ach.bank.bank_sends("p.ach", (header, Return(entry=entry, code="R03")), settled_on=date(2026, 11, 4))
    assert ach.answers() == {"files": 1, "prenote_failed": 1}
    found = call(ach, "GET", path)
    assert found.status == 200
    assert (json.loads(found.body)["status"], json.loads(found.body)["return_code"]) == ("failed", "R03")


def test_silence_verifies_a_prenote_by_the_timer(ach: AchPipeline) -> None:
    path = f"/v1/customers/{ADA}/instruments/{BANK}/prenote"
    call(ach, "POST", path)
    ach.at("2026-11-02T20:00")
    ach.at("2026-11-06T00:00")
    assert ach.answers() == {"verified": 1}
    assert json.loads(call(ach, "GET", path).body)["status"] == "verified"


@pytest.mark.parametrize(
    ("customer", "instrument", "tenant", "error"),
    [
        (ADA, BANK, "other", "customer_not_found"),
        (ids.customer_id(TENANT, "nobody"), BANK, TENANT, "customer_not_found"),
        (ADA, "nothing", TENANT, "customer_not_found"),
        (ADA, WALLET, TENANT, "invalid_prenote"),
    ],
)
def test_what_cannot_be_prenoted_is_refused(
    ach: AchPipeline, customer: str, instrument: str, tenant: str, error: str
) -> None:
    with pytest.raises(ClearwayError, match=error):
        call(ach, "POST", f"/v1/customers/{customer}/instruments/{instrument}/prenote", tenant)


def test_the_jobs_count_what_they_did(ach: AchPipeline, capsys: pytest.CaptureFixture[str]) -> None:
    ach.world.submit(ach.world.cloud, "key-1", payment_body(destination=(ADA, BANK)))
    ach.world.cloud.settle_down(timedelta(minutes=30))
    ach.world.twins.clock.advance_to(new_york("2026-11-02T20:00"))
    assert cut(ach.backbone, ach.objects, ORIGIN) == {"files": 1, "empty": 0, "entries": 1, "failed": 0}
    assert cut(ach.backbone, ach.objects, ORIGIN) == {"files": 0, "empty": 0, "entries": 0, "failed": 0}
    assert "2026-11-03T0215-standard" in capsys.readouterr().out
    ach.objects.put_new("ach/inbound/bad.ach", b"no file")
    assert ach.answers() == {"refused": 1}
    assert '"refused":1' in capsys.readouterr().out
