"""What time does: renewals, retries, trials, cancellations."""

import pytest
import stripe

from stripe_sandbox.tests.conftest import Sandbox
from stripe_sandbox.tests.world import (
    DAY,
    FEBRUARY,
    HOUR,
    JANUARY,
    MARCH,
    MIDDLE,
    World,
    amounts,
    in_order,
    item_of,
)


class TestRenewal:
    @pytest.mark.parametrize(
        ("kind", "lines"),
        [
            ("flat", [12 * 1000]),
            ("graduated", [10 * 1000, 2 * 800]),  # a line for each tier
            ("volume", [12 * 800]),  # all seats at the tier reached
        ],
    )
    def test_charges_the_next_period(self, world: World, kind: str, lines: list[int]) -> None:
        sub = world.subscribe(world.ada(), getattr(world, kind)(), 12)
        world.advance(FEBRUARY + HOUR)
        invoice = world.latest(sub)
        assert (invoice.billing_reason, invoice.status) == ("subscription_cycle", "paid")
        assert amounts(invoice) == lines
        assert item_of(world.sub(sub)).current_period_start == FEBRUARY
        assert item_of(world.sub(sub)).current_period_end == MARCH

    def test_invoice_is_a_draft_for_an_hour(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.advance(FEBRUARY)
        draft = world.latest(sub)
        assert (draft.status, draft.automatically_finalizes_at) == ("draft", FEBRUARY + HOUR)
        world.advance(FEBRUARY + HOUR - 1)
        assert world.latest(sub).status == "draft"
        world.advance(FEBRUARY + HOUR)
        assert world.latest(sub).status == "paid"

    def test_tells_in_the_typical_order(self, world: World) -> None:
        world.subscribe(world.ada(), world.flat(), 5)
        already = len(world.event_types())
        world.advance(FEBRUARY + HOUR)
        assert in_order(
            [
                "invoice.created",
                "customer.subscription.updated",
                "invoice.finalized",
                "invoice.paid",
            ],
            world.event_types()[already:],
        )

    def test_flat_amount_of_each_tier_entered_is_charged(self, world: World) -> None:
        price = world.price(
            billing_scheme="tiered",
            tiers_mode="graduated",
            tiers=[
                {"up_to": 10, "unit_amount": 100, "flat_amount": 2000},
                {"up_to": "inf", "unit_amount_decimal": "50.25", "flat_amount": 1000},
            ],
        )
        sub = world.subscribe(world.ada(), price, 13)
        # 10 x 100 + 2000; 3 x 50.25 + 1000 = 1150.75, rounded 1151
        assert amounts(world.latest(sub)) == [3000, 1151]

    def test_create_prorations_wait_for_the_renewal(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.advance(MIDDLE)
        world.buy(
            sub, 8, proration_behavior="create_prorations", payment_behavior="allow_incomplete"
        )
        assert world.quantity(sub) == 8
        world.advance(FEBRUARY + HOUR)
        assert amounts(world.latest(sub)) == [-2500, 4000, 8000]

    def test_long_way_is_walked_in_order(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 1)
        world.advance(JANUARY + 100 * DAY)
        invoices = world.v1.invoices.list({"subscription": sub.id}).data
        assert [(i.total, i.status) for i in invoices] == [(1000, "paid")] * 4
        assert [i.number for i in invoices] == sorted(
            (str(i.number) for i in invoices), reverse=True
        )

    def test_restarting_the_cycle_credits_and_charges_in_full(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.advance(MIDDLE)
        world.v1.subscriptions.update(sub.id, {"billing_cycle_anchor": {"type": "now"}})
        assert amounts(world.latest(sub)) == [-2500, 5000]
        assert item_of(world.sub(sub)).current_period_start == MIDDLE

    def test_anchor_in_the_middle_cuts_the_first_period_short(self, world: World) -> None:
        middle_of_month = JANUARY + 15 * DAY
        sub = world.subscribe(world.ada(), world.flat(), 5, billing_cycle_anchor=middle_of_month)
        # 15 of the 31 days from 16 December to 16 January: 5000 x 15 / 31 = 2419.35
        assert amounts(world.latest(sub)) == [2419]
        assert item_of(sub).current_period_end == middle_of_month
        world.advance(JANUARY + 5 * DAY)
        world.buy(sub, 6)
        # 10 days left: -(5000) x 10 / 31 = -1612.90; 6000 x 10 / 31 = 1935.48
        assert amounts(world.latest(sub)) == [-1613, 1935]
        world.advance(middle_of_month + HOUR)
        assert amounts(world.latest(sub)) == [6000]

    def test_anchor_without_proration_is_free_until_then(self, world: World) -> None:
        anchor = JANUARY + 15 * DAY
        sub = world.subscribe(
            world.ada(), world.flat(), 5, billing_cycle_anchor=anchor, proration_behavior="none"
        )
        assert (sub.status, world.latest(sub).total) == ("active", 0)
        world.advance(anchor + HOUR)
        assert world.latest(sub).total == 5000

    def test_yearly_price_starts_a_new_period(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        yearly = world.price(unit_amount=10_000, recurring={"interval": "year"})
        world.advance(MIDDLE)
        world.v1.subscription_items.update(item_of(sub).id, {"price": yearly.id, "quantity": 5})
        assert amounts(world.latest(sub)) == [-2500, 50_000]


class TestDunning:
    def failing(self, world: World) -> stripe.Subscription:
        customer = world.ada()
        sub = world.subscribe(customer, world.flat(), 5)
        world.use_card(customer.id, "pm_card_chargeCustomerFail")
        world.advance(FEBRUARY + HOUR)
        return sub

    def test_first_failure_makes_it_past_due_and_plans_a_retry(self, world: World) -> None:
        sub = self.failing(world)
        invoice = world.latest(sub)
        assert world.sub(sub).status == "past_due"
        assert (invoice.attempt_count, invoice.next_payment_attempt) == (
            1,
            FEBRUARY + HOUR + 3 * DAY,
        )

    def test_new_card_pays_at_the_next_retry(self, world: World) -> None:
        sub = self.failing(world)
        world.use_card(str(sub.customer), "pm_card_visa")
        world.advance(FEBRUARY + HOUR + 3 * DAY)
        assert world.latest(sub).status == "paid"
        assert world.sub(sub).status == "active"

    @pytest.mark.parametrize(
        ("setting", "status"),
        [("cancel", "canceled"), ("unpaid", "unpaid"), ("past_due", "past_due")],
    )
    def test_ends_as_the_account_has_set(
        self, world: World, sandbox: Sandbox, setting: str, status: str
    ) -> None:
        sandbox.control("settings", {"dunning_end": setting})
        sub = self.failing(world)
        world.advance(FEBRUARY + HOUR + 15 * DAY)  # retries after 3, 5 and 7 days
        assert world.sub(sub).status == status
        assert world.latest(sub).attempt_count == 4

    def test_card_that_asks_the_customer_fails_without_them(self, world: World) -> None:
        customer = world.ada()
        sub = world.subscribe(customer, world.flat(), 5)
        world.use_card(customer.id, "pm_card_threeDSecure2Required")
        world.advance(FEBRUARY + HOUR)
        assert world.sub(sub).status == "past_due"


class TestEnd:
    def test_cancel_at_period_end(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.v1.subscriptions.update(sub.id, {"cancel_at_period_end": True})
        assert world.sub(sub).cancel_at == FEBRUARY
        world.advance(FEBRUARY)
        ended = world.sub(sub)
        assert (ended.status, ended.ended_at) == ("canceled", FEBRUARY)
        assert "customer.subscription.deleted" in world.event_types()

    def test_cancellation_can_be_taken_back(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.v1.subscriptions.update(sub.id, {"cancel_at_period_end": True})
        world.v1.subscriptions.update(sub.id, {"cancel_at_period_end": False})
        world.advance(FEBRUARY + HOUR)
        assert world.sub(sub).status == "active"

    def test_cancel_now_can_credit_the_rest(self, world: World) -> None:
        customer = world.ada()
        sub = world.subscribe(customer, world.flat(), 5)
        world.advance(MIDDLE)
        world.v1.subscriptions.cancel(sub.id, {"prorate": True, "invoice_now": True})
        assert world.sub(sub).status == "canceled"
        assert world.balance(customer) == -2500

    def test_trial_becomes_a_paid_period(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5, trial_period_days=14)
        assert (sub.status, world.latest(sub).total) == ("trialing", 0)
        world.advance(JANUARY + 14 * DAY + HOUR)
        assert world.sub(sub).status == "active"
        assert world.latest(sub).amount_paid == 5000
        assert item_of(world.sub(sub)).current_period_start == JANUARY + 14 * DAY

    @pytest.mark.parametrize(("behavior", "status"), [("cancel", "canceled"), ("pause", "paused")])
    def test_trial_without_a_card_ends_as_asked(
        self, world: World, behavior: str, status: str
    ) -> None:
        sub = world.subscribe(
            world.ada(None),
            world.flat(),
            5,
            trial_period_days=14,
            trial_settings={"end_behavior": {"missing_payment_method": behavior}},
        )
        world.advance(JANUARY + 15 * DAY)
        assert world.sub(sub).status == status

    def test_paused_subscription_resumes_with_a_new_period(self, world: World) -> None:
        customer = world.ada(None)
        sub = world.subscribe(
            customer,
            world.flat(),
            5,
            trial_period_days=14,
            trial_settings={"end_behavior": {"missing_payment_method": "pause"}},
        )
        world.advance(JANUARY + 15 * DAY)
        world.use_card(customer.id, "pm_card_visa")
        world.v1.subscriptions.resume(sub.id)
        assert world.sub(sub).status == "active"
        assert world.latest(sub).amount_paid == 5000


class TestSentInvoices:
    def test_are_finalized_after_an_hour_and_due_later(self, world: World) -> None:
        sub = world.subscribe(
            world.ada(None), world.flat(), 5, collection_method="send_invoice", days_until_due=30
        )
        assert sub.status == "active"
        assert world.latest(sub).status == "draft"
        world.advance(JANUARY + HOUR)
        invoice = world.latest(sub)
        assert (invoice.status, invoice.due_date) == ("open", JANUARY + HOUR + 30 * DAY)
        assert "invoice.sent" in world.event_types()

    def test_unpaid_when_due_make_it_past_due_until_paid(self, world: World) -> None:
        sub = world.subscribe(
            world.ada(None), world.flat(), 5, collection_method="send_invoice", days_until_due=7
        )
        world.advance(JANUARY + HOUR + 7 * DAY)
        assert world.sub(sub).status == "past_due"
        world.v1.invoices.pay(world.latest(sub).id, {"paid_out_of_band": True})
        assert world.sub(sub).status == "active"
        assert world.latest(sub).amount_paid_off_stripe == 5000
