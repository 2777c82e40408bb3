"""Dates as records hold them."""

from __future__ import annotations

from datetime import date, datetime

_CENTURY = 2000  # ACH began in 1974, and files of the last century are no longer exchanged


def date_of(yymmdd: str) -> date | None:
    """The day that six digits name; None for what is no day, such as blanks or zeros."""
    if len(yymmdd) != 6 or not yymmdd.isdigit():
        return None
    try:
        return date(_CENTURY + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:]))
    except ValueError:
        return None


def yymmdd(day: date) -> str:
    """Six digits for a day."""
    return f"{day:%y%m%d}"


def day_of_year(day: date) -> str:
    """Three digits for a settlement date."""
    return f"{day:%j}"


def is_time(hhmm: str) -> bool:
    """Whether four digits are a time of the day."""
    return len(hhmm) == 4 and hhmm.isdigit() and int(hhmm[:2]) < 24 and int(hhmm[2:]) < 60


def is_month_and_day(mmdd: str) -> bool:
    """Whether four digits are a day of some year; the 29th of February is one."""
    try:
        datetime.strptime(f"2000{mmdd}", "%Y%m%d")  # noqa: DTZ007, a form is checked, and no moment is made
    except ValueError:
        return False
    return True


def is_day_of_year(three: str) -> bool:
    """Whether three digits are a day of some year."""
    return three.isdigit() and 1 <= int(three) <= 366
