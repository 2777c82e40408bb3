"""The ledger once more, as plainly as it can be written: no document, no shard, no code of the ledger itself.

A place is a string: a wallet's account id, or `house.<account>`. The model keeps what each place got and gave, by
currency, and says in its own words what must come of every operation.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class ModelHold:
    """Money set aside on a wallet."""

    wallet: str
    minor: int
    currency: str
    expires: int | None
    open: bool = True


@dataclass
class ModelEntry:
    """What was booked: minor units by place, given and got."""

    payment: str
    currency: str
    gave: dict[str, int]
    got: dict[str, int]
    reverses: str
    undone: bool = False


@dataclass
class Wanted:
    """A booking that is asked for; `at`, and the ends of holds, are ticks."""

    id: str
    payment: str
    currency: str
    movements: list[tuple[str, str, int]]
    at: int
    holds: list[str] = field(default_factory=list)
    new_holds: dict[str, ModelHold] = field(default_factory=dict)
    reverses: str = ""


@dataclass
class Model:
    """Wallets with their currency and status, holds by id, entries by id."""

    currency: dict[str, str]
    status: dict[str, str] = field(default_factory=dict)
    holds: dict[str, ModelHold] = field(default_factory=dict)
    entries: dict[str, ModelEntry] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    gave: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    got: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def pending(self, wallet: str) -> int:
        """What is set aside on a wallet."""
        return self.held[wallet]

    def spendable(self, wallet: str) -> int:
        """What a wallet got, less what it gave and what is set aside."""
        place = wallet, self.currency[wallet]
        return self.got[place] - self.gave[place] - self.pending(wallet)

    def pend(self, hold_id: str, hold: ModelHold, now: int) -> str | None:
        """Set money aside; why not, or None."""
        if hold.minor <= 0:
            return "amount_out_of_range"
        if hold.expires is not None and hold.expires <= now:
            return "hold_expired"
        if hold.wallet not in self.currency:
            return "account_not_found"
        if hold.currency != self.currency[hold.wallet]:
            return "currency_mismatch"
        if hold.wallet in self.status:
            return f"account_{self.status[hold.wallet]}"
        if hold.minor > self.spendable(hold.wallet):
            return "insufficient_funds"
        if hold_id in self.holds:
            return "already_exists"
        self._open(hold_id, hold)
        return None

    def _open(self, hold_id: str, hold: ModelHold) -> None:
        self.holds[hold_id] = hold
        self.held[hold.wallet] += hold.minor

    def _close(self, hold_id: str) -> None:
        hold = self.holds[hold_id]
        hold.open = False
        self.held[hold.wallet] -= hold.minor

    def release(self, hold_id: str) -> str | None:
        """Give what was set aside back; why not, or None."""
        if not self.holds[hold_id].open:
            return "hold_given_back_twice"
        self._close(hold_id)
        return None

    def reverse(self, entry_id: str, reversal_id: str, now: int) -> str | None:
        """Book an entry the other way round; why not, or None."""
        entry = self.entries.get(entry_id)
        if entry is None:
            return "entry_not_found"
        wanted = Wanted(reversal_id, entry.payment, entry.currency, [], now, reverses=entry_id)
        return self._book(wanted, gave=dict(entry.got), got=dict(entry.gave))

    def book(self, wanted: Wanted) -> str | None:
        """Book movements; why not, or None."""
        gave: dict[str, int] = defaultdict(int)
        got: dict[str, int] = defaultdict(int)
        for source, destination, minor in wanted.movements:
            if minor <= 0:
                return "amount_out_of_range"
            gave[source] += minor
            got[destination] += minor
        return self._book(wanted, gave=dict(gave), got=dict(got))

    def _book(self, wanted: Wanted, *, gave: dict[str, int], got: dict[str, int]) -> str | None:
        refused = self._refused(wanted, gave, got)
        if refused is None and wanted.id in self.entries:
            refused = "already_exists"
        if refused is not None:
            return refused
        for name, sums, total in (("gave", gave, self.gave), ("got", got, self.got)):
            assert sum(sums.values()) > 0, name
            for place, minor in sums.items():
                total[place, wanted.currency] += minor
        for hold_id in wanted.holds:
            self._close(hold_id)
        for hold_id, hold in wanted.new_holds.items():
            self._open(hold_id, hold)
        if wanted.reverses:
            self.entries[wanted.reverses].undone = True
        self.entries[wanted.id] = ModelEntry(wanted.payment, wanted.currency, gave, got, wanted.reverses)
        return None

    def _refused(self, wanted: Wanted, gave: dict[str, int], got: dict[str, int]) -> str | None:
        holds = [self.holds[hold_id] for hold_id in wanted.holds]
        if any(hold.minor <= 0 for hold in wanted.new_holds.values()):
            return "amount_out_of_range"
        if gave == got:
            return "same_account"
        if not all(hold.open for hold in holds) or len(set(wanted.holds)) != len(wanted.holds):
            return "hold_not_open"
        if any(hold.wallet not in gave for hold in holds):
            return "hold_of_another_account"
        late = [hold for hold in holds if hold.expires is not None and hold.expires <= wanted.at]
        if late and not wanted.reverses:
            return "hold_expired"
        if wanted.reverses:
            refused = self._not_undoing(wanted, gave, got)
            if refused:
                return refused
        return self._accounts(wanted, gave, got, holds)

    def _not_undoing(self, wanted: Wanted, gave: dict[str, int], got: dict[str, int]) -> str | None:
        entry = self.entries.get(wanted.reverses)
        if entry is None:
            return "entry_not_found"
        if entry.undone:
            return "already_reversed"
        known = entry.gave.keys() | entry.got.keys()
        touched = known & (gave.keys() | got.keys())
        # Whoever got something gives at most that, and the other way round.
        fits = all(
            gave.get(one, 0) <= entry.got.get(one, 0) and got.get(one, 0) <= entry.gave.get(one, 0) for one in touched
        )
        same = (entry.payment, entry.currency) == (wanted.payment, wanted.currency)
        return None if same and fits and touched and not entry.reverses else "not_reversible"

    def _accounts(
        self, wanted: Wanted, gave: dict[str, int], got: dict[str, int], holds: list[ModelHold]
    ) -> str | None:
        reserved: dict[str, int] = defaultdict(int)
        for hold in holds:
            reserved[hold.wallet] += hold.minor
        wallets = [place for place in gave if not place.startswith("house.")]
        short = [one for one in wallets if gave[one] > got.get(one, 0) + reserved.get(one, 0)]
        if any(one not in self.currency for one in short):
            return "account_not_found"
        foreign = [one for one in short if self.currency[one] != wanted.currency]
        if foreign or any(hold.currency != wanted.currency for hold in (*holds, *wanted.new_holds.values())):
            return "currency_mismatch"
        for status in ("closed", "frozen"):
            if not wanted.reverses and any(self.status.get(one) == status for one in short):
                return f"account_{status}"
        if not wanted.reverses and any(gave[one] > minor for one, minor in reserved.items()):
            return "exceeds_hold"
        kept: dict[str, int] = defaultdict(int)
        for hold in wanted.new_holds.values():
            kept[hold.wallet] += hold.minor
        for one, minor in kept.items():
            if minor > max(0, got.get(one, 0) + reserved.get(one, 0) - gave.get(one, 0)):
                return "exceeds_what_comes_in"
        for one in short:
            if self.spendable(one) + got.get(one, 0) + reserved.get(one, 0) - gave[one] - kept.get(one, 0) < 0:
                return "insufficient_funds"
        return None
