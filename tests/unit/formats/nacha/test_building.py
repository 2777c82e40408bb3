"""What the builders make: the files that are kept beside this test, and nothing that the rules refuse."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.formats.nacha.building import AccountType, Direction, EntryDraft
from shared.formats.nacha.errors import NachaError
from shared.formats.nacha.options import STRICT
from shared.formats.nacha.reading import read
from shared.formats.nacha.records import EntryDetail
from shared.formats.nacha.sent_back import Change, ContestedReturn, DishonoredReturn, RefusedChange, Return
from shared.formats.nacha.text import fit_text
from shared.formats.nacha.writing import write
from tests.unit.formats.nacha.samples import (
    ALL,
    FRIDAY,
    THEIR_BANK,
    batch,
    changes,
    entry,
    file_of,
    payments,
    returns,
)

FILES = Path(__file__).parent / "files"


@pytest.mark.parametrize("name", ALL)
def test_the_same_drafts_give_the_same_bytes_for_ever(name: str) -> None:
    assert write(ALL[name]()) == (FILES / f"{name}.ach").read_bytes()


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (entry(amount_cents=0), "amount_cents"),
        (entry(amount_cents=1, prenote=True), "amount_cents"),
        (entry(amount_cents=10**10), "amount_cents"),
        (entry(amount_cents=-1), "amount_cents"),
        (entry(name=""), "individual_name"),
        (entry(name="A name of more than 22 characters"), "individual_name"),
        (entry(name="Zoë"), "individual_name"),
        (entry(account_number=""), "account_number"),
        (entry(account_number="1" * 18), "account_number"),
        (entry(payment_information="x" * 81), "payment_information"),
        (entry(Direction.DEBIT, account_type=AccountType.LOAN), "transaction_code"),
        (dataclasses.replace(entry(), routing_number="123456789"), "routing_number"),
        (dataclasses.replace(entry(), routing_number="99000002"), "routing_number"),
    ],
)
def test_a_draft_that_no_bank_would_take_is_not_built(draft: EntryDraft, field: str) -> None:
    with pytest.raises(NachaError) as caught:
        file_of(batch("PPD", draft))
    assert caught.value.field_name == field


def test_a_bank_code_an_empty_batch_and_too_many_traces_are_refused() -> None:
    for drafts, trace in (
        ([dataclasses.replace(batch("PPD", entry()), odfi="9900001")], 1),
        ([batch("PPD")], 1),
        ([batch("PPD", entry(), entry())], 9_999_999),
        ([batch("PPD", entry())], 0),
        ([dataclasses.replace(batch("PPD", entry()), sec_code="ENR")], 1),
    ):
        with pytest.raises(NachaError):
            file_of(*drafts, first_trace=trace)


@pytest.mark.parametrize(
    ("entries", "service_class"),
    [
        ([entry()], "220"),
        ([entry(Direction.DEBIT)], "225"),
        ([entry(), entry(Direction.DEBIT)], "200"),
    ],
)
def test_the_service_class_follows_the_directions(entries: list[EntryDraft], service_class: str) -> None:
    built = file_of(batch("PPD", *entries)).batches[0]
    assert built.header.service_class_code == built.control.service_class_code == service_class


def test_trace_numbers_run_through_the_file() -> None:
    built = file_of(batch("PPD", entry(), entry()), batch("CCD", entry()), first_trace=7)
    assert [one.detail.trace_number for one in built.entries] == [f"99000001{at:07d}" for at in (7, 8, 9)]


def test_a_return_names_the_entry_and_changes_the_sides() -> None:
    sent, returned = next(payments().entries), next(returns().entries)
    assert (sent.detail.transaction_code, returned.detail.transaction_code) == ("22", "21")
    assert returned.detail.rdfi_identification == sent.detail.trace_number[:8]
    assert returned.detail.amount_cents == sent.detail.amount_cents
    assert getattr(returned.addenda[0], "original_trace_number", "") == sent.detail.trace_number
    assert getattr(returned.addenda[0], "original_rdfi_identification", "") == THEIR_BANK[:8]


def test_a_death_is_dated() -> None:
    returns(["R15"], died_on=date(2026, 11, 1))
    with pytest.raises(NachaError) as caught:
        returns(["R15"])
    assert caught.value.field_name == "date_of_death"


def test_only_what_was_sent_back_can_be_sent_back_again() -> None:
    forward = next(payments().entries)
    asked = next(changes().entries)
    for wrong in (
        DishonoredReturn(entry=forward, code="R68", settled_on=FRIDAY),
        DishonoredReturn(entry=asked, code="R68", settled_on=FRIDAY),
        ContestedReturn(entry=forward, code="R73", settled_on=FRIDAY, original_settled_on=FRIDAY, returned_on=FRIDAY),
        RefusedChange(entry=forward, code="C62"),
        Return(entry=next(read((FILES / "advices.ach").read_bytes()).entries), code="R01"),
        Change(entry=next(read((FILES / "international.ach").read_bytes()).entries), code="C01", corrected_data="1"),
    ):
        with pytest.raises(NachaError) as caught:
            wrong.addenda("9" * 15)
        assert caught.value.field_name == "entry"


@pytest.mark.parametrize(
    ("name", "fitted"),
    [
        ("Ada Example", "Ada Example"),
        ("Zoë  Müller-Ångström", "Zoe Muller-Angstrom"),
        ("Łukasz & 北京", "ukasz &"),
        ("A name of more than 22 characters", "A name of more than 22"),
        ("A name which is then cut", "A name which is then c"),
        ("tab\tand\nbreak", "tab and break"),
        ("北京", ""),
    ],
)
def test_names_are_fitted_to_their_field(name: str, fitted: str) -> None:
    assert fit_text(name, 22) == fitted


TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=17).filter(
    lambda one: bool(one.strip(" 0")) and one == one.rstrip()
)
DRAFTS = st.builds(
    EntryDraft,
    direction=st.sampled_from(Direction),
    routing_number=st.sampled_from(["990000013", "990000026", "011000015", "021000021"]),
    account_number=TEXT,
    amount_cents=st.integers(1, 10**10 - 1),
    name=TEXT,
    account_type=st.sampled_from([AccountType.CHECKING, AccountType.SAVINGS, AccountType.GENERAL_LEDGER]),
    identification=st.just("") | TEXT.map(lambda one: one[:15].rstrip()),
    payment_information=st.just("") | TEXT,
)
BATCHES = st.lists(
    st.tuples(st.sampled_from(["PPD", "CCD", "WEB"]), st.lists(DRAFTS, min_size=1, max_size=4)), min_size=1, max_size=3
)


@settings(deadline=None)
@given(BATCHES)
def test_what_is_built_is_read_again_with_the_same_values(batches: list[tuple[str, list[EntryDraft]]]) -> None:
    file = file_of(*(batch(sec_code, *entries) for sec_code, entries in batches))
    data = write(file)
    again = read(data, options=STRICT)
    assert again == file
    assert write(again) == data
    drafts = [draft for _, entries in batches for draft in entries]
    for draft, one in zip(drafts, again.entries, strict=True):
        assert isinstance(one.detail, EntryDetail)
        assert (one.detail.account_number, one.detail.individual_name) == (draft.account_number, draft.name)
        assert (one.amount_cents, one.is_credit) == (draft.amount_cents, draft.direction is Direction.CREDIT)
        assert one.detail.identification_number == draft.identification
        assert bool(one.addenda) == bool(draft.payment_information)


@settings(deadline=None)
@given(BATCHES, st.data())
def test_no_changed_digit_of_a_control_goes_unseen(
    batches: list[tuple[str, list[EntryDraft]]], data: st.DataObject
) -> None:
    lines = write(file_of(*(batch(sec_code, *entries) for sec_code, entries in batches))).decode().split("\n")
    at = data.draw(st.sampled_from([at for at, one in enumerate(lines) if one[:1] in "89" and one != "9" * 94 and one]))
    position = data.draw(st.sampled_from([position for position, held in enumerate(lines[at]) if held.isdigit()]))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != lines[at][position]]))
    lines[at] = lines[at][:position] + digit + lines[at][position + 1 :]
    with pytest.raises(NachaError):
        read("\n".join(lines).encode())
