"""Codes of the schedules context."""

from __future__ import annotations

from shared.kernel.errors import Disposition, ErrorCode


class ScheduleError(ErrorCode):
    """What making, reading or changing a schedule may refuse."""

    INVALID_RULE = ("invalid_rule", Disposition.MALFORMED)
    IN_THE_PAST = ("schedule_in_the_past", Disposition.REFUSED)
    CONFLICT = ("schedule_conflict", Disposition.CONFLICT)
    ENDED = ("schedule_ended", Disposition.CONFLICT)
    NOT_FOUND = ("schedule_not_found", Disposition.NOT_FOUND)
