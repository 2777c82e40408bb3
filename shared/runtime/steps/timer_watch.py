"""The timer's job `watch`: gauges that monitoring reads from its log line. It only reads, and a bounded number.

Each gauge stands for itself: one that cannot be read is left out and counted as `failed`, so that a bucket that is away
does not hide what waits in quarantine. Which value is too much is said where alerts are, in infra/.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.kernel.errors import ClearwayError
from shared.payments.queries.standing import open_cases, overdue
from shared.ports.objects import ObjectStore
from shared.rails.domain.ach.eastern import EASTERN
from shared.rails.queries.return_rates import return_rates
from shared.runtime.backbone import Backbone, Documents
from shared.runtime.list_names import PARTICIPANTS, WATCHLIST
from shared.runtime.logs import log
from shared.runtime.quarantine import QUARANTINE

# A sweep comes every minute; what one has not driven on by then is in nobody's hands.
OVERDUE_AFTER = timedelta(minutes=15)
# The most that a gauge reads, and so says. A quarantined message may have 900 kB, so few are read at one time.
QUARANTINE_MAX = 100
QUARANTINE_PAGE = 10
CASES_MAX = 500
OVERDUE_PER_SHARD_MAX = 50

MISSING = -1

Gauges = Mapping[str, Any]


def watch(backbone: Backbone, lists: ObjectStore) -> Gauges:
    """The gauges by name, and how many `failed`.

    `quarantine_open`; `overdue` and `overdue_oldest_h` (since it was due); `cases_open`; `lists_age_h`, that of the
    oldest list, and `list_ages_h` by object; `return_rates` by name, and `return_rate_of_limit`, the highest of them
    divided by its limit.
    """
    now, documents = backbone.clock.now(), backbone.documents
    gauges: Mapping[str, Callable[[], Gauges]] = {
        "quarantine": lambda: {"quarantine_open": _quarantined(documents)},
        "overdue": lambda: _overdue(documents, now),
        "cases": lambda: {"cases_open": open_cases(documents, limit=CASES_MAX)},
        "lists": lambda: _list_ages(lists, now),
        "return_rates": lambda: _return_rates(documents, now),
    }
    found: dict[str, Any] = {}
    failed = 0
    for name, read in gauges.items():
        try:
            found |= read()
        except ClearwayError as error:
            failed += 1
            log("ERROR", "timer: gauge not read", gauge=name, code=error.code.code)
    return {**found, "failed": failed}


def _quarantined(documents: Documents) -> int:
    count, last = 0, None
    while count < QUARANTINE_MAX:
        limit = min(QUARANTINE_PAGE, QUARANTINE_MAX - count)
        page = documents.find(QUARANTINE, equal={"status": "open"}, limit=limit, after=last)
        count += len(page)
        if len(page) < limit:
            break
        last = page[-1]
    return count


def _overdue(documents: Documents, now: datetime) -> Gauges:
    found = overdue(documents, due_by=now - OVERDUE_AFTER, limit_per_shard=OVERDUE_PER_SHARD_MAX)
    return {"overdue": found.count, "overdue_oldest_h": _hours(now - found.since) if found.since else 0.0}


def _list_ages(lists: ObjectStore, now: datetime) -> Gauges:
    """Since when each list is there as it is. MISSING for one that is not: all in all that counts for a watchlist's
    file only, since a service without a list of participants is one that reaches all banks."""
    ages: dict[str, float] = {}
    for name in (*WATCHLIST, *PARTICIPANTS.values()):
        info = lists.describe(name)
        ages[name] = MISSING if info is None else max(0.0, _hours(now - info.stored_at))
    gone = any(ages[name] == MISSING for name in WATCHLIST)
    return {"lists_age_h": MISSING if gone else max(ages.values()), "list_ages_h": ages}


def _return_rates(documents: Documents, now: datetime) -> Gauges:
    found = return_rates(now.astimezone(EASTERN).date(), documents)
    return {
        "return_rates": {rate.limit.name: round(rate.share, 6) for rate in found},
        "return_rate_of_limit": round(max((rate.of_limit for rate in found), default=0.0), 4),
    }


def _hours(span: timedelta) -> float:
    return round(span / timedelta(hours=1), 2)
