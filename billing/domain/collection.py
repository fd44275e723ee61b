"""How an increase is collected: by card at once, by an invoice with time to pay, or once a month.

Owns: the choice between the three, the credit limit, and the month a small addition belongs to.
Does not own: what an increase costs (`quoting`) and when an unpaid invoice is followed up
(`dunning`).

Amounts are minor units of the organization's currency, tax included.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum


class Collection(StrEnum):
    """How the money of one purchase comes."""

    CARD = "card"
    INVOICE = "invoice"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Conditions:
    """What was agreed with an organization.

    `credit_limit_minor` is the most that may be open or noted at any time; zero grants nothing
    before it is paid. With `is_monthly`, additions below `monthly_below_minor` wait for one invoice
    a month.
    """

    by_invoice: bool = False
    net_days: int = 30
    credit_limit_minor: int = 0
    is_monthly: bool = False
    monthly_below_minor: int = 0


def collection_of(conditions: Conditions, total_minor: int) -> Collection:
    """How an increase that costs `total_minor` is collected.

    Nothing or less to pay is settled at once: a credit is not kept back for a month.
    """
    if conditions.is_monthly and 0 < total_minor < conditions.monthly_below_minor:
        return Collection.MONTHLY
    return Collection.INVOICE if conditions.by_invoice else Collection.CARD


def room_minor(conditions: Conditions, *, open_minor: int, noted_minor: int) -> int:
    """What may still be bought on terms: the limit less open invoices and what is noted."""
    return max(conditions.credit_limit_minor - open_minor - noted_minor, 0)


def month_of(at: datetime, zone: tzinfo) -> date:
    """The first day of the calendar month of `at`, in the organization's time zone."""
    return at.astimezone(zone).date().replace(day=1)


def invoiced_at(month: date, zone: tzinfo) -> datetime:
    """When a month's additions are invoiced: the first moment of the month after it."""
    following = (month + timedelta(days=31)).replace(day=1)
    return datetime.combine(following, time.min, zone)


def due_on(issued_at: datetime, net_days: int, zone: tzinfo) -> date:
    """The day by which an invoice issued at `issued_at` is to be paid."""
    return (issued_at + timedelta(days=net_days)).astimezone(zone).date()
