"""Two at once, on real threads and real connections: one charge, one grant."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from time import sleep
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.db import connections
from django.utils import timezone

from accounts.errors import DomainError
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.models import Purchase, SeatLedgerEntry
from billing.services import charging
from billing.services.provisioning import provision
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from billing.services.sweeping import sweep_purchases
from seats.models import SeatPool
from seats.services.seats import SeatLimitReached, assign_seat
from tests.integration.billing.conftest import World
from tests.integration.billing.test_purchase import buy, quote
from tests.integration.billing.test_settlement import ASKS, current, intent_of
from tests.support.people import make_admin, make_membership
from tests.support.stripe import deliver

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Call everything at the same time; return results, or the error of a call that refused."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(10)
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def charges(world: World) -> int:
    return len(world.invoices_at_stripe()) - 1


class TestDoubleClick:
    def test_is_one_purchase_and_one_charge(self, world: World) -> None:
        asked = quote(world)
        results = at_once(*[lambda: buy(world, asked)] * 4)
        assert len({purchase.pk for purchase in results}) == 1
        assert charges(world) == 1
        assert world.purchased_seats() == world.stripe_quantity() == 20
        with organization_context(world.id):
            assert SeatLedgerEntry.objects.filter(purchase__isnull=False).count() == 1


class TestGranting:
    def test_waits_for_whoever_marks_it_paid_and_books_the_invoice(self, world: World) -> None:
        def known(purchase_id: UUID) -> Purchase:
            with organization_context(world.id):
                return Purchase.objects.select_related("quote", "subscription").get(pk=purchase_id)

        asked = quote(world)
        with patch.object(charging, "provision", lambda purchase_id, **_given: known(purchase_id)):
            buy(world, asked)
        with organization_context(world.id):
            paid = Purchase.objects.get(quote=asked)
            assert (paid.state, paid.provisioned_at) == (Purchase.State.PAID, None)
            invoice = paid.invoice
            assert invoice is not None
            # As it was before the payment was noticed.
            Purchase.objects.filter(pk=paid.pk).update(
                state=Purchase.State.AWAITING_PAYMENT, invoice=None
            )
        is_locked = Event()

        def mark_paid() -> None:
            with organization_context(world.id):
                row = Purchase.objects.select_for_update().get(pk=paid.pk)
                is_locked.set()
                wait_until_somebody_waits()
                row.state, row.invoice = Purchase.State.PAID, invoice
                row.save()

        def grant() -> None:
            assert is_locked.wait(10)
            provision(organization_id=world.id, purchase_id=paid.pk, now=timezone.now())

        at_once(mark_paid, grant)
        with organization_context(world.id):
            entry = SeatLedgerEntry.objects.get(purchase=paid)
        assert (entry.invoice_id, entry.amount_minor) == (invoice.pk, invoice.total_minor)


def wait_until_somebody_waits() -> None:
    """Return once another connection waits for a lock."""
    for _attempt in range(200):
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            (waiting,) = cursor.fetchone()
        if waiting:
            return
        sleep(0.02)
    raise AssertionError("Nobody waits.")


class TestTwoAdmins:
    def test_at_once_are_one_charge(self, world: World) -> None:
        bob = Actor.of(make_admin("bob", world.organization))
        mine = quote(world, 20)
        his = quote_seats(organization_id=world.id, quantity=25, actor=bob, now=timezone.now())
        results = at_once(
            lambda: buy(world, mine),
            lambda: purchase_seats(
                organization_id=world.id,
                quote_id=his.pk,
                total_minor=his.total_now_minor,
                idempotency_key="his",
                actor=bob,
                now=timezone.now(),
            ),
        )
        bought = [result for result in results if isinstance(result, Purchase)]
        refused = [result for result in results if isinstance(result, DomainError)]
        assert (len(bought), len(refused)) == (1, 1)
        assert refused[0].code in {"purchase_under_way", "quote_changed"}
        assert charges(world) == 1
        assert world.purchased_seats() == world.stripe_quantity() == bought[0].quantity_to


class TestWebhookAndSweeper:
    def test_at_once_grant_once(self, world: World) -> None:
        world.use_card(ASKS)
        bought = buy(world, quote(world))
        world.sandbox.confirm_at_bank(intent_of(world), passes=True)
        events = [e for e in world.events() if e["type"] in {"invoice.paid", "invoice.updated"}]
        later = timezone.now() + timedelta(minutes=6)
        at_once(
            *[lambda event=event: deliver(event) for event in events],
            lambda: sweep_purchases(now=later),
            lambda: sweep_purchases(now=later),
        )
        sweep_purchases(now=later + timedelta(minutes=6))
        assert current(world, bought).state == Purchase.State.PROVISIONED
        with organization_context(world.id):
            assert SeatLedgerEntry.objects.filter(purchase=bought).count() == 1
        assert world.purchased_seats() == 20


class TestAssigningWhileBuying:
    def test_never_seats_more_than_were_bought(self, world: World) -> None:
        people = [
            make_membership(world.organization, external_id=f"p{number}") for number in range(24)
        ]
        for person in people[:12]:
            assign(world, person.pk)
        asked = quote(world, 15)
        results = at_once(
            lambda: buy(world, asked),
            *[lambda person=person: assign(world, person.pk) for person in people[12:20]],
        )
        with organization_context(world.id):
            pool = SeatPool.objects.get()
        refused = sum(isinstance(result, SeatLimitReached) for result in results)
        assert pool.purchased_seats == 15
        assert pool.assigned_seats == 12 + 8 - refused <= 15


def assign(world: World, membership_id: int) -> Any:
    return assign_seat(
        organization_id=world.id,
        membership_id=membership_id,
        actor=world.actor,
        now=timezone.now(),
    )
