"""The instant rail's rows: what happens to a credit transfer by the last four digits of the creditor's account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from emulators.bank.magic import PENDING_S, Settles
from emulators.bank.table.outcomes import Expected, Later, RailName, Row, Script, Word
from emulators.bank.table.reasons import INSTANT
from emulators.bank.table.shared_rows import HOUR, called_back, pending, refused_or_broken, silence

_RAIL = RailName.INSTANT
_OUT = ("credit",)
# Where an R code of the ACH means the same, its number is kept: R02 is AC04.
_REJECTS = {
    "0101": "AM04",
    "0102": "AC04",
    "0103": "AC03",
    "0107": "AC07",
    "0113": "RC01",
    "0114": "AC14",
    "0115": "MD07",
    "0116": "AC06",
    "0117": "FF02",
    "0120": "AG01",
    "0121": "AG03",
    "0122": "BE17",
    "0123": "NOAT",
    "0124": "DUPL",
    "0130": "AM02",
    "0132": "TM01",
    "0134": "BE04",
    "0135": "RR04",
    "0136": "NARR",
    "0137": "1100",
    "0138": "9909",
    "0139": "9910",
}


def instant_rows() -> Iterator[Row]:
    """All of them, in the order of their endings."""
    yield Row(_RAIL, "0000", "ACSC, as for every account that is not in this table", Expected(), _OUT, Script())
    for ending, code in _REJECTS.items():
        expected = Expected(Word.REJECTED, code, moved=False)
        yield Row(_RAIL, ending, f"RJCT: {code}, {INSTANT[code]}", expected, _OUT, Script(reason_code=code))
    yield from silence(_RAIL, _OUT, "AC04")
    yield from pending(_RAIL, _OUT, "AC03")
    yield from _without_posting()
    yield from refused_or_broken(_RAIL, _OUT, "an XML document")
    yield from called_back(_RAIL, _OUT)
    yield from _returns()


def _without_posting() -> Iterator[Row]:
    accepted = Script(settles=Settles.BY_CLOCK, unposted=True)
    does = f"ACWP, the money has moved; ACSC after {PENDING_S:g} s by callback"
    yield Row(_RAIL, "0306", does, Expected(within=HOUR, told_by="callback"), _OUT, accepted)
    after = timedelta(days=1)
    returned = Script(settles=Settles.NEVER, unposted=True, comes_back=Later("AC06", after))
    expected = Expected(Word.RETURNED, "AC06", came_back=True, within=after, told_by="callback")
    yield Row(_RAIL, "0307", "ACWP, the money has moved; pacs.004 with AC06 after 1 day", expected, _OUT, returned)
    in_process = Script(settles=Settles.BY_CLOCK, pending_word="ACSP")
    does = f"ACSP; ACSC after {PENDING_S:g} s by callback"
    yield Row(_RAIL, "0308", does, Expected(within=HOUR, told_by="callback"), _OUT, in_process)


def _returns() -> Iterator[Row]:
    for ending, days, code in (
        ("0801", 1, "AC04"),
        ("0805", 5, "CUST"),
        ("0807", 7, "FOCR"),
        ("0830", 30, "AC06"),
        ("0860", 60, "CUST"),
    ):
        after = timedelta(days=days)
        expected = Expected(Word.RETURNED, code, came_back=True, within=after, told_by="callback")
        script = Script(comes_back=Later(code, after))
        does = f"ACSC; pacs.004 after {days} d: {code}, {INSTANT[code]}"
        yield Row(_RAIL, ending, does, expected, _OUT, script)
