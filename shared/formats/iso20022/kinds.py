"""The simple types of ISO 20022: each reads what an element holds and writes it back, and says what does not fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from shared.kernel.currency import MINOR_UNIT_DIGITS
from shared.kernel.money import AMOUNT_MINOR_MAX, Money

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

XML_SPACE = " \t\r\n"
YEAR_MIN, YEAR_MAX = 1900, 9998  # a day on either side is left for offsets from UTC

AMOUNT = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,5}))?")
SUM = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,17})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:[0-9]{2})?"
)


class Misfit(Exception):  # noqa: N818, it never leaves this room
    """What is wrong with a value, in words that do not repeat it."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """A simple type: `read` makes the value of an element's text, `write` the text of a value. Both raise Misfit."""

    read: Callable[[str], T]
    write: Callable[[T], str]


def text(length_max: int, *, lines: bool = False) -> Kind[str]:
    """Max35Text and its like: 1 to `length_max` characters, not all blank, no control characters.

    `lines` allows tabs and line ends, for what people write to one another.
    """
    allowed = "\t\n\r" if lines else ""

    def check(value: str) -> str:
        if not value.strip():
            raise Misfit("empty")
        if len(value) > length_max:
            raise Misfit(f"longer than {length_max} characters")
        if not value.isprintable() and any(not _printable(one, allowed) for one in value):
            raise Misfit("a control character or one that XML does not have")
        return value

    return Kind(check, check)


def _printable(one: str, allowed: str) -> bool:
    return one in allowed or (unicodedata.category(one) not in {"Cc", "Cs"} and one not in "\ufffe\uffff")


def pattern(regex: str, what: str) -> Kind[str]:
    """An identifier or an external code: the whole of it matches `regex`; `what` says so in words."""
    compiled = re.compile(regex)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise Misfit(f"not {what}")
        return value

    return Kind(check, check)


def codes(members: type[E]) -> Kind[E]:
    """A closed code set."""
    known = {one.value: one for one in members}

    def read(value: str) -> E:
        if value not in known:
            raise Misfit(f"not one of {', '.join(known)}")
        return known[value]

    return Kind(read, lambda value: read(value).value)


def whole(digits_max: int) -> Kind[int]:
    """Max15NumericText and its like: a whole number without a sign, of at most `digits_max` digits."""

    def read(value: str) -> int:
        if not re.fullmatch(f"[0-9]{{1,{digits_max}}}", value):
            raise Misfit(f"not a whole number of at most {digits_max} digits")
        return int(value)

    return Kind(read, lambda value: str(read(str(value))))


def _read_sum(value: str) -> Decimal:
    trimmed = value.strip(XML_SPACE)
    if not SUM.fullmatch(trimmed) or len(re.sub("[^0-9]", "", trimmed)) > 18:
        raise Misfit("not a plain decimal of at most 18 digits")
    return Decimal(trimmed)


def _read_day(value: str) -> date:
    trimmed = value.strip(XML_SPACE)
    if not DAY.fullmatch(trimmed):
        raise Misfit("not a date as YYYY-MM-DD")
    try:
        return date.fromisoformat(trimmed)
    except ValueError:
        raise Misfit("not a day of the calendar") from None


def _read_flag(value: str) -> bool:
    trimmed = value.strip(XML_SPACE)
    if trimmed not in {"true", "false", "1", "0"}:
        raise Misfit("neither true nor false")
    return trimmed in {"true", "1"}


def read_moment(value: str, local: tzinfo) -> datetime:
    """ISODateTime. One without an offset is the sender's local time, by the standard; `local` says which that is."""
    match = MOMENT.fullmatch(value.strip(XML_SPACE))
    if not match:
        raise Misfit("not a date and time as YYYY-MM-DDThh:mm:ss, with or without an offset")
    seconds, fraction, offset = match.groups()
    try:
        moment = datetime.fromisoformat(seconds + (offset or ""))
    except ValueError:
        raise Misfit("not a moment of the calendar") from None
    if not YEAR_MIN <= moment.year <= YEAR_MAX:
        raise Misfit(f"a year before {YEAR_MIN} or after {YEAR_MAX}")
    moment = moment.replace(microsecond=int((fraction or "0").ljust(6, "0")[:6]))
    return moment if moment.tzinfo else moment.replace(tzinfo=local)


def write_moment(value: datetime) -> str:
    """The moment in UTC, to the millisecond, as the standard defines ISODateTime: what is finer is cut."""
    if value.tzinfo is None:
        raise Misfit("a date and time without a time zone")
    if not YEAR_MIN <= value.year <= YEAR_MAX:
        raise Misfit(f"a year before {YEAR_MIN} or after {YEAR_MAX}")
    at = value.astimezone(UTC).replace(tzinfo=None)
    return at.isoformat(timespec="milliseconds" if at.microsecond >= 1000 else "seconds") + "Z"


def read_money(value: str, currency: str) -> Money:
    """An amount with its `Ccy`: a plain decimal, not negative, with at most the currency's decimals, no exponent."""
    if currency not in MINOR_UNIT_DIGITS:
        raise Misfit("in a currency that is not booked here")
    digits = MINOR_UNIT_DIGITS[currency]
    match = AMOUNT.fullmatch(value.strip(XML_SPACE))
    if not match:
        raise Misfit("not a plain decimal without sign and exponent")
    units, decimals = match.group(1), match.group(2) or ""
    if len(decimals) > digits:
        raise Misfit(f"more decimals than the {digits} of its currency")
    amount_minor = int(units + decimals.ljust(digits, "0"))
    if amount_minor > AMOUNT_MINOR_MAX:
        raise Misfit("larger than any amount that is booked here")
    return Money(amount_minor, currency)


def decimal_of(money: Money) -> Decimal:
    """The amount in whole units of its currency, exactly."""
    return Decimal(money.amount_minor).scaleb(-MINOR_UNIT_DIGITS[money.currency])


def write_money(money: Money) -> str:
    """A plain decimal with exactly the currency's decimals."""
    if money.amount_minor < 0:
        raise Misfit("negative")
    return f"{decimal_of(money):f}"


MAX34 = text(34)
MAX35 = text(35)
MAX70 = text(70)
MAX140 = text(140)
NARRATIVE105 = text(105, lines=True)
NARRATIVE140 = text(140, lines=True)
NARRATIVE500 = text(500, lines=True)
CODE3 = pattern(r"[A-Z0-9]{1,3}", "a code of 1 to 3 capital letters and digits")
CODE4 = pattern(r"[A-Z0-9]{1,4}", "a code of 1 to 4 capital letters and digits")
LOCAL_INSTRUMENT = pattern(r"[A-Z0-9]{1,35}", "a code of 1 to 35 capital letters and digits")
COUNTRY = pattern(r"[A-Z]{2}", "a country code of two capital letters")
ROUTING_NUMBER = pattern(r"[0-9]{9}", "a routing number of nine digits")
UETR = pattern(
    r"[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}", "a UUID of version 4 in small letters"
)
COUNT = whole(15)
PAGE_NUMBER = whole(5)
SEQUENCE_NUMBER = whole(18)
CONTROL_SUM: Kind[Decimal] = Kind(_read_sum, lambda value: f"{_read_sum(f'{value:f}'):f}")
DATE: Kind[date] = Kind(_read_day, lambda value: value.isoformat())
FLAG: Kind[bool] = Kind(_read_flag, lambda value: "true" if value else "false")
