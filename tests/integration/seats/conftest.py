"""Acme with ada (owner) and ben (member), a soft limit, prices and true-ups as tests set them."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import HistoryEntry, Membership, Organization, User
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context
from seats.domain.limits import LimitMode, LimitPolicy
from seats.hooks import SeatPrice, TrueUpOutlook, answer_prices, answer_true_ups
from seats.models import SeatPool, WaitingListEntry
from seats.services.limits import set_limit
from seats.services.seats import assign_seat, change_purchased_seats
from tests.support.people import make_membership, make_organization, make_user

NOW = timezone.now().replace(microsecond=0)
SOFT = LimitPolicy(LimitMode.SOFT, overage_seats=2, overage_days=14)


@pytest.fixture
def acme(db: None) -> Organization:
    return make_organization("acme", currency="EUR")


@pytest.fixture
def ada(acme: Organization) -> User:
    user = make_user("ada")
    make_membership(acme, user=user, role="owner")
    return user


@pytest.fixture
def ben(acme: Organization) -> User:
    user = make_user("ben")
    make_membership(acme, user=user)
    return user


@pytest.fixture
def priced() -> Iterator[None]:
    """A seat costs 50.00 EUR."""

    def ask(*, organization_id: int, seats: int, now: datetime) -> SeatPrice:
        return SeatPrice(minor=5000 * seats, currency="EUR")

    take_back = answer_prices(ask)
    yield
    take_back()


@pytest.fixture
def with_true_ups() -> Iterator[None]:
    """The contract has true-ups; the coming one takes 40.00 EUR a seat."""

    def ask(*, organization_id: int, seats: int, now: datetime) -> TrueUpOutlook:
        return TrueUpOutlook(on=date(2026, 12, 31), minor=4000 * seats, currency="EUR")

    take_back = answer_true_ups(ask)
    yield
    take_back()


class Seats:
    """What tests do with the seats of one organization."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.id = organization.pk

    def people(self, number: int, prefix: str = "p") -> list[Membership]:
        return [
            make_membership(self.organization, external_id=f"{prefix}{n}", name=f"{prefix}{n}")
            for n in range(number)
        ]

    def purchase(self, seats: int, now: datetime = NOW) -> list[str]:
        """Return who got a seat by it."""
        seated = change_purchased_seats(
            organization_id=self.id, seats_after=seats, actor=SYSTEM, now=now
        )
        return [membership.external_id for membership in seated]

    def assign(self, membership: Membership, now: datetime = NOW) -> Any:
        return assign_seat(
            organization_id=self.id, membership_id=membership.pk, actor=SYSTEM, now=now
        )

    def limit(self, policy: LimitPolicy = SOFT, now: datetime = NOW, actor: Actor = SYSTEM) -> Any:
        return set_limit(
            organization_id=self.id, policy=policy, reason="Agreed", actor=actor, now=now
        )

    def pool(self) -> SeatPool:
        with organization_context(self.id):
            return SeatPool.objects.get()

    def waiting(self) -> list[str]:
        """Return who waits, in order."""
        with organization_context(self.id):
            entries = WaitingListEntry.objects.filter(
                seated_at__isnull=True, withdrawn_at__isnull=True
            )
            return [e.membership.external_id for e in entries.select_related("membership")]

    def verbs(self) -> list[str]:
        with organization_context(self.id):
            return list(HistoryEntry.objects.order_by("pk").values_list("verb", flat=True))


@pytest.fixture
def seats(acme: Organization) -> Seats:
    return Seats(acme)
