"""What the planning pages show: plans with their outlook, the year as a picture, the portfolio."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import Organization
from procurement.domain.calendar import (
    BuyingCalendar,
    FiscalQuarter,
    NoOpenDay,
    Outlook,
    QuarterOutlook,
    QuarterRisk,
    fiscal_quarter,
    fiscal_quarters,
    forecast_close,
    frozen_stretches,
    open_stretches,
    outlook,
    quarter_outlook,
)
from procurement.domain.planning import PlanState
from procurement.models import PlannedExpansion, ProcurementFreeze, ProcurementProfile
from procurement.selectors.calendar import today_of

OPEN_STATES = (PlanState.PLANNED.value, PlanState.STARTED.value)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan with where it stands today. A started one closes by its forecast.

    `quarter` is the fiscal quarter it is wanted in, and `slips` whether it closes after it.
    """

    plan: PlannedExpansion
    today: date
    outlook: Outlook
    closes_on: date
    quarter: FiscalQuarter
    slips: bool

    @property
    def is_late(self) -> bool:
        """Whether it will be there after the wanted day."""
        return self.closes_on > self.plan.wanted_on

    @property
    def days_left(self) -> int:
        return (self.plan.start_by_on - self.today).days


def plan_row(plan: PlannedExpansion, calendar: BuyingCalendar, today: date) -> PlanRow:
    """Return a plan with its outlook on `today`."""
    view = outlook(plan.wanted_on, calendar, today=today)
    closes = view.realistic_close
    if plan.state == PlanState.STARTED and plan.started_on is not None:
        # What is under way takes its lead time from the day it began, and never ends in the past.
        closes = max(forecast_close(plan.started_on, calendar), today)
    quarter = fiscal_quarter(plan.wanted_on, calendar.start_month)
    return PlanRow(plan, today, view, closes, quarter, closes >= quarter.end)


def plan_rows(organization_id: int, calendar: BuyingCalendar, today: date) -> list[PlanRow]:
    """Return the open plans, by the day to start by."""
    plans = PlannedExpansion.objects.filter(
        organization_id=organization_id, state__in=OPEN_STATES
    ).order_by("start_by_on", "created_at")
    return [plan_row(plan, calendar, today) for plan in plans]


def ended_plans(organization_id: int) -> list[PlannedExpansion]:
    """Return the latest plans that are over."""
    return list(
        PlannedExpansion.objects.filter(organization_id=organization_id)
        .exclude(state__in=OPEN_STATES)
        .order_by("-changed_at")[:20]
    )


def coming_quarter(calendar: BuyingCalendar, today: date) -> QuarterOutlook | None:
    """Return whether something begun today makes the running quarter; None when nothing could."""
    try:
        return quarter_outlook(fiscal_quarter(today, calendar.start_month), calendar, today=today)
    except NoOpenDay:
        return None


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the picture, in hundredths of a unit from the left."""

    x: int
    width: int
    label: str = ""
    day: date | None = None
    is_even: bool = False

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class Bar:
    """A plan in the picture: from the day to start by to the day it is there."""

    row: PlanRow
    x: int
    width: int
    y: int
    wanted_x: int

    @property
    def label_y(self) -> int:
        return self.y - 6

    @property
    def ends_at_the_right(self) -> bool:
        return self.x > _WIDTH * 6 // 10

    @property
    def label_x(self) -> int:
        return self.x + self.width if self.ends_at_the_right else self.x


_WIDTH = 1000
_HEAD = 46
_LINE = 40


@dataclass(frozen=True, slots=True)
class Picture:
    """The time from the first plan on as SVG figures: a day is `_WIDTH / days` wide."""

    width: int
    height: int
    months: list[Band]
    quarters: list[Band]
    frozen: list[Band]
    windows: list[Band]
    bars: list[Bar]
    today_x: int


def picture(rows: list[PlanRow], calendar: BuyingCalendar, today: date) -> Picture:
    """Return the timeline: a year from the running month on, longer where a plan needs it."""
    from_days = [today, *(max(row.plan.start_by_on, today - timedelta(days=60)) for row in rows)]
    start = min(from_days).replace(day=1)
    latest = max([start + timedelta(days=365), *(row.closes_on for row in rows)])
    latest = max([latest, *(row.plan.wanted_on for row in rows)])
    latest = min(latest, start + timedelta(days=3 * 365))
    end = _next_month(latest)
    days = (end - start).days

    def x(day: date) -> int:
        return round(_WIDTH * max(0, min(days, (day - start).days)) / days)

    def bands(stretches: list[tuple[date, date]]) -> list[Band]:
        return [Band(x(first), max(1, x(last) - x(first))) for first, last in stretches]

    months, month = [], start
    while month < end:
        following = _next_month(month)
        months.append(Band(x(month), x(following) - x(month), day=month))
        month = following
    quarters = [
        Band(
            x(quarter.start),
            x(quarter.end) - x(quarter.start),
            quarter.name,
            is_even=index % 2 == 1,
        )
        for index, quarter in enumerate(
            fiscal_quarters(start, calendar.start_month, days // 89 + 2)
        )
        if quarter.start < end
    ]
    bars = []
    for index, row in enumerate(rows):
        begins = row.plan.start_by_on
        if row.plan.state == PlanState.STARTED and row.plan.started_on:
            begins = row.plan.started_on
        elif row.outlook.is_late:
            begins = row.outlook.realistic_start
        left = x(begins)
        bars.append(
            Bar(
                row,
                left,
                max(4, x(row.closes_on) - left),
                _HEAD + 24 + index * _LINE,
                x(row.plan.wanted_on),
            )
        )
    return Picture(
        _WIDTH,
        _HEAD + max(1, len(rows)) * _LINE + 14,
        months,
        quarters,
        bands(list(frozen_stretches(calendar, start, end))),
        bands(list(open_stretches(calendar, start, end))) if calendar.budget_months else [],
        bars,
        x(today),
    )


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """A plan of an account manager's portfolio."""

    organization: Organization
    row: PlanRow


def portfolio_plans(now: datetime) -> list[PortfolioRow]:
    """Return every open plan that the reader's scope shows, by the day to start by.

    `signals` ranks by the same rows. Runs inside a staff context, in three queries.
    """
    plans = list(
        PlannedExpansion.objects.filter(state__in=OPEN_STATES)
        .select_related("organization")
        .order_by("start_by_on", "created_at")
    )
    wanted = {plan.organization_id for plan in plans}
    freezes: dict[int, list[ProcurementFreeze]] = defaultdict(list)
    for freeze in ProcurementFreeze.objects.filter(organization_id__in=wanted):
        freezes[freeze.organization_id].append(freeze)
    profiles = ProcurementProfile.objects.in_bulk(wanted)
    found = []
    for plan in plans:
        profile = profiles.get(plan.organization_id) or ProcurementProfile()
        calendar = profile.calendar(freezes[plan.organization_id])
        today = today_of(plan.organization, now)
        found.append(PortfolioRow(plan.organization, plan_row(plan, calendar, today)))
    return found


def quarter_warning(view: QuarterOutlook | None) -> QuarterOutlook | None:
    """Return the outlook when it is worth a warning."""
    return view if view is not None and view.risk is not QuarterRisk.SAFE else None
