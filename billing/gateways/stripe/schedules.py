"""What the renewal of a subscription will bring: its schedule, or its end.

Everything here sets a state, whatever it was before, so that it can be asked for again.
"""

from typing import Any
from uuid import uuid4

import stripe

from billing.gateways.stripe.connection import client, keyed, mapped_errors
from billing.gateways.stripe.reading import id_of
from billing.gateways.stripe.states import (
    PhaseState,
    ScheduleState,
    SubscriptionState,
    moment,
)


def retrieve_schedule(schedule_id: str) -> ScheduleState:
    """Return a schedule with its phases."""
    with mapped_errors():
        return _read(client().v1.subscription_schedules.retrieve(schedule_id))


def schedule_renewal(
    subscription: SubscriptionState, *, price_id: str, quantity: int, interval: str
) -> None:
    """Have the subscription renew with `quantity` seats at that price; nothing is prorated.

    Until then it stays as it is, and after that renewal the schedule lets go of it. `interval` is
    that of the price. Tax rates and discounts are repeated, for a phase brings its own.
    """
    with mapped_errors():
        schedule_id = subscription.schedule_id
        if not schedule_id:
            made = client().v1.subscription_schedules.create(
                {"from_subscription": subscription.id}, keyed(str(uuid4()))
            )
            schedule_id = made.id
        kept: dict[str, Any] = {
            "proration_behavior": "none",
            "default_tax_rates": list(subscription.tax_rate_ids),
            "discounts": [{"discount": each} for each in subscription.discount_ids],
        }
        period = subscription.period
        phases: Any = [
            {
                **kept,
                "items": [{"price": subscription.price_id, "quantity": subscription.quantity}],
                "start_date": int(period.start.timestamp()),
                "end_date": int(period.end.timestamp()),
            },
            {
                **kept,
                "items": [{"price": price_id, "quantity": quantity}],
                "duration": {"interval": interval, "interval_count": 1},
            },
        ]
        client().v1.subscription_schedules.update(
            schedule_id,
            {
                "end_behavior": "release",
                "proration_behavior": "none",
                "phases": phases,
            },
            keyed(str(uuid4())),
        )


def release_schedule(schedule_id: str) -> None:
    """Let the subscription renew as it is."""
    with mapped_errors():
        client().v1.subscription_schedules.release(schedule_id, {}, keyed(str(uuid4())))


def end_at_renewal(subscription_id: str, *, ends: bool) -> None:
    """Have the subscription end with its period, or go on after all."""
    with mapped_errors():
        client().v1.subscriptions.update(
            subscription_id, {"cancel_at_period_end": ends}, keyed(str(uuid4()))
        )


def _read(schedule: stripe.SubscriptionSchedule) -> ScheduleState:
    return ScheduleState(
        id=schedule.id,
        is_live=schedule.status in ("not_started", "active"),
        phases=tuple(
            PhaseState(
                starts_at=moment(phase.start_date),
                ends_at=moment(phase.end_date),
                price_id=id_of(phase["items"][0].price),
                quantity=phase["items"][0].quantity or 0,
                discount_ids=tuple(id_of(given.discount) for given in phase.discounts or []),
                tax_rate_ids=tuple(id_of(rate) for rate in phase.default_tax_rates or []),
            )
            for phase in schedule.phases
        ),
    )
