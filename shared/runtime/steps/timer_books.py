"""The timer's job `books`: in each currency, all that is posted as a debit equals all that is posted as a credit.

It reads every account at one moment of the store: payments that move meanwhile raise no alarm and hide no difference.
What it says at ERROR is for people: `python -m scripts.verify` then tells which account, entry or payment it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from shared.ledger.queries.posted_totals import posted_totals
from shared.runtime.backbone import Backbone
from shared.runtime.logs import log

# Within the 300 s of the timer's request; what is left is for the last page and the answer. A million accounts take
# 25 s of CPU (40,000 a second were measured), so they fit when Firestore answers with a page of 500 within 120 ms.
READING_MAX = timedelta(seconds=270)
_SHOWN_MAX = 10


def books(backbone: Backbone) -> Mapping[str, Any]:
    """How many `accounts` were read, in how many `seconds`, and how many currencies are `unbalanced`.

    `unreadable` documents count as a currency that is: what stands there is in no sum. Where READING_MAX was not enough
    it says `unfinished` instead.
    """
    started = backbone.clock.now()
    found = posted_totals(backbone.documents.snapshot(), go_on=lambda: backbone.clock.now() - started < READING_MAX)
    read = {
        "accounts": found.accounts,
        "seconds": round((backbone.clock.now() - started).total_seconds(), 1),
    }
    if not found.whole:
        return {**read, "unfinished": 1}
    for currency, off_minor in found.unbalanced.items():
        log("ERROR", "timer: books differ", currency=currency, debits_less_credits_minor=off_minor)
    if found.unreadable:
        shown = found.unreadable[:_SHOWN_MAX]
        log("ERROR", "timer: accounts cannot be read", count=len(found.unreadable), documents=shown)
    return {**read, "unbalanced": len(found.unbalanced) + bool(found.unreadable)}
