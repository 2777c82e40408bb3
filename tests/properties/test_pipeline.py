"""Whatever is paid, whatever the rail does and says, wherever a process dies: the invariants hold."""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.kernel import ids
from shared.ledger.documents import JOURNAL, entry_from
from shared.ledger.domain.journal import Side
from shared.payments.domain.history import chain_is_whole
from shared.payments.domain.legs import LegRole, LegStatus, Route
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import ALLOWED, AT_REST, State
from shared.payments.queries.all_payments import all_payments
from shared.ports.rail import Answer, News, RailStatus
from tests.support.builders import TENANT
from tests.support.calling_rail import CallingRail
from tests.support.choices import FlatTariff, KeptBack
from tests.support.crashes import Crash, CrashPoints
from tests.support.world import BOOK, DEPOSIT, TRANSFER, World, payment_body

# Last four digits that make the rail refuse, fall silent, or lose its answer before or after it has acted; the last two
# make it refuse debits, or credits, alone.
RAIL_BEHAVIOURS = ("0000", "0102", "0201", "0202", "0204", "0301", "0429", "0500", "0503", "0601", "0101", "0123")

FUNDING = ids.payment_id(TENANT, "funding")  # the deposit that the world began with
ACROSS = {**TRANSFER, "source": DEPOSIT["source"]}
WINDOW = timedelta(minutes=20)


@dataclass(frozen=True)
class Pays:
    """A client submits a payment."""

    route: dict[str, Any]
    amount_minor: int


@dataclass(frozen=True)
class Cancels:
    """A client cancels one of the payments."""

    which: int


@dataclass(frozen=True)
class Refunds:
    """A client refunds one of the payments, in part or whole."""

    which: int
    amount_minor: int | None


@dataclass(frozen=True)
class Says:
    """The rail says something, true, of one of the legs that it knows: how it stands, or that it came back."""

    which: int
    came_back: bool


@dataclass(frozen=True)
class Passes:
    """Messages and tasks are delivered, a few or all that are due, and perhaps time passes."""

    rounds: int
    at_most: int | None
    seconds: int


Act = Pays | Cancels | Refunds | Says | Passes

which = st.sampled_from((0, 0, 0, 1, 1, 1, 2, 3, 5))
routes = st.sampled_from(({}, BOOK, DEPOSIT, TRANSFER, ACROSS, ACROSS))
pays = st.builds(Pays, routes, st.integers(100, 200_00))
passes = st.builds(Passes, st.integers(1, 4), st.sampled_from((None, 1, 3)), st.sampled_from((0, 0, 1, 30, 600)))
refunds = st.builds(Refunds, which, st.one_of(st.none(), st.integers(1, 100_00)))
says = st.builds(Says, which, st.sampled_from((True, True, False)))
others = st.one_of(pays, passes, refunds, st.builds(Cancels, which), says, says)
# A payment, some of its way, and then what may happen to it or to an earlier one on the way.
chapters = st.tuples(pays, passes, st.lists(others, max_size=5))
scripts = st.lists(chapters, min_size=1, max_size=5).map(
    lambda told: [act for pay, some_way, more in told for act in (pay, some_way, *more)]
)


class Play:
    """One world, what its rail has taken back, and which payments were submitted."""

    def __init__(self, world: World, rail: CallingRail) -> None:
        self.world, self.rail = world, rail
        self.submitted: list[str] = []
        self.returned: set[str] = set()

    def act(self, act: Act) -> None:
        """Do one thing; a process that dies on it is not started again for it."""
        match act:
            case Pays(route, amount_minor):
                key = f"key-{len(self.submitted)}"
                self.submitted.append(key)
                self.world.submit(self.world.cloud, key, payment_body(amount_minor, **route))
            case Cancels(number) if self.submitted:
                assert self.world.cancel(self._one(self.submitted, number)) in (200, 404, 409)
            case Refunds(number, amount_minor) if self.submitted:
                key = f"key-{len(self.submitted)}"
                self.submitted.append(key)
                of = self._one(self.submitted[:-1], number)
                assert self.world.refund(of, under=key, amount_minor=amount_minor) in (202, 404, 422)
            case Says(number, came_back):
                self._says(number, came_back=came_back)
            case Passes(rounds, at_most, seconds):
                for _ in range(rounds):
                    self.world.twins.broker.deliver_due(at_most)
                    self.world.twins.tasks.run_due(at_most)
                    self.world.twins.clock.advance(seconds)

    def comes_to_rest(self) -> None:
        """Everything that is under way ends."""
        assert self.world.cloud.settle_down()

    def _says(self, number: int, *, came_back: bool) -> None:
        twin = self.world.twins.rail
        known = list(twin.moved if came_back else twin.instructions)
        if not known:
            return
        key = self._one(known, number)
        answer = twin.inquire(key)
        if came_back and twin.moved[key]:
            self.returned.add(key)
            answer = Answer(RailStatus.RETURNED, "back", "R10", "unauthorised")
        if answer is not None:
            self.rail.say(News(twin.name, key, answer))

    @staticmethod
    def _one(names: list[str], number: int) -> str:
        """The last one, or one of those before it."""
        return names[-1 - number % len(names)]


def until_nobody_dies(*calls: Callable[[], object]) -> None:
    """All of these, again and again until none of them dies."""
    while True:
        with contextlib.suppress(Crash):
            for call in calls:
                call()
            return


@given(
    script=scripts,
    payee=st.sampled_from(RAIL_BEHAVIOURS),
    payer=st.sampled_from(RAIL_BEHAVIOURS),
    crashes=st.sets(st.integers(1, 120), max_size=3),
    seed=st.integers(0, 2**32),
    duplicates=st.sampled_from((0.0, 0.3)),
    fee_minor=st.sampled_from((0, 7)),
    percent=st.sampled_from((0, 50, 100)),
    calls=st.booleans(),
)
@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_is_lost_or_done_twice(
    script: list[Act],
    payee: str,
    payer: str,
    crashes: set[int],
    seed: int,
    duplicates: float,
    fee_minor: int,
    percent: int,
    calls: bool,
) -> None:
    rail = CallingRail()
    wrapping = CrashPoints(*crashes).wrapping()
    died = wrapping.rail
    world = World(
        replace(wrapping, rail=lambda port: died(rail.over(port))) if calls else wrapping,
        account_number=f"10000{payee}",
        own_number=f"10000{payer}",
        order=Random(seed),
        duplicates=duplicates,
        tariff=FlatTariff(dict.fromkeys(Route, fee_minor)),
        hold_policy=KeptBack(percent, WINDOW),
    )
    rail.calls(world.cloud.news.take)
    rail.name = world.twins.rail.name
    play = Play(world, rail)
    for act in script:
        with contextlib.suppress(Crash):
            play.act(act)
        check(play)
    until_nobody_dies(play.comes_to_rest, rail.say_again, play.comes_to_rest)
    check(play)
    check_end(play)


def payments_of(play: Play) -> list[Payment]:
    return [payment for payment in all_payments(play.world.twins.documents) if payment.id != FUNDING]


def check(play: Play) -> None:
    """What holds at every moment."""
    world, found = play.world, payments_of(play)
    assert world.books().balanced, world.books().differences
    assert max(world.twins.rail.moved.values(), default=0) <= 1
    assert max(world.twins.rail.instructions.values(), default=0) <= 1
    balances = balances_of(world)
    assert balances["house.in-transit.USD"] == sum(map(in_transit_minor, found))
    assert balances["house.fees.USD"] == sum(map(earned_minor, found))
    assert balances["house.receivable.USD"] <= 0 <= balances["house.suspense.USD"]
    assert balances["house.rail-settlement.simulator.USD"] == -500_00 + sum(moved_minor(found))
    for payment in found:
        assert chain_is_whole(payment.history)
        states = [entry.state for entry in payment.history]
        assert all(after in ALLOWED[before] for before, after in pairwise(states))
        assert payment.drive_at is not None or payment.state in AT_REST
        assert payment.held_minor == 0 or not payment.ended or payment.state is State.COMPLETED
    check_refunds(found)


def check_refunds(found: list[Payment]) -> None:
    """Of each payment is refunded what its refunds were made to give back, and did not fail to."""
    given_back: defaultdict[str, int] = defaultdict(int)
    nothing = {State.REJECTED, State.CANCELLED, State.FAILED, State.RETURNED}
    for payment in found:
        if payment.request.refund_of and payment.state not in nothing:
            given_back[payment.request.refund_of] += payment.request.money.amount_minor
    for payment in found:
        assert payment.refunded_minor == given_back[payment.id] <= payment.request.money.amount_minor


def check_end(play: Play) -> None:
    """What holds when everything has come to rest."""
    world, found = play.world, payments_of(play)
    # A submission whose process died before its first commit was never accepted.
    assert len(found) <= len(play.submitted)
    for payment in found:
        assert payment.state in AT_REST
        assert (payment.drive_at, payment.open_holds if payment.ended else ()) == (None, ())
        for leg in payment.legs:
            # What the books say of a leg is what the rail did with it.
            assert leg.status in (LegStatus.ACCEPTED, LegStatus.REJECTED, LegStatus.RETURNED)
            moved = world.twins.rail.moved[leg.key] == 1
            came_back = leg.key in play.returned
            assert (leg.status is LegStatus.ACCEPTED) == (moved and not came_back)
            assert (leg.status is LegStatus.RETURNED) == came_back
        check_state(payment)
    balances = balances_of(world)
    assert balances["house.in-transit.USD"] == 0
    if balances["house.receivable.USD"] or balances["house.suspense.USD"]:
        assert world.twins.documents.find("cases")
    told = world.twins.warehouse.totals().by_type
    owed = Counter(f"payment.{entry.state}" for payment in found for entry in payment.history[1:])
    assert told == owed


def check_state(payment: Payment) -> None:
    """A payment's end is what became of its legs."""
    became = {leg.role: leg.status for leg in payment.legs}
    came_back = LegStatus.RETURNED in became.values()
    paid_out = became.get(LegRole.PAY_OUT)
    match payment.state:
        case State.COMPLETED:
            assert set(became.values()) <= {LegStatus.ACCEPTED}
        case State.RETURNED:
            assert came_back
            assert LegRole.PUT_BACK not in became
        case State.FAILED:
            assert paid_out is not LegStatus.ACCEPTED
            assert came_back or LegStatus.REJECTED in became.values()
        case _:
            assert became == {}


def balances_of(world: World) -> Counter[str]:
    """Minor units by account, above zero on the credit side."""
    balances: Counter[str] = Counter()
    for document in world.twins.documents.find(JOURNAL, limit=10_000):
        for line in entry_from(document).lines:
            balances[line.account] += line.amount_minor if line.side is Side.CREDIT else -line.amount_minor
    return balances


def in_transit_minor(payment: Payment) -> int:
    """What a payment has collected and neither paid out nor put back."""
    on_the_way = {State.COLLECTED, State.PAYING_OUT, State.PUTTING_BACK}
    owes = payment.route is Route.TRANSFER and payment.state in on_the_way
    return payment.request.money.amount_minor if owes else 0


def earned_minor(payment: Payment) -> int:
    """The fee of what was carried out; that of a deposit is given up when the deposit comes back."""
    earned = payment.state is State.COMPLETED or (
        payment.state is State.RETURNED and payment.route is not Route.DEPOSIT
    )
    return payment.fee_minor if earned else 0


def moved_minor(payments: Iterable[Payment]) -> Iterable[int]:
    """What the legs that count as accepted have moved over the rail, above zero outwards."""
    for payment in payments:
        for leg in payment.legs:
            if leg.status is LegStatus.ACCEPTED:
                minor = payment.leg_money(leg.role).amount_minor
                yield -minor if leg.role is LegRole.COLLECT else minor
