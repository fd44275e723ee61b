"""Small additions of approved organizations: granted at once, one invoice a month."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.gateways import stripe
from billing.models import (
    BillingAccount,
    CollectedInvoice,
    Contract,
    Incident,
    Purchase,
    SeatLedgerEntry,
)
from billing.selectors.credit import credit_use
from billing.services.collecting import collect_months, collect_noted, link_noted
from billing.services.contracts import Agreement, apply_contract, approve_contract
from billing.services.mirror import mirror_invoice
from billing.services.periods import sync_subscription
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from tests.integration.billing.conftest import World, make_price, make_world
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

MONTHLY = Agreement(
    collection=Contract.Collection.INVOICE,
    net_days=14,
    credit_limit_minor=1_000_000,
    cadence=Contract.Cadence.MONTHLY,
    monthly_below_minor=20_000,
)
# A second a year ahead of every clock that the months of these tests come before.
LATER = timedelta(days=62)


def agree(world: World, agreement: Agreement = MONTHLY) -> None:
    approve_contract(
        organization_id=world.id,
        agreement=agreement,
        reason="Asked for fewer invoices",
        actor=world.actor,
        now=timezone.now(),
    )
    apply_contract(organization_id=world.id, now=timezone.now())


def buy(world: World, quantity: int) -> Purchase:
    now = timezone.now()
    quote = quote_seats(organization_id=world.id, quantity=quantity, actor=world.actor, now=now)
    return purchase_seats(
        organization_id=world.id,
        quote_id=quote.pk,
        total_minor=quote.total_now_minor,
        idempotency_key=f"noted-{quote.pk}",
        actor=world.actor,
        now=now,
    )


def three_additions(world: World) -> int:
    """Buy three times, in three seconds; return what they amount to."""
    bought: list[Purchase] = []
    for quantity in (14, 15, 18):
        while bought and int(timezone.now().timestamp()) == int(bought[-1].created_at.timestamp()):
            # Stripe tells changes apart by the second that they are prorated at.
            time.sleep(0.05)
        bought.append(buy(world, quantity))
        assert bought[-1].state == Purchase.State.PROVISIONED
    return sum(purchase.total_minor for purchase in bought)


class TestNoted:
    def test_grants_the_seats_and_charges_nothing_yet(self, world: World) -> None:
        agree(world)
        bought = buy(world, 14)
        assert bought.state == Purchase.State.PROVISIONED
        assert (bought.collection, bought.invoice_id) == ("monthly", None)
        assert world.purchased_seats() == world.stripe_quantity() == 14
        assert len(world.invoices_at_stripe()) == 1
        with organization_context(world.id):
            assert SeatLedgerEntry.objects.get(purchase=bought).amount_minor == bought.total_minor
            assert credit_use(world.id, timezone.now()).noted_minor == bought.total_minor

    def test_a_large_addition_is_invoiced_at_once_after_what_was_noted(self, world: World) -> None:
        agree(world)
        small = buy(world, 14)
        agree(
            world,
            Agreement(
                collection=Contract.Collection.INVOICE, net_days=14, credit_limit_minor=1_000_000
            ),
        )
        large = buy(world, 30)
        assert large.state == Purchase.State.PROVISIONED
        large_invoice, small_invoice, _first = world.invoices_at_stripe()
        assert small_invoice["total"] == small.total_minor
        assert large_invoice["total"] == large.total_minor


class TestCollectMonths:
    def test_puts_three_additions_on_one_invoice_to_the_cent(self, world: World) -> None:
        agree(world)
        total = three_additions(world)
        later = timezone.now() + LATER
        collect_months(now=timezone.now())
        assert len(world.invoices_at_stripe()) == 1
        for _ in range(3):
            collect_months(now=later)
        (collected, _first) = world.invoices_at_stripe()
        assert collected["total"] == total
        assert (collected["status"], collected["collection_method"]) == ("open", "send_invoice")
        assert [e["type"] for e in world.events()].count("invoice.sent") == 1
        with organization_context(world.id):
            issued = CollectedInvoice.objects.get()
            assert issued.state == CollectedInvoice.State.ISSUED
            purchases = list(Purchase.objects.all())
            assert {purchase.invoice_id for purchase in purchases} == {issued.invoice_id}
            use = credit_use(world.id, timezone.now())
        assert (use.open_minor, use.noted_minor) == (total, 0)

    def test_adds_tax_line_by_line_as_quoted(self, sandbox: Sandbox) -> None:
        world = make_world(sandbox, tax_rate_basis_points=1900)
        agree(world)
        total = three_additions(world)
        collect_months(now=timezone.now() + LATER)
        (collected, _first) = world.invoices_at_stripe()
        assert collected["total"] == total

    @pytest.mark.parametrize(
        "step", ["draft_collected_invoice", "finalize_invoice", "send_invoice"]
    )
    def test_goes_on_after_a_crash_without_a_second_invoice(self, world: World, step: str) -> None:
        agree(world)
        total = three_additions(world)
        later = timezone.now() + LATER
        real = getattr(stripe, step)

        def killed(**given: Any) -> None:
            real(**given)
            raise stripe.TemporarilyUnavailable("the process died here")

        with patch.object(stripe, step, side_effect=killed):
            collect_months(now=later)
        with organization_context(world.id):
            assert CollectedInvoice.objects.get().state != CollectedInvoice.State.ISSUED
        # Longer than Stripe keeps a key.
        collect_months(now=later + timedelta(days=2))
        (collected, _first) = world.invoices_at_stripe()
        assert (collected["total"], collected["status"]) == (total, "open")

    def test_charges_the_card_of_an_organization_that_pays_by_card(self, world: World) -> None:
        agree(
            world,
            Agreement(
                credit_limit_minor=1_000_000,
                cadence=Contract.Cadence.MONTHLY,
                monthly_below_minor=20_000,
            ),
        )
        bought = buy(world, 14)
        collect_months(now=timezone.now() + LATER)
        (collected, _first) = world.invoices_at_stripe()
        assert (collected["status"], collected["amount_paid"]) == ("paid", bought.total_minor)

    def test_stops_when_stripes_total_is_not_ours(self, world: World) -> None:
        agree(world)
        buy(world, 14)
        world.sandbox.call(
            "POST",
            "invoiceitems",
            customer=world.account().stripe_customer_id,
            subscription=world.subscription.stripe_subscription_id,
            amount="100",
            currency="eur",
        )
        for _ in range(2):
            collect_months(now=timezone.now() + LATER)
        (draft, _first) = world.invoices_at_stripe()
        assert draft["status"] == "draft"
        with organization_context(world.id):
            assert Incident.objects.get().kind == Incident.Kind.COLLECTED_DIFFERS


class TestRenewal:
    def test_takes_along_what_is_noted_and_counts_it_once(self, sandbox: Sandbox) -> None:
        start = datetime(2027, 3, 1, 9, tzinfo=UTC)
        clock = sandbox.make_clock(int(start.timestamp()))
        world = make_world(sandbox, test_clock_id=clock, now=start, price=make_price())
        agree(world)
        at = start + timedelta(days=10)
        sandbox.advance(clock, int(at.timestamp()))
        quote = quote_seats(organization_id=world.id, quantity=14, actor=world.actor, now=at)
        bought = purchase_seats(
            organization_id=world.id,
            quote_id=quote.pk,
            total_minor=quote.total_now_minor,
            idempotency_key="noted",
            actor=world.actor,
            now=at,
        )
        renewed = start + timedelta(days=31, hours=2)
        sandbox.advance(clock, int(renewed.timestamp()))
        sync_subscription(
            organization_id=world.id,
            stripe_subscription_id=world.subscription.stripe_subscription_id,
            now=renewed,
        )
        invoice = world.invoices_at_stripe()[0]
        # 10 x 10.00 + 4 x 8.00, and what was noted.
        assert invoice["total"] == 13_200 + bought.total_minor
        state = stripe.retrieve_invoice(invoice["id"])
        mirror = mirror_invoice(organization_id=world.id, state=state, now=renewed)
        with organization_context(world.id):
            link_noted(organization_id=world.id, state=state, invoice=mirror)
            entries = list(
                SeatLedgerEntry.objects.order_by("sequence").values_list("amount_minor", flat=True)
            )
            assert Purchase.objects.get().invoice == mirror
        assert entries[1:] == [bought.total_minor, 13_200]
        assert collect_noted(organization_id=world.id, is_month_over=True, now=renewed)
        assert len(world.invoices_at_stripe()) == 2
        assert BillingAccount.objects.count() == 0
