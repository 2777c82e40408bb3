"""Names: ordinary ones are nobody's on the list, and planted ones are, however they are spelt."""

from __future__ import annotations

import gzip
from pathlib import Path
from random import Random

import pytest

from emulators.traffic.errors import TrafficError
from emulators.traffic.generate import generate
from emulators.traffic.names import NameBook
from emulators.traffic.plan import Kind, Plan
from emulators.traffic.variants import family_first, natural_order, spellings, with_typo, without_middle
from emulators.traffic.watchlist import SAMPLE, planted_names
from shared.compliance.domain.errors import ComplianceError
from shared.compliance.lists import load_watchlist
from shared.compliance.matching import Screener
from shared.kernel.errors import ClearwayError, KernelError
from shared.kernel.party import PartyType

NOTHING = "-0- "
LISTED = (
    ("101", "VARGAS TOLEDO, Ernesto Ignacio", "individual"),
    ("102", "DRAGUNOV, Timofey Lvovich", "individual"),
    ("103", "NIGHTFALL TRADING HOUSE", NOTHING),
    ("104", "IRON GULL", "vessel"),
    ("105", "XU, Bo", "individual"),
)


def _sdn(*entries: tuple[str, str, str]) -> str:
    rest = ",".join([NOTHING] * 8)
    return "".join(f'{number},"{name}",{kind},"TEST",{rest}\r\n' for number, name, kind in entries)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sdn.csv").write_text(_sdn(*LISTED), encoding="utf-8", newline="")
    return tmp_path


def _holder_names(plan: Plan) -> dict[tuple[str, str], str]:
    return {
        (plan.customer_id(customer), instrument["id"]): instrument["holder_name"]
        for customer in plan.customers
        for instrument in customer.body["instruments"]
        if "holder_name" in instrument
    }


def _planted_payees(plan: Plan) -> set[tuple[str, str]]:
    return {
        (each.body["destination"]["customer_id"], each.body["destination"]["instrument_id"])
        for each in plan.payments
        if str(each.label) == "sanctioned:payee_account"
    }


SHORT_BOOK = """
[[cultures]]
weight = 1
countries = ["US"]
given = ["Ann", "Bo"]
family = ["Li"]
[organisations]
places = ["Elm"]
forms = ["LLC"]
trades = { coffee = ["Cafe"] }
"""


def test_a_book_says_when_its_names_are_used_up(tmp_path: Path) -> None:
    (tmp_path / "names.toml").write_text(SHORT_BOOK, encoding="utf-8")
    book = NameBook(Random(1), tmp_path / "names.toml")
    assert {book.person().full for _ in range(4)} == {"Ann Li", "Bo Li", "Ann Bo Li", "Bo Ann Li"}
    with pytest.raises(ClearwayError) as caught:
        book.person()
    assert caught.value.code is KernelError.MISUSE
    # A chain numbers its branches, from 2 to 999.
    shops = {book.organisation("coffee") for _ in range(500)}
    assert len(shops) == 500
    assert "Elm Cafe, LLC" in shops
    with pytest.raises(ClearwayError) as caught:
        # At most 999 exist, so the last of these must fail.
        shops.update(book.organisation("coffee") for _ in range(500))
    assert caught.value.code is KernelError.MISUSE


def test_a_book_never_gives_a_name_twice() -> None:
    book = NameBook(Random(3))
    names = [book.person().full for _ in range(5_000)]
    assert len(set(names)) == len(names)
    organisations = [book.organisation("coffee") for _ in range(1_000)]
    assert len(set(organisations)) == len(organisations)


@pytest.mark.parametrize(
    ("way", "listed", "spelt"),
    [
        (natural_order, "VARGAS TOLEDO, Ernesto Ignacio", "Ernesto Ignacio Vargas Toledo"),
        (natural_order, "NIGHTFALL TRADING HOUSE", "Nightfall Trading House"),
        (family_first, "VARGAS TOLEDO, Ernesto Ignacio", "Vargas Toledo Ernesto Ignacio"),
        (without_middle, "VARGAS TOLEDO, Ernesto Ignacio", "Ernesto Vargas Toledo"),
        (without_middle, "DRAGUNOV, Timofey", "Timofey Dragunov"),
    ],
)
def test_ways_of_spelling(way: object, listed: str, spelt: str) -> None:
    assert callable(way)
    assert way(listed) == spelt


def test_a_typo_changes_one_long_word_a_little_and_never_its_first_letter() -> None:
    name = "Timofey Li Dragunov"
    for seed in range(200):
        words = with_typo(name, Random(seed)).split()
        changed = [(old, new) for old, new in zip(name.split(), words, strict=True) if old != new]
        ((old, new),) = changed
        assert len(old) >= 5
        assert old[0] == new[0]
        assert abs(len(old) - len(new)) <= 1


def test_a_name_of_short_words_has_no_typo_and_equal_spellings_are_given_once() -> None:
    assert spellings("XU, Bo", Random(1)) == {"as listed": "Bo Xu", "family name first": "Xu Bo"}


def test_planted_names_are_listed_ones_each_of_another_entry_while_they_last(folder: Path) -> None:
    planted = planted_names(folder, 5, Random(1))
    assert [each.organisation for each in planted] == [False, False, False, False, True]
    assert {each.entry for each in planted[:2]} == {"101", "102"}  # a short name is no good for planting
    assert (planted[4].name, planted[4].entry) == ("Nightfall Trading House", "103")
    assert [each.way for each in planted[:4]] == ["as listed", "family name first", "one typo", "no middle name"]


def test_a_gzipped_list_gives_the_same_names(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "zipped"
    other.mkdir()
    (other / "sdn.csv.gz").write_bytes(gzip.compress((folder / "sdn.csv").read_bytes()))
    assert planted_names(other, 4, Random(1)) == planted_names(folder, 4, Random(1))


def test_a_folder_without_a_list_or_without_people_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClearwayError) as caught:
        planted_names(tmp_path, 1, Random(1))
    assert caught.value.code is ComplianceError.LIST_MISSING
    (tmp_path / "sdn.csv").write_text(_sdn(LISTED[2]), encoding="utf-8")
    with pytest.raises(ClearwayError) as caught:
        planted_names(tmp_path, 1, Random(1))
    assert caught.value.code is TrafficError.WATCHLIST_TOO_SHORT


def test_the_plan_plants_names_of_the_list_that_it_was_given(folder: Path) -> None:
    plan = generate(1, watchlist=folder)
    entries = {each.label.note.split()[-1] for each in plan.payments if each.label.kind is Kind.SANCTIONED}
    assert entries == {"101", "102", "103"}
    varieties = {each.label.variety for each in plan.payments if each.label.kind is Kind.SANCTIONED}
    assert varieties == {"payee_account", "payer", "payee_wallet"}


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_screening_against_the_sample_list_finds_all_planted_names_and_no_other(seed: int) -> None:
    plan = generate(seed)
    screener = Screener(load_watchlist(SAMPLE))
    listed_payees = _planted_payees(plan)
    for customer in plan.customers:
        hits = screener.screen(customer.body["name"], PartyType(customer.body["type"]))
        planted = customer.label.kind is Kind.SANCTIONED
        assert bool(hits) == planted, customer.body["name"]
        if planted:
            assert customer.label.note.split()[-1] in {hit.entry_id for hit in hits}
    for payee, name in _holder_names(plan).items():
        assert bool(screener.screen(name, PartyType.INDIVIDUAL)) == (payee in listed_payees), name
