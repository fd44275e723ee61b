"""Acme with ada (owner) and ben (member), and cleo who runs another organization."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Membership, Organization, User
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from seats.services.seats import change_purchased_seats
from tests.support.people import NOW, make_admin, make_membership, make_organization, make_user


@pytest.fixture
def acme(db: None) -> Organization:
    return make_organization("acme", currency="EUR")


@pytest.fixture
def other(db: None) -> Organization:
    return make_organization("other")


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
def cleo(other: Organization) -> User:
    return make_admin("cleo", other)


type SignedIn = Callable[[User], Client]


@pytest.fixture
def signed_in() -> SignedIn:
    """Return a client that a user is signed in with."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


type GiveSeats = Callable[[Organization, int], None]


@pytest.fixture
def purchased() -> GiveSeats:
    """Set how many seats an organization has purchased."""

    def set_seats(organization: Organization, seats: int) -> None:
        change_purchased_seats(
            organization_id=organization.pk, seats_after=seats, actor=SYSTEM, now=NOW
        )

    return set_seats


def membership_of(organization: Organization, user: User) -> Membership:
    """Return a user's membership as the database has it now."""
    with organization_context(organization.pk):
        return Membership.objects.get(user=user)
