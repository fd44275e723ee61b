"""Rows that must never be: written as the application's own role, refused by the database."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.models import (
    Difference,
    Invoice,
    InvoiceHold,
    InvoiceLine,
    PurchaseReview,
    SeatLedgerEntry,
    Stranger,
    Subscription,
    VendorLimits,
)
from tests.integration.billing.conftest import World
from tests.integration.billing.test_purchase import quote

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

START = timezone.now().replace(microsecond=0)
END = START + timedelta(days=30)


def refused(constraint: str, write: Callable[[], Any]) -> None:
    """Assert that the database refuses a row by the name of its constraint."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write()


def invoice(world: World, identifier: str) -> Invoice:
    return Invoice.objects.create(
        organization_id=world.id,
        subscription=world.subscription,
        stripe_invoice_id=identifier,
        status="open",
        billing_reason="subscription_cycle",
        currency="EUR",
        subtotal_minor=11600,
        tax_minor=0,
        total_minor=11600,
        amount_due_minor=11600,
        amount_paid_minor=0,
        amount_remaining_minor=11600,
        issued_at=START,
    )


def line(of: Invoice, position: int, **fields: Any) -> InvoiceLine:
    given: dict[str, Any] = {
        "stripe_item_id": "si_1",
        "period_start": START,
        "period_end": END,
        "renews": True,
    }
    return InvoiceLine.objects.create(
        organization_id=of.organization_id,
        invoice=of,
        position=position,
        stripe_line_id=f"il_{of.pk}_{position}",
        amount_minor=100,
        **given | fields,
    )


def entry(world: World, cause: str, **fields: Any) -> SeatLedgerEntry:
    last = SeatLedgerEntry.objects.order_by("sequence").last()
    assert last is not None
    given: dict[str, Any] = {
        "seats_delta": 0,
        "seats_after": last.seats_after,
        "next_term_seats_after": last.next_term_seats_after,
        "effective_at": END,
    }
    return SeatLedgerEntry.objects.create(
        organization_id=world.id,
        subscription=world.subscription,
        sequence=last.sequence + 1,
        cause=cause,
        currency="EUR",
        actor_label="test",
        **given | fields,
    )


class TestRenewals:
    def test_an_item_is_renewed_once_for_a_period(self, world: World) -> None:
        with organization_context(world.id):
            first, second = invoice(world, "in_a"), invoice(world, "in_b")
            # One line a tier on the same invoice, and another period or item on another.
            line(first, 0)
            line(first, 1)
            line(second, 0, period_start=END, period_end=END + timedelta(days=30))
            line(second, 1, stripe_item_id="si_2")
            line(second, 2, renews=False)
            refused("one_renewal_invoice_per_item_and_period", lambda: line(second, 3))

    def test_a_period_begins_once_in_the_ledger(self, world: World) -> None:
        with organization_context(world.id):
            entry(world, "renewal")
            entry(world, "renewal", effective_at=END + timedelta(days=30))
            refused("one_renewal_per_subscription_and_period", lambda: entry(world, "renewal"))

    @pytest.mark.parametrize("cause", ["renewal", "true_up_overage", "true_up_removal"])
    def test_an_invoice_is_booked_once_for_a_cause(self, world: World, cause: str) -> None:
        later = {"effective_at": END + timedelta(days=1)}
        with organization_context(world.id):
            paid = invoice(world, "in_a")
            entry(world, cause, invoice=paid)
            refused(
                "one_ledger_entry_per_invoice_and_cause",
                lambda: entry(world, cause, invoice=paid, **later),
            )
            entry(world, "correction", invoice=paid, seats_delta=1, seats_after=13)


class TestSubscriptions:
    def test_an_organization_has_one_that_lives(self, world: World) -> None:
        with organization_context(world.id):
            refused(
                "one_active_subscription_per_organization",
                lambda: Subscription.objects.create(
                    organization_id=world.id, price=world.subscription.price, status="active"
                ),
            )


class TestFindings:
    def test_a_difference_is_one_row_while_it_lasts(self, world: World) -> None:
        def write(state: str) -> Difference:
            return Difference.objects.create(
                organization_id=world.id, kind="quantity", subject="sub_1", state=state
            )

        with organization_context(world.id):
            write("repaired")
            write("gone")
            write("open")
            refused("one_lasting_difference_per_subject_and_kind", lambda: write("open"))
            refused("one_lasting_difference_per_subject_and_kind", lambda: write("accepted"))

    def test_a_stranger_is_one_row_while_it_lasts(self) -> None:
        Stranger.objects.create(kind="customer", stripe_id="cus_1")
        refused(
            "one_lasting_stranger_per_object",
            lambda: Stranger.objects.create(kind="customer", stripe_id="cus_1"),
        )


class TestBounds:
    def test_there_is_one_set_of_limits(self) -> None:
        VendorLimits.objects.create()
        refused("the_vendor_has_one_set_of_limits", lambda: VendorLimits.objects.create(pk=2))

    def test_a_purchase_waits_once_and_an_approval_ends(self, world: World) -> None:
        asked = quote(world, 40)

        def write(**fields: Any) -> PurchaseReview:
            return PurchaseReview.objects.create(
                organization_id=world.id,
                quote=asked,
                quantity_from=12,
                quantity_to=40,
                total_minor=1,
                currency="EUR",
                **fields,
            )

        with organization_context(world.id):
            write()
            refused("one_open_review_per_organization_and_quantity", write)
            refused("an_approval_has_an_end", lambda: write(state="approved"))

    def test_an_invoice_is_held_once(self, world: World) -> None:
        def write() -> InvoiceHold:
            return InvoiceHold.objects.create(
                organization_id=world.id,
                stripe_invoice_id="in_1",
                expected_minor=1,
                most_minor=1,
                total_minor=2,
                currency="EUR",
            )

        with organization_context(world.id):
            write()
            refused("one_hold_per_organization_and_invoice", write)
