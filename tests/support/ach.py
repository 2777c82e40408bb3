"""The ACH rail over in-memory twins, and a bank that answers its files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.adapters.memory.clock import ManualClock
from shared.adapters.memory.documents import InMemoryDocuments
from shared.adapters.memory.objects import InMemoryObjects
from shared.formats.nacha.building import build_file
from shared.formats.nacha.file import Batch, Entry, NachaFile
from shared.formats.nacha.options import STRICT
from shared.formats.nacha.reading import read
from shared.formats.nacha.records import BatchHeader, EntryDetail
from shared.formats.nacha.sent_back import SentBack, SentBackDraft
from shared.formats.nacha.writing import write
from shared.kernel.money import Money
from shared.kernel.party import Instrument, InstrumentKind, PartyType
from shared.ports.corrections import Correction
from shared.ports.rail import Direction, Instruction, News, Speed
from shared.rails.ach_documents import entry_from, entry_key
from shared.rails.commands.ach.ach_rail import AchRail
from shared.rails.commands.ach.desk import AchDesk
from shared.rails.commands.ach.run_cutoffs import run_cutoffs
from shared.rails.commands.ach.take_inbound import take_inbound_files
from shared.rails.domain.ach.entry import AchEntry
from shared.rails.domain.ach.file import AchFile
from shared.rails.domain.ach.origin import AchOrigin
from tests.support.crashes import CrashPoints

NEW_YORK = ZoneInfo("America/New_York")
RDFI = "02100002"
ORIGIN = AchOrigin(
    immediate_destination="121042882",
    immediate_destination_name="A BANK",
    immediate_origin="121042882",
    immediate_origin_name="CLEARWAY",
    company_name="CLEARWAY",
    company_identification="1234567890",
    odfi_identification="12104288",
)


def new_york(text: str) -> datetime:
    """A moment by the operator's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


MORNING = new_york("2026-11-03T09:00")  # a Tuesday


def an_account(**changes: Any) -> Instrument:
    """A checking account at a bank that ACH reaches."""
    fields = {"id": "bank-main", "kind": InstrumentKind.BANK_ACCOUNT, "currency": "USD"}
    fields |= {"routing_number": "021000021", "account_number": "100000000", "account_type": "checking"}
    return Instrument(**{**fields, **changes})


def an_instruction(key: str = "pay_a.credit", cents: int = 12_50, **changes: Any) -> Instruction:
    """A standard credit of 12.50 US dollars to Ada's account."""
    fields: dict[str, Any] = {"direction": Direction.CREDIT, "money": Money(cents, "USD"), "instrument": an_account()}
    fields |= {"holder_name": "Ada Brook", "description": "rent", "holder_type": PartyType.INDIVIDUAL}
    fields |= {"speed": Speed.STANDARD}
    return Instruction(key=key, **{**fields, **changes})


@dataclass
class Heard:
    """What was told: news of legs, and corrections; `gone` are keys of which nobody knows."""

    news: list[News] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    known: bool = True

    def take(self, news: News) -> None:
        """See `take_news`."""
        self.news.append(news)

    def apply(self, correction: Correction) -> bool:
        """See `Corrections.apply`."""
        self.corrections.append(correction)
        return self.known


class AchWorld:
    """The rail, its jobs, and the bank beside it. `points` is put behind the ports of the jobs alone."""

    def __init__(self, points: CrashPoints | None = None, *, claim_max: int = 3, now: datetime = MORNING) -> None:
        points = points or CrashPoints()
        self.clock = ManualClock(now)
        self.documents = InMemoryDocuments(self.clock)
        self.objects = InMemoryObjects()
        self.rail = AchRail(self.documents, self.clock, ORIGIN)
        self.heard = Heard()
        self.next_trace = 7_001  # the bank's own
        self.desk = AchDesk(self.documents, self.objects, self.clock, ORIGIN, claim_max=claim_max)
        self.seen = replace(self.desk, documents=points.documents(self.documents), objects=points.objects(self.objects))

    def cut(self) -> tuple[AchFile, ...]:
        """Run the cut-off job."""
        run = run_cutoffs(self.clock.now(), self.seen)
        assert run.errors == ()
        return run.files

    def at(self, text: str) -> AchWorld:
        """Go on to a moment by the operator's clock."""
        self.clock.advance_to(new_york(text))
        return self

    def inbound(self) -> dict[str, int]:
        """Take what the bank has put there; counts that are zero are left out."""
        counts = take_inbound_files(desk=self.seen, take_news=self.heard.take, corrections=self.heard)
        return {name: count for name, count in counts.items() if count}

    def outbound(self) -> dict[str, NachaFile]:
        """Every file that we sent, by name, read by the letter of the rules."""
        names = self.objects.list("ach/outbound/")
        return {name: read(self.objects.get(name) or b"", options=STRICT) for name in names}

    def sent(self) -> list[str]:
        """The reference of every entry in every file that we sent."""
        return [
            entry.detail.identification_number
            for file in self.outbound().values()
            for entry in file.entries
            if isinstance(entry.detail, EntryDetail)
        ]

    def entry(self, key: str) -> AchEntry:
        """An entry as it is kept."""
        document = self.documents.get(entry_key(key))
        assert document is not None
        return entry_from(document)

    def batch_of(self, key: str) -> tuple[BatchHeader, Entry]:
        """Where an entry stands in what we sent."""
        return self.batch_of_trace(self.entry(key).trace_number)

    def batch_of_trace(self, trace: str) -> tuple[BatchHeader, Entry]:
        """The header and the entry that we sent under a trace number."""
        for file in self.outbound().values():
            for batch in file.batches:
                for entry in batch.entries:
                    if isinstance(entry.detail, EntryDetail) and entry.detail.trace_number == trace:
                        assert isinstance(batch.header, BatchHeader)
                        return batch.header, entry
        raise AssertionError("no such entry was sent")

    def bank_sends(self, name: str, *answers: tuple[BatchHeader, SentBack], settled_on: date | None = None) -> None:
        """The bank puts a file there: one batch an answer, settled by the operator on a day."""
        drafts = [SentBackDraft(received=header, bank=RDFI, entries=(answer,)) for header, answer in answers]
        file = build_file(
            destination="121042882",
            origin="021000021",
            created_at=self.clock.now(),
            batches=drafts,
            first_trace=self.next_trace,
        )
        self.next_trace += len(drafts)
        if settled_on is not None:
            file = replace(file, batches=tuple(_settled(batch, settled_on) for batch in file.batches))
        assert self.objects.put_new(f"ach/inbound/{name}", write(file))

    def cases(self) -> list[str]:
        """Codes of the open cases."""
        return sorted(case.fields["reasons"][0]["code"] for case in self.documents.find("cases"))


def _settled(batch: Batch, day: date) -> Batch:
    return replace(batch, header=replace(batch.header, settlement_date=f"{day:%j}"))
