"""OFAC's format, good and bad, the sample list, and the real list where it is at hand."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

import pytest

from shared.compliance.domain.errors import ComplianceError
from shared.compliance.domain.sdn import parse_watchlist, weak_aliases
from shared.compliance.domain.watchlist import Alias, EntryType
from shared.compliance.lists import load_watchlist
from shared.kernel.errors import ClearwayError
from tests.unit.compliance.lists import NOTHING, a_watchlist, alt_row, sdn_row

SAMPLE = Path(__file__).parents[3] / "emulators" / "watchlists" / "sample"


def test_a_row_is_read_with_its_type_programmes_and_both_sorts_of_alias() -> None:
    rows = [
        sdn_row("36", "SALT HARBOUR LINES", remarks="a.k.a. 'SHL'."),
        sdn_row("37", "BROOKVALE, Ida May", '"individual"', "FIC-A] [FIC-B"),
        sdn_row("38", "SALT GULL", '"vessel"'),
        sdn_row("39", "SX-GULL", '"aircraft"'),
    ]
    watchlist = a_watchlist(*rows, alt=alt_row("37", "BROOKVAIL, Ida") + "\x1a")
    assert [entry.type for entry in watchlist.entries] == [
        EntryType.ORGANISATION,
        EntryType.INDIVIDUAL,
        EntryType.VESSEL,
        EntryType.AIRCRAFT,
    ]
    line, person = watchlist.entries[:2]
    assert (person.id, person.name, person.programmes) == ("37", "BROOKVALE, Ida May", ("FIC-A", "FIC-B"))
    assert person.aliases == (Alias("BROOKVAIL, Ida", weak=False),)
    assert line.aliases == (Alias("SHL", weak=True),)


def test_aliases_without_their_entry_are_left_out_and_counted() -> None:
    watchlist = a_watchlist(sdn_row("36", "SALT HARBOUR"), alt=alt_row("99", "GHOST") + alt_row("98", "GHOST", "2"))
    assert (watchlist.orphans, watchlist.entries[0].aliases) == (2, ())


@pytest.mark.parametrize(
    ("remarks", "names"),
    [
        ("", ()),
        ("DOB 01 Jan 1970; Gender Male.", ()),
        ("a.k.a. 'BNC'.", ("BNC",)),
        ("DOB 1970; a.k.a. 'ONE'; f.k.a. 'TWO'; n.k.a. 'THREE'; Gender Male.", ("ONE", "TWO", "THREE")),
        ("a.k.a. ''ABD AL-RAHMAN'.", ("'ABD AL-RAHMAN",)),
        ("a.k.a. 'ABU-'UMAR'.", ("ABU-'UMAR",)),
        ("Linked To: SOMEBODY a.k.a. ELSE.", ()),
        ("a.k.a. 'CUT OF", ()),
    ],
)
def test_weak_aliases_are_taken_out_of_the_remarks(remarks: str, names: tuple[str, ...]) -> None:
    assert weak_aliases(remarks) == names


GOOD = sdn_row("36", "SALT HARBOUR")


@pytest.mark.parametrize(
    ("sdn", "alt", "named"),
    [
        (GOOD + '37,"SHORT",-0- \r\n', "", "sdn.csv, line 2: 3 columns instead of 12"),
        (GOOD + GOOD.replace("36", "37").replace("\r\n", ",-0- \r\n"), "", "sdn.csv, line 2: 13 columns"),
        (GOOD + sdn_row("x37", "SALT"), "", "sdn.csv, line 2: a number and a name"),
        (GOOD + sdn_row("37", ""), "", "sdn.csv, line 2: a number and a name"),
        (GOOD + sdn_row("37", NOTHING), "", "sdn.csv, line 2: a number and a name"),
        (GOOD + sdn_row("37", "SALT", '"person"'), "", "sdn.csv, line 2: the type"),
        (GOOD + sdn_row("37", "SALT", programmes=NOTHING), "", "sdn.csv, line 2: an entry stands under a programme"),
        (GOOD + '37,"OPEN,-0- ', "", "sdn.csv, line 2: the quotes do not close"),
        (GOOD + "\r\n" + GOOD, "", "sdn.csv, line 2: 0 columns"),
        (GOOD + GOOD, "", "an entry's number stands twice"),
        ("\x1a", "", "no entry at all"),
        ("<html>Service unavailable</html>", "", "sdn.csv, line 1: 1 columns"),
        (GOOD, alt_row("36", "ALIAS") + '36,2,"aka"\r\n', "alt.csv, line 2: 3 columns instead of 5"),
        (GOOD, alt_row("36", "ALIAS", kind="also"), "alt.csv, line 1: the kind of alias"),
        (GOOD, alt_row("36", ""), "alt.csv, line 1: two numbers and a name"),
        (GOOD, alt_row("36", "ALIAS", number="one"), "alt.csv, line 1: two numbers and a name"),
    ],
)
def test_a_malformed_file_is_refused_whole_and_the_line_is_named(sdn: str, alt: str, named: str) -> None:
    with pytest.raises(ClearwayError) as caught:
        parse_watchlist("test", sdn, alt)
    assert caught.value.code is ComplianceError.LIST_MALFORMED
    assert named in caught.value.detail


def test_the_version_is_of_the_content_and_not_of_its_order() -> None:
    one, two = sdn_row("36", "SALT HARBOUR"), sdn_row("37", "SALT GULL")
    version = a_watchlist(one, two).version
    assert a_watchlist(two, one).version == version
    others = [
        a_watchlist(one),
        a_watchlist(one, sdn_row("37", "SALT GULLS")),
        a_watchlist(one, sdn_row("37", "SALT GULL", programmes="FIC-B")),
        a_watchlist(one, two, alt=alt_row("37", "GULL OF SALT")),
    ]
    assert len({version, *(other.version for other in others)}) == 5


def test_the_sample_list_is_in_the_real_format_and_zipped_it_is_the_same(tmp_path: Path) -> None:
    sample = load_watchlist(SAMPLE)
    assert {entry.type for entry in sample.entries} == set(EntryType)
    assert len(sample.entries) == 59
    assert sample.orphans == 0
    assert all(programme.startswith("FIC-") for entry in sample.entries for programme in entry.programmes)
    assert all((SAMPLE / file).read_bytes().endswith(b"\r\n\x1a") for file in ("sdn.csv", "alt.csv"))
    for file in ("sdn.csv", "alt.csv"):
        (tmp_path / f"{file}.gz").write_bytes(gzip.compress((SAMPLE / file).read_bytes()))
    assert load_watchlist(tmp_path).version == sample.version


def test_a_list_without_aliases_file_is_complete(tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "sdn.csv", tmp_path)
    assert len(load_watchlist(tmp_path).entries) == 59


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("readme.txt", b"", ComplianceError.LIST_MISSING),
        ("sdn.csv", b"\xff\xfe", ComplianceError.LIST_MALFORMED),
        ("sdn.csv.gz", b"no gzip", ComplianceError.LIST_MALFORMED),
        ("sdn.csv.gz", gzip.compress(b"x" * 1000, mtime=0)[:20], ComplianceError.LIST_MALFORMED),
    ],
)
def test_a_folder_without_a_readable_list_is_refused(
    tmp_path: Path, file: str, content: bytes, code: ComplianceError
) -> None:
    (tmp_path / file).write_bytes(content)
    with pytest.raises(ClearwayError) as caught:
        load_watchlist(tmp_path)
    assert caught.value.code is code


@pytest.mark.skipif("CLEARWAY_TEST_DATA" not in os.environ, reason="CLEARWAY_TEST_DATA names no folder with data")
def test_the_whole_list_of_ofac_is_read(tmp_path: Path) -> None:
    folder = Path(os.environ["CLEARWAY_TEST_DATA"]) / "sanctions"
    shutil.copy(folder / "ofac_sdn_20240702.csv.gz", tmp_path / "sdn.csv.gz")
    shutil.copy(folder / "ofac_alt_20250103.csv.gz", tmp_path / "alt.csv.gz")
    watchlist = load_watchlist(tmp_path)
    aliases = [alias for entry in watchlist.entries for alias in entry.aliases]
    assert len(watchlist.entries) == 15_443
    assert watchlist.orphans == 1_088
    assert sum(not alias.weak for alias in aliases) == 19_465 - 1_088
    # Three of 3,795 stand at the end of remarks that are cut off there.
    assert sum(alias.weak for alias in aliases) == 3_792
