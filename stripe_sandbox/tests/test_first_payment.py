"""The first payment of a subscription, and cards that are refused on sight."""

import pytest
import stripe

from stripe_sandbox.tests.world import HOUR, JANUARY, World


class TestFirstPayment:
    def test_declined_leaves_the_subscription_incomplete_until_it_expires(
        self, world: World
    ) -> None:
        sub = world.subscribe(world.ada("pm_card_chargeCustomerFail"), world.flat(), 5)
        assert sub.status == "incomplete"
        world.advance(JANUARY + 23 * HOUR)
        assert world.sub(sub).status == "incomplete_expired"
        assert world.latest(sub).status == "void"

    def test_error_if_incomplete_creates_nothing(self, world: World) -> None:
        customer = world.ada("pm_card_chargeCustomerFail")
        with pytest.raises(stripe.CardError):
            world.subscribe(customer, world.flat(), 5, payment_behavior="error_if_incomplete")
        assert world.v1.subscriptions.list({"customer": customer.id, "status": "all"}).data == []

    def test_default_incomplete_is_confirmed_by_its_intent(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5, payment_behavior="default_incomplete")
        assert sub.status == "incomplete"
        payment = world.v1.invoice_payments.list({"invoice": str(sub.latest_invoice)}).data[0]
        intent = world.v1.payment_intents.confirm(str(payment.payment.payment_intent))
        assert intent.status == "succeeded"
        assert world.sub(sub).status == "active"

    def test_pending_if_incomplete_is_for_updates(self, world: World) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            world.subscribe(world.ada(), world.flat(), 5, payment_behavior="pending_if_incomplete")
        assert refused.value.param == "payment_behavior"

    def test_without_any_card_is_refused(self, world: World) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            world.subscribe(world.ada(None), world.flat(), 5)
        assert refused.value.code == "resource_missing"

    def test_card_that_is_refused_on_sight_cannot_be_attached(self, world: World) -> None:
        customer = world.ada(None)
        for test_id, code, decline_code in (
            ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
            ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
            ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ):
            with pytest.raises(stripe.CardError) as refused:
                world.v1.payment_methods.attach(test_id, {"customer": customer.id})
            assert refused.value.code == code
            assert refused.value.error is not None
            assert refused.value.error.decline_code == decline_code
