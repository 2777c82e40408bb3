"""The tables of return and change codes: whole, and agreed with the reasons and with the file format."""

from __future__ import annotations

from datetime import date

import pytest

from shared.formats.nacha import codes
from shared.kernel.errors import ClearwayError
from shared.rails.domain.ach_returns import change_terms, rate_limits, return_terms
from shared.rails.domain.errors import RailsError
from shared.rails.domain.reasons import REASONS
from shared.rails.domain.tables import table

TODAY = date(2026, 11, 24)
SIXTY_DAYS = {"R05", "R07", "R10", "R11", "R33", "R37", "R38", "R51", "R52", "R53"}


def listed() -> set[str]:
    return {code for row in table("ach_returns")["returns"] for code in row["codes"]}


def test_every_code_has_a_text_terms_and_a_place_in_the_format() -> None:
    known = codes.RETURN_CODES | codes.DISHONORED_CODES | codes.CONTESTED_CODES
    assert listed() == known == {code for code in REASONS if code.startswith("R")}
    changes = table("ach_returns")["changes"]
    assert set(changes["codes"]) == codes.CHANGE_CODES
    assert set(changes["refusals"]) == codes.REFUSED_CHANGE_CODES


def test_every_row_says_who_says_so_and_names_no_code_twice() -> None:
    rows = [*table("ach_returns")["returns"], *table("ach_returns")["rate"]]
    assert all(row["source"] and row["effective_from"] for row in rows)
    assert all(len(set(row["codes"])) == len(row["codes"]) for row in rows)
    starts = [(code, row["effective_from"]) for row in table("ach_returns")["returns"] for code in row["codes"]]
    assert len(set(starts)) == len(starts)


@pytest.mark.parametrize("code", sorted(codes.RETURN_CODES - {"R90"}))
def test_a_return_has_the_term_of_its_code(code: str) -> None:
    terms = return_terms(code, TODAY)
    assert (terms.calendar_days == 60) is (code in SIXTY_DAYS)
    assert terms.banking_days is None or terms.calendar_days is None


@pytest.mark.parametrize("code", sorted(codes.DISHONORED_CODES | codes.CONTESTED_CODES))
def test_what_follows_a_return_has_the_term_of_its_side(code: str) -> None:
    terms = return_terms(code, TODAY)
    expected = ("odfi", 5) if code in codes.DISHONORED_CODES else ("rdfi", 2)
    assert (terms.by, terms.banking_days) == expected


def test_returns_count_towards_their_limits() -> None:
    limits = {limit.name: (limit.limit_basis_points, set(limit.codes)) for limit in rate_limits(TODAY)}
    assert limits["unauthorized"] == (50, {"R05", "R07", "R10", "R11", "R29", "R51"})
    assert limits["administrative"] == (300, {"R02", "R03", "R04"})
    assert limits["overall"] == (1_500, set())
    assert return_terms("R10", TODAY).counts_as == {"unauthorized"}
    assert return_terms("R03", TODAY).counts_as == {"administrative"}
    assert return_terms("R01", TODAY).counts_as == set()


@pytest.mark.parametrize(("code", "day"), [("R99", TODAY), ("R63", TODAY), ("R90", TODAY), ("R01", date(2012, 12, 31))])
def test_a_code_that_is_not_in_use_has_no_terms(code: str, day: date) -> None:
    with pytest.raises(ClearwayError) as caught:
        return_terms(code, day)
    assert caught.value.code is RailsError.UNKNOWN_RETURN_CODE


def test_the_code_for_sanctions_comes_in_2028() -> None:
    assert return_terms("R90", date(2028, 3, 17)).by == "rdfi"


@pytest.mark.parametrize(
    ("code", "fields", "refuses"),
    [
        ("C01", ("account_number",), False),
        ("C02", ("routing_number",), False),
        ("C07", ("routing_number", "account_number", "transaction_code"), False),
        ("C65", ("corrected_data",), True),
    ],
)
def test_a_change_code_names_what_to_correct(code: str, fields: tuple[str, ...], refuses: bool) -> None:
    terms = change_terms(code)
    assert (terms.fields, terms.refuses) == (fields, refuses)


def test_a_change_code_that_is_none_and_a_table_that_is_none_are_refused() -> None:
    with pytest.raises(ClearwayError) as unknown:
        change_terms("C10")
    with pytest.raises(ClearwayError) as missing:
        table("no_such_table")
    assert (unknown.value.code, missing.value.code) == (RailsError.UNKNOWN_RETURN_CODE, RailsError.INVALID_TABLE)
