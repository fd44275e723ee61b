"""An organization with a yearly subscription, its seats over time and its true-ups; no Stripe."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Membership, Organization, User
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context
from billing.domain.ledger import Cause
from billing.domain.period import Interval, add_intervals
from billing.domain.price_table import Scheme, Tier
from billing.models import Subscription, SubscriptionPeriod
from billing.services.ledger import append_entry
from seats.models import ActivityDay, SeatAssignment, SeatPool
from seats.services.seats import (
    assign_seat,
    change_purchased_seats,
    lock_seat_pool,
    release_seat,
)
from tests.integration.billing.conftest import make_price
from tests.support.people import make_admin, make_organization, make_user
from trueups.domain.terms import Terms
from trueups.models import TrueUp
from trueups.services.amounts import recalculate_open
from trueups.services.scheduling import schedule_quarters
from trueups.services.snapshots import take_snapshots
from trueups.services.terms import approve_terms

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
# 100 a year a seat, as in the public rules.
HUNDRED = (Tier(None, 10_000),)


@dataclass
class Acme:
    """The organization; every verb names its moment."""

    organization: Organization
    ada: User
    fin: User
    subscription: Subscription
    people: list[Membership] = field(default_factory=list)

    @property
    def id(self) -> int:
        return self.organization.pk

    @property
    def actor(self) -> Actor:
        return Actor.of(self.ada)

    @property
    def finance(self) -> Actor:
        return Actor.of(self.fin)

    def agree(self, at: datetime = START, **fields: Any) -> None:
        """Have terms approved; the first quarter begins then."""
        approve_terms(
            organization_id=self.id, terms=Terms(**fields), reason="agreed", actor=SYSTEM, now=at
        )

    def lend(self, seats: int) -> None:
        """A soft limit with so many seats on top."""
        with organization_context(self.id):
            lock_seat_pool(organization_id=self.id)
            SeatPool.objects.update(limit="soft", allowance_seats=seats, allowance_days=365)

    def hire(self, count: int) -> list[Membership]:
        """Return so many new people, without a seat."""
        known = len(self.people)
        with organization_context(self.id):
            new = Membership.objects.bulk_create(
                Membership(organization_id=self.id, external_id=f"p{n:04}", name=f"Person {n:04}")
                for n in range(known, known + count)
            )
        self.people += new
        return new

    def seat(self, *people: Membership, at: datetime) -> None:
        """Give seats one by one, as the pages do."""
        for person in people:
            assign_seat(organization_id=self.id, membership_id=person.pk, actor=self.actor, now=at)

    def seat_many(self, people: list[Membership], at: datetime) -> None:
        """Write the seats that importing an organization writes."""
        with organization_context(self.id):
            pool = lock_seat_pool(organization_id=self.id)
            SeatAssignment.objects.bulk_create(
                SeatAssignment(organization_id=self.id, membership=person, during=(at, None))
                for person in people
            )
            pool.assigned_seats += len(people)
            pool.save(update_fields=["assigned_seats"])

    def release(self, *people: Membership, at: datetime) -> None:
        for person in people:
            release_seat(organization_id=self.id, membership_id=person.pk, actor=self.actor, now=at)

    def book(self, seats: int, at: datetime, cause: Cause = Cause.PURCHASE) -> None:
        """Change the purchased seats as a paid purchase or a settled true-up does."""
        with organization_context(self.id):
            lock_seat_pool(organization_id=self.id)
            subscription = Subscription.objects.get(pk=self.subscription.pk)
            entry = append_entry(
                subscription=subscription,
                cause=cause,
                seats_delta=seats,
                effective_at=at,
                actor=SYSTEM,
                now=at,
                currency=subscription.price.currency,
            )
            change_purchased_seats(
                organization_id=self.id, seats_after=entry.seats_after, actor=SYSTEM, now=at
            )
            if cause is Cause.PURCHASE:
                # What billing's hook calls in the transaction that grants a purchase.
                recalculate_open(organization_id=self.id, now=at)

    def act(self, person: Membership, *days: datetime, actions: int = 1) -> None:
        """Have somebody do something on days of UTC."""
        with organization_context(self.id):
            for day in days:
                ActivityDay.objects.create(
                    organization_id=self.id,
                    membership_id=person.pk,
                    day=day.date(),
                    actions=actions,
                    sign_ins=1,
                )

    def beat(self, at: datetime) -> None:
        """What the job does at a moment."""
        take_snapshots(now=at)
        schedule_quarters(now=at)
        take_snapshots(now=at)

    def true_up(self, reference: str) -> TrueUp:
        with organization_context(self.id):
            return TrueUp.objects.get(organization_id=self.id, reference=reference)

    def context(self) -> Any:
        """The organization's rows are visible inside."""
        return organization_context(self.id)


def make_acme(
    *,
    seats: int = 100,
    baseline: int | None = None,
    tiers: tuple[Tier, ...] = HUNDRED,
    scheme: Scheme = Scheme.GRADUATED,
    time_zone: str = "UTC",
    start: datetime = START,
    name: str = "acme",
    **limits: Any,
) -> Acme:
    """Return an organization that bought `seats` for a year at `start`."""
    price = make_price(
        tiers=tiers, scheme=scheme, interval=Interval.YEAR, code=f"{name}-plan", **limits
    )
    organization = make_organization(name, currency="EUR", time_zone=time_zone)
    ada = make_admin(f"ada-{name}", organization)
    fin = make_user(f"fin-{name}", vendor_role="finance")
    with organization_context(organization.pk):
        subscription = Subscription.objects.create(
            organization=organization,
            price=price,
            status=Subscription.Status.ACTIVE,
            stripe_subscription_id=f"sub_{name}",
            committed_baseline_seats=seats if baseline is None else baseline,
            anchor_at=start,
            started_at=start,
        )
        SubscriptionPeriod.objects.create(
            organization=organization,
            subscription=subscription,
            during=(start, add_intervals(start, Interval.YEAR, 1)),
        )
    acme = Acme(organization, ada, fin, subscription)
    acme.book(seats, start)
    return acme


@pytest.fixture
def acme(transactional_db: None) -> Acme:
    """Acme with 100 seats at 100 a year, ten more lent."""
    made = make_acme()
    made.lend(40)
    return made
