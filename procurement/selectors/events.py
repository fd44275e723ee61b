"""The events of an organization's calendar, in the reader's words.

An event keeps its `uid` for as long as it is the same thing; `sequence` is made of versions that
only grow, so that it rises with every change without being stored: a plan's day follows from the
plan and from the profile, and either one counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.domain.roles import Permission
from accounts.models import Organization
from accounts.templatetags.headroom import longdate, number
from billing.models import SavedQuote, Subscription, SubscriptionPeriod
from billing.selectors.quotes import QuoteState, saved_quotes
from procurement.domain.calendar import fiscal_quarters
from procurement.domain.ics import Event
from procurement.domain.planning import PlanState
from procurement.hooks import calendar_sources
from procurement.models import PlannedExpansion, ProcurementProfile
from procurement.selectors.calendar import profile_of, today_of

_QUARTERS = 5
# A dropped plan is said to be canceled for so long; every reader has asked again by then.
_CANCELED_FOR = timedelta(days=90)
_REMIND_DAYS = 14


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the events are: what the role may see, and the organization."""

    organization: Organization
    may: Callable[[Permission], bool]


def calendar_events(reader: Reader, now: datetime) -> list[Event]:
    """Return the coming events that the reader may see, by kind and day.

    Runs inside the organization's tenancy context, in the reader's language and zone.
    """
    organization = reader.organization
    profile = profile_of(organization.pk)
    events = [*_quarter_ends(organization, profile, today_of(organization, now))]
    if reader.may(Permission.REQUESTS_READ):
        events += _plans(organization, profile, now)
    if reader.may(Permission.BILLING_READ):
        events += [*_renewal(organization), *_quotes(organization, now)]
    for source in calendar_sources():
        events += source(organization=organization, may=reader.may, now=now)
    return events


def uid_of(kind: str, key: object) -> str:
    """Return the uid of an event, which no other event of any organization has."""
    return f"{kind}-{key}@headroom"


def _address(name: str, organization: Organization, *rest: object) -> str:
    base: str = settings.BASE_URL
    return base + reverse(name, args=[organization.slug, *rest])


def _plans(organization: Organization, profile: ProcurementProfile, now: datetime) -> list[Event]:
    plans = PlannedExpansion.objects.filter(organization_id=organization.pk).exclude(
        state=PlanState.DONE
    )
    return [
        plan_event(plan, organization, profile)
        for plan in plans
        if plan.state != PlanState.DROPPED or plan.changed_at > now - _CANCELED_FOR
    ]


def plan_event(
    plan: PlannedExpansion, organization: Organization, profile: ProcurementProfile
) -> Event:
    """Return the day to start by of a plan."""
    words = ngettext("%(n)s seat", "%(n)s seats", plan.seats) % {"n": number(plan.seats)}
    said = _("Start by today: %(seats)s for %(reason)s")
    if plan.state == PlanState.STARTED:
        said = _("Started: %(seats)s for %(reason)s")
    return Event(
        uid=uid_of("plan", plan.pk),
        summary=said % {"seats": words, "reason": plan.reason},
        changed_at=max(plan.changed_at, profile.changed_at) if profile.version else plan.changed_at,
        day=plan.start_by_on,
        description=_("Wanted by %(wanted)s, closed by %(close)s. Lead time: %(days)s days.")
        % {
            "wanted": longdate(plan.wanted_on),
            "close": longdate(plan.close_by_on),
            "days": number(profile.lead_days),
        },
        url=_address("planning", organization),
        sequence=plan.version + profile.version,
        is_canceled=plan.state == PlanState.DROPPED,
        alarm_days=_REMIND_DAYS if plan.state == PlanState.PLANNED else None,
    )


def _renewal(organization: Organization) -> list[Event]:
    subscription = (
        Subscription.objects.current()
        .filter(organization_id=organization.pk)
        .select_related("price__plan")
        .first()
    )
    if subscription is None:
        return []
    last = SubscriptionPeriod.objects.filter(subscription=subscription).order_by("during").last()
    if last is None:
        return []
    ends = last.period.end
    return [
        Event(
            uid=uid_of("renewal", f"{subscription.stripe_key}-{ends:%Y%m%d}"),
            summary=_("%(plan)s renews") % {"plan": subscription.price.plan.name},
            changed_at=last.period.start,
            at=ends,
            description=_("The next term begins, with what is planned for it."),
            url=_address("seats", organization),
        )
    ]


def _quotes(organization: Organization, now: datetime) -> list[Event]:
    found: list[SavedQuote] = list(saved_quotes(organization.pk, now, state=QuoteState.OPEN)[:50])
    return [
        Event(
            uid=uid_of("quote", saved.quote_id),
            summary=_("Quote %(number)s runs out") % {"number": saved.quote},
            changed_at=saved.saved_at,
            at=saved.quote.expires_at,
            description=_("Until then its price holds. A fresh quote takes a moment."),
            url=_address("quote", organization, saved.quote_id),
        )
        for saved in found
    ]


def _quarter_ends(
    organization: Organization, profile: ProcurementProfile, today: date
) -> list[Event]:
    changed = profile.changed_at if profile.version else organization.created_at
    return [
        Event(
            uid=uid_of("quarter", f"{organization.pk}-{quarter.last_day:%Y%m%d}"),
            summary=_("Fiscal quarter %(quarter)s ends") % {"quarter": quarter.name},
            changed_at=changed,
            day=quarter.last_day,
            url=_address("planning", organization),
            sequence=profile.version,
        )
        for quarter in fiscal_quarters(today, profile.fiscal_start_month, _QUARTERS)
    ]
