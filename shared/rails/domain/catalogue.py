"""The terms on which each rail carries money: dated, sourced, and looked up by the day they are needed for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from shared.kernel.currency import minor_unit_digits
from shared.kernel.errors import ClearwayError
from shared.kernel.money import AMOUNT_MINOR_MAX, Money
from shared.rails.domain.errors import RailsError
from shared.rails.domain.service import BASIS_POINTS, BankingDay, Hours, Service, Window


@dataclass(frozen=True, slots=True)
class RailTerms:
    """What holds for one rail from a day on, and who says so.

    `timeout_s` bounds every call. `inquiry_grace_s` is how long after a submission the rail's "never heard of it" may
    not yet be believed: the first call may still be on its way in. `amount_max_minor` is the largest amount of one
    instruction, in minor units, for each currency that the rail carries; no service of it takes more.
    `zone` is where its cut-offs and its hours are read; without hours it takes instructions at any time.
    """

    name: str
    effective_from: date
    source: str
    timeout_s: float
    inquiry_grace_s: float
    amount_max_minor: Mapping[str, int]
    zone: ZoneInfo
    services: tuple[Service, ...]
    hours: tuple[Hours, ...] = ()

    def __post_init__(self) -> None:
        self._check_amounts(self.amount_max_minor)
        if not self.amount_max_minor or not self.source:
            raise invalid(self.name, "terms need a source and at least one currency")
        if self.timeout_s <= 0:
            raise invalid(self.name, "timeout_s must be above zero")
        if self.inquiry_grace_s <= self.timeout_s:
            # Within the time-out our own call may still be arriving: "never heard of it" proves nothing yet.
            raise invalid(self.name, "inquiry_grace_s must be above timeout_s")
        if not self.services:
            raise invalid(self.name, "terms need at least one service")
        names = [service.name for service in self.services]
        if len(set(names)) < len(names):
            raise invalid(self.name, "two services have one name")
        for service in self.services:
            self._check_service(service)
        for hours in self.hours:
            if hours.closes <= hours.opens and hours.closes.isoformat() != "00:00:00":
                raise invalid(self.name, "hours end after they begin; those over midnight are two")

    @property
    def currencies(self) -> frozenset[str]:
        """The ISO 4217 codes that the rail carries."""
        return frozenset(self.amount_max_minor)

    def carry(self, money: Money) -> bool:
        """Whether the rail takes an instruction over this amount."""
        return 0 < money.amount_minor <= self.amount_max_minor.get(money.currency, 0)

    def open_at(self, now: datetime, is_banking_day: BankingDay) -> bool:
        """Whether the rail takes instructions at this moment."""
        local = now.astimezone(self.zone)
        return not self.hours or any(hours.hold(local, is_banking_day) for hours in self.hours)

    def _check_amounts(self, amounts: Mapping[str, int]) -> None:
        for currency, amount_minor in amounts.items():
            minor_unit_digits(currency)
            if type(amount_minor) is not int or not 0 < amount_minor <= AMOUNT_MINOR_MAX:
                raise invalid(self.name, f"the largest amount in {currency} is a positive number of minor units")

    def _check_service(self, service: Service) -> None:
        where = f"{self.name} {service.name}"
        self._check_amounts(service.amount_max_minor)
        for currency, amount_minor in service.amount_max_minor.items():
            if amount_minor > self.amount_max_minor.get(currency, 0):
                raise invalid(where, f"the service takes more {currency} than its rail")
        if not (service.name and service.instruments and service.directions and service.amount_max_minor):
            raise invalid(where, "a service needs a name, instruments, directions and currencies")
        if (service.arrival_s is None) == (not service.windows) or (service.arrival_s or 0) < 0:
            raise invalid(where, "a service arrives after a number of seconds, or by windows")
        cut_offs = [window.cut_off for window in service.windows]
        if sorted(set(cut_offs)) != cut_offs or not all(map(_in_order, service.windows)):
            raise invalid(where, "windows are in the order of their cut-offs, and money arrives after its cut-off")
        prices = service.cost.fixed_minor
        if set(prices) != set(service.amount_max_minor) or not service.cost.source:
            raise invalid(where, "the cost needs a source and each currency of the service")
        if any(type(price) is not int or not 0 <= price <= AMOUNT_MINOR_MAX for price in prices.values()):
            raise invalid(where, "a fixed cost is a number of minor units, and not below zero")
        if not 0 <= service.cost.basis_points <= BASIS_POINTS:
            raise invalid(where, f"basis_points lie between 0 and {BASIS_POINTS}")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All terms ever agreed."""

    terms: tuple[RailTerms, ...]

    def __post_init__(self) -> None:
        begun = [(each.name, each.effective_from) for each in self.terms]
        for name, day in begun:
            if begun.count((name, day)) > 1:
                raise invalid(name, f"two terms begin on {day}")

    def terms_at(self, day: date) -> dict[str, RailTerms]:
        """The terms in force on a day, by the rail's name: of each rail, the newest that had begun by then."""
        begun = (terms for terms in self.terms if terms.effective_from <= day)
        return {terms.name: terms for terms in sorted(begun, key=lambda terms: terms.effective_from)}


def invalid(name: str, what: str) -> ClearwayError:
    """INVALID_CATALOGUE, naming the rail."""
    return ClearwayError(RailsError.INVALID_CATALOGUE, f"{name}: {what}")


def _in_order(window: Window) -> bool:
    return window.banking_days > 0 or (window.banking_days == 0 and window.arrives > window.cut_off)
