"""Trials: what is told before they end, and discounts that outlive a draft."""

from datetime import UTC, datetime

from stripe_sandbox.tests.world import DAY, HOUR, JANUARY, World


class TestTrial:
    def test_is_told_three_days_before_its_end_and_once(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5, trial_period_days=14)
        world.advance(JANUARY + 11 * DAY - HOUR)
        assert "customer.subscription.trial_will_end" not in world.event_types()
        world.advance(JANUARY + 11 * DAY)
        world.advance(JANUARY + 13 * DAY)
        told = [t for t in world.event_types() if t == "customer.subscription.trial_will_end"]
        assert (told, world.sub(sub).status) == (
            ["customer.subscription.trial_will_end"],
            "trialing",
        )
        world.advance(JANUARY + 14 * DAY + 2 * HOUR)
        assert world.sub(sub).status == "active"
        assert world.latest(sub).total == 5000


class TestDiscount:
    def test_of_one_month_reduces_the_invoice_whose_draft_was_made_before_its_end(
        self, world: World
    ) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        coupon = world.v1.coupons.create(
            {"percent_off": 10, "duration": "repeating", "duration_in_months": 1}
        )
        # Half an hour later than the subscription, so that it ends while the renewal is a draft.
        world.advance(JANUARY + HOUR // 2)
        world.v1.subscriptions.update(sub.id, {"discounts": [{"coupon": coupon.id}]})
        world.advance(int(datetime(2026, 2, 1, 3, tzinfo=UTC).timestamp()))
        assert world.latest(sub).total == 4500
        world.advance(int(datetime(2026, 3, 1, 3, tzinfo=UTC).timestamp()))
        assert world.latest(sub).total == 5000
