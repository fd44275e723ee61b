"""Buying seats: from the quote to the seats, against the sandbox."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from django.utils import timezone

from accounts.models import HistoryEntry
from accounts.tenancy import organization_context
from billing.domain.money import round_half_up
from billing.hooks import SeatsPurchased, on_seats_purchased
from billing.models import Purchase, Quote, SeatLedgerEntry
from billing.services.purchases import QuoteChanged, purchase_seats
from billing.services.quotes import QuoteNotFound, quote_seats
from seats.services.waiting import request_seat
from tests.integration.billing.conftest import Clocked, World, make_world
from tests.support.people import make_membership
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def quote(world: World, quantity: int = 20) -> Quote:
    return quote_seats(
        organization_id=world.id, quantity=quantity, actor=world.actor, now=timezone.now()
    )


def buy(world: World, of: Quote, *, key: str = "", total: int | None = None) -> Purchase:
    return purchase_seats(
        organization_id=world.id,
        quote_id=of.pk,
        total_minor=of.total_now_minor if total is None else total,
        idempotency_key=key or f"page-{of.pk}",
        actor=world.actor,
        now=timezone.now(),
    )


class TestStartSubscription:
    def test_grants_the_seats_of_the_paid_first_invoice(self, world: World) -> None:
        with organization_context(world.id):
            entry = SeatLedgerEntry.objects.select_related("invoice").get()
        assert entry.invoice is not None
        # 10 x 10.00 + 2 x 8.00
        assert (entry.seats_after, entry.amount_minor) == (12, 11_600)
        assert (entry.invoice.status, entry.invoice.total_minor) == ("paid", 11_600)
        assert world.purchased_seats() == world.stripe_quantity() == 12


class TestStripesClockIsBehind:
    def test_what_was_charged_is_found_and_granted(self, clocked: Clocked) -> None:
        world = clocked.world
        later = datetime.fromtimestamp(clocked.start, tz=UTC) + timedelta(hours=3)
        asked = quote_seats(organization_id=world.id, quantity=15, actor=world.actor, now=later)
        bought = purchase_seats(
            organization_id=world.id,
            quote_id=asked.pk,
            total_minor=asked.total_now_minor,
            idempotency_key="three hours ahead",
            actor=world.actor,
            now=later,
        )
        assert bought.state == Purchase.State.PROVISIONED
        assert world.purchased_seats() == world.stripe_quantity() == 15


class TestTwoInOneSecond:
    def test_are_told_apart_by_their_seconds(self, clocked: Clocked) -> None:
        world, now = clocked.world, datetime.fromtimestamp(clocked.start, tz=UTC)
        seconds = []
        for quantity in (15, 20):
            asked = quote_seats(
                organization_id=world.id, quantity=quantity, actor=world.actor, now=now
            )
            bought = purchase_seats(
                organization_id=world.id,
                quote_id=asked.pk,
                total_minor=asked.total_now_minor,
                idempotency_key=str(quantity),
                actor=world.actor,
                now=now,
            )
            assert bought.state == Purchase.State.PROVISIONED
            seconds.append(asked.prorated_at)
        assert seconds == [now, now + timedelta(seconds=1)]


class TestPurchase:
    def test_grants_the_seats_and_matches_the_invoice_to_the_cent(self, world: World) -> None:
        asked = quote(world)
        bought = buy(world, asked)
        assert bought.state == Purchase.State.PROVISIONED
        (invoice, _first) = world.invoices_at_stripe()
        figures = asked.snapshot()
        # 12 seats cost 116.00 and 20 seats 180.00 for the whole month.
        left = figures.period.fraction_remaining(figures.at)
        assert invoice["total"] == round_half_up(18_000 * left) - round_half_up(11_600 * left)
        assert invoice["total"] == invoice["amount_paid"] == asked.total_now_minor
        with organization_context(world.id):
            entry = SeatLedgerEntry.objects.select_related("invoice").get(purchase=bought)
            payment = entry.invoice.payments.get() if entry.invoice else None
        assert entry.amount_minor == invoice["total"]
        assert payment is not None
        assert payment.amount_minor == invoice["amount_paid"]
        assert (entry.seats_delta, entry.seats_after) == (8, 20)
        assert world.purchased_seats() == world.stripe_quantity() == 20

    def test_seats_who_waits_in_their_order(self, world: World) -> None:
        people = [
            make_membership(world.organization, external_id=f"p{number}") for number in range(25)
        ]
        now = timezone.now()
        for index, person in enumerate(people):
            request_seat(
                organization_id=world.id,
                membership_id=person.pk,
                actor=world.actor,
                now=now - timedelta(minutes=30 - index),
            )
        bought = buy(world, quote(world))
        assert bought.seated_membership_ids == [person.pk for person in people[:20]]

    def test_charges_tax_on_each_line(self, sandbox: Sandbox) -> None:
        world = make_world(sandbox, tax_rate_basis_points=1900)
        asked = quote(world)
        assert buy(world, asked).state == Purchase.State.PROVISIONED
        invoice = world.invoices_at_stripe()[0]
        assert asked.tax_now_minor == sum(tax["amount"] for tax in invoice["total_taxes"]) > 0
        assert asked.total_now_minor == invoice["total"] == invoice["amount_paid"]

    def test_tells_the_apps_above_once(self, world: World) -> None:
        told: list[SeatsPurchased] = []
        on_seats_purchased.register(told.append)
        try:
            asked = quote(world)
            bought = buy(world, asked)
            buy(world, asked)
        finally:
            on_seats_purchased.unregister(told.append)
        (purchased,) = told
        assert purchased.purchase_id == bought.pk
        # (180.00 - 116.00) x 12 months
        assert (purchased.seats_added, purchased.annual_delta_minor) == (8, 76_800)

    def test_is_not_held_back_by_an_app_above_that_fails(self, world: World) -> None:
        def fail(purchased: SeatsPurchased) -> None:
            raise RuntimeError("signals are broken")

        on_seats_purchased.register(fail)
        try:
            assert buy(world, quote(world)).state == Purchase.State.PROVISIONED
        finally:
            on_seats_purchased.unregister(fail)

    def test_writes_who_did_what_into_the_history(self, world: World) -> None:
        bought = buy(world, quote(world))
        with organization_context(world.id):
            verbs = HistoryEntry.objects.filter(object_id=str(bought.pk)).order_by("id")
            assert list(verbs.values_list("verb", "actor_label")) == [
                ("purchase_reserved", "Ada"),
                ("purchase_awaiting_payment", "Headroom"),
                ("purchase_paid", "Headroom"),
                ("seats_purchased", "Ada"),
            ]

    def test_of_a_volume_cliff_puts_the_rest_on_the_credit_balance(self, sandbox: Sandbox) -> None:
        from billing.domain.price_table import Scheme, Tier
        from tests.integration.billing.conftest import make_price

        cheaper = make_price(scheme=Scheme.VOLUME, tiers=(Tier(10, 5000), Tier(None, 4000)))
        world = make_world(sandbox, seats=10, price=cheaper)
        asked = quote(world, 11)
        bought = buy(world, asked)
        assert bought.state == Purchase.State.PROVISIONED
        left = asked.snapshot().period.fraction_remaining(asked.prorated_at)
        # 10 seats cost 500.00, 11 seats 440.00: the rest is kept for the next invoice.
        credit = round_half_up(50_000 * left) - round_half_up(44_000 * left)
        assert (asked.total_now_minor, world.account().credit_balance_minor) == (0, credit)
        assert Fraction(credit, 6_000) > Fraction(9, 10)

    def test_uses_the_credit_balance_first(self, sandbox: Sandbox) -> None:
        world = make_world(sandbox)
        customer = world.account().stripe_customer_id
        world.sandbox.call("POST", f"customers/{customer}", balance="-2000")
        refused = buy(world, quote(world))
        assert (refused.state, refused.failure_code) == ("failed", "balance_changed")
        asked = quote(world)
        assert asked.total_now_minor == asked.snapshot().now.total_minor - 2000
        assert buy(world, asked).state == Purchase.State.PROVISIONED
        assert world.invoices_at_stripe()[0]["amount_paid"] == asked.total_now_minor
        assert world.account().credit_balance_minor == 0


class TestQuote:
    def test_is_returned_again_while_nothing_changes(self, world: World) -> None:
        assert quote(world).pk == quote(world).pk

    def test_of_another_organization_is_not_found(self, world: World, sandbox: Sandbox) -> None:
        other = make_world(sandbox, name="other", admin="cleo", price=world.subscription.price)
        with pytest.raises(QuoteNotFound):
            buy(other, quote(world))

    def test_with_another_total_is_not_bought(self, world: World) -> None:
        asked = quote(world)
        with pytest.raises(QuoteChanged) as refused:
            buy(world, asked, total=asked.total_now_minor - 1)
        assert refused.value.quote.pk == asked.pk
        assert world.stripe_quantity() == 12

    def test_that_ran_out_is_answered_with_a_new_one(self, world: World) -> None:
        asked = quote(world)
        with pytest.raises(QuoteChanged) as refused:
            purchase_seats(
                organization_id=world.id,
                quote_id=asked.pk,
                total_minor=asked.total_now_minor,
                idempotency_key="late",
                actor=world.actor,
                now=timezone.now() + timedelta(minutes=31),
            )
        assert refused.value.quote.pk != asked.pk
        assert refused.value.quote.quantity_to == 20
        assert world.stripe_quantity() == 12

    def test_made_before_another_purchase_is_answered_with_a_new_one(self, world: World) -> None:
        early = quote(world, 20)
        buy(world, quote(world, 15))
        with pytest.raises(QuoteChanged) as refused:
            buy(world, early)
        assert (refused.value.quote.quantity_from, refused.value.quote.quantity_to) == (15, 20)
        assert world.purchased_seats() == world.stripe_quantity() == 15
