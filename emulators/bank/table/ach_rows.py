"""The ACH desk's rows: what the receiving bank does with an entry by the last four digits of its account number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from emulators.bank.table.outcomes import BOTH, AchScript, Expected, RailName, Row, Word
from emulators.bank.table.reasons import ACH_CHANGES, ACH_RETURNS

_ACH = RailName.ACH
# Two banking days are at most six calendar days (a weekend and a holiday between), and the file comes in the morning.
_USUAL = timedelta(days=7)
_DEBIT_ONLY = ("R01", "R05", "R07", "R08", "R09", "R10", "R11", "R29")
_CREDIT_ONLY = ("R21", "R22", "R23")


def ach_rows() -> Iterator[Row]:
    """All of them, in the order of their endings."""
    does = "settles, as for every account that is not in this table; a prenote meets silence, which is consent"
    yield Row(_ACH, "0000", does, Expected(told_by="file"), BOTH, AchScript())
    for code, text in ACH_RETURNS.items():
        directions = ("debit",) if code in _DEBIT_ONLY else ("credit",) if code in _CREDIT_ONLY else BOTH
        does = f"settles; returned 2 banking days later: {code}, {text}; so is a prenote"
        yield _returned(f"01{code[1:]}", does, AchScript(code), _USUAL, directions)
    for code in ("R05", "R07", "R10", "R11"):
        does = f"settles; returned on the last banking day of 59 days: {code}, {ACH_RETURNS[code]}"
        yield _returned(f"08{code[1:]}", does, AchScript(code, days=59), timedelta(days=60), ("debit",))
    yield _returned(
        "0860",
        "settles; returned on the last banking day of 60 days: R10",
        AchScript("R10", days=60),
        timedelta(days=61),
        ("debit",),
    )
    yield from _too_late()
    for code, text in ACH_CHANGES.items():
        does = f"settles; notification of change 2 banking days later: {code}, {text}; so for a prenote"
        expected = Expected(change_code=code, within=_USUAL, told_by="file")
        yield Row(_ACH, f"09{code[1:]}", does, expected, BOTH, AchScript(change_code=code))


def _too_late() -> Iterator[Row]:
    """Returns after their deadline, which the originating bank may dishonour with R68 (untimely return)."""
    sixty = timedelta(days=66)
    dishonoured = Expected(within=sixty + _USUAL, told_by="file", dishonour="R68")
    does = "settles; returned after 65 days, which is too late: R10; our R68 is accepted"
    yield Row(_ACH, "0861", does, dishonoured, ("debit",), AchScript("R10", days=65, late=True))
    does = "settles; returned 6 banking days later, which is too late: R03; our R68 is accepted"
    soon = Expected(within=3 * _USUAL, told_by="file", dishonour="R68")
    yield Row(_ACH, "0862", does, soon, BOTH, AchScript("R03", banking_days=6))
    does = "settles; returned after 65 days: R10; our R68 is contested with R73 (timely original return)"
    contested = Expected(Word.RETURNED, "R10", came_back=True, within=sixty + _USUAL, told_by="file", dishonour="R68")
    script = AchScript("R10", days=65, late=True, contests_with="R73")
    yield Row(_ACH, "0863", does, contested, ("debit",), script)


def _returned(ending: str, does: str, script: AchScript, within: timedelta, directions: tuple[str, ...]) -> Row:
    expected = Expected(Word.RETURNED, script.return_code, came_back=True, within=within, told_by="file")
    return Row(_ACH, ending, does, expected, directions, script)
