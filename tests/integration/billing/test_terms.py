"""Buying on terms: seats on approval, an invoice with time to pay and its order number."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, connections
from django.db.utils import IntegrityError
from django.utils import timezone

from accounts.errors import DomainError
from accounts.tenancy import organization_context
from billing.gateways import stripe
from billing.models import Contract, Incident, Invoice, Purchase, SeatLedgerEntry
from billing.services.charging import advance_purchase
from billing.services.contracts import (
    Agreement,
    ContractNotPossible,
    apply_contract,
    approve_contract,
    sweep_contracts,
)
from billing.services.mirror import mirror_invoice
from billing.services.purchases import (
    ContractBeingApplied,
    CreditLimitReached,
    InvoiceOverdue,
    PaysByInvoice,
    PurchaseOrderNumberMissing,
    QuoteChanged,
    purchase_seats,
    reserve_purchase,
)
from billing.services.quotes import quote_seats
from tests.integration.billing.conftest import World, make_world
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

ON_TERMS = Agreement(
    collection=Contract.Collection.INVOICE, net_days=30, credit_limit_minor=100_000
)


def agree(world: World, agreement: Agreement = ON_TERMS) -> Contract:
    now = timezone.now()
    approve_contract(
        organization_id=world.id,
        agreement=agreement,
        reason="Known for years",
        actor=world.actor,
        now=now,
    )
    applied = apply_contract(organization_id=world.id, now=now)
    assert applied is not None
    return applied


def buy(world: World, quantity: int, **given: Any) -> Purchase:
    now = timezone.now()
    quote = quote_seats(organization_id=world.id, quantity=quantity, actor=world.actor, now=now)
    return purchase_seats(
        organization_id=world.id,
        quote_id=quote.pk,
        total_minor=quote.total_now_minor,
        idempotency_key=f"terms-{quote.pk}",
        actor=world.actor,
        now=now,
        **given,
    )


class TestContract:
    def test_has_stripe_collect_as_agreed(self, world: World) -> None:
        at = f"subscriptions/{world.subscription.stripe_subscription_id}"
        contract = agree(world)
        assert contract.applied_at is not None
        sent = world.sandbox.call("GET", at)
        assert (sent["collection_method"], sent["days_until_due"]) == ("send_invoice", 30)
        agree(world, Agreement())
        back = world.sandbox.call("GET", at)
        assert back["collection_method"] == "charge_automatically"
        assert world.account().collection == "card"

    def test_is_applied_by_the_sweeper_when_stripe_did_not_answer(self, world: World) -> None:
        with patch.object(
            stripe, "set_collection", side_effect=stripe.TemporarilyUnavailable("no answer")
        ):
            assert agree(world).applied_at is None
        with pytest.raises(ContractBeingApplied):
            buy(world, 20)
        assert sweep_contracts(now=timezone.now() + timedelta(minutes=1)) == 1
        applied = apply_contract(organization_id=world.id, now=timezone.now())
        assert applied is not None
        assert applied.applied_at is not None

    def test_needs_a_limit_when_seats_come_before_the_money(self, world: World) -> None:
        with pytest.raises(ContractNotPossible) as refused:
            agree(world, Agreement(collection=Contract.Collection.INVOICE))
        assert refused.value.details["about"] == "credit_limit"


class TestOnTerms:
    def test_grants_the_seats_when_the_invoice_is_issued(self, world: World) -> None:
        agree(world)
        bought = buy(world, 20, po_number="PO-4711")
        assert bought.state == Purchase.State.PROVISIONED
        assert bought.paid_at is None
        assert bought.terms_granted_at is not None
        assert world.purchased_seats() == world.stripe_quantity() == 20
        (invoice, _first) = world.invoices_at_stripe()
        assert invoice["status"] == "open"
        assert invoice["amount_remaining"] == bought.total_minor
        assert invoice["custom_fields"] == [{"name": "PO number", "value": "PO-4711"}]
        days = (invoice["due_date"] - invoice["status_transitions"]["finalized_at"]) / 86_400
        assert days == 30
        assert [e["type"] for e in world.events()].count("invoice.sent") == 1

    def test_writes_one_ledger_entry_and_keeps_the_state_when_it_is_paid(
        self, world: World
    ) -> None:
        agree(world)
        bought = buy(world, 20)
        world.sandbox.call("POST", f"invoices/{bought.stripe_invoice_id}/pay")
        for _ in range(2):
            paid = advance_purchase(
                organization_id=world.id, purchase_id=bought.pk, now=timezone.now()
            )
        assert paid.state == Purchase.State.PROVISIONED
        assert paid.paid_at is not None
        assert paid.ended_at == bought.ended_at
        with organization_context(world.id):
            entry = SeatLedgerEntry.objects.get(purchase=bought)
        assert entry.amount_minor == bought.total_minor
        assert world.purchased_seats() == 20

    @pytest.mark.parametrize(
        "step", ["set_quantity", "put_po_number", "finalize_invoice", "send_invoice"]
    )
    def test_goes_on_after_an_answer_was_lost(self, world: World, step: str) -> None:
        agree(world)
        real = getattr(stripe, step)

        def lost(**given: Any) -> None:
            real(**given)
            raise stripe.TemporarilyUnavailable("the answer was lost")

        with patch.object(stripe, step, side_effect=lost):
            begun = buy(world, 20, po_number="PO-1")
        assert begun.state == Purchase.State.AWAITING_PAYMENT
        assert world.purchased_seats() == 12
        done = advance_purchase(organization_id=world.id, purchase_id=begun.pk, now=timezone.now())
        assert done.state == Purchase.State.PROVISIONED
        assert len(world.invoices_at_stripe()) == 2
        assert world.invoices_at_stripe()[0]["custom_fields"][0]["value"] == "PO-1"

    def test_asks_for_the_order_number_that_was_agreed(self, world: World) -> None:
        agree(
            world,
            Agreement(
                collection=Contract.Collection.INVOICE,
                credit_limit_minor=100_000,
                needs_po_number=True,
            ),
        )
        with pytest.raises(PurchaseOrderNumberMissing):
            buy(world, 20, po_number="  ")
        assert buy(world, 20, po_number="PO-9").po_number == "PO-9"

    def test_is_refused_without_a_contract(self, sandbox: Sandbox) -> None:
        world = make_world(sandbox, payment_method_id="", by_invoice=True)
        with pytest.raises(PaysByInvoice):
            buy(world, 20)

    def test_a_quote_of_before_the_contract_is_not_bought(self, world: World) -> None:
        now = timezone.now()
        quote = quote_seats(organization_id=world.id, quantity=20, actor=world.actor, now=now)
        agree(world)
        with pytest.raises(QuoteChanged) as changed:
            reserve_purchase(
                organization_id=world.id,
                quote_id=quote.pk,
                total_minor=quote.total_now_minor,
                idempotency_key="early",
                actor=world.actor,
                now=now,
            )
        assert changed.value.quote.collection == "invoice"

    def test_reports_an_invoice_that_is_given_up_after_its_seats(self, world: World) -> None:
        agree(world)
        bought = buy(world, 20)
        world.sandbox.call("POST", f"invoices/{bought.stripe_invoice_id}/void")
        advance_purchase(organization_id=world.id, purchase_id=bought.pk, now=timezone.now())
        with organization_context(world.id):
            assert Incident.objects.get().kind == Incident.Kind.TERMS_GIVEN_UP

    def test_no_seat_without_payment_or_terms_says_the_database(self, world: World) -> None:
        agree(world)
        bought = buy(world, 20)
        with (
            pytest.raises(IntegrityError, match="seats_are_granted_only_when_paid_or_on_terms"),
            organization_context(world.id),
        ):
            Purchase.objects.filter(pk=bought.pk).update(terms_granted_at=None)


class TestCreditLimit:
    def test_stops_what_would_be_open_beyond_it(self, world: World) -> None:
        agree(world, Agreement(collection=Contract.Collection.INVOICE, credit_limit_minor=10_000))
        first = buy(world, 16)
        with pytest.raises(CreditLimitReached) as refused:
            buy(world, 60)
        assert refused.value.details["room_minor"] == 10_000 - first.total_minor
        world.sandbox.call("POST", f"invoices/{first.stripe_invoice_id}/pay")
        advance_purchase(organization_id=world.id, purchase_id=first.pk, now=timezone.now())
        assert buy(world, 20).state == Purchase.State.PROVISIONED

    def test_holds_for_buyers_at_the_same_moment(self, world: World) -> None:
        quote = quote_seats(
            organization_id=world.id, quantity=20, actor=world.actor, now=timezone.now()
        )
        # Room for one purchase of this size, not for two.
        agree(
            world,
            Agreement(
                collection=Contract.Collection.INVOICE,
                credit_limit_minor=quote.total_now_minor * 3 // 2,
            ),
        )

        def attempt(number: int) -> str:
            try:
                return buy(world, 20 if number % 2 else 19).state
            except DomainError as refusal:
                return refusal.code
            finally:
                connections.close_all()

        connection.close()
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(attempt, range(6)))
        assert answers.count(Purchase.State.PROVISIONED) >= 1
        with organization_context(world.id):
            open_minor = sum(
                Invoice.objects.filter(status="open").values_list(
                    "amount_remaining_minor", flat=True
                )
            )
        assert open_minor <= quote.total_now_minor * 3 // 2
        assert world.purchased_seats() == world.stripe_quantity()

    def test_an_overdue_invoice_stops_further_purchases(self, world: World) -> None:
        agree(world)
        bought = buy(world, 20)
        now = timezone.now()
        state = stripe.retrieve_invoice(bought.stripe_invoice_id)
        mirror = mirror_invoice(organization_id=world.id, state=state, now=now)
        with organization_context(world.id):
            Invoice.objects.filter(pk=mirror.pk).update(due_at=now - timedelta(days=1))
        with pytest.raises(InvoiceOverdue):
            buy(world, 24)
