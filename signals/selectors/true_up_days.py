"""Deadlines of true-ups in an organization's calendar: two siblings meet here, above both."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.domain.roles import Permission
from accounts.models import Organization
from procurement.domain.ics import Event
from trueups.domain.states import UNDER_REVIEW
from trueups.models import TrueUp


def true_up_deadlines(
    *, organization: Organization, may: Callable[[Permission], bool], now: datetime
) -> list[Event]:
    """Return the ends of reviews that are running; no other state has a day to act by."""
    if not may(Permission.TRUE_UPS_READ):
        return []
    found = TrueUp.objects.filter(
        organization_id=organization.pk,
        state__in=[state.value for state in UNDER_REVIEW],
        review_until__gt=now,
    )
    base: str = settings.BASE_URL
    return [
        Event(
            uid=f"true-up-{true_up.pk}@headroom",
            summary=_("The review of true-up %(quarter)s ends") % {"quarter": true_up.reference},
            changed_at=_changed_at(true_up),
            at=true_up.review_until,
            description=_("After it what the contract says about inactive people applies."),
            url=base + reverse("true_ups", args=[organization.slug]),
            # The end moves when finance returns it, which may be more than once; time only grows.
            sequence=int((_changed_at(true_up) - true_up.created_at).total_seconds()),
            alarm_days=3,
        )
        for true_up in found
        if true_up.review_until is not None
    ]


def _changed_at(true_up: TrueUp) -> datetime:
    return true_up.returned_at or true_up.snapshot_at or true_up.created_at
