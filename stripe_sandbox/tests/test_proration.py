"""Proration: what a change in the middle of a period costs, to the second and to the cent."""

from datetime import UTC, datetime

import pytest
import stripe

from stripe_sandbox.tests.world import DAY, FEBRUARY, JANUARY, MIDDLE, World, amounts, item_of


class TestReferenceFigures:
    """Monthly, at the exact middle of January (31 days, so exactly half is left)."""

    def test_flat_price_from_5_to_8(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.advance(MIDDLE)
        world.buy(sub, 8)
        # -(5 x 1000) / 2 = -2500; 8 x 1000 / 2 = 4000
        assert amounts(world.latest(sub)) == [-2500, 4000]
        assert world.latest(sub).total == 1500

    def test_graduated_price_from_12_to_20(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.graduated(), 12)
        world.advance(MIDDLE)
        world.buy(sub, 20)
        # 12: 10 x 1000 + 2 x 800 = 11600, half 5800; 20: 10 x 1000 + 10 x 800 = 18000, half 9000
        assert amounts(world.latest(sub)) == [-5800, 9000]
        assert world.latest(sub).total == 3200

    def test_volume_price_from_9_to_12_reprices_every_seat(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.volume(), 9)
        world.advance(MIDDLE)
        world.buy(sub, 12)
        # 9 x 1000 = 9000, half 4500; 12 x 800 = 9600, half 4800
        assert amounts(world.latest(sub)) == [-4500, 4800]
        assert world.latest(sub).total == 300


class TestPreview:
    @pytest.mark.parametrize("kind", ["flat", "graduated", "volume"])
    @pytest.mark.parametrize("offset", [0, 1, 123_457, 31 * DAY - 86_401])
    def test_agrees_to_the_cent_with_the_invoice_of_the_same_second(
        self, world: World, kind: str, offset: int
    ) -> None:
        sub = world.subscribe(world.ada(), getattr(world, kind)(), 7)
        at = JANUARY + offset
        if offset:
            world.advance(at)
        preview = world.preview(sub, 23, proration_date=at)
        world.buy(sub, 23, proration_date=at)
        invoice = world.latest(sub)
        assert (preview.total, amounts(preview)) == (invoice.total, amounts(invoice))

    def test_keeps_to_the_pinned_second_although_time_goes_on(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.advance(MIDDLE)
        quoted = world.preview(sub, 8, proration_date=MIDDLE).total
        world.advance(MIDDLE + 600)
        world.buy(sub, 8, proration_date=MIDDLE)
        assert world.latest(sub).total == quoted == 1500

    def test_changes_nothing(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.advance(MIDDLE)
        before = world.event_types()
        world.preview(sub, 8)
        assert world.quantity(sub) == 5
        assert world.event_types() == before
        assert len(world.v1.invoices.list({"subscription": sub.id}).data) == 1
        assert world.v1.invoice_items.list({"pending": True}).data == []

    def test_with_create_prorations_is_the_next_renewal_and_the_prorations(
        self, world: World
    ) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.advance(MIDDLE)
        preview = world.preview(sub, 8, proration_behavior="create_prorations")
        # the prorations of above, then 8 x 1000 for February
        assert amounts(preview) == [-2500, 4000, 8000]
        assert preview.total == 9500

    def test_with_none_is_the_next_renewal_alone(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.graduated(), 5)
        preview = world.preview(sub, 12, proration_behavior="none")
        assert amounts(preview) == [10 * 1000, 2 * 800]  # one line for each tier

    def test_of_a_new_subscription(self, world: World) -> None:
        customer, price = world.ada(), world.volume()
        preview = world.v1.invoices.create_preview(
            {
                "customer": customer.id,
                "subscription_details": {"items": [{"price": price.id, "quantity": 11}]},
            }
        )
        assert preview.total == 11 * 800
        assert world.v1.subscriptions.list({"customer": customer.id}).data == []

    def test_of_a_canceling_subscription_says_that_none_is_coming(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5, cancel_at_period_end=True)
        with pytest.raises(stripe.InvalidRequestError) as refused:
            world.v1.invoices.create_preview({"subscription": sub.id})
        assert refused.value.code == "invoice_upcoming_none"

    def test_refuses_a_second_outside_the_period(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        with pytest.raises(stripe.InvalidRequestError) as refused:
            world.preview(sub, 8, proration_date=FEBRUARY + 1)
        assert refused.value.param == "proration_date"


class TestCredit:
    def test_negative_net_is_paid_at_once_and_goes_to_the_balance(self, world: World) -> None:
        customer = world.ada()
        sub = world.subscribe(customer, world.flat(), 8)
        world.advance(MIDDLE)
        world.buy(sub, 5)
        invoice = world.latest(sub)
        assert (invoice.status, invoice.total, invoice.amount_due) == ("paid", -1500, 0)
        assert (invoice.starting_balance, invoice.ending_balance) == (0, -1500)
        assert world.balance(customer) == -1500
        moved = world.v1.customers.balance_transactions.list(customer.id).data
        assert [(t.amount, t.type, t.ending_balance) for t in moved] == [
            (-1500, "applied_to_invoice", -1500)
        ]

    def test_balance_pays_the_next_invoice_first(self, world: World) -> None:
        customer = world.ada()
        sub = world.subscribe(customer, world.flat(), 8)
        world.advance(MIDDLE)
        world.buy(sub, 5)
        world.advance(FEBRUARY + 3700)
        invoice = world.latest(sub)
        # 5 x 1000 less the credit of 1500
        assert (invoice.total, invoice.amount_due, invoice.amount_paid) == (5000, 3500, 3500)
        assert world.balance(customer) == 0

    def test_larger_quantity_can_cost_less_under_volume_tiers(self, world: World) -> None:
        price = world.price(
            billing_scheme="tiered",
            tiers_mode="volume",
            tiers=[{"up_to": 10, "unit_amount": 50}, {"up_to": "inf", "unit_amount": 40}],
        )
        sub = world.subscribe(world.ada(), price, 10)
        world.advance(MIDDLE)
        # 10 x 50 = 500, half 250; 11 x 40 = 440, half 220
        assert amounts(world.preview(sub, 11)) == [-250, 220]

    def test_derives_from_what_was_debited(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.advance(MIDDLE)
        item = item_of(sub).id
        world.v1.subscription_items.update(item, {"quantity": 8, "proration_behavior": "none"})
        world.buy(sub, 10)
        # The three free seats were never debited, so 5 are credited: -2500, and 10 debited: 5000.
        assert amounts(world.latest(sub)) == [-2500, 5000]

    def test_of_a_second_change_credits_the_first(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.advance(MIDDLE)
        world.buy(sub, 8)
        three_quarters = MIDDLE + (FEBRUARY - MIDDLE) // 2
        world.advance(three_quarters)
        world.buy(sub, 9)
        # a quarter of the period is left: -(8 x 1000) / 4 + 9 x 1000 / 4
        assert amounts(world.latest(sub)) == [-2000, 2250]

    def test_names_the_invoice_that_it_credits(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        first = world.latest(sub)
        world.advance(MIDDLE)
        world.buy(sub, 8)
        parent = world.latest(sub).lines.data[0].parent
        assert parent is not None
        details = parent.subscription_item_details
        assert details is not None
        assert details.proration
        assert details.proration_details is not None
        credited = details.proration_details.credited_items
        assert credited is not None
        assert (credited.invoice, credited.invoice_line_items) == (
            first.id,
            [line.id for line in first.lines.data],
        )


class TestQuietCases:
    def test_same_quantity_charges_nothing(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        world.advance(MIDDLE)
        world.buy(sub, 5)
        assert len(world.v1.invoices.list({"subscription": sub.id}).data) == 1

    def test_trial_is_never_prorated(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5, trial_period_days=14)
        world.advance(JANUARY + 7 * DAY)
        world.buy(sub, 8)
        assert world.quantity(sub) == 8
        assert world.latest(sub).total == 0

    def test_price_change_without_quantity_sets_it_to_one(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        other = world.flat(unit_amount=2000)
        world.v1.subscription_items.update(item_of(sub).id, {"price": other.id})
        assert world.quantity(sub) == 1

    def test_less_than_the_minimum_charge_is_carried_on_the_balance(self, world: World) -> None:
        customer = world.ada()
        sub = world.subscribe(customer, world.flat(), 5)
        world.advance(FEBRUARY - 3600)
        world.buy(sub, 6)
        # -(5000) x 3600 / 2678400 = -6.72; 6000 x the same = 8.06: 1 cent is below the minimum
        assert amounts(world.latest(sub)) == [-7, 8]
        assert (world.latest(sub).status, world.latest(sub).amount_due) == ("paid", 0)
        assert world.balance(customer) == 1

    def test_anchor_of_the_31st_is_clamped_and_kept(self, world: World) -> None:
        start = int(datetime(2026, 1, 31, 12, tzinfo=UTC).timestamp())
        world.clock(start)
        sub = world.subscribe(world.ada(), world.flat(), 1)
        ends = [item_of(sub).current_period_end]
        for _ in range(2):
            world.advance(ends[-1] + 3700)
            ends.append(item_of(world.sub(sub)).current_period_end)
        days = [f"{datetime.fromtimestamp(end, UTC):%m-%d %H}" for end in ends]
        assert days == ["02-28 12", "03-31 12", "04-30 12"]

    def test_zero_decimal_currency_is_counted_in_whole_units(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(currency="jpy", unit_amount=1001), 5)
        world.advance(MIDDLE)
        world.buy(sub, 8)
        # 5 x 1001 / 2 = 2502.5 and 8 x 1001 / 2 = 4004: halves go up
        assert amounts(world.latest(sub)) == [-2503, 4004]
