"""Rows that the instant and the card rail share: silence, pending, refused at the door, broken, called back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from emulators.bank.magic import EVERY_TIME, PENDING_INQUIRIES, PENDING_S, Reply, Settles
from emulators.bank.table.outcomes import CALLED_BACK_S, Expected, RailName, Row, Script, Voice, Word

HOUR = timedelta(seconds=PENDING_S)
MINUTE = timedelta(seconds=CALLED_BACK_S)
BURST = 3
_LOST = Expected(told_by="inquiry")


def silence(rail: RailName, directions: tuple[str, ...], code: str) -> Iterator[Row]:
    """02xx: the answer, or the instruction, is lost; `code` rejects."""

    def row(ending: str, does: str, script: Script, expected: Expected) -> Row:
        return Row(rail, ending, does, expected, directions, script)

    yield row("0201", "accepts and moves the money; the answer is lost", Script(reply=Reply.SILENT), _LOST)
    yield row(
        "0202",
        "the first instruction is lost before it is read; then accepts",
        Script(door=Reply.SILENT, door_times=1),
        Expected(),
    )
    yield row(
        "0203",
        "every instruction is lost before it is read",
        Script(door=Reply.SILENT, door_times=EVERY_TIME),
        Expected(Word.UNKNOWN, moved=False, told_by="inquiry"),
    )
    yield row(
        "0204",
        "no answer, and inquiries are told that it is unknown; accepts and moves the money when the hold is over",
        Script(settles=Settles.UNSEEN, reply=Reply.SILENT),
        Expected(told_by="inquiry", within=MINUTE),
    )
    yield row(
        "0205",
        f"rejects with {code}; the answer is lost",
        Script(reason_code=code, reply=Reply.SILENT),
        Expected(Word.REJECTED, code, moved=False, told_by="inquiry"),
    )
    yield row(
        "0206",
        f"no answer; inquiries are told pending; accepts after {PENDING_S:g} s",
        Script(settles=Settles.BY_CLOCK, reply=Reply.SILENT),
        Expected(told_by="callback", within=HOUR),
    )


def pending(rail: RailName, directions: tuple[str, ...], code: str) -> Iterator[Row]:
    """03xx: not decided at once."""

    def row(ending: str, does: str, settles: Settles, reason: str, expected: Expected) -> Row:
        return Row(rail, ending, does, expected, directions, Script(settles=settles, reason_code=reason))

    asked = f"at inquiry number {PENDING_INQUIRIES}"
    yield row("0301", f"pending; accepts {asked}", Settles.ON_INQUIRY, "", _LOST)
    rejected = Expected(Word.REJECTED, code, moved=False, told_by="inquiry")
    yield row("0302", f"pending; rejects with {code} {asked}", Settles.ON_INQUIRY, code, rejected)
    accepted = Expected(told_by="callback", within=HOUR)
    yield row("0303", f"pending; accepts after {PENDING_S:g} s and calls back", Settles.BY_CLOCK, "", accepted)
    yield row("0304", "pending for ever", Settles.NEVER, "", Expected(Word.PENDING, moved=False))
    late = Expected(Word.REJECTED, code, moved=False, told_by="callback", within=HOUR)
    yield row(
        "0305", f"pending; rejects with {code} after {PENDING_S:g} s and calls back", Settles.BY_CLOCK, code, late
    )


def refused_or_broken(rail: RailName, directions: tuple[str, ...], text: str) -> Iterator[Row]:
    """04xx and 05xx: HTTP statuses; 06xx: answers that break on their way. `text` is what half an answer is half of."""
    throttled, down = Reply.THROTTLED, Reply.UNAVAILABLE
    for ending, does, script, expected in (
        ("0429", "429 with Retry-After once, not acted; then accepts", Script(throttled, 1), Expected()),
        ("0430", f"429 {BURST} times, not acted; then accepts", Script(throttled, BURST), Expected()),
        ("0500", "accepts and moves the money, and answers 500", Script(reply=Reply.ERROR), _LOST),
        ("0503", "503 once, not acted; then accepts", Script(down, 1), Expected()),
        ("0504", f"503 {BURST} times, not acted; then accepts", Script(down, BURST), Expected()),
        ("0601", "accepts and moves the money, and resets the connection", Script(reply=Reply.RESET), _LOST),
        ("0602", f"accepts and moves the money, and answers with half of {text}", Script(reply=Reply.MALFORMED), _LOST),
        ("0603", "accepts, and answers after a pause", Script(reply=Reply.SLOW), Expected()),
        ("0604", "accepts and moves the money, and answers about another instruction", Script(stranger=True), _LOST),
    ):
        yield Row(rail, ending, does, expected, directions, script)


_VOICES = (
    ("0702", "called back twice with one message id", Voice.TWICE, MINUTE),
    ("0703", "called back 6 hours after that", Voice.HOURS_LATE, MINUTE + timedelta(hours=6)),
    ("0704", "called back 3 days after that", Voice.DAYS_LATE, MINUTE + timedelta(days=3)),
    ("0705", "called back; a second callback contradicts it and says rejected", Voice.CONTRADICTORY, MINUTE),
    ("0706", "the only callback says rejected and is signed with a wrong secret", Voice.FORGED, MINUTE),
    ("0707", "the only callback says rejected and was signed a day ago", Voice.REPLAYED, MINUTE),
    ("0708", "called back; a callback that says pending arrives after it", Voice.DISORDERED, MINUTE),
    ("0709", "no callback", Voice.MUTE, MINUTE),
)
_UNHEARD = (Voice.FORGED, Voice.REPLAYED, Voice.MUTE)


def called_back(rail: RailName, directions: tuple[str, ...]) -> Iterator[Row]:
    """07xx: what may go wrong with callbacks."""
    yield Row(
        rail,
        "0701",
        "accepts, and calls back before it answers the instruction",
        Expected(),
        directions,
        Script(voice=Voice.EARLY),
    )
    for ending, does, voice, within in _VOICES:
        told_by = "inquiry" if voice in _UNHEARD else "callback"
        script = Script(settles=Settles.BY_CLOCK, pending_s=CALLED_BACK_S, voice=voice)
        text = f"pending; accepts after {CALLED_BACK_S:g} s; {does}"
        yield Row(rail, ending, text, Expected(within=within, told_by=told_by), directions, script)
