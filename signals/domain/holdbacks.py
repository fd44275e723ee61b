"""Why an alert that is due is not sent, each reason recorded and counted.

An alert at the wrong moment costs more trust than a late one wins. Owns: the reasons and their
rules. Does not own: the cooldown after an alert (that is the alert's own memory, `alerts`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

from signals.domain.bands import Band

SETTLED_AFTER_PURCHASE: Final = timedelta(days=30)
RENEWAL_AHEAD: Final = timedelta(days=30)
IMPORT_SETTLES_AFTER: Final = timedelta(hours=24)
ADOPTION_FIRST_BELOW: Final = Fraction(60, 100)


class Holdback(StrEnum):
    """A reason to hold an alert back."""

    RECENT_PURCHASE = "recent_purchase"
    RENEWAL_NEAR = "renewal_near"
    OPEN_QUOTE = "open_quote"
    PAYMENT_OVERDUE = "payment_overdue"
    ADOPTION_FIRST = "adoption_first"
    IMPORT_SETTLING = "import_settling"
    SNOOZED = "snoozed"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What surrounds an organization on the day of an evaluation.

    Dates are of the organization's time zone. `has_open_quote` also stands for an open request.
    """

    last_purchase_on: date | None = None
    renewal_on: date | None = None
    has_open_quote: bool = False
    is_payment_overdue: bool = False
    is_health_red: bool = False
    is_import_settling: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One alert that is due: what it would say, on which day, and around what.

    A finding has no band.
    """

    band: Band | None
    on: date
    utilization: Fraction | None
    circumstances: Circumstances
    snoozed_until: date | None = None


def is_import_settling(last_import_at: datetime | None, now: datetime) -> bool:
    """Whether a bulk import happened less than 24 hours ago: its numbers still move."""
    return last_import_at is not None and now - last_import_at < IMPORT_SETTLES_AFTER


def _recent_purchase(case: Case) -> bool:
    """First 30 days after a purchase, unless people already stand at the door."""
    bought_on = case.circumstances.last_purchase_on
    return (
        bought_on is not None
        and case.on - bought_on < SETTLED_AFTER_PURCHASE
        and case.band not in (Band.FULL, Band.OVER)
    )


def _renewal_near(case: Case) -> bool:
    """Renewal today or within 30 days: the talk about seats is on its calendar already."""
    renewal_on = case.circumstances.renewal_on
    return renewal_on is not None and timedelta(0) <= renewal_on - case.on <= RENEWAL_AHEAD


def _open_quote(case: Case) -> bool:
    """An open quote or request: the signal belongs to it, not beside it."""
    return case.circumstances.has_open_quote


def _payment_overdue(case: Case) -> bool:
    """Nobody is asked to buy more while a bill is open."""
    return case.circumstances.is_payment_overdue


def _adoption_first(case: Case) -> bool:
    """U below 60 % or red health: seats that are not used are not grown."""
    is_low = case.utilization is not None and case.utilization < ADOPTION_FIRST_BELOW
    return is_low or case.circumstances.is_health_red


def _import_settling(case: Case) -> bool:
    return case.circumstances.is_import_settling


def _snoozed(case: Case) -> bool:
    """Somebody asked for quiet until a date; on that date it ends."""
    return case.snoozed_until is not None and case.on < case.snoozed_until


_RULES: Final[dict[Holdback, Callable[[Case], bool]]] = {
    Holdback.RECENT_PURCHASE: _recent_purchase,
    Holdback.RENEWAL_NEAR: _renewal_near,
    Holdback.OPEN_QUOTE: _open_quote,
    Holdback.PAYMENT_OVERDUE: _payment_overdue,
    Holdback.ADOPTION_FIRST: _adoption_first,
    Holdback.IMPORT_SETTLING: _import_settling,
    Holdback.SNOOZED: _snoozed,
}


def holdbacks(case: Case) -> tuple[Holdback, ...]:
    """Every reason that applies, in the order of `Holdback`; empty when the alert may go out."""
    return tuple(reason for reason, applies in _RULES.items() if applies(case))
