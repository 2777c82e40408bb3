"""Screening names: what must hit, however it is spelt, and what must not."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path

import pytest

from shared.compliance.domain.latin import to_latin
from shared.compliance.domain.names import (
    natural_order,
    numbers_in,
    organisation_forms,
    person_forms,
    short_person_forms,
)
from shared.compliance.lists import load_watchlist
from shared.compliance.matching import Screener
from shared.kernel.party import PartyType
from tests.unit.compliance.lists import a_watchlist, alt_row, sdn_row

PERSON, ORGANISATION = PartyType.INDIVIDUAL, PartyType.ORGANISATION
SCREENER = Screener(
    a_watchlist(
        sdn_row("1", "VORRAKESH, Tandrel Osmund", '"individual"', "FIC-A] [FIC-B", "a.k.a. 'LAMPLIGHTER'."),
        sdn_row("2", "ZHUVARENKO, Grigolan", '"individual"'),
        sdn_row("3", "HELIODROME PRECISION INSTRUMENTS, LTD."),
        sdn_row("4", "SEVEN HERONS 4", '"vessel"'),
        sdn_row("5", "O'DUNMORROW, Séan-Paul", '"individual"'),
        sdn_row("6", "NULLAK"),
        alt=alt_row("1", "VORRAKECH, Tandril"),
    )
)


@pytest.mark.parametrize(
    ("query", "kind", "entry"),
    [
        ("Tandrel Osmund Vorrakesh", PERSON, "1"),
        ("VORRAKESH, Tandrel Osmund", PERSON, "1"),
        ("vorrakesh osmund tandrel", PERSON, "1"),
        ("Tandrel Vorrakesh", PERSON, "1"),
        ("Tandrel O. Vorrakesh", PERSON, "1"),
        ("Dr. Tandrel Osmund Vorrakesh", PERSON, "1"),
        ("Tandrel Osmund Vorakesh", PERSON, "1"),
        ("Maulawi Grigolan Zhuvarenko", PERSON, "2"),
        ("Tandrle Osmund Vorrakesh", PERSON, "1"),
        ("Tándrel Ösmund Vorrakeşh", PERSON, "1"),
        ("Tandril Vorrakech", PERSON, "1"),
        ("Tandrel OsmundVorrakesh", PERSON, "1"),
        ("Lamplighter", PERSON, "1"),
        ("Григолан Жуваренко", PERSON, "2"),
        ("Grigolan Zhuvarenco", PERSON, "2"),
        ("Heliodrome Precision Instruments Limited", ORGANISATION, "3"),
        ("HELIODROME PRECISION INSTRUMENTS", ORGANISATION, "3"),
        ("Heliodrome-Precision Instruments Ltd", PERSON, "3"),
        ("Seven Herons 4", ORGANISATION, "4"),
        ("Sean Paul ODunmorrow", PERSON, "5"),
        ("Sean-Paul O\u2019Dunmorrow", PERSON, "5"),
        ("Nullak", ORGANISATION, "6"),
    ],
)
def test_a_listed_name_is_found_however_it_is_spelt(query: str, kind: PartyType, entry: str) -> None:
    hits = SCREENER.screen(query, kind)
    assert [hit.entry_id for hit in hits] == [entry]
    assert 0.85 <= hits[0].score <= 1


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("", PERSON),
        ("  .,- ", PERSON),
        ("Tandrel", PERSON),
        ("Osmund Tandrel", PERSON),
        ("Vorrakesh Industries", ORGANISATION),
        ("Maulawi Grigolan Zhuvarenko", ORGANISATION),
        ("Seven Herons 7", ORGANISATION),
        ("Seven Herons", ORGANISATION),
        ("Nulka", ORGANISATION),
        ("Nullaks GmbH", ORGANISATION),
        ("Lampfighters", PERSON),
        ("Tandrek Vorrakish", PERSON),
        ("Precision Instruments Ltd", ORGANISATION),
    ],
)
def test_what_only_resembles_a_listed_name_is_left_alone(query: str, kind: PartyType) -> None:
    assert SCREENER.screen(query, kind) == ()


def test_a_hit_tells_entry_score_programmes_and_the_closest_name_once_for_each_entry() -> None:
    (hit,) = SCREENER.screen("Tandrel Osmund Vorrakesh", PERSON)
    assert (hit.entry_id, hit.score, hit.programmes) == ("1", 1.0, ("FIC-A", "FIC-B"))
    assert hit.listed_name == "VORRAKESH, Tandrel Osmund"
    assert "VORRAKESH" not in repr(hit)
    (near,) = SCREENER.screen("Tandril Vorrakech", PERSON)
    assert near.listed_name == "VORRAKECH, Tandril"


def test_hits_come_best_first_and_an_alias_never_counts_twice() -> None:
    rows = [sdn_row("8", "BRASSWILLOW TRUSTS"), sdn_row("7", "BRASSWILLOW TRUST"), sdn_row("9", "BRASSWILLOW THRUST")]
    screener = Screener(a_watchlist(*rows, alt=alt_row("7", "TRUST BRASSWILLOW")))
    hits = screener.screen("Brasswillow Trust", ORGANISATION)
    assert [hit.entry_id for hit in hits] == ["7", "8", "9"]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_the_threshold_is_configuration() -> None:
    watchlist = a_watchlist(sdn_row("3", "HELIODROME PRECISION INSTRUMENTS"))
    query = "Heliodrome Precise Instrumental"
    assert Screener(watchlist).screen(query, ORGANISATION)
    assert not Screener(watchlist, threshold=0.95).screen(query, ORGANISATION)


def test_the_length_filter_leaves_out_nothing_that_could_reach_the_threshold() -> None:
    for length in range(3, 20):
        name = "a" * length + " " + "b" * length
        for added in range(12):
            longer = name + "b" * added
            similar = 2 * len(name) / (len(name) + len(longer)) >= 0.85
            for listed, query in ((name, longer), (longer, name)):
                hits = Screener(a_watchlist(sdn_row("1", listed))).screen(query, ORGANISATION)
                assert bool(hits) == similar, (length, added)


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("Łódź Ørsted Straße", "lodz orsted strasse"),
        ("Ёлкин Щукина Хабаровск", "yolkin shchukina khabarovsk"),
        ("Йосип Їжак", "yosip yizhak"),
        ("Θεόδωρος Ψαρράς", "theodoros psarras"),
        ("Nguyễn Đặng", "nguyen dang"),
        ("\uff21\uff44\uff41", "ada"),  # full-width letters
    ],
)
def test_letters_become_latin_without_marks(text: str, latin: str) -> None:
    assert to_latin(text) == latin


def test_forms_of_names() -> None:
    assert natural_order("DOE ROE, Jane Q") == "Jane Q DOE ROE"
    assert person_forms("DOE ROE, Jane Q").words == ("jane", "doe", "roe")
    assert person_forms("Dr. J.").words == ("dr", "j"), "nothing would be left"
    assert short_person_forms("DOE ROE, Jane Quill") == person_forms("Jane Doe Roe")
    assert short_person_forms("DOE ROE, Jane") is None
    assert short_person_forms("JANE DOE ROE") is None
    assert organisation_forms("Salt Company, Limited").key == "co ltd salt"
    assert numbers_in("7 heron mk2") == {"7", "mk2"}


DATA = pytest.mark.skipif("CLEARWAY_TEST_DATA" not in os.environ, reason="CLEARWAY_TEST_DATA names no folder with data")


@DATA
def test_against_the_whole_list_recall_and_false_alarms_stay_where_they_were(tmp_path: Path) -> None:
    folder = Path(os.environ["CLEARWAY_TEST_DATA"])
    shutil.copy(folder / "sanctions" / "ofac_sdn_20240702.csv.gz", tmp_path / "sdn.csv.gz")
    shutil.copy(folder / "sanctions" / "ofac_alt_20250103.csv.gz", tmp_path / "alt.csv.gz")
    screener = Screener(load_watchlist(tmp_path))
    found, missed, alarms, quiet = 0, 0, 0, 0
    with (folder / "screening" / "sdn_screening_bench.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kind = PERSON if row["kind"] == "individual" else ORGANISATION
            hits = {hit.entry_id for hit in screener.screen(row["query"], kind)}
            if row["expected_id"]:
                found, missed = found + (row["expected_id"] in hits), missed + (row["expected_id"] not in hits)
            else:
                alarms, quiet = alarms + bool(hits), quiet + (not hits)
    assert found / (found + missed) >= 0.935
    assert alarms / (alarms + quiet) <= 0.005
