"""Files that banks send: those that cannot be read, and entries that are not ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from shared.formats.nacha.file import Entry
from shared.formats.nacha.reading import read
from shared.formats.nacha.records import EntryDetail
from shared.formats.nacha.sent_back import Change, Return
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.party import Direction
from shared.payments.domain.errors import PaymentError
from shared.ports.rail import News
from shared.rails.commands.ach.run_cutoffs import run_cutoffs
from shared.rails.commands.ach.take_inbound import take_inbound_files
from shared.rails.domain.ach.inbound import items_of
from tests.support.ach import AchWorld, an_instruction

SETTLED = date(2026, 11, 6)


@pytest.fixture
def world() -> AchWorld:
    """One debit sent, and settled."""
    world = AchWorld()
    world.rail.submit(an_instruction("pay_a.debit", 99_99, direction=Direction.DEBIT))
    world.at("2026-11-03T20:01")
    run_cutoffs(world.clock.now(), world.desk)
    return world.at("2026-11-06T09:00")


def test_a_malformed_file_is_refused_with_line_field_and_reason_and_does_not_stop_others(world: AchWorld) -> None:
    header, entry = world.batch_of("pay_a.debit")
    world.bank_sends("good.ach", (header, Return(entry=entry, code="R01")), settled_on=SETTLED)
    good = world.objects.get("ach/inbound/good.ach") or b""
    lines = good.decode().splitlines()
    lines[2] = lines[2][:29] + "00000x9999" + lines[2][39:]
    world.objects.put_new("ach/inbound/bad.ach", "\n".join(lines).encode())
    world.objects.put_new("ach/inbound/empty.ach", b"")
    assert world.inbound() == {"refused": 2, "files": 1, "returned": 1}
    kept = world.documents.find("ach_inbound", equal={"status": "refused"})
    refused = {one.key.id: (one.fields["line"], one.fields["field"]) for one in kept}
    assert refused["bad.ach"] == (3, "amount_cents")
    assert set(refused) == {"bad.ach", "empty.ach"}
    assert all(one.fields["reason"] and one.fields["sha256"] for one in kept)
    assert world.objects.get("ach/inbound/bad.ach") is not None, "it stays where it is"
    assert len(world.cases()) == 2
    (text,) = {case.fields["reasons"][0]["text"] for case in world.documents.find("cases") if "bad" in case.key.id}
    assert "line 3, amount_cents" in text
    assert "x9999" not in text
    assert world.inbound() == {}, "and is not read again"


def test_a_name_that_no_document_could_have_is_taken_too(world: AchWorld) -> None:
    world.objects.put_new("ach/inbound/2026/bank a/.returns", b"not a file")
    assert world.inbound() == {"refused": 1}
    (kept,) = world.documents.find("ach_inbound")
    assert kept.fields["name"] == "ach/inbound/2026/bank a/.returns"


def test_an_answer_to_what_was_not_sent_from_here_opens_a_case_and_is_kept(world: AchWorld) -> None:
    header, entry = world.batch_of("pay_a.debit")
    assert isinstance(entry.detail, EntryDetail)
    stranger = Entry(replace(entry.detail, trace_number="121042889999999"))
    world.bank_sends("strange.ach", (header, Return(entry=stranger, code="R01")), settled_on=SETTLED)
    assert world.inbound() == {"files": 1, "unknown": 1}
    assert world.cases() == ["ach_unknown"]
    (kept,) = world.documents.find("ach_inbound_entries")
    assert (kept.fields["original_trace"], kept.fields["amount_cents"]) == ("121042889999999", 99_99)
    assert world.heard.news == []


def test_payments_that_are_sent_to_us_open_a_case(world: AchWorld) -> None:
    (name,) = world.objects.list("ach/outbound/")
    world.objects.put_new("ach/inbound/payments.ach", world.objects.get(name) or b"")
    assert world.inbound() == {"files": 1, "unexpected": 1}
    assert world.cases() == ["ach_unexpected"]


def test_a_change_that_says_nothing_of_the_account_opens_a_case(world: AchWorld) -> None:
    header, entry = world.batch_of("pay_a.debit")
    change = Change(entry=entry, code="C04", corrected_data="Bob Lane")
    world.bank_sends("name.ach", (header, change), settled_on=SETTLED)
    assert world.inbound() == {"files": 1, "unreadable": 1}
    assert world.cases() == ["ach_unreadable"]
    assert world.heard.corrections == []


def test_a_correction_that_nobody_can_use_opens_a_case_and_serves_the_rail(world: AchWorld) -> None:
    header, entry = world.batch_of("pay_a.debit")
    world.heard.known = False
    change = Change(entry=entry, code="C05", corrected_data="32")
    world.bank_sends("kind.ach", (header, change), settled_on=SETTLED)
    assert world.inbound() == {"files": 1, "changed": 1}
    assert world.cases() == ["ach_correction_not_applied"]
    world.rail.submit(an_instruction("pay_b.credit"))
    assert world.entry("pay_b.credit").account_type == "savings"


def refusing(code: KernelError | PaymentError) -> object:
    def take(_: News) -> None:
        raise ClearwayError(code, "a test")

    return take


def test_news_of_a_payment_that_is_not_there_opens_a_case_and_the_file_is_done(world: AchWorld) -> None:
    header, entry = world.batch_of("pay_a.debit")
    world.bank_sends("r.ach", (header, Return(entry=entry, code="R01")), settled_on=SETTLED)
    take = refusing(PaymentError.NOT_FOUND)
    counts = take_inbound_files(desk=world.desk, take_news=take, corrections=world.heard)  # type: ignore[arg-type]
    assert (counts["files"], counts["failed"]) == (1, 0)
    assert world.cases() == ["payment_not_found"]


def test_news_that_cannot_be_told_now_is_told_by_the_next_call(world: AchWorld) -> None:
    header, entry = world.batch_of("pay_a.debit")
    world.bank_sends("r.ach", (header, Return(entry=entry, code="R01")), settled_on=SETTLED)
    take = refusing(KernelError.UNAVAILABLE)
    for _ in range(2):
        counts = take_inbound_files(desk=world.desk, take_news=take, corrections=world.heard)  # type: ignore[arg-type]
        assert (counts["files"], counts["failed"]) == (0, 1)
    assert world.inbound() == {"files": 1, "returned": 1}
    assert [news.key for news in world.heard.news] == ["pay_a.debit"]
    assert world.inbound() == {}


def test_a_second_return_of_an_entry_goes_back_as_a_duplicate(world: AchWorld) -> None:
    header, entry = world.batch_of("pay_a.debit")
    for name in ("one.ach", "two.ach"):
        world.bank_sends(name, (header, Return(entry=entry, code="R01")), settled_on=SETTLED)
    assert world.inbound() == {"files": 2, "returned": 1, "dishonored": 1}
    found = world.entry("pay_a.debit")
    assert (found.status.value, found.reason_code, found.dishonored_code) == ("returned", "R01", "R67")
    assert len(world.heard.news) == 1


@pytest.mark.parametrize(
    ("day", "received", "settled"),
    [
        ("310", date(2026, 11, 6), date(2026, 11, 6)),
        ("", date(2026, 11, 6), date(2026, 11, 6)),  # the operator did not say
        ("365", date(2027, 1, 2), date(2026, 12, 31)),
        ("002", date(2026, 12, 31), date(2027, 1, 2)),
        ("060", date(2028, 3, 1), date(2028, 2, 29)),
    ],
)
def test_the_settlement_day_is_the_day_of_the_year_near_the_file(
    world: AchWorld, day: str, received: date, settled: date
) -> None:
    header, entry = world.batch_of("pay_a.debit")
    world.bank_sends("r.ach", (header, Return(entry=entry, code="R01")))
    file = read(world.objects.get("ach/inbound/r.ach") or b"")
    batches = tuple(replace(one, header=replace(one.header, settlement_date=day)) for one in file.batches)
    (item,) = items_of(replace(file, batches=batches), received)
    assert item.settled_on == settled
