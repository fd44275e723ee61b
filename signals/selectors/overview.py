"""What the customer's Overview says about seats: one sentence, and at most three insight cards.

Read inside the organization's tenancy context, in a bounded number of queries.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Organization
from accounts.templatetags.headroom import longdate, number
from seats.domain.usage_rules import IDLE_AFTER
from seats.domain.utilization import Utilization
from seats.models import MemberActivity, SeatAssignment
from signals.domain.bands import Band, reached
from signals.domain.runout import RunOut
from signals.models import DetectorKind, Signal
from signals.selectors.accounts import SeatCounts, seat_counts
from signals.selectors.forecast import run_outs
from signals.selectors.waiting import groups_of, people_without_seat

MOST_INSIGHTS: Final = 3
_MOST_NAMES: Final = 2


@dataclass(frozen=True, slots=True)
class OverviewSignal:
    """The state of an organization's seats in words and numbers.

    `sentence` reads "8 of 10 seats in use.", `forecast` "At this pace full between 12 December and
    20 January." or is empty where nothing can be said. `signal` is the open alert, if any.
    `insights` are what `components/insight_card.html` takes.
    """

    seats: Utilization
    active_on_seats: int
    idle: int
    unseated: int
    band: Band | None
    sentence: str
    forecast: str
    run_out: RunOut | None
    signal: Signal | None
    insights: list[dict[str, Any]]


def overview_signal(organization_id: int, *, now: datetime) -> OverviewSignal:
    """Return what the Overview page opens with."""
    organization = Organization.objects.get(pk=organization_id)
    counts = seat_counts([organization_id], now=now)[organization_id]
    on = timezone.localdate(now)
    run_out = run_outs({organization_id: counts.seats}, at=now, on=on)[organization_id]
    return OverviewSignal(
        seats=counts.seats,
        active_on_seats=counts.active_on_purchased,
        idle=counts.idle,
        unseated=counts.unseated,
        band=reached(counts.seats),
        sentence=_sentence(counts.seats),
        forecast=forecast_sentence(run_out),
        run_out=run_out,
        signal=Signal.objects.filter(
            organization_id=organization_id, kind=DetectorKind.UTILIZATION
        )
        .exclude(status=Signal.Status.RESOLVED)
        .first(),
        insights=_insights(organization, counts, now=now, on=on),
    )


def _sentence(seats: Utilization) -> str:
    if not seats.purchased:
        return _("No seats yet.")
    return ngettext(
        "%(active)s of %(purchased)s seat in use.",
        "%(active)s of %(purchased)s seats in use.",
        seats.purchased,
    ) % {"active": number(seats.active), "purchased": number(seats.purchased)}


def forecast_sentence(run_out: RunOut | None) -> str:
    """Return when the seats will be full, as a range; "" where nothing can be said."""
    if run_out is None or run_out.earliest_on is None:
        return ""
    if run_out.latest_on is None:
        return _("At this pace full from %(day)s at the earliest.") % {
            "day": longdate(run_out.earliest_on)
        }
    if run_out.earliest_on == run_out.latest_on:
        return _("Every seat is assigned.")
    return _("At this pace full between %(earliest)s and %(latest)s.") % {
        "earliest": longdate(run_out.earliest_on),
        "latest": longdate(run_out.latest_on),
    }


def _insights(
    organization: Organization, counts: SeatCounts, *, now: datetime, on: date
) -> list[dict[str, Any]]:
    cards = [
        _waiting_card(organization, counts, now=now, on=on),
        _full_card(organization, counts.seats),
        _idle_card(organization, now=now),
    ]
    return [card for card in cards if card is not None][:MOST_INSIGHTS]


def _waiting_card(
    organization: Organization, counts: SeatCounts, *, now: datetime, on: date
) -> dict[str, Any] | None:
    people = list(people_without_seat(at=now, on=on))
    if not people:
        return None
    largest = groups_of(people)[0]
    shown = {"people": number(largest.people), "department": largest.department}
    if largest.department:
        title = (
            ngettext(
                "%(people)s person in %(department)s is without a seat",
                "%(people)s people in %(department)s are without a seat",
                largest.people,
            )
            % shown
        )
    else:
        title = (
            ngettext(
                "%(people)s person is without a seat",
                "%(people)s people are without a seat",
                largest.people,
            )
            % shown
        )
    has_room = counts.seats.free >= len(people)
    return {
        "kind_label": _("Waiting"),
        "icon": "person-add",
        "title": title,
        "text": _names(people),
        "action_label": _("Give them seats") if has_room else _("Add seats"),
        "action_url": reverse("people" if has_room else "add_seats", args=[organization.slug]),
        "action_panel": not has_room,
    }


def _full_card(organization: Organization, seats: Utilization) -> dict[str, Any] | None:
    band = reached(seats)
    if band not in (Band.NEAR, Band.FULL, Band.OVER):
        return None
    if seats.is_over:
        title = ngettext(
            "%(n)s seat more assigned than bought",
            "%(n)s seats more assigned than bought",
            seats.overage,
        ) % {"n": number(seats.overage)}
    elif seats.is_full:
        title = _("Every seat is assigned")
    else:
        title = ngettext("%(n)s seat is left", "%(n)s seats are left", seats.free) % {
            "n": number(seats.free)
        }
    return {
        "kind_label": _("Limit"),
        "icon": "gauge",
        "title": title,
        "text": _("You see today's price and the next invoice before you confirm."),
        "action_label": _("Add seats"),
        "action_url": reverse("add_seats", args=[organization.slug]),
        "action_panel": True,
    }


def _idle_card(organization: Organization, *, now: datetime) -> dict[str, Any] | None:
    since = now - IDLE_AFTER
    used = MemberActivity.objects.filter(last_active_at__gte=since).values("membership_id")
    idle = list(
        Membership.objects.filter(
            pk__in=SeatAssignment.objects.filter(
                during__endswith__isnull=True, during__startswith__lte=since
            ).values("membership_id")
        )
        .exclude(pk__in=used)
        .order_by("name", "pk")
    )
    if not idle:
        return None
    return {
        "kind_label": _("Idle"),
        "icon": "clock",
        "title": ngettext(
            "%(n)s seat has not been used for %(days)s days",
            "%(n)s seats have not been used for %(days)s days",
            len(idle),
        )
        % {"n": number(len(idle)), "days": number(IDLE_AFTER.days)},
        "text": _names(idle),
        "action_label": _("Review idle seats"),
        "action_url": reverse("people", args=[organization.slug]) + "?show=idle",
        "action_panel": False,
    }


def _names(people: list[Membership]) -> str:
    names = [person.display_name for person in people[:_MOST_NAMES]]
    others = len(people) - len(names)
    if not others:
        return _(" and ").join(names) + "."
    return ngettext(
        "%(names)s and %(n)s more.", "%(names)s and %(n)s more.", others
    ) % {"names": ", ".join(names), "n": number(others)}
