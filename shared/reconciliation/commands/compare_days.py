"""An account's statements as a chain: gaps between balances and days without a statement become cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from shared.ports.documents import Transaction, keep
from shared.reconciliation.commands.cases import Case, Changes, stage_cases
from shared.reconciliation.commands.desk import Desk
from shared.reconciliation.documents import (
    STATEMENTS,
    TAKEN,
    AccountState,
    account_from,
    account_key,
    account_name,
    account_to_fields,
    case_key,
)
from shared.reconciliation.domain.chain import Balances, Chain, ChainBreak, check_chain
from shared.reconciliation.domain.wording import words_of_chain


@dataclass(frozen=True, slots=True)
class Compared:
    """The account as it stands then, through which day its statements are complete, and what that changed."""

    account: AccountState
    through: date | None
    cases: Changes


def compare_days(rail: str, currency: str, desk: Desk) -> Compared:
    """Check an account's statements, as far as they are looked back to. Raises what the stores raise."""
    tolerance, key = desk.tolerance(rail), account_key(rail, currency)
    start = tolerance.looked_back_to(desk.today)

    def work(tx: Transaction) -> Compared:
        (document,) = tx.get(key)
        account = account_from(document, rail, currency)
        chain = _chain(account, start, statements, desk)
        kept = [name for name in account.chain_breaks if date.fromisoformat(name.partition(".")[0]) < start]
        wanted = [_case(account, one) for one in chain.breaks]
        names = [*kept, *(one.name for one in chain.breaks)]
        gone = [case_key(account.name, name) for name in account.chain_breaks if name not in names]
        keys = [*(case.key for case in wanted), *gone]
        found = dict(zip(keys, tx.get(*keys) if keys else (), strict=True))
        after = replace(account, chain_breaks=tuple(names))
        if document is not None or names:
            keep(tx, key, document, account_to_fields(after))
        return Compared(after, chain.through, stage_cases(tx, found, wanted, gone, desk.clock.now()))

    statements = _statements(rail, currency, start, desk)
    return desk.documents.run(work).value


def _chain(account: AccountState, start: date, statements: Sequence[Balances], desk: Desk) -> Chain:
    first = account.first_day or _first_booked(account, desk)
    if first is None:
        return Chain((), None)
    tolerance = desk.tolerance(account.rail)
    due_through = tolerance.due_through(desk.today)
    if account.first_day is None:
        # No statement ever came, and that is said once: of the first day that should have had one.
        due_through = min(due_through, first)
    return check_chain(
        statements,
        desk.days(account.rail),
        first=max(first, start) if account.first_day else first,
        due_through=due_through,
        waited_through=tolerance.waited_through(desk.today),
    )


def _first_booked(account: AccountState, desk: Desk) -> date | None:
    first = next(desk.journal.items(account.rail, account.currency), None)
    return desk.days(account.rail).day_of(first.at) if first else None


def _statements(rail: str, currency: str, start: date, desk: Desk) -> list[Balances]:
    found = desk.documents.find(
        STATEMENTS, equal={"account": account_name(rail, currency)}, at_least=("day", start.isoformat())
    )
    return [
        Balances(date.fromisoformat(one.fields["day"]), one.fields["opening_minor"], one.fields["closing_minor"])
        for one in found
        if one.fields["status"] == TAKEN
    ]


def _case(account: AccountState, one: ChainBreak) -> Case:
    reason = words_of_chain(account.rail, account.currency, one)
    return Case(case_key(account.name, one.name), account.rail, account.currency, reason, about=str(one.gap_minor))
