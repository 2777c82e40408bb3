"""The card rail's rows: what happens to a transaction by the last four characters of its card token."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from emulators.bank.magic import Reply
from emulators.bank.table.outcomes import BOTH, Expected, Later, RailName, Row, Script, Word
from emulators.bank.table.reasons import CARD_CHARGEBACKS, CARD_DECLINES
from emulators.bank.table.shared_rows import called_back, pending, refused_or_broken, silence

_CARD = RailName.CARD
_PULL_ONLY = ("51", "61", "65")
_NOT_ANSWERS = ("12", "13", "79")  # what only a reversal can meet


def card_rows() -> Iterator[Row]:
    """All of them, in the order of their endings."""
    yield Row(_CARD, "0000", "approves, as for every token that is not in this table", script=Script())
    for code, text in CARD_DECLINES.items():
        if code not in _NOT_ANSWERS:
            expected = Expected(Word.REJECTED, code, moved=False)
            directions = ("debit",) if code in _PULL_ONLY else BOTH
            yield Row(_CARD, f"01{code}", f"declines: {code}, {text}", expected, directions, Script(reason_code=code))
    yield from silence(_CARD, BOTH, "05")
    yield from pending(_CARD, BOTH, "05")
    yield from refused_or_broken(_CARD, BOTH, "a JSON text")
    yield from called_back(_CARD, BOTH)
    yield from _chargebacks()
    yield from _reversals()


def _chargebacks() -> Iterator[Row]:
    for ending, days, code in (("0801", 1, "12.6"), ("0805", 5, "10.4"), ("0830", 30, "13.1"), ("0860", 60, "10.4")):
        after = timedelta(days=days)
        expected = Expected(Word.RETURNED, code, came_back=True, within=after, told_by="callback")
        does = f"approves; charged back after {days} d: {code}, {CARD_CHARGEBACKS[code]}"
        yield Row(_CARD, ending, does, expected, ("debit",), Script(comes_back=Later(code, after)))
    after = timedelta(days=1)
    expected = Expected(Word.RETURNED, "62", came_back=True, within=after, told_by="callback")
    does = "approves; the issuer sends the money back after 1 d: 62, restricted card"
    yield Row(_CARD, "0862", does, expected, ("credit",), Script(comes_back=Later("62", after)))


def _reversals() -> Iterator[Row]:
    refused = Script(reversal=Word.REJECTED)
    yield Row(_CARD, "1001", "approves; refuses a reversal: 57", Expected(reversal=Word.REJECTED), script=refused)
    silent = Script(reversal_reply=Reply.SILENT)
    yield Row(_CARD, "1002", "approves; reverses, and the answer to the reversal is lost", script=silent)
    waiting = Script(reversal=Word.PENDING)
    does = "approves; a reversal is pending, is accepted after 3600 s and called back"
    yield Row(_CARD, "1003", does, script=waiting)
    down = Script(reversal_reply=Reply.UNAVAILABLE)
    yield Row(_CARD, "1004", "approves; the first instruction to reverse meets 503, not acted", script=down)
