"""Prenotes: sent, verified by silence, failed by a return; and payments that wait behind one."""

from __future__ import annotations

from typing import Any

import pytest

from shared.kernel.errors import ClearwayError
from shared.kernel.party import Direction, Instrument, InstrumentKind, PartyType
from shared.ports.rail import RailStatus, Speed
from shared.rails.commands.ach.prenotes import Prenote, get_prenote, send_prenote, verify_prenotes
from shared.rails.domain.ach.errors import AchError
from shared.rails.domain.ach.known import PrenoteStatus
from tests.support.ach import AchWorld, an_account, an_instruction, new_york


@pytest.fixture
def world() -> AchWorld:
    return AchWorld()


def prenote(world: AchWorld, instrument: Instrument | None = None, **changes: Any) -> Prenote:
    fields: dict[str, Any] = {"tenant": "demo", "holder_name": "Ada Brook", "holder_type": PartyType.INDIVIDUAL}
    return send_prenote(
        "cus_ada", instrument or an_account(), transactor=world.documents, clock=world.clock, **{**fields, **changes}
    )


def state(world: AchWorld) -> PrenoteStatus:
    return get_prenote("cus_ada", "bank-main", tenant="demo", reader=world.documents).status


@pytest.mark.parametrize(
    ("direction", "account_type", "holder", "code", "sec"),
    [
        (Direction.CREDIT, "checking", PartyType.INDIVIDUAL, "23", "PPD"),
        (Direction.DEBIT, "checking", PartyType.INDIVIDUAL, "28", "PPD"),
        (Direction.CREDIT, "savings", PartyType.INDIVIDUAL, "33", "PPD"),
        (Direction.DEBIT, "savings", PartyType.ORGANISATION, "38", "CCD"),
    ],
)
def test_a_prenote_is_an_entry_without_money(
    world: AchWorld, direction: Direction, account_type: str, holder: PartyType, code: str, sec: str
) -> None:
    prenote(world, an_account(account_type=account_type), direction=direction, holder_type=holder)
    world.at("2026-11-03T20:01").cut()
    header, entry = world.batch_of("prenote.cus_ada.bank-main")
    assert (entry.detail.transaction_code, entry.amount_cents) == (code, 0)
    assert (header.standard_entry_class_code, header.entry_description) == (sec, "PRENOTE")


def test_silence_until_the_third_banking_day_verifies(world: AchWorld) -> None:
    sent = prenote(world)
    assert sent.clear_at == new_york("2026-11-09T00:00")  # settles on Wednesday; Thursday, Friday, Monday
    world.at("2026-11-03T20:01").cut()
    assert verify_prenotes(world.at("2026-11-08T23:59").clock.now(), world.documents) == 0
    assert state(world) is PrenoteStatus.SENT
    assert verify_prenotes(world.at("2026-11-09T00:00").clock.now(), world.documents) == 1
    assert state(world) is PrenoteStatus.VERIFIED
    assert verify_prenotes(world.clock.now(), world.documents) == 0


def test_a_prenote_that_was_cut_late_is_verified_later(world: AchWorld) -> None:
    prenote(world)
    world.at("2026-11-05T12:00").cut()  # the job slept; it settles on Friday
    assert verify_prenotes(world.at("2026-11-09T09:00").clock.now(), world.documents) == 0
    found = get_prenote("cus_ada", "bank-main", tenant="demo", reader=world.documents)
    assert found.clear_at == new_york("2026-11-12T00:00")  # Monday, Tuesday, Thursday: Wednesday is Veterans Day
    assert verify_prenotes(world.at("2026-11-12T00:00").clock.now(), world.documents) == 1


def test_the_same_account_again_is_the_same_prenote(world: AchWorld) -> None:
    first = prenote(world)
    world.clock.advance(3600)
    assert prenote(world) == first
    world.at("2026-11-03T20:01").cut()
    assert len(world.sent()) == 1


def test_an_instrument_with_other_numbers_is_prenoted_anew(world: AchWorld) -> None:
    prenote(world)
    again = prenote(world, an_account(account_number="200000000"))
    third = prenote(world, an_account(account_number="300000000"))
    keys = ["prenote.cus_ada.bank-main~2", "prenote.cus_ada.bank-main~3"]
    assert [again.entry_key, third.entry_key] == keys
    world.at("2026-11-03T20:01").cut()
    assert len(set(world.sent())) == 3


@pytest.mark.parametrize(
    ("instrument", "holder", "field"),
    [
        (an_account(routing_number="021000022"), "Ada Brook", "/routing_number"),
        (an_account(kind=InstrumentKind.CARD), "Ada Brook", "/kind"),
        (an_account(currency="EUR"), "Ada Brook", "/kind"),
        (an_account(), "李小龍", "/holder_name"),
    ],
)
def test_what_ach_cannot_reach_is_refused_by_field(
    world: AchWorld, instrument: Instrument, holder: str, field: str
) -> None:
    with pytest.raises(ClearwayError) as caught:
        prenote(world, instrument, holder_name=holder)
    assert (caught.value.code, caught.value.field) == (AchError.INVALID_PRENOTE, field)


def test_another_tenants_prenote_is_not_found(world: AchWorld) -> None:
    prenote(world)
    with pytest.raises(ClearwayError) as caught:
        get_prenote("cus_ada", "bank-main", tenant="other", reader=world.documents)
    assert caught.value.code is AchError.PRENOTE_NOT_FOUND


def test_a_payment_behind_a_prenote_waits_for_its_time(world: AchWorld) -> None:
    prenote(world)
    answer = world.rail.submit(an_instruction(speed=Speed.FASTEST))
    assert (answer.status, answer.check_at) == (RailStatus.PENDING, new_york("2026-11-09T13:00"))
    world.at("2026-11-03T20:01").cut()
    world.at("2026-11-07T12:00").cut()
    assert world.entry("pay_a.credit").file_id == ""
    world.at("2026-11-09T10:15").cut()
    assert world.entry("pay_a.credit").file_id == "2026-11-09T1030-same-day"


def test_a_payment_behind_a_prenote_of_the_evening_waits_from_the_file_that_took_it(world: AchWorld) -> None:
    prenote(world.at("2026-11-03T20:30"))  # the evening's file is cut: it goes on Wednesday and settles on Thursday
    answer = world.rail.submit(an_instruction(speed=Speed.FASTEST))
    assert answer.check_at == new_york("2026-11-10T13:00")  # Friday, Monday, Tuesday
    world.at("2026-11-04T20:01").cut()
    world.rail.submit(an_instruction("pay_b.credit", speed=Speed.FASTEST))
    world.at("2026-11-09T10:16").cut()
    assert [world.entry(key).file_id for key in ("pay_a.credit", "pay_b.credit")] == ["", ""]
    world.at("2026-11-10T10:15").cut()
    assert world.entry("pay_b.credit").file_id == "2026-11-10T1030-same-day"
