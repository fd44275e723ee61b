"""Limits with a way out: an organization over a soft limit, and one full under a hard limit."""

from datetime import datetime, timedelta
from typing import Final

from accounts.models import Organization
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from demo.dataset import people
from demo.dataset.cast import Customer
from seats.domain.limits import AtEnd, LimitMode, LimitPolicy
from seats.selectors.limits import pool_of
from seats.services.limits import set_limit
from seats.services.seats import assign_seat

OVER: Final = "celery"
FULL: Final = "lago"
# What two people of the full organization wrote when they asked.
NOTES: Final = (
    "I prepare the quarterly figures from March on",
    "The onboarding of the new region is mine now",
)
_LENT_SEATS: Final = 4
_LENT_DAYS: Final = 14
_BEYOND: Final = 2
_DAYS_GONE: Final = 5


def lend_seats(
    organization: Organization, customer: Customer, *, finance: Actor, now: datetime
) -> None:
    """Agree on a soft limit, and let new people take the free seats and two beyond them.

    Nine of the fourteen days are left. Repeating it changes nothing.
    """
    with organization_context(organization.pk):
        pool = pool_of(organization.pk)
    if pool.limit_is_own:
        return
    set_limit(
        organization_id=organization.pk,
        policy=LimitPolicy(LimitMode.SOFT, _LENT_SEATS, _LENT_DAYS, AtEnd.HARD),
        reason="They hire for the season and order when all have started",
        actor=finance,
        now=now - timedelta(days=30),
    )
    newcomers = people.add_waiting_people(
        organization,
        customer,
        department="Season",
        count=pool.purchased_seats - pool.assigned_seats + _BEYOND,
        now=now,
    )
    # A few hours more than nine days, so that a reader of today sees nine.
    since = now - timedelta(days=_DAYS_GONE) + timedelta(hours=3)
    for number, newcomer in enumerate(newcomers):
        assign_seat(
            organization_id=organization.pk,
            membership_id=newcomer.pk,
            actor=finance,
            now=since + timedelta(minutes=number),
        )
