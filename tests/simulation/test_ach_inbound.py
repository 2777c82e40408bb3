"""What banks answer is taken once, whatever dies while it is taken, and news of it is heard at least once."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest

from shared.formats.nacha.sent_back import Change, ContestedReturn, Return
from shared.kernel.party import Direction, PartyType
from shared.ports.rail import RailStatus
from shared.rails.commands.ach.prenotes import get_prenote, send_prenote
from shared.rails.commands.ach.run_cutoffs import run_cutoffs
from tests.support.ach import AchWorld, an_account, an_instruction
from tests.support.crashes import Crash, CrashPoints

PRENOTED = an_account(id="bank-new", account_number="555000111")


def world_of(points: CrashPoints | None = None) -> AchWorld:
    """Three payments and a prenote sent, one payment waiting, and a file that answers all of them."""
    world = AchWorld(points, claim_max=100)
    world.rail.submit(an_instruction("pay_a.debit", 99_99, direction=Direction.DEBIT))
    world.rail.submit(an_instruction("pay_b.credit", 5_00))
    world.rail.submit(an_instruction("pay_c.debit", 7_00, direction=Direction.DEBIT))
    send_prenote(
        "cus_ada",
        PRENOTED,
        tenant="demo",
        holder_name="Ada Brook",
        holder_type=PartyType.INDIVIDUAL,
        transactor=world.documents,
        clock=world.clock,
    )
    world.rail.submit(an_instruction("pay_w.credit", 8_00, instrument=PRENOTED))
    world.at("2026-11-03T20:01")
    run_cutoffs(world.clock.now(), world.desk)
    world.rail.submit(an_instruction("pay_v.credit", 2_00))
    world.at("2026-11-06T09:00")
    (a_header, a), (b_header, b), (c_header, c) = (
        world.batch_of(key) for key in ("pay_a.debit", "pay_b.credit", "pay_c.debit")
    )
    prenote_header, prenote = world.batch_of("prenote.cus_ada.bank-new")
    world.bank_sends(
        "answers.ach",
        (a_header, Return(entry=a, code="R01")),
        (b_header, Change(entry=b, code="C01", corrected_data="200000000")),
        (prenote_header, Return(entry=prenote, code="R03")),
        settled_on=date(2026, 11, 6),
    )
    world.bank_sends("late.ach", (c_header, Return(entry=c, code="R02")), settled_on=date(2026, 11, 12))
    return world


def everything(world: AchWorld) -> dict[str, Any]:
    """All documents of the rail, and what was heard, each once."""
    names = ("ach_entries", "ach_accounts", "ach_prenotes", "ach_inbound", "ach_inbound_entries", "ach_days", "cases")
    kept = {(one.key.collection, one.key.id): one.fields for name in names for one in world.documents.find(name)}
    news = {(news.key, news.answer.status, news.answer.reason_code) for news in world.heard.news}
    return {"kept": kept, "news": news, "corrections": set(world.heard.corrections)}


@cache
def undisturbed() -> tuple[dict[str, Any], tuple[str, ...]]:
    points = CrashPoints()
    world = world_of(points)
    assert world.inbound() == {"files": 2, "returned": 1, "changed": 1, "prenote_failed": 1, "dishonored": 1}
    return everything(world), tuple(points.calls)


def test_each_answer_has_its_consequences() -> None:
    found, _ = undisturbed()
    assert found["news"] == {
        ("pay_a.debit", RailStatus.RETURNED, "R01"),
        ("pay_w.credit", RailStatus.REJECTED, "prenote_failed"),
    }
    assert [one.account_number for one in found["corrections"]] == ["200000000"]
    assert found["kept"]["ach_entries", "pay_v.credit"]["account_number"] == "200000000", "also while it waits"
    assert found["kept"]["ach_prenotes", "prenote.cus_ada.bank-new"]["status"] == "failed"
    assert found["kept"]["ach_days", "2026-11-06"] == {"returned": 1, "returned_R01": 1}


def test_a_job_that_dies_after_any_port_call_leaves_the_same_end() -> None:
    expected, calls = undisturbed()
    for number, call in enumerate(calls, start=1):
        points = CrashPoints(number)
        world = world_of(points)
        with pytest.raises(Crash):
            world.inbound()
        assert points.calls[-1] == call
        world.inbound()
        found = everything(world)
        assert found["kept"] == expected["kept"], f"a crash after call {number} ({call}) changed what is kept"
        # The refusal of what waited behind a prenote may be found out by asking alone.
        missing = expected["news"] - found["news"]
        assert missing <= {("pay_w.credit", RailStatus.REJECTED, "prenote_failed")}
        answer = world.rail.inquire("pay_w.credit")
        assert answer is not None
        assert (answer.status, answer.reason_code) == (RailStatus.REJECTED, "prenote_failed")
        assert found["corrections"] == expected["corrections"]


def test_the_same_answers_in_another_file_change_nothing() -> None:
    world = world_of()
    world.inbound()
    before = world.documents.find("ach_entries")
    for name in ("answers.ach", "late.ach"):
        data = world.objects.get(f"ach/inbound/{name}")
        assert data is not None
        world.objects.put_new(f"ach/inbound/again-{name}", data)
    # A change that is said twice is applied twice, to the same end.
    assert world.inbound() == {"files": 2, "repeated": 3, "changed": 1}
    assert world.documents.find("ach_entries") == before
    assert world.inbound() == {}


def test_a_late_return_goes_back_and_may_be_contested() -> None:
    world = world_of()
    world.inbound()
    assert world.entry("pay_c.debit").dishonored_code == "R68"
    assert "ach_dishonored" in world.cases()
    answer = world.rail.inquire("pay_c.debit")
    assert answer is not None
    assert answer.status is RailStatus.ACCEPTED, "its money comes back"
    world.at("2026-11-12T20:01").cut()
    (back,) = [entry for entry in list(world.outbound().values())[-1].entries if entry.addenda]
    (addenda,) = back.addenda
    assert getattr(addenda, "dishonored_code", "") == "R68"
    assert getattr(addenda, "original_trace_number", "") == world.entry("pay_c.debit").trace_number
    dishonored = next(one.fields for one in world.documents.find("ach_entries") if one.fields["kind"] == "dishonored")
    header, sent = world.batch_of_trace(dishonored["trace_number"])
    contested = ContestedReturn(
        entry=sent,
        code="R73",
        settled_on=date(2026, 11, 13),
        original_settled_on=date(2026, 11, 4),
        returned_on=date(2026, 11, 6),
    )
    world.at("2026-11-16T09:00").bank_sends("contested.ach", (header, contested), settled_on=date(2026, 11, 16))
    assert world.inbound() == {"files": 1, "contested": 1}
    answer = world.rail.inquire("pay_c.debit")
    assert answer is not None
    assert (answer.status, answer.reason_code) == (RailStatus.RETURNED, "R02")
    assert world.heard.news[-1].answer == answer
    assert "ach_contested" in world.cases()


def test_an_instrument_whose_prenote_came_back_is_refused() -> None:
    world = world_of()
    world.inbound()
    assert get_prenote("cus_ada", "bank-new", tenant="demo", reader=world.documents).code == "R03"
    answer = world.rail.submit(an_instruction("pay_x.credit", instrument=PRENOTED))
    assert (answer.status, answer.reason_code) == (RailStatus.REJECTED, "prenote_failed")
    assert "R03" in answer.reason_text
    assert world.rail.inquire("pay_x.credit") is None


def test_later_payments_use_the_corrected_number() -> None:
    world = world_of()
    world.inbound()
    world.rail.submit(an_instruction("pay_y.credit"))
    entry = world.entry("pay_y.credit")
    assert (entry.routing_number, entry.account_number) == ("021000021", "200000000")
