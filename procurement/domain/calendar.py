"""When a purchase has to begin: fiscal years and quarters, budget windows, freezes, lead time.

Owns: the organization's fiscal calendar, the day by which a planned expansion is asked for, what is
realistic when that day has passed, and the warning before a quarter's end. Does not own: the clock
and the zone (every day is handed in, as the organization's own day), and what is bought.

Days are dates of the organization's zone; stretches of days are half-open, `[start, end)`, except a
freeze, which people name by its first and its last day. The rules of a purchase:

    nothing is asked for and nothing is closed in a freeze;
    it is asked for in a month in which budget is given (without a window: in any month);
    from asking to closing it takes the lead time, in days of the calendar.

So the last day to close is the wanted day, or the last before a freeze that holds it; the day to
start by lies the lead time before that, or earlier, until it is a day on which budget is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

MONTHS: Final = 12
MONTHS_PER_QUARTER: Final = 3
SHORTEST_LEAD: Final = 0
LONGEST_LEAD: Final = 365
USUAL_LEAD: Final = 75
# A day on which budget is asked comes within this, or never.
_HORIZON: Final = timedelta(days=3 * 366)
_DAY: Final = timedelta(days=1)

type _Test = Callable[[date], bool]


class NoOpenDay(ValueError):
    """Windows and freezes leave no day on which anything could be asked for."""

    def __init__(self) -> None:
        super().__init__("The freezes cover every day on which budget may be asked.")


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """Twelve months from the first day of the start month; named by the year in which it ends."""

    start: date
    end: date

    @property
    def number(self) -> int:
        """The calendar year of its last day."""
        return (self.end - _DAY).year

    @property
    def name(self) -> str:
        """2027 where it is the calendar's year, 2026/27 otherwise."""
        if self.start.month == 1:
            return str(self.number)
        return f"{self.start.year}/{self.number % 100:02}"


@dataclass(frozen=True, slots=True)
class FiscalQuarter:
    """Three months of a fiscal year, `number` 1 to 4; `end` is the day after the last."""

    start: date
    end: date
    number: int
    year: FiscalYear

    @property
    def last_day(self) -> date:
        return self.end - _DAY

    @property
    def name(self) -> str:
        """Q3 2026/27."""
        return f"Q{self.number} {self.year.name}"


def fiscal_year(day: date, start_month: int) -> FiscalYear:
    """Return the fiscal year that holds `day`; `start_month` is 1 to 12."""
    if not 1 <= start_month <= MONTHS:
        raise ValueError(f"{start_month} is no month.")
    first = day.year if day.month >= start_month else day.year - 1
    return FiscalYear(date(first, start_month, 1), date(first + 1, start_month, 1))


def fiscal_quarter(day: date, start_month: int) -> FiscalQuarter:
    """Return the fiscal quarter that holds `day`."""
    year = fiscal_year(day, start_month)
    index = ((day.month - start_month) % MONTHS) // MONTHS_PER_QUARTER
    return FiscalQuarter(
        _add_months(year.start, index * MONTHS_PER_QUARTER),
        _add_months(year.start, (index + 1) * MONTHS_PER_QUARTER),
        index + 1,
        year,
    )


def fiscal_quarters(day: date, start_month: int, count: int) -> list[FiscalQuarter]:
    """Return `count` quarters in order, the first of them the one that holds `day`."""
    found: list[FiscalQuarter] = []
    while len(found) < count:
        found.append(fiscal_quarter(found[-1].end if found else day, start_month))
    return found


def day_of(moment: datetime, zone: tzinfo) -> date:
    """Return the day of the organization's calendar that holds `moment`."""
    return moment.astimezone(zone).date()


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the second at which a day of the organization begins, in UTC.

    Where clocks are put forward over midnight it is the second of that change.
    """
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _add_months(first_of_month: date, months: int) -> date:
    index = first_of_month.year * MONTHS + first_of_month.month - 1 + months
    return date(index // MONTHS, index % MONTHS + 1, 1)


@dataclass(frozen=True, slots=True)
class Freeze:
    """Days on which nothing is asked for and nothing is closed, first and last included.

    With `every_year` the same days of every year, over New Year too; 29 February is the 28th in a
    year without one.
    """

    first: date
    last: date
    every_year: bool = True
    name: str = ""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("A freeze ends on the day it begins, or later.")
        if self.every_year and self.last >= _in_year(self.first, self.first.year + 1):
            raise ValueError("A freeze of every year is shorter than a year.")

    def holding(self, day: date) -> tuple[date, date] | None:
        """Return first and last day of the freeze around `day`, or None on a free day."""
        if not self.every_year:
            return (self.first, self.last) if self.first <= day <= self.last else None
        for year in (day.year - 1, day.year):
            first = _in_year(self.first, year)
            last = _in_year(self.last, year + self.last.year - self.first.year)
            if first <= day <= last:
                return first, last
        return None


def _in_year(day: date, year: int) -> date:
    if day.month == 2 and day.day == 29:
        return date(year, 3, 1) - _DAY
    return day.replace(year=year)


@dataclass(frozen=True, slots=True)
class BuyingCalendar:
    """How an organization buys. Without `budget_months` budget is asked in any month."""

    start_month: int = 1
    lead_days: int = USUAL_LEAD
    budget_months: frozenset[int] = frozenset()
    freezes: tuple[Freeze, ...] = ()

    def __post_init__(self) -> None:
        if not SHORTEST_LEAD <= self.lead_days <= LONGEST_LEAD:
            raise ValueError(f"{self.lead_days} days are no lead time.")
        if not self.budget_months <= set(range(1, MONTHS + 1)):
            raise ValueError("A budget month is 1 to 12.")

    def freeze_on(self, day: date) -> Freeze | None:
        """Return the freeze that holds `day`."""
        return next((freeze for freeze in self.freezes if freeze.holding(day)), None)

    def may_ask(self, day: date) -> bool:
        """Tell whether a purchase may be asked for on `day`."""
        is_window = not self.budget_months or day.month in self.budget_months
        return is_window and self.freeze_on(day) is None

    def last_free(self, day: date) -> date:
        """Return `day`, or the last day before it that is in no freeze."""
        return self._first(lambda at: self.freeze_on(at) is None, day, -_DAY)

    def next_free(self, day: date) -> date:
        """Return `day`, or the first day after it that is in no freeze."""
        return self._first(lambda at: self.freeze_on(at) is None, day, _DAY)

    def last_to_ask(self, day: date) -> date:
        """Return `day`, or the last day before it on which a purchase may be asked for."""
        return self._first(self.may_ask, day, -_DAY)

    def next_to_ask(self, day: date) -> date:
        """Return `day`, or the first day after it on which a purchase may be asked for."""
        return self._first(self.may_ask, day, _DAY)

    def _first(self, fits: _Test, day: date, step: timedelta) -> date:
        at = day
        while not fits(at):
            at += step
            if abs(at - day) > _HORIZON:
                raise NoOpenDay
        return at


class Moved(StrEnum):
    """Why a day is not the one that a plain subtraction gives."""

    CLOSES_BEFORE_FREEZE = "closes_before_freeze"
    STARTS_BEFORE_FREEZE = "starts_before_freeze"
    STARTS_IN_WINDOW = "starts_in_window"


@dataclass(frozen=True, slots=True)
class Move:
    """A day that was pulled to an earlier one; `name` is that of the freeze."""

    why: Moved
    from_day: date
    to_day: date
    name: str = ""


@dataclass(frozen=True, slots=True)
class StartBy:
    """The last days to begin and to close, for something wanted on a day; no clock is in it."""

    wanted_on: date
    close_by: date
    start_by: date
    moves: tuple[Move, ...]


def start_by(wanted_on: date, calendar: BuyingCalendar) -> StartBy:
    """Return by which day a purchase begins so that it is closed on `wanted_on`.

    Raises NoOpenDay.
    """
    moves = []
    close_by = calendar.last_free(wanted_on)
    if close_by != wanted_on:
        name = _name(calendar, wanted_on)
        moves.append(Move(Moved.CLOSES_BEFORE_FREEZE, wanted_on, close_by, name))
    latest = close_by - calendar.lead_days * _DAY
    start = calendar.last_to_ask(latest)
    if start != latest:
        freeze = calendar.freeze_on(latest)
        why = Moved.STARTS_IN_WINDOW if freeze is None else Moved.STARTS_BEFORE_FREEZE
        moves.append(Move(why, latest, start, freeze.name if freeze else ""))
    return StartBy(wanted_on, close_by, start, tuple(moves))


def _name(calendar: BuyingCalendar, day: date) -> str:
    freeze = calendar.freeze_on(day)
    return freeze.name if freeze else ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where a planned purchase stands on `today`.

    `realistic_start` is the day to start by, or, when that has passed, the first day from today on
    which it may be asked for; `realistic_close` is when it closes then. On time the two are
    `dates.start_by` and `dates.wanted_on` or earlier.
    """

    today: date
    dates: StartBy
    realistic_start: date
    realistic_close: date

    @property
    def is_late(self) -> bool:
        """Whether the day to start by has passed."""
        return self.dates.start_by < self.today

    @property
    def days_left(self) -> int:
        """Days until the day to start by; below zero when it has passed."""
        return (self.dates.start_by - self.today).days

    @property
    def days_late(self) -> int:
        """How many days after the wanted one it closes; zero when it is on time."""
        return max(0, (self.realistic_close - self.dates.wanted_on).days)


def outlook(wanted_on: date, calendar: BuyingCalendar, *, today: date) -> Outlook:
    """Return where a purchase stands that is wanted on a day and not begun; raises NoOpenDay."""
    dates = start_by(wanted_on, calendar)
    if dates.start_by >= today:
        return Outlook(today, dates, dates.start_by, forecast_close(dates.start_by, calendar))
    start = calendar.next_to_ask(today)
    return Outlook(today, dates, start, forecast_close(start, calendar))


def forecast_close(approved_on: date, calendar: BuyingCalendar) -> date:
    """Return when a purchase closes that is approved on a day: the lead time later, in no freeze.

    Sixty to ninety days pass in an enterprise even after everybody said yes.
    """
    return calendar.next_free(approved_on + calendar.lead_days * _DAY)


class QuarterRisk(StrEnum):
    """Whether a purchase still closes within a quarter."""

    SAFE = "safe"
    SOON = "soon"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class QuarterOutlook:
    """Whether what is begun on `today` closes in `quarter`; `start_by` is the last day for that."""

    quarter: FiscalQuarter
    start_by: date
    forecast: date
    risk: QuarterRisk


def quarter_outlook(
    quarter: FiscalQuarter,
    calendar: BuyingCalendar,
    *,
    today: date,
    warn_days: int = 14,
    approved_on: date | None = None,
) -> QuarterOutlook:
    """Return whether a purchase makes a quarter, `warn_days` ahead of its last day to begin.

    With `approved_on` it is under way since then, and only its forecast decides.
    """
    last = start_by(quarter.last_day, calendar).start_by
    if approved_on is not None:
        forecast = forecast_close(approved_on, calendar)
        risk = QuarterRisk.SAFE if forecast < quarter.end else QuarterRisk.MISSED
        return QuarterOutlook(quarter, last, forecast, risk)
    forecast = forecast_close(calendar.next_to_ask(today), calendar)
    if last < today:
        risk = QuarterRisk.MISSED
    elif (last - today).days <= warn_days:
        risk = QuarterRisk.SOON
    else:
        risk = QuarterRisk.SAFE
    return QuarterOutlook(quarter, last, forecast, risk)


def open_stretches(calendar: BuyingCalendar, start: date, end: date) -> Iterator[tuple[date, date]]:
    """Yield the half-open stretches of days in `[start, end)` on which budget may be asked."""
    yield from _stretches(calendar.may_ask, start, end)


def frozen_stretches(
    calendar: BuyingCalendar, start: date, end: date
) -> Iterator[tuple[date, date]]:
    """Yield the half-open stretches of days in `[start, end)` that are frozen."""
    yield from _stretches(lambda day: calendar.freeze_on(day) is not None, start, end)


def _stretches(fits: _Test, start: date, end: date) -> Iterator[tuple[date, date]]:
    since: date | None = None
    day = start
    while day < end:
        if fits(day):
            since = since or day
        elif since is not None:
            yield since, day
            since = None
        day += _DAY
    if since is not None:
        yield since, end
