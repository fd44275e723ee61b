"""One account on one page: seats, usage, signals, tasks and money along one line of time.

Read in the staff context of the reader, in a bounded number of queries.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Organization
from accounts.templatetags.headroom import format_money, number, percent, shortdate
from accounts.views.dates import day_and_month
from billing.models import Invoice, Subscription
from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.models import UtilizationDay
from seats.selectors.seat_words import seat_sentences
from signals.models import DetectorKind, ExpansionTask, Signal
from signals.selectors.account_timeline import TimelineItem, account_timeline
from signals.selectors.accounts import AccountRow, fill_in, seat_counts
from signals.selectors.sentences import headline
from signals.selectors.task_detail import run_out_note, run_out_text
from signals.selectors.tasks import TaskRow, rows_of
from signals.selectors.waiting import may_be_named, people_without_seat

_YEAR: Final = timedelta(days=365)
_MOST_PEOPLE: Final = 12


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Everything that the page of an account shows."""

    organization: Organization
    row: AccountRow
    sentence: str
    active_on_seats: int
    idle: int
    revenue: str
    use: str
    use_note: str
    assigned: str
    assigned_note: str
    run_out: str
    run_out_note: str
    plan: str
    renewal: str
    people: list[Membership]
    more_people: int
    open_invoices: list[Invoice]
    open_tasks: list[TaskRow]
    ended_tasks: list[TaskRow]
    seats_won: int
    chart: dict[str, Any]
    timeline: list[TimelineItem]


def account_page(organization: Organization, *, now: datetime) -> AccountPage:
    """Return an account with its state at `now`."""
    counts = seat_counts([organization.pk], now=now)[organization.pk]
    row = AccountRow(organization, counts)
    fill_in([row], now=now)
    on = timezone.localdate(now)
    people = list(people_without_seat(organization_id=organization.pk, at=now, on=on))
    named = may_be_named(people, organization_id=organization.pk)
    signals = list(Signal.objects.filter(organization=organization).order_by("-created_at")[:20])
    row.signal = next(
        (s for s in signals if s.is_open and s.kind == DetectorKind.UTILIZATION), None
    )
    tasks = list(
        ExpansionTask.objects.filter(organization=organization)
        .select_related("organization", "owner")
        .order_by("-created_at")[:30]
    )
    subscription = (
        Subscription.objects.current()
        .filter(organization=organization)
        .select_related("price__plan")
        .first()
    )
    seats = counts.seats
    return AccountPage(
        organization=organization,
        row=row,
        sentence=_sentence(row),
        active_on_seats=counts.active_on_purchased,
        idle=counts.idle,
        revenue="" if row.arr_minor is None else format_money(row.arr_minor, row.arr_currency),
        use=percent(seats.utilization),
        use_note=_("%(active)s active in %(days)s days")
        % {"active": number(seats.active), "days": number(ACTIVE_WINDOW.days)},
        assigned=percent(seats.assignment),
        assigned_note=_("%(assigned)s of %(purchased)s seats")
        % {"assigned": number(seats.assigned), "purchased": number(seats.purchased)},
        run_out=run_out_text(row.run_out),
        run_out_note=run_out_note(row.run_out),
        plan=str(subscription.price.plan.name) if subscription else "",
        renewal=_renewal(subscription, now),
        people=named[:_MOST_PEOPLE],
        more_people=len(people) - len(named[:_MOST_PEOPLE]),
        open_invoices=list(
            Invoice.objects.filter(organization=organization, status=Invoice.Status.OPEN).order_by(
                "due_at", "issued_at"
            )
        ),
        open_tasks=rows_of((task for task in tasks if task.is_live), now=now),
        ended_tasks=rows_of((task for task in tasks if not task.is_live), now=now),
        seats_won=sum(task.seats_credited for task in tasks),
        chart=_chart(organization, now),
        timeline=account_timeline(organization, signals, tasks),
    )


def _sentence(row: AccountRow) -> str:
    """Return what the customer's Overview says, then what the open signal adds to it."""
    said = seat_sentences(row.seats, row.counts.unseated)
    if row.signal is not None:
        said.append(headline(row.signal.evidence))
    return " ".join(filter(None, said))


def _renewal(subscription: Subscription | None, now: datetime) -> str:
    if subscription is None:
        return ""
    period = subscription.periods.filter(during__contains=now).first()
    return shortdate(period.during.upper) if period else ""


def _chart(organization: Organization, now: datetime) -> dict[str, Any]:
    """Seats and active people of a year, one row a week and the newest day."""
    days = list(
        UtilizationDay.objects.filter(
            organization=organization, day__gte=(now - _YEAR).date()
        ).order_by("day")
    )
    weekly = [
        day
        for index, day in enumerate(days)
        if index == len(days) - 1
        or day.day.isocalendar()[:2] != days[index + 1].day.isocalendar()[:2]
    ]
    return {
        "columns": [
            {"label": _("Active people"), "series": "active", "kind": "area"},
            {"label": _("Purchased seats"), "series": "purchased", "kind": "step"},
            {"label": _("Assigned seats"), "series": "other", "kind": "line"},
        ],
        "rows": [
            {
                "label": shortdate(day.day),
                "short": day_and_month(day.day),
                "values": [day.active_28, day.purchased, day.assigned],
            }
            for day in weekly
        ],
    }
