"""Buying seats: paid, declined, waiting for the bank, given up."""

import pytest
import stripe

from stripe_sandbox.tests.world import (
    BROWSER,
    FEBRUARY,
    HOUR,
    JANUARY,
    MIDDLE,
    World,
    amounts,
    in_order,
    item_of,
)


class TestPaid:
    def test_grants_the_seats_and_tells_in_the_typical_order(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.advance(MIDDLE)
        already = len(world.event_types())
        item = world.buy(sub, 8)
        assert item.quantity == 8
        assert world.sub(sub).pending_update is None
        assert in_order(
            [
                "invoice.created",
                "invoice.finalized",
                "payment_intent.succeeded",
                "invoice.paid",
                "customer.subscription.updated",
            ],
            world.event_types()[already:],
        )

    def test_invoice_names_its_payment_only_when_asked(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        plain = world.latest(sub)
        assert "payments" not in plain
        assert "confirmation_secret" not in plain
        full = world.v1.invoices.retrieve(
            plain.id,
            {"expand": ["payments.data.payment.payment_intent", "confirmation_secret"]},
        )
        assert full.payments is not None
        intent = full.payments.data[0].payment.payment_intent
        assert isinstance(intent, stripe.PaymentIntent)
        assert (intent.status, intent.amount_received) == ("succeeded", 5000)
        assert full.confirmation_secret is not None
        assert full.confirmation_secret.client_secret == intent.client_secret

    def test_periods_are_found_on_items_alone(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        assert "current_period_end" not in sub
        assert item_of(sub).current_period_start == JANUARY


def declining(world: World, quantity: int = 5) -> stripe.Subscription:
    """A subscription that was paid once and whose card now declines."""
    customer = world.ada()
    sub = world.subscribe(customer, world.flat(), quantity)
    world.advance(MIDDLE)
    world.use_card(customer.id, "pm_card_chargeCustomerFail")
    return sub


class TestDeclined:
    def test_pending_if_incomplete_holds_the_change_back(self, world: World) -> None:
        sub = declining(world)
        already = len(world.event_types())
        world.buy(sub, 8)
        now = world.sub(sub)
        assert (now.status, item_of(now).quantity) == ("active", 5)
        assert now.pending_update is not None
        assert now.pending_update.subscription_items is not None
        assert now.pending_update.subscription_items[0].quantity == 8
        assert now.pending_update.expires_at == MIDDLE + 23 * HOUR
        invoice = world.latest(sub)
        assert (invoice.status, invoice.amount_remaining, invoice.attempt_count) == (
            "open",
            1500,
            1,
        )
        assert in_order(
            ["invoice.payment_failed", "customer.subscription.updated"],
            world.event_types()[already:],
        )

    def test_allow_incomplete_applies_the_change_and_goes_past_due(self, world: World) -> None:
        sub = declining(world)
        world.buy(sub, 8, payment_behavior="allow_incomplete")
        now = world.sub(sub)
        assert (now.status, item_of(now).quantity) == ("past_due", 8)
        assert world.latest(sub).status == "open"

    def test_error_if_incomplete_answers_402_and_changes_nothing(self, world: World) -> None:
        sub = declining(world)
        before = world.event_types()
        with pytest.raises(stripe.CardError) as refused:
            world.buy(sub, 8, payment_behavior="error_if_incomplete")
        assert (refused.value.http_status, refused.value.code) == (402, "card_declined")
        now = world.sub(sub)
        assert (now.status, item_of(now).quantity) == ("active", 5)
        assert len(world.v1.invoices.list({"subscription": sub.id}).data) == 1
        assert world.event_types() == before

    def test_default_incomplete_waits_for_a_confirmation(self, world: World) -> None:
        sub = declining(world)
        world.buy(sub, 8, payment_behavior="default_incomplete")
        assert (world.sub(sub).status, world.quantity(sub)) == ("past_due", 8)
        assert world.latest(sub).attempt_count == 0

    def test_paying_the_invoice_with_another_card_applies_the_change(self, world: World) -> None:
        sub = declining(world)
        world.buy(sub, 8)
        invoice = world.latest(sub)
        with pytest.raises(stripe.CardError) as refused:
            world.v1.invoices.pay(invoice.id)
        assert refused.value.error is not None
        assert refused.value.error.decline_code == "generic_decline"
        good = world.v1.payment_methods.attach("pm_card_visa", {"customer": str(sub.customer)})
        paid = world.v1.invoices.pay(invoice.id, {"payment_method": good.id})
        assert paid.status == "paid"
        assert world.quantity(sub) == 8
        assert in_order(
            ["invoice.paid", "customer.subscription.pending_update_applied"], world.event_types()
        )

    def test_unpaid_change_expires_and_its_invoice_is_voided(self, world: World) -> None:
        sub = declining(world)
        world.buy(sub, 8)
        world.advance(MIDDLE + 23 * HOUR - 1)
        assert world.sub(sub).pending_update is not None
        world.advance(MIDDLE + 23 * HOUR)
        assert world.sub(sub).pending_update is None
        assert world.quantity(sub) == 5
        assert world.latest(sub).status == "void"
        assert in_order(
            ["customer.subscription.pending_update_expired", "invoice.voided"], world.event_types()
        )

    def test_newer_change_replaces_the_one_that_waits(self, world: World) -> None:
        customer = world.ada()
        sub = world.subscribe(customer, world.flat(), 5)
        world.advance(MIDDLE)
        world.use_card(customer.id, "pm_card_chargeCustomerFail")
        world.buy(sub, 8)
        waiting = world.latest(sub).id
        world.use_card(customer.id, "pm_card_visa")
        world.buy(sub, 9)
        assert world.v1.invoices.retrieve(waiting).status == "void"
        assert world.quantity(sub) == 9
        assert amounts(world.latest(sub)) == [-2500, 4500]

    def test_voiding_the_invoice_drops_the_change(self, world: World) -> None:
        sub = declining(world)
        world.buy(sub, 8)
        world.v1.invoices.void_invoice(world.latest(sub).id)
        assert world.sub(sub).pending_update is None
        assert world.quantity(sub) == 5

    def test_pending_is_refused_for_invoices_that_are_sent(self, world: World) -> None:
        sub = world.subscribe(
            world.ada(), world.flat(), 5, collection_method="send_invoice", days_until_due=30
        )
        with pytest.raises(stripe.InvalidRequestError) as refused:
            world.buy(sub, 8)
        assert refused.value.param == "payment_behavior"

    def test_change_that_waits_never_outlives_its_period(self, world: World) -> None:
        customer = world.ada()
        sub = world.subscribe(customer, world.flat(), 50)
        world.advance(FEBRUARY - 10 * HOUR)
        world.use_card(customer.id, "pm_card_chargeCustomerFail")
        world.buy(sub, 80)
        pending = world.sub(sub).pending_update
        assert pending is not None
        assert pending.expires_at == FEBRUARY
        world.advance(FEBRUARY + 2 * HOUR)
        assert world.quantity(sub) == 50

    def test_pending_is_refused_for_bank_debits(self, world: World) -> None:
        sub = world.subscribe(world.ada("pm_sepaDebit"), world.flat(currency="eur"), 5)
        with pytest.raises(stripe.InvalidRequestError, match="bank debits"):
            world.buy(sub, 8)

    @pytest.mark.parametrize("extra", ["metadata", "off_session"])
    def test_pending_takes_the_quantity_alone(self, world: World, extra: str) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        with pytest.raises(stripe.InvalidRequestError) as refused:
            world.buy(sub, 8, **{extra: {"a": "b"} if extra == "metadata" else True})
        assert refused.value.param == extra

    def test_pending_is_refused_together_with_other_changes(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        with pytest.raises(stripe.InvalidRequestError) as refused:
            world.v1.subscriptions.update(
                sub.id, {"payment_behavior": "pending_if_incomplete", "description": "More"}
            )
        assert refused.value.param == "description"


class TestAuthentication:
    def bought(self, world: World) -> stripe.Subscription:
        customer = world.ada()
        sub = world.subscribe(customer, world.flat(), 5)
        world.advance(MIDDLE)
        world.use_card(customer.id, "pm_card_authenticationRequired")
        world.buy(sub, 8)
        return sub

    def test_waits_for_the_bank(self, world: World) -> None:
        sub = self.bought(world)
        assert world.sub(sub).pending_update is not None
        assert world.quantity(sub) == 5
        assert in_order(
            ["invoice.payment_action_required", "invoice.payment_failed"], world.event_types()
        )

    def test_authenticated_on_the_hosted_page_applies_the_change(self, world: World) -> None:
        sub = self.bought(world)
        address = world.latest(sub).hosted_invoice_url
        assert address is not None
        assert "Your bank wants to know" in BROWSER.get(address).text
        intent = self.intent(world, sub)
        page = BROWSER.post(
            f"{world.url}/authenticate/{intent}", data={"answer": "pass"}, follow_redirects=True
        )
        assert str(page.url) == address
        assert "Paid" in page.text
        assert world.quantity(sub) == 8
        assert in_order(
            [
                "invoice.payment_action_required",
                "invoice.paid",
                "customer.subscription.pending_update_applied",
            ],
            world.event_types(),
        )

    def test_failed_at_the_bank_grants_nothing_and_can_be_paid_otherwise(
        self, world: World
    ) -> None:
        sub = self.bought(world)
        BROWSER.post(f"{world.url}/authenticate/{self.intent(world, sub)}", data={"answer": "fail"})
        assert world.quantity(sub) == 5
        assert world.latest(sub).status == "open"
        address = str(world.latest(sub).hosted_invoice_url)
        refused = BROWSER.post(address, data={"card": "visa_chargeDeclined"})
        assert (refused.status_code, "Your card was declined." in refused.text) == (402, True)
        BROWSER.post(address, data={"card": "visa"})
        assert world.quantity(sub) == 8

    def test_paying_by_api_says_that_the_customer_is_needed(self, world: World) -> None:
        sub = self.bought(world)
        with pytest.raises(stripe.CardError) as refused:
            world.v1.invoices.pay(world.latest(sub).id, {"off_session": False})
        assert refused.value.code == "invoice_payment_intent_requires_action"

    def intent(self, world: World, sub: stripe.Subscription) -> str:
        payments = world.v1.invoice_payments.list({"invoice": world.latest(sub).id})
        return str(payments.data[0].payment.payment_intent)
