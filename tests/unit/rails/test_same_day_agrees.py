"""The router's terms and the ACH rail's calendar say the same of same-day windows and their limit, on any day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.rails.domain.ach_windows import next_cutoff, same_day_allowed
from shared.rails.terms import terms_at

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize("day", [date(2020, 3, 23), date(2021, 3, 22), date(2022, 3, 21), date(2026, 11, 24)])
def test_both_have_the_same_windows_and_the_same_limit(day: date) -> None:
    service = next(one for one in terms_at(day)["ach"].services if one.name == "same_day")
    moment = datetime.combine(day, time(0), NEW_YORK)
    seen: list[tuple[time, time]] = []
    while (cutoff := next_cutoff(moment, same_day=True)).closes_at.astimezone(NEW_YORK).date() == day:
        closes, settles = (at.astimezone(NEW_YORK).time() for at in (cutoff.closes_at, cutoff.settles_at))
        seen.append((closes, settles))
        moment = cutoff.closes_at + timedelta(seconds=1)
    assert seen == [(window.cut_off, window.arrives) for window in service.windows]
    assert service.amount_max_minor is not None
    limit = service.amount_max_minor["USD"]
    assert [same_day_allowed("PPD", cents, day) for cents in (limit, limit + 1)] == [True, False]
