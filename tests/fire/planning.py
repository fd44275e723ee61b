"""What an admin does with the subscription: plans for the renewal, another price, the end, anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from billing.services.scheduling import (
    schedule_cancellation,
    schedule_price_change,
    schedule_seats,
    undo_scheduled_change,
)
from tests.fire.base import TROUBLE, BaseLife, deaths
from tests.fire.buying import Buying

prices = st.sampled_from(["month", "year", "business"])


class Planning(Buying):
    """Rules of plans for the renewal and of other prices."""

    @precondition(BaseLife.is_live)
    @rule(fewer=st.integers(min_value=-9, max_value=6), death=deaths)
    def plans_seats_for_the_renewal(self, fewer: int, death: int | None) -> None:
        self.did("plan seats")
        seats = max(1, self.one.current().purchased_seats - fewer)
        self._noted_plan(
            lambda: schedule_seats(
                organization_id=self.one.id,
                seats=seats,
                actor=self.one.actor,
                now=self.one.tick(),
            ),
            death,
        )

    @precondition(BaseLife.is_live)
    @rule(fewer=st.integers(min_value=-9, max_value=6), trouble=st.sampled_from(TROUBLE))
    def plans_seats_while_stripe_is_in_trouble(self, fewer: int, trouble: dict[str, Any]) -> None:
        self.did("plan seats in trouble")
        seats = max(1, self.one.current().purchased_seats - fewer)
        self.trouble.append(trouble)
        self._noted_plan(
            lambda: schedule_seats(
                organization_id=self.one.id,
                seats=seats,
                actor=self.one.actor,
                now=self.one.tick(),
            ),
            None,
        )

    @precondition(BaseLife.is_live)
    @rule(death=deaths)
    def cancels_the_subscription(self, death: int | None) -> None:
        self.did("cancel the subscription")
        self._noted_plan(
            lambda: schedule_cancellation(
                organization_id=self.one.id, actor=self.one.actor, now=self.one.tick()
            ),
            death,
        )

    @precondition(lambda self: self.has_planned)
    @rule(death=deaths)
    def takes_a_plan_back(self, death: int | None) -> None:
        self.did("take a plan back")
        plans = self.one.plans()
        if plans:
            self._noted_plan(
                lambda: undo_scheduled_change(
                    organization_id=self.one.id,
                    change_id=plans[0].pk,
                    actor=self.one.actor,
                    now=self.one.tick(),
                ),
                death,
            )

    @precondition(lambda self: self.has_planned)
    @rule(more=st.integers(min_value=1, max_value=5), death=deaths)
    def buys_beside_a_plan(self, more: int, death: int | None) -> None:
        self.did("buy beside a plan")
        made = self.attempt(lambda: self.one.quote(self.one.current().purchased_seats + more))
        if made is not None:
            self._buy(made, death)
        self.check()

    def _noted_plan(self, what: Callable[[], Any], death: int | None) -> None:
        change = self.attempt(what, death)
        if change is not None:
            self.noted(f"plan: {change.kind} {change.state}")
            self.has_planned = True
        self.check()

    @precondition(BaseLife.is_live)
    @rule(price=prices, death=deaths)
    def plans_another_price(self, price: str, death: int | None) -> None:
        self.did("plan another price")
        self._noted_plan(
            lambda: schedule_price_change(
                organization_id=self.one.id,
                price=self.one.prices[price],
                actor=self.one.actor,
                now=self.one.tick(),
            ),
            death,
        )

    @precondition(BaseLife.is_live)
    @rule(price=prices, more=st.integers(min_value=0, max_value=5), death=deaths)
    def buys_another_price(self, price: str, more: int, death: int | None) -> None:
        """Monthly to annual, or to another plan, at once."""
        self.did("buy another price")
        seats = self.one.current().purchased_seats + more
        made = self.attempt(lambda: self.one.quote_price(self.one.prices[price], seats))
        if made is not None:
            self.noted(f"quoted: {made.kind}")
            self._buy(made, death)
        self.check()

    @precondition(BaseLife.is_live)
    @rule(really=st.sampled_from([True, False, False, False]))
    def is_ended_by_the_vendor(self, really: bool) -> None:
        """Somebody ends the subscription in Stripe's dashboard, at once; not often."""
        if not really:
            return
        self.did("ended at Stripe")
        identifier = self.one.subscription.stripe_subscription_id
        if self.one.subscription_at_stripe()["status"] != "canceled":
            self.sandbox.call("DELETE", f"subscriptions/{identifier}")
        self.bring_to_rest(mixing=0)

    @precondition(BaseLife.has_ended)
    @rule(price=prices, seats=st.integers(min_value=3, max_value=9), death=deaths)
    def starts_again(self, price: str, seats: int, death: int | None) -> None:
        self.did("start again")
        key = f"again-{self.tally.steps}"
        start = self.attempt(
            lambda: self.one.start_again(self.one.prices[price], seats, key), death
        )
        if start is not None:
            self.noted(f"start: {start.state}")
            self.asks_the_bank |= start.state == start.State.REQUIRES_ACTION
        self.check()
