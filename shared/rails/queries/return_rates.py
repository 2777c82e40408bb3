"""The return-rate monitor: what a bank would be asked for by Nacha, at any time."""

from __future__ import annotations

from datetime import date, timedelta

from shared.ports.documents import Transactor
from shared.rails.ach_documents import day_key
from shared.rails.domain.ach.return_rates import ReturnRate, rate
from shared.rails.domain.ach.schedule import return_rate_days
from shared.rails.domain.ach_returns import rate_limits


def return_rates(day: date, transactor: Transactor) -> tuple[ReturnRate, ...]:
    """Unauthorised, administrative and overall return rates of the 60 days up to and including `day` (Eastern).

    Debits count on the day that their file settles, returns on the day that they settle; a return that was sent back
    counts only once its bank contested that. Each day is one document, and all are read in one call.
    """
    keys = [day_key(day - timedelta(days=back)) for back in range(return_rate_days(day))]
    found = transactor.run(lambda tx: tx.get(*keys)).value
    days = [document.fields for document in found if document]
    return tuple(rate(limit, days) for limit in rate_limits(day))
