"""Whose seat is inactive: by the contract's rule of activity where there is one, else for 30 days.

The contract counts days of activity, so that the list of people says the same as a true-up.
"""

from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from seats.domain.usage_rules import IDLE_AFTER
from seats.hooks import ActivityRule, activity_rule
from seats.models import ActivityDay, MemberActivity, SeatAssignment


def inactive_condition(*, organization_id: int, now: datetime) -> Q:
    """Return the condition, for memberships, of a seat that is inactive.

    Whoever holds the seat for less than the window is not inactive yet. Runs inside the
    organization's tenancy context.
    """
    rule = activity_rule(organization_id=organization_id, now=now)
    return inactive_by(rule, organization_id=organization_id, now=now)


def inactive_by(rule: ActivityRule | None, *, organization_id: int, now: datetime) -> Q:
    """Return the same condition where the rule is known already."""
    since = now - (timedelta(days=rule.window_days) if rule else IDLE_AFTER)
    held = SeatAssignment.objects.filter(
        organization_id=organization_id,
        membership=OuterRef("pk"),
        during__endswith__isnull=True,
        during__startswith__lte=since,
    )
    if rule is None:
        active = Exists(
            MemberActivity.objects.filter(
                organization_id=organization_id, membership=OuterRef("pk"), last_active_at__gt=since
            )
        )
    else:
        active = _has_been_active(rule, organization_id, now)
    return Q(Exists(held)) & ~Q(active)


def _has_been_active(rule: ActivityRule, organization_id: int, now: datetime) -> Exists:
    """Return that a person has the last of the active days which the rule needs."""
    first = now.astimezone(UTC).date() - timedelta(days=rule.window_days - 1)
    days = ActivityDay.objects.filter(
        organization_id=organization_id, membership=OuterRef("pk"), day__gte=first
    ).order_by("day")
    needed = rule.least_days - 1
    return Exists(days.values("day")[needed : needed + 1])
