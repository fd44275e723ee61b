"""Customers, what they pay with, and the clocks they live on."""

import pytest
import stripe

from stripe_sandbox.tests.world import JANUARY, World


class TestCustomers:
    def test_balance_is_adjusted_by_transactions(self, world: World) -> None:
        customer = world.ada()
        made = world.v1.customers.balance_transactions.create(
            customer.id, {"amount": -500, "currency": "usd", "description": "Goodwill"}
        )
        assert (made.type, made.ending_balance) == ("adjustment", -500)
        assert world.balance(customer) == -500

    def test_payment_method_belongs_to_one_customer(self, world: World) -> None:
        ada, cleo = world.ada(), world.ada(name="Cleo")
        card = world.v1.customers.payment_methods.list(ada.id).data[0]
        with pytest.raises(stripe.InvalidRequestError):
            world.v1.payment_methods.attach(card.id, {"customer": cleo.id})
        with pytest.raises(stripe.InvalidRequestError):
            world.v1.customers.update(
                cleo.id, {"invoice_settings": {"default_payment_method": card.id}}
            )

    def test_detached_card_is_no_longer_the_default(self, world: World) -> None:
        customer = world.ada()
        card = world.v1.customers.payment_methods.list(customer.id).data[0]
        world.v1.payment_methods.detach(card.id)
        settings = world.v1.customers.retrieve(customer.id).invoice_settings
        assert settings is not None
        assert settings.default_payment_method is None

    def test_deleted_customer_ends_the_subscription(self, world: World) -> None:
        customer = world.ada()
        sub = world.subscribe(customer, world.flat(), 5)
        assert world.v1.customers.delete(customer.id).deleted
        assert world.sub(sub).status == "canceled"

    def test_sepa_debit_pays(self, world: World) -> None:
        customer = world.ada("pm_sepaDebit")
        sub = world.subscribe(customer, world.flat(currency="eur"), 5)
        assert sub.status == "active"

    def test_card_that_paid_can_become_the_default_of_the_subscription(self, world: World) -> None:
        customer = world.ada()
        sub = world.subscribe(
            customer,
            world.flat(),
            5,
            payment_settings={"save_default_payment_method": "on_subscription"},
        )
        card = world.v1.customers.payment_methods.list(customer.id).data[0]
        assert world.sub(sub).default_payment_method == card.id

    def test_payment_intent_by_itself(self, world: World) -> None:
        customer = world.ada()
        card = world.v1.customers.payment_methods.list(customer.id).data[0]
        intent = world.v1.payment_intents.create(
            {
                "amount": 1234,
                "currency": "eur",
                "customer": customer.id,
                "payment_method": card.id,
                "confirm": True,
            }
        )
        assert (intent.status, intent.amount_received) == ("succeeded", 1234)

    def test_test_clock_goes_with_everything_on_it(self, world: World) -> None:
        customer = world.ada()
        world.subscribe(customer, world.flat(), 5)
        world.v1.test_helpers.test_clocks.delete(world.clock_id)
        assert world.v1.customers.retrieve(customer.id).deleted
        with pytest.raises(stripe.InvalidRequestError) as refused:
            world.v1.test_helpers.test_clocks.retrieve(world.clock_id)
        assert refused.value.code == "resource_missing"

    def test_clock_goes_forward_only(self, world: World) -> None:
        clock = world.clock()
        with pytest.raises(stripe.InvalidRequestError):
            world.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": JANUARY})
