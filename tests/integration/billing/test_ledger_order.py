"""The order of the seat ledger: its own sequence, whenever an entry was written."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.tenancy import organization_context, staff_context
from billing.domain.ledger import Cause
from billing.models import SeatLedgerEntry, Subscription
from billing.selectors import vendor
from billing.selectors.overview import seat_statement
from billing.selectors.seat_history import purchased_before
from billing.services.ledger import append_entry
from tests.integration.billing.conftest import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def append(world: World, cause: Cause, *, seats: int = 0, at: datetime, written: datetime) -> None:
    """Write an entry of 10.00 for a moment, at another moment."""
    append_entry(
        subscription=Subscription.objects.get(),
        cause=cause,
        seats_delta=seats,
        effective_at=at,
        actor=world.actor,
        now=written,
        amount_minor=1000,
        currency="EUR",
    )


@pytest.fixture
def backfilled(world: World) -> World:
    """Acme's 12 seats, 3 more and a renewal, written in an order that says nothing."""
    now = timezone.now()
    with organization_context(world.id):
        append(world, Cause.PURCHASE, seats=3, at=now + timedelta(days=1), written=now)
        append(
            world,
            Cause.RENEWAL,
            at=now + timedelta(days=30),
            written=now - timedelta(days=400),
        )
    return world


class TestSeatStatement:
    def test_follows_the_sequence_newest_first(self, backfilled: World) -> None:
        with organization_context(backfilled.id):
            entries = list(seat_statement(backfilled.id))
        assert [entry.sequence for entry in entries] == [3, 2, 1]
        assert [entry.seats_after for entry in entries] == [15, 15, 12]

    def test_sums_what_was_charged_in_that_order(self, backfilled: World) -> None:
        with organization_context(backfilled.id):
            sums = [
                entry.charged_so_far_minor  # type: ignore[attr-defined]
                for entry in seat_statement(backfilled.id)
            ]
        # 10 x 10.00 + 2 x 8.00 at the start, then twice 10.00
        assert sums == [13_600, 12_600, 11_600]


class TestVendorLedger:
    def test_is_ordered_by_when_seats_were_paid_from(self, backfilled: World) -> None:
        with staff_context(user_id=0, scope=StaffScope.ALL):
            causes = [entry.cause for entry in vendor.ledger()]
        assert causes == [
            SeatLedgerEntry.Cause.RENEWAL,
            SeatLedgerEntry.Cause.PURCHASE,
            SeatLedgerEntry.Cause.PURCHASE,
        ]


class TestSeatsOfThePast:
    def test_are_those_of_entries_that_had_taken_effect(self, backfilled: World) -> None:
        now = timezone.now()
        moments = [now - timedelta(days=4000), now, now + timedelta(days=2)]
        # Nothing is known before the first entry; 12, and 3 more from tomorrow on.
        assert purchased_before([(backfilled.id, moment) for moment in moments]) == [None, 12, 15]
        assert purchased_before([(backfilled.id + 1, now)]) == [None]
