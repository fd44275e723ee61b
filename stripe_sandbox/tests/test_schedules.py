"""Schedules: a decrease that waits for the renewal and survives what happens before it."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.world import FEBRUARY, HOUR, MARCH, MIDDLE, World, amounts


class TestPlannedDecrease:
    def planned(self, world: World) -> tuple[stripe.Subscription, stripe.SubscriptionSchedule]:
        price = world.flat()
        sub = world.subscribe(world.ada(), price, 8)
        schedule = world.v1.subscription_schedules.create({"from_subscription": sub.id})
        phase = schedule.phases[0]
        phases: Any = [
            {
                "items": [{"price": price.id, "quantity": 8}],
                "start_date": phase.start_date,
                "end_date": phase.end_date,
            },
            {
                "items": [{"price": price.id, "quantity": 3}],
                "duration": {"interval": "month"},
                "proration_behavior": "none",
            },
        ]
        schedule = world.v1.subscription_schedules.update(
            schedule.id, {"end_behavior": "release", "phases": phases, "proration_behavior": "none"}
        )
        return sub, schedule

    def test_takes_effect_with_the_renewal(self, world: World) -> None:
        sub, _ = self.planned(world)
        world.advance(FEBRUARY - 1)
        assert world.quantity(sub) == 8
        world.advance(FEBRUARY + HOUR)
        assert world.quantity(sub) == 3
        assert amounts(world.latest(sub)) == [3000]

    def test_shows_in_the_preview_of_the_renewal(self, world: World) -> None:
        sub, _ = self.planned(world)
        assert world.v1.invoices.create_preview({"subscription": sub.id}).total == 3000

    def test_survives_an_increase_before_it(self, world: World) -> None:
        sub, schedule = self.planned(world)
        world.advance(MIDDLE)
        world.buy(sub, 10)
        assert world.latest(sub).total == 1000  # two seats more for half of the month
        kept = world.v1.subscription_schedules.retrieve(schedule.id)
        assert [phase["items"][0].quantity for phase in kept.phases] == [10, 3]
        world.advance(FEBRUARY + HOUR)
        assert world.quantity(sub) == 3

    def test_is_released_after_its_last_phase(self, world: World) -> None:
        sub, schedule = self.planned(world)
        world.advance(MARCH + HOUR)
        ended = world.v1.subscription_schedules.retrieve(schedule.id)
        assert (ended.status, ended.released_subscription) == ("released", sub.id)
        assert world.sub(sub).schedule is None
        assert world.quantity(sub) == 3

    def test_release_keeps_the_seats(self, world: World) -> None:
        sub, schedule = self.planned(world)
        world.v1.subscription_schedules.release(schedule.id)
        world.advance(FEBRUARY + HOUR)
        assert world.quantity(sub) == 8

    def test_second_schedule_is_refused(self, world: World) -> None:
        sub, _ = self.planned(world)
        with pytest.raises(stripe.InvalidRequestError):
            world.v1.subscription_schedules.create({"from_subscription": sub.id})

    def test_canceling_the_schedule_ends_the_subscription(self, world: World) -> None:
        sub, schedule = self.planned(world)
        world.v1.subscription_schedules.cancel(schedule.id)
        assert world.sub(sub).status == "canceled"

    def test_keeps_the_tax_rates_that_a_phase_repeats(self, world: World) -> None:
        sub, schedule = self.planned(world)
        rate = world.v1.tax_rates.create(
            {"display_name": "VAT", "percentage": 19.0, "inclusive": False}
        )
        phases: Any = [
            {
                "items": [{"price": phase["items"][0].price, "quantity": 8}],
                "start_date": phase.start_date,
                "end_date": phase.end_date,
                "default_tax_rates": [rate.id],
            }
            for phase in schedule.phases
        ]
        world.v1.subscription_schedules.update(schedule.id, {"phases": phases})
        assert [each.id for each in world.sub(sub).default_tax_rates or []] == [rate.id]

    def test_moves_the_anchor_when_the_interval_changes(self, world: World) -> None:
        sub, schedule = self.planned(world)
        yearly = world.flat(unit_amount=9600, recurring={"interval": "year"})
        phase = schedule.phases[0]
        phases: Any = [
            {
                "items": [{"price": phase["items"][0].price, "quantity": 8}],
                "start_date": phase.start_date,
                "end_date": phase.end_date,
            },
            {
                "items": [{"price": yearly.id, "quantity": 8}],
                "duration": {"interval": "year"},
                "proration_behavior": "none",
            },
        ]
        world.v1.subscription_schedules.update(schedule.id, {"phases": phases})
        world.advance(FEBRUARY + HOUR)
        assert amounts(world.latest(sub)) == [8 * 9600]
        item = world.sub(sub)["items"].data[0]
        # The year begins on 1 February, not on the anchor of the months.
        assert item.current_period_end - item.current_period_start == 365 * 86_400
