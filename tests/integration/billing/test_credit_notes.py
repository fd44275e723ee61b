"""Credit notes, refunds and the card that paid, as Stripe tells of them."""

from datetime import timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from accounts.models import HistoryEntry
from accounts.tenancy import organization_context
from billing.models import CreditNote, Invoice, InvoiceLine, Payment
from billing.services import webhooks
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from billing.services.sweeping import sweep_payments
from tests.integration.billing.conftest import World, make_world
from tests.support.stripe import Sandbox, deliver

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def tell(world: World) -> None:
    """Deliver everything that Stripe has to say, and work it off."""
    for event in world.events():
        assert deliver(event) == 200
    webhooks.process_due_events(now=timezone.now(), clock=timezone.now)


def first_invoice(world: World) -> Invoice:
    with organization_context(world.id):
        return Invoice.objects.order_by("issued_at", "pk").prefetch_related("lines")[0]


class TestLines:
    def test_keep_item_price_unit_and_quantity(self, world: World) -> None:
        with organization_context(world.id):
            lines = list(InvoiceLine.objects.order_by("position"))
        # 12 seats: 10 at 10.00 and 2 at 8.00
        assert [(line.quantity, line.unit_amount_minor) for line in lines] == [(10, 1000), (2, 800)]
        assert {line.stripe_item_id for line in lines} == {world.subscription.stripe_item_id}
        assert {line.stripe_price_id for line in lines} == {
            world.subscription.price.stripe_price_id
        }

    def test_keep_their_tax_rate(self, sandbox: Sandbox) -> None:
        world = make_world(sandbox, tax_rate_basis_points=1900)
        with organization_context(world.id):
            lines = list(InvoiceLine.objects.order_by("position"))
        # 19 % of 100.00 and of 16.00
        assert [line.tax_minor for line in lines] == [1900, 304]
        assert all(line.stripe_tax_rate_id.startswith("txr_") for line in lines)


class TestCreditNotes:
    def test_are_mirrored_with_lines_and_where_the_money_went(self, world: World) -> None:
        paid = first_invoice(world)
        world.sandbox.call(
            "POST",
            "credit_notes",
            invoice=paid.stripe_invoice_id,
            **{
                "lines[0][type]": "invoice_line_item",
                "lines[0][invoice_line_item]": paid.lines.all()[1].stripe_line_id,
                "refund_amount": "600",
                "credit_amount": "1000",
                "reason": "order_change",
                "memo": "Two seats too many",
            },
        )
        tell(world)
        with organization_context(world.id):
            note = CreditNote.objects.prefetch_related("lines").get()
            payment = Payment.objects.get(invoice=paid)
            verbs = list(HistoryEntry.objects.values_list("verb", flat=True))
        # The line of 2 seats at 8.00: 6.00 back to the card, 10.00 to the balance.
        assert (note.total_minor, note.refunded_minor, note.to_balance_minor) == (1600, 600, 1000)
        assert note.reason == CreditNote.Reason.ORDER_CHANGE
        assert note.memo == "Two seats too many"
        [line] = note.lines.all()
        assert line.stripe_invoice_line_id == paid.lines.all()[1].stripe_line_id
        assert payment.refunded_minor == 600
        assert world.account().credit_balance_minor == 1000
        assert verbs.count("credit_note_issued") == 1

    def test_told_twice_are_written_once(self, world: World) -> None:
        world.sandbox.call(
            "POST",
            "credit_notes",
            invoice=first_invoice(world).stripe_invoice_id,
            credit_amount="100",
        )
        tell(world)
        tell(world)
        with organization_context(world.id):
            assert CreditNote.objects.count() == 1

    def test_that_nobody_told_of_are_found_by_the_invoice(self, world: World) -> None:
        paid = first_invoice(world)
        world.sandbox.call(
            "POST", "credit_notes", invoice=paid.stripe_invoice_id, credit_amount="250"
        )
        for event in world.events():
            if event["type"] == "invoice.updated":
                deliver(event)
        webhooks.process_due_events(now=timezone.now(), clock=timezone.now)
        with organization_context(world.id):
            assert CreditNote.objects.get().total_minor == 250
            assert Invoice.objects.get(pk=paid.pk).credited_after_payment_minor == 250

    def test_of_an_open_invoice_lower_what_is_due_and_can_be_taken_back(
        self, sandbox: Sandbox
    ) -> None:
        world = make_world(sandbox, payment_method_id="", by_invoice=True)
        opened = first_invoice(world)
        sandbox.call("POST", f"invoices/{opened.stripe_invoice_id}/finalize")
        note = sandbox.call("POST", "credit_notes", invoice=opened.stripe_invoice_id, amount="1600")
        tell(world)
        # 116.00 - 16.00
        assert first_invoice(world).amount_remaining_minor == 10000
        sandbox.call("POST", f"credit_notes/{note['id']}/void")
        tell(world)
        with organization_context(world.id):
            assert CreditNote.objects.get().status == CreditNote.Status.VOID
        assert first_invoice(world).amount_remaining_minor == 11600

    def test_are_invisible_to_another_organization(self, world: World, sandbox: Sandbox) -> None:
        other = make_world(sandbox, name="other", admin="cleo", price=world.subscription.price)
        world.sandbox.call(
            "POST",
            "credit_notes",
            invoice=first_invoice(world).stripe_invoice_id,
            credit_amount="100",
        )
        tell(world)
        with organization_context(other.id):
            assert not CreditNote.objects.exists()


class TestTheCardThatPaid:
    def buy(self, world: World) -> None:
        quote = quote_seats(
            organization_id=world.id, quantity=20, actor=world.actor, now=timezone.now()
        )
        purchase_seats(
            organization_id=world.id,
            quote_id=quote.pk,
            total_minor=quote.total_now_minor,
            idempotency_key="k",
            actor=world.actor,
            now=timezone.now(),
        )

    def test_is_the_card_on_file_without_asking(self, world: World) -> None:
        with organization_context(world.id):
            payment = Payment.objects.get()
        assert (payment.method, payment.card_brand, payment.card_last4) == ("card", "visa", "4242")

    def test_stays_when_another_card_is_used_from_then_on(self, world: World) -> None:
        world.use_card("pm_card_mastercard")
        self.buy(world)
        tell(world)
        with organization_context(world.id):
            payments = Payment.objects.order_by("invoice_id")
            brands = list(payments.values_list("card_brand", flat=True))
        assert brands == ["visa", "mastercard"]

    def test_is_asked_for_when_it_is_not_the_one_on_file(self, world: World) -> None:
        with organization_context(world.id):
            Payment.objects.update(method="", card_brand="", card_last4="")
        assert sweep_payments(now=timezone.now() + timedelta(hours=1)) == 1
        with organization_context(world.id):
            payment = Payment.objects.get()
            total = Payment.objects.aggregate(total=Sum("amount_minor"))["total"]
        assert (payment.method, payment.card_brand, payment.card_last4) == ("card", "visa", "4242")
        assert total == 11600
        assert sweep_payments(now=timezone.now() + timedelta(hours=1)) == 0
