"""Whatever is queued, whenever jobs run, wherever they die: each payment is in exactly one file, and files balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.kernel.party import Direction, PartyType
from shared.ports.rail import RailStatus, Speed
from shared.rails.ach_documents import entry_from, file_from
from shared.rails.ach_entries import entries_of_file, entry_of_trace
from shared.rails.domain.ach.file import FileStatus
from shared.rails.domain.ach.terms import short_reference
from tests.support.ach import AchWorld, an_account, an_instruction
from tests.support.crashes import Crash, CrashPoints

SAME_DAY_MAX = 1_000_000_00


@dataclass(frozen=True)
class Step:
    """Time passes, then payments are queued, then perhaps the job runs."""

    minutes: int
    payments: tuple[tuple[int, Direction, PartyType, Speed, str], ...]
    job: bool


payments = st.tuples(
    st.one_of(st.integers(1, 5_000_00), st.sampled_from((SAME_DAY_MAX, SAME_DAY_MAX + 1, 9_999_999_999))),
    st.sampled_from(Direction),
    st.sampled_from(PartyType),
    st.sampled_from(Speed),
    st.sampled_from(("checking", "savings", "")),
)
steps = st.builds(Step, st.integers(0, 900), st.lists(payments, max_size=4).map(tuple), st.booleans())


@given(plan=st.lists(steps, min_size=1, max_size=12), crashes=st.sets(st.integers(1, 150), max_size=4))
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_every_accepted_payment_is_in_exactly_one_file(plan: list[Step], crashes: set[int]) -> None:
    world = AchWorld(CrashPoints(*crashes))
    accepted: dict[str, int] = {}
    for step in plan:
        world.clock.advance(step.minutes * 60)
        for cents, direction, holder, speed, kind in step.payments:
            key = f"pay_{len(accepted)}.{direction.value}"
            instruction = an_instruction(
                key,
                cents,
                direction=direction,
                holder_type=holder,
                speed=speed,
                instrument=an_account(account_type=kind),
            )
            assert world.rail.submit(instruction).status is RailStatus.PENDING
            accepted[key] = cents
        if step.job:
            run(world)
    world.clock.advance(timedelta(days=4).total_seconds())  # over any weekend
    run(world)
    check(world, accepted)


def run(world: AchWorld) -> None:
    """The job, called again a minute after each death."""
    while True:
        try:
            world.cut()
            return
        except Crash:
            world.clock.advance(60)


def check(world: AchWorld, accepted: dict[str, int]) -> None:
    """Every payment once; every file as its document says; and no window that an amount may not ask for."""
    assert sorted(world.sent()) == sorted(short_reference(key) for key in accepted)
    outbound = world.outbound()  # read by the letter of the rules, with every count, hash and total
    documents = [file_from(one) for one in world.documents.find("ach_files")]
    assert all(file.ended for file in documents)
    sent = {file.object_name: file for file in documents if file.status is FileStatus.SENT}
    assert set(outbound) == set(sent)
    traces = []
    for name, file in sent.items():
        control = outbound[name].control
        assert (control.total_debit_cents, control.total_credit_cents) == (file.debit_cents, file.credit_cents)
        entries = list(entries_of_file(file.id, world.documents))
        assert len(entries) == file.entries
        assert all(entry.due_from <= file.cutoff_at for entry in entries)
        assert not file.same_day or all(entry.amount_cents <= SAME_DAY_MAX for entry in entries)
        traces += [entry.trace_number for entry in entries]
    assert len(traces) == len(set(traces)) == len(accepted)
    modifiers = [(one.header.creation_date, one.header.id_modifier) for one in outbound.values()]
    assert len(set(modifiers)) == len(modifiers)
    for document in world.documents.find("ach_entries"):
        entry = entry_from(document)
        assert entry.amount_cents == accepted[entry.key]
        assert entry_of_trace(entry.trace_number, world.documents) == entry
        answer = world.rail.inquire(entry.key)
        assert answer is not None
        assert answer.status is (RailStatus.ACCEPTED if answer.check_at is None else RailStatus.PENDING)
