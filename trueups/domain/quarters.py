"""Quarters of a contract: where each begins and ends, its name, and what of the term follows it.

Owns: midnights of a time zone, the two ways to count quarters, the share of a term that is left.
Does not own: which quarter gets a true-up (the service), the terms themselves (`terms`).

A quarter is half-open and in UTC. Its ends are midnights of the organization's time zone, except
the two ends of a term, which are the seconds of the billing period.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import count
from zoneinfo import ZoneInfo

from billing.domain.period import Period, utc
from trueups.domain.terms import QuarterBasis, ShareRule, Terms

MONTHS_PER_QUARTER = 3


@dataclass(frozen=True, slots=True)
class Quarter:
    """One quarter: its range, and the year and number that name it."""

    period: Period
    year: int
    number: int

    @property
    def reference(self) -> str:
        return f"{self.year}-Q{self.number}"


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of `day` in `zone`, in UTC.

    Where the clocks are put forward at midnight that is the moment of the change; where they are
    put back so that midnight comes twice, the first of the two.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The day that `at` belongs to in `zone`."""
    return utc(at).astimezone(zone).date()


def days_of(period: Period, zone: ZoneInfo) -> Iterator[tuple[date, Period]]:
    """The days that a period touches, each cut to the period."""
    day = local_day(period.start, zone)
    start = period.start
    while start < period.end:
        day += timedelta(days=1)
        end = min(midnight(day, zone), period.end)
        yield day - timedelta(days=1), Period(start, end)
        start = end


def add_months(day: date, months: int) -> date:
    """`day` moved by whole months, clamped to the length of the month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def quarters_of_term(term: Period, zone: ZoneInfo) -> tuple[Quarter, ...]:
    """The quarters of a term: every three months from its first day, the last up to its end."""
    first, last = local_day(term.start, zone), local_day(term.end, zone)
    starts = [term.start]
    for months in count(MONTHS_PER_QUARTER, MONTHS_PER_QUARTER):
        day = add_months(first, months)
        if day >= last:
            break
        starts.append(midnight(day, zone))
    ends = [*starts[1:], term.end]
    return tuple(
        Quarter(Period(start, end), first.year, number)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    )


def calendar_quarter(at: datetime, zone: ZoneInfo, first_month: int = 1) -> Quarter:
    """The quarter of the fiscal year that holds `at`; named after the year in which that begins."""
    day = local_day(at, zone)
    months = (day.month - first_month) % 12
    begins = add_months(day.replace(day=1), -(months % MONTHS_PER_QUARTER))
    year = add_months(day.replace(day=1), -months).year
    ends = add_months(begins, MONTHS_PER_QUARTER)
    return Quarter(
        Period(midnight(begins, zone), midnight(ends, zone)),
        year,
        months // MONTHS_PER_QUARTER + 1,
    )


def whole_quarter(at: datetime, terms: Terms, term: Period, zone: ZoneInfo) -> Quarter:
    """The quarter that holds `at`; `term` is the billing period that does."""
    if at not in term:
        raise ValueError(f"{at.isoformat()} is not in the term.")
    if terms.quarter_basis is QuarterBasis.CALENDAR:
        return calendar_quarter(at, zone, terms.first_month)
    return next(quarter for quarter in quarters_of_term(term, zone) if at in quarter.period)


def quarter_from(start: datetime, terms: Terms, term: Period, zone: ZoneInfo) -> Quarter:
    """The quarter that holds `start`, beginning there and not before.

    A quarter that terms were approved in, or that follows one of another basis, is the shorter for
    it. `term` is the billing period that holds `start`; raises `ValueError` otherwise.
    """
    whole = whole_quarter(start, terms, term, zone)
    return Quarter(Period(start, whole.period.end), whole.year, whole.number)


def share_left(end: datetime, terms: Terms, term: Period, zone: ZoneInfo) -> Fraction:
    """The share of a term's price that the time after a quarter's end is charged.

    Remaining days: the exact share of the term's seconds. Remaining quarters: the whole quarters
    that still fit into the term, of all quarters of the term; public rules count so:
    https://docs.gitlab.com/subscriptions/quarterly_reconciliation/

    `end` must lie in the term or at its end, where nothing is left.
    """
    exact = term.fraction_remaining(end)
    if terms.share_rule is ShareRule.REMAINING_DAYS:
        return exact
    quarters = quarters_of_term(term, zone)
    if terms.quarter_basis is QuarterBasis.CALENDAR:
        whole = 0
        following = end
        while following < term.end:
            following = calendar_quarter(following, zone, terms.first_month).period.end
            whole += following <= term.end
    else:
        whole = sum(1 for quarter in quarters if quarter.period.start >= end)
    return Fraction(min(whole, len(quarters)), len(quarters))
