"""A random week of legs over several rails, what a bank would show of it, and breaks planted in what it shows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from shared.reconciliation.domain.slot import SlotKind, SlotName, name_of_batch
from tests.support.bank_statements import Line, leg_line, statement_of
from tests.support.booked_world import MONDAY, BookedWorld

Account = tuple[str, str]
MOVES_DAYS, LAST_DAY = 5, 9
ACCOUNTS: tuple[Account, ...] = (("card", "USD"), ("instant", "USD"), ("bank", "EUR"), ("ach", "USD"))
KINDS = (
    "missing",
    "unknown",
    "wrong_amount",
    "wrong_direction",
    "duplicated",
    "late",
    "batch_without_one",
    "gap",
    "no_statement",
)


@dataclass(slots=True)
class Shown:
    """A line on its way to a statement, and the slot that it belongs to; `late` is no break."""

    account: Account
    day: date
    line: Line
    slot: SlotName
    returned: bool = False
    legs: tuple[int, ...] = ()
    touched: bool = False

    def case(self, code: str) -> str:
        """The id of the case that a break of it opens."""
        return f"{self.slot.id}.{'returned.' if self.returned else ''}{code}"


class Week:
    """Our side goes through `events` in the order of time; the bank's side is `shown`."""

    def __init__(self, random: Random, legs: int) -> None:
        self.random = random
        self.world = BookedWorld()
        self.world.desk = replace(self.world.desk, chunk=random.choice((1, 7, 100)))
        self.events: list[tuple[datetime, str, str]] = []
        self.shown: list[Shown] = []
        self.expected: dict[str, str] = {}
        self.bounced: set[str] = set()
        self.gaps: dict[Account, tuple[date, int]] = {}
        self.withheld: dict[Account, date] = {}
        self.balances: dict[Account, int] = defaultdict(int)
        self.files: dict[tuple[Account, date], dict[str, int]] = defaultdict(dict)
        for number in range(legs):
            self._leg(number)
        self._batches()
        self.first = {account: self._first(account) for account in ACCOUNTS}

    def _first(self, account: Account) -> date:
        return min((one.day for one in self.shown if one.account == account), default=date.max)

    def _moment(self, day: int) -> datetime:
        hour = 14 if self.random.random() < 0.5 else self.random.randrange(24)
        return datetime.combine(MONDAY + timedelta(days=day), time(hour), UTC)

    def _leg(self, number: int) -> None:
        random = self.random
        account = ACCOUNTS[number % 4]
        rail, currency = account
        day = random.randrange(MOVES_DAYS)
        amount_minor = random.choice((-1, 1)) * random.choice((5_00, 10_00, random.randint(1, 99_999)))
        moved = self._moment(day) if rail != "ach" else datetime.combine(MONDAY + timedelta(days=day), time(14), UTC)
        key = self.world.begin(f"leg-{number}", rail, amount_minor, moved, currency)
        slot = SlotName.of_leg(rail, currency, key)
        if rail == "ach":
            self.files[account, moved.date()][key] = amount_minor
        else:
            self.shown.append(Shown(account, moved.date(), leg_line(amount_minor, f"B{number}", key), slot))
        # News of the leg comes at once, or up to a day after its money has moved.
        heard = moved + timedelta(hours=0 if random.random() < 0.6 else random.randrange(24))
        fate = random.random()
        if fate < 0.75:
            self.events.append((heard, "accept", key))
        back = MONDAY + timedelta(days=min(day + random.randint(1, 3), MOVES_DAYS - 1))
        if fate >= 0.6:
            returned = datetime.combine(max(back, heard.date() + timedelta(days=1)), time(14), UTC)
            if rail == "ach" and returned.weekday() > 4:
                returned += timedelta(days=7 - returned.weekday())
            self.events.append((returned, "send_back" if fate < 0.75 else "bounce", key))
            line = leg_line(-amount_minor, f"R{number}", key, "R01")
            bounced = fate >= 0.75  # never booked, so its lines are left alone
            self.bounced |= {key} if bounced else set()
            self.shown.append(Shown(account, returned.date(), line, slot, returned=True, touched=bounced))
            if bounced and rail != "ach":
                next(one for one in self.shown if one.slot == slot and not one.returned).touched = True

    def _batches(self) -> None:
        for (account, day), legs in self.files.items():
            rail, currency = account
            file_id = f"F-{day}"
            traces = self.world.file(file_id, legs)
            for outgoing in (True, False):
                keys = [key for key, minor in legs.items() if (minor < 0) is outgoing]
                amounts = [legs[key] for key in keys]
                if amounts:
                    name = name_of_batch(file_id, outgoing=outgoing)
                    slot = SlotName(SlotKind.BATCH, rail, currency, name)
                    line = Line(sum(amounts), f"A-{name}", file_id=file_id, count=len(amounts))
                    # Where nothing of a batch was ever booked, our books cannot miss it.
                    self.shown.append(Shown(account, day, line, slot, False, tuple(amounts), self.bounced >= set(keys)))
            for one in self.shown:
                if one.account == account and one.returned and one.slot.key in traces:
                    one.line = replace(one.line, name=traces[one.slot.key])

    def plant(self, kinds: list[str]) -> None:
        """Plant one break of each kind, where there is something that it can strike."""
        # A statement that never came holds back what is missing on its account; that has a test of its own.
        for number, kind in enumerate(sorted(kinds, key=KINDS.index)):
            if kind in ("gap", "no_statement"):
                self._plant_day(kind)
            elif kind == "unknown":
                self._plant_unknown(number)
            else:
                self._plant_line(kind)

    def _plant_day(self, kind: str) -> None:
        missing = {code for code, kind_ in self.expected.items() if kind_ == "missing_from_statement"}
        taken = {*self.gaps, *self.withheld}
        for account in self.random.sample(ACCOUNTS, 4):
            name = ".".join(account)
            hides = kind == "no_statement" and any(self._account_of(case) == account for case in missing)
            if account in taken or hides or self.first[account] > MONDAY + timedelta(days=2):
                continue
            day = MONDAY + timedelta(days=self.random.randint(3, 4))
            if kind == "no_statement" and any(
                one.touched and one.slot.key not in self.bounced and (one.account, one.day) == (account, day)
                for one in self.shown
            ):
                continue  # it would hide what is planted there
            if kind == "gap":
                self.gaps[account] = (day, self.random.choice((-1, 1)) * self.random.randint(1, 9_999))
                self.expected[f"{name}.{day}.balance_gap"] = "balance_gap"
            else:
                self.withheld[account] = day
                self.expected[f"{name}.{day}.statement_missing"] = "statement_missing"
            return

    def _account_of(self, case: str) -> Account:
        return next(one.account for one in self.shown if case.startswith(one.slot.id))

    def _plant_unknown(self, number: int) -> None:
        account = self.random.choice([one.account for one in self.shown if one.day < date.max])
        day = self.random.choice([one.day for one in self.shown if one.account == account and one.day < date.max])
        line = Line(self.random.choice((-1, 1)) * self.random.randint(1, 99_999), f"U{number}", f"STRANGER-{number}")
        slot = SlotName.of_stranger(*account, line.name)
        self.shown.append(Shown(account, day, line, slot, touched=True))
        self.expected[f"{slot.id}.unknown_entry"] = "unknown_entry"

    def _plant_line(self, kind: str) -> None:
        fits = [one for one in self.shown if not one.touched and self._fits(one, kind)]
        if not fits:
            return
        struck = self.random.choice(fits)
        struck.touched = True
        line, batch = struck.line, bool(struck.legs)
        code = ""
        match kind:
            case "missing":
                self.shown.remove(struck)
                self.shown.append(replace(struck, day=date.max))
                code = "missing_from_statement"
            case "wrong_amount":
                sign = 1 if line.amount_minor > 0 else -1
                struck.line = replace(line, amount_minor=line.amount_minor + sign * self.random.randint(1, 500))
                code = "batch_mismatch" if batch else "amount_mismatch"
            case "wrong_direction":
                struck.line = replace(line, amount_minor=-line.amount_minor)
                code = "direction_mismatch"
            case "duplicated":
                self.shown.append(replace(struck, line=replace(line, reference=f"{line.reference}-D")))
                code = "duplicate_entry"
            case "batch_without_one":
                less_minor = line.amount_minor - self.random.choice(struck.legs)
                struck.line = replace(line, amount_minor=less_minor, count=line.count - 1)
                code = "batch_mismatch"
            case _:
                weekend = struck.account[0] == "ach" and struck.day.weekday() == 4
                struck.day += timedelta(days=3 if weekend else 1)
        if code:
            self.expected[struck.case(code)] = code

    def _fits(self, one: Shown, kind: str) -> bool:
        if kind == "batch_without_one":
            return len(one.legs) > 1
        if one.day > MONDAY + timedelta(days=MOVES_DAYS - 1):
            return False
        return kind != "wrong_direction" or not one.legs

    def live(self) -> None:
        """Every day: our news of it, then the bank's statements of it, then the job."""
        for number in range(LAST_DAY + 1):
            day = MONDAY + timedelta(days=number)
            ended = datetime.combine(day + timedelta(days=1), time(1), UTC)
            self._hear(ended)
            for account in ACCOUNTS:
                self._state(account, day)
            self.world.run(ended)

    def _hear(self, until: datetime) -> None:
        for at, what, key in sorted(one for one in self.events if one[0] <= until):
            getattr(self.world, what)(key, at)
        self.events = [one for one in self.events if one[0] > until]

    def _state(self, account: Account, day: date) -> None:
        if day < self.first[account] or (account[0] == "ach" and day.weekday() > 4):
            return
        opening_minor = self.balances[account]
        if account in self.gaps and self.gaps[account][0] == day:
            opening_minor += self.gaps[account][1]
        lines = self._lines(account, day)
        self.balances[account] = opening_minor + sum(line.amount_minor for line in lines)
        if self.withheld.get(account) != day:
            self._write(account, day, opening_minor)

    def _lines(self, account: Account, day: date) -> list[Line]:
        return [one.line for one in self.shown if one.account == account and one.day == day]

    def _write(self, account: Account, day: date, opening_minor: int, version: str = "") -> None:
        made_at = datetime.combine(day, time(23, 59), UTC) + timedelta(days=90 if version else 0)
        data = statement_of(
            day,
            self._lines(account, day),
            opening_minor=opening_minor,
            currency=account[1],
            account=f"OURS-{account[0]}",
            made_at=made_at,
            identification=f"{account[0]}-{day}{version}",
        )
        self.world.put(f"{account[0]}/{account[1]}/{day}{version}.xml", data)

    def put_right(self) -> None:
        """The bank makes everything good: by later entries, by statements made again, by the one that was missing."""
        for account, (day, gap_minor) in self.gaps.items():
            self._again(account, day, -gap_minor)
        for account, day in self.withheld.items():
            before = sum(one.line.amount_minor for one in self.shown if one.account == account and one.day < day)
            gap = self.gaps.get(account)
            self._write(account, day, before + (gap[1] if gap and gap[0] <= day else 0))
        good = self._corrections()
        for number in (1, 2):
            day = MONDAY + timedelta(days=LAST_DAY + number)
            for account in ACCOUNTS:
                lines = good.get(account, []) if number == 1 else []
                self.shown += [Shown(account, day, line, SlotName.of_stranger(*account, "-")) for line in lines]
                self._state(account, day)
            self.world.run(datetime.combine(day + timedelta(days=1), time(1), UTC))

    def _again(self, account: Account, first: date, less_minor: int) -> None:
        opening_minor = sum(one.line.amount_minor for one in self.shown if one.account == account and one.day < first)
        for number in range(LAST_DAY + 1):
            day = MONDAY + timedelta(days=number)
            if day >= first and not (account[0] == "ach" and day.weekday() > 4):
                self._write(account, day, opening_minor, "-again")
                opening_minor += sum(line.amount_minor for line in self._lines(account, day))
        self.balances[account] += less_minor

    def _corrections(self) -> dict[Account, list[Line]]:
        """For every slot and way of the money, what is still missing from what should have been shown."""
        owed: dict[Account, list[Line]] = defaultdict(list)
        position = self.world.documents.find("matches", equal={"status": "broken"}, limit=10_000)
        slots = {document.key.id: document for document in position}
        for case in self.expected:
            shown = next((one for one in self.shown if case == one.case(self.expected[case])), None)
            if shown is None:
                continue
            stored = slots[shown.slot.id].fields
            booked = sum(one["amount_minor"] for one in stored["expected"] if one["returned"] is shown.returned)
            there = sum(one["amount_minor"] for one in stored["items"] if one["returned"] is shown.returned)
            owed_minor = booked - there
            line = replace(shown.line, amount_minor=owed_minor, reference=f"C-{shown.line.reference}")
            line = replace(line, reversal=(owed_minor < 0) is not (booked < 0))
            owed[shown.account].append(line)
        return owed
