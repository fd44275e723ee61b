"""The state machine: months of an organization's life, in whatever order Hypothesis thinks of.

Each rule is one thing that a person, Stripe, the network or time does. The invariants are checked
after every rule, and once more when everything has been brought to rest.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.db import connections
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from accounts.errors import DomainError
from accounts.tenancy import organization_context
from billing.models import Purchase, Quote
from billing.services.charging import cancel_purchase
from billing.services.periods import sync_subscription
from billing.services.scheduling import (
    schedule_cancellation,
    schedule_seats,
    undo_scheduled_change,
)
from seats.models import SeatAssignment
from seats.services.seats import release_seat
from tests.fire.invariants import check_always, check_quiet
from tests.fire.killing import axe_over
from tests.fire.life import PRICES, Life, begin
from tests.support.stripe import Sandbox

# The clock is set before the edges that calendars have: the end of a month of 30, 31 and 28 days,
# 29 February, the turn of the year, and the hours that Berlin and New York have twice or never.
BEGINNINGS = [
    datetime(2027, 1, 31, 12, 0, tzinfo=UTC),
    datetime(2027, 10, 30, 23, 30, tzinfo=UTC),
    datetime(2027, 11, 7, 5, 30, tzinfo=UTC),
    datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2028, 1, 31, 0, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 8, 15, 1, tzinfo=UTC),
    datetime(2028, 3, 26, 0, 59, 59, tzinfo=UTC),
]
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Jakarta", "UTC"]
CARDS = [
    "pm_card_visa",
    "pm_card_mastercard",
    "pm_card_chargeCustomerFail",
    "pm_card_authenticationRequired",
]
SPANS = [
    timedelta(seconds=1),
    timedelta(minutes=7),
    timedelta(hours=1),
    timedelta(hours=25),
    timedelta(days=4),
    timedelta(days=11),
    timedelta(days=31),
]
TROUBLE = [
    {"kind": "cut_connection", "count": 1, "match": "POST /v1/"},
    {"kind": "cut_connection", "count": 3, "match": "POST /v1/subscription"},
    {"kind": "fail_answer", "count": 3, "status": 500, "after_change": True, "match": "POST /v1/"},
    {"kind": "fail_answer", "count": 4, "status": 503, "match": "GET /v1/invoices"},
    {"kind": "fail_answer", "count": 3, "status": 429, "match": "POST /v1/"},
    {"kind": "slow_answer", "count": 1, "seconds": 0.05, "match": "POST /v1/subscription"},
]
deaths = st.one_of(st.none(), st.none(), st.integers(min_value=0, max_value=12))
# Many at a time stop for a person (see the safety bounds); few is what people buy.
amounts = st.one_of(st.integers(min_value=1, max_value=9), st.sampled_from([25, 60]))
mixings = st.integers(min_value=0, max_value=999)


class Tally:
    """What all lives of a run amounted to."""

    def __init__(self) -> None:
        self.lives = 0
        self.steps = 0
        self.rules: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()

    def report(self) -> str:
        lines = [f"{self.lives} lives, {self.steps} steps"]
        lines += [f"  rule {name}: {times}" for name, times in self.rules.most_common()]
        lines += [f"  {name}: {times}" for name, times in sorted(self.outcomes.items())]
        return "\n".join(lines)


class OrganizationLife(RuleBasedStateMachine):
    """One organization from its first seat on. `sandbox` is set by the test."""

    sandbox: ClassVar[Sandbox]
    tally: ClassVar[Tally] = Tally()

    def __init__(self) -> None:
        super().__init__()
        self.life: Life | None = None
        self.quotes: list[Quote] = []
        self.last_bought: tuple[Quote, str] | None = None
        self.trouble: list[dict[str, Any]] = []
        self.asks_the_bank = False
        self.has_planned = False
        OrganizationLife.tally.lives += 1

    # -- beginnings and ends --------------------------------------------------------------------

    @initialize(
        price=st.sampled_from(sorted(PRICES)),
        at=st.sampled_from(BEGINNINGS),
        zone=st.sampled_from(ZONES),
        seats=st.integers(min_value=1, max_value=12),
        tax=st.sampled_from([0, 1900]),
    )
    def begins(self, price: str, at: datetime, zone: str, seats: int, tax: int) -> None:
        self.life = begin(
            self.sandbox,
            price=price,
            at=at,
            seats=seats,
            people=3,
            time_zone=zone,
            tax_rate_basis_points=tax,
        )

    def teardown(self) -> None:
        if self.life is None:
            return
        try:
            self.bring_to_rest(mixing=0)
            self.let_the_bank_time_out()
        finally:
            self.leave()

    def let_the_bank_time_out(self) -> None:
        """Nobody answers any more: after a day every intent has reached an end."""
        with organization_context(self.one.id):
            if not Purchase.objects.unfinished().exists():
                return
        self.one.pass_time(timedelta(days=1))
        self.bring_to_rest(mixing=0)
        with organization_context(self.one.id):
            assert not Purchase.objects.unfinished().exists()

    def leave(self) -> None:
        """End the subscription at Stripe, so that no later life meets this one."""
        identifier = self.one.subscription.stripe_subscription_id
        if self.one.subscription_at_stripe()["status"] != "canceled":
            self.sandbox.call("DELETE", f"subscriptions/{identifier}")
        sync_subscription(
            organization_id=self.one.id, stripe_subscription_id=identifier, now=self.one.now
        )

    @property
    def one(self) -> Life:
        assert self.life is not None
        return self.life

    def did(self, name: str) -> None:
        OrganizationLife.tally.steps += 1
        OrganizationLife.tally.rules[name] += 1

    def noted(self, outcome: str) -> None:
        OrganizationLife.tally.outcomes[outcome] += 1

    def attempt(self, what: Callable[[], Any], death: int | None = None) -> Any:
        """Do it; the product may refuse, the process may die. Return the result, if there is one.

        Trouble at Stripe lasts as long as the attempt: our own looks at Stripe are no part of it.
        """
        result = None
        for trouble in self.trouble:
            self.sandbox.chaos(**trouble)
        with axe_over(death) if death is not None else nullcontext() as axe:
            try:
                result = what()
            except DomainError as refusal:
                self.noted(f"refused: {refusal.code}")
        if self.trouble:
            self.sandbox.http.delete("/_sandbox/chaos").raise_for_status()
            self.trouble = []
        if axe is not None and axe.has_struck:
            self.noted(f"died after {axe.effects[-1].split('/')[0]}")
        return result

    def check(self) -> None:
        check_always(self.one)

    # -- the admin --------------------------------------------------------------------------------

    @rule(more=amounts)
    def quotes_seats(self, more: int) -> None:
        self.did("quote")
        made = self.attempt(lambda: self.one.quote(self.one.current().purchased_seats + more))
        if made is not None:
            self.quotes.append(made)
        self.check()

    @rule(more=amounts, death=deaths)
    def buys_seats(self, more: int, death: int | None) -> None:
        self.did("buy")
        made = self.attempt(lambda: self.one.quote(self.one.current().purchased_seats + more))
        if made is not None:
            self._buy(made, death)
        self.check()

    @precondition(lambda self: self.quotes)
    @rule(which=st.integers(min_value=0, max_value=9), death=deaths)
    def buys_with_an_earlier_quote(self, which: int, death: int | None) -> None:
        self.did("buy with an earlier quote")
        self._buy(self.quotes[which % len(self.quotes)], death)
        self.check()

    def _buy(self, quote: Quote, death: int | None) -> None:
        key = f"click-{random.Random(len(self.quotes)).randint(0, 9**9)}-{quote.pk}"
        self.last_bought = (quote, key)
        bought = self.attempt(lambda: self.one.buy(quote, key), death)
        if bought is not None:
            self.noted(f"bought: {bought.state}")
            self.asks_the_bank |= bought.state == Purchase.State.REQUIRES_ACTION

    @precondition(lambda self: self.last_bought is not None)
    @rule()
    def clicks_again(self) -> None:
        self.did("click again")
        assert self.last_bought is not None
        quote, key = self.last_bought
        self.attempt(lambda: self.one.buy(quote, key))
        self.check()

    @rule(more=st.integers(min_value=1, max_value=20))
    def clicks_twice_at_once(self, more: int) -> None:
        self.did("two clicks at once")
        quote = self.attempt(lambda: self.one.quote(self.one.current().purchased_seats + more))
        if quote is None:
            return

        def click() -> Any:
            try:
                return self.one.buy(quote, f"double-{quote.pk}")
            except DomainError as refusal:
                return refusal
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            results = [pool.submit(click) for _ in range(2)]
            bought = [future.result() for future in results]
        found = {result.pk for result in bought if isinstance(result, Purchase)}
        assert len(found) <= 1
        self.check()

    @precondition(lambda self: self.asks_the_bank)
    @rule()
    def gives_up_the_confirmation(self) -> None:
        self.did("cancel the confirmation")
        with organization_context(self.one.id):
            waiting = Purchase.objects.filter(state=Purchase.State.REQUIRES_ACTION).first()
        if waiting is not None:
            self.attempt(
                lambda: cancel_purchase(
                    organization_id=self.one.id,
                    purchase_id=waiting.pk,
                    actor=self.one.actor,
                    now=self.one.now,
                )
            )
        self.check()

    @rule(person=st.integers(min_value=0, max_value=2))
    def seats_or_unseats_somebody(self, person: int) -> None:
        self.did("assign or release")
        member = self.one.people[person]
        with organization_context(self.one.id):
            seated = SeatAssignment.objects.filter(
                membership_id=member, during__endswith__isnull=True
            ).exists()
        if seated:
            self.attempt(
                lambda: release_seat(
                    organization_id=self.one.id,
                    membership_id=member,
                    actor=self.one.actor,
                    now=self.one.tick(),
                )
            )
        else:
            self.attempt(lambda: self.one.seat(member))
        self.check()

    # -- plans for the renewal --------------------------------------------------------------------

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

    # -- the payer and the bank -------------------------------------------------------------------

    @rule(card=st.sampled_from(CARDS))
    def uses_another_card(self, card: str) -> None:
        self.did("another card")
        self.one.use_card(card)
        self.check()

    @precondition(lambda self: self.asks_the_bank)
    @rule(passes=st.booleans())
    def answers_the_bank(self, passes: bool) -> None:
        self.did("answer the bank")
        self.asks_the_bank = self.one.answer_bank(passes=passes)
        if self.asks_the_bank:
            self.noted("3DS passed" if passes else "3DS failed")
        self.check()

    # -- Stripe's deliveries ----------------------------------------------------------------------

    @rule(
        mixing=mixings,
        share=st.sampled_from([0.0, 0.3, 0.7, 1.0]),
        loses=st.booleans(),
        death=deaths,
    )
    def delivers_in_any_order(
        self, mixing: int, share: float, loses: bool, death: int | None
    ) -> None:
        """Some arrive, mixed up; of the others some are lost for ever, some wait for days."""
        self.did("deliver")
        self.one.gather()
        events = self.one.waiting
        random.Random(mixing).shuffle(events)
        cut = round(len(events) * share)
        now, later = events[:cut], events[cut:]
        if loses and self.one.worker_runs:
            lost = len(later[::2])
            later = later[1::2]
            OrganizationLife.tally.outcomes["events lost"] += lost
        self.one.waiting = later
        OrganizationLife.tally.outcomes["events delivered"] += len(now)
        self.attempt(lambda: self.one.deliver(now), death)
        self.check()

    @precondition(lambda self: self.life is not None and self.life.delivered)
    @rule(mixing=mixings)
    def delivers_again(self, mixing: int) -> None:
        self.did("deliver again")
        again = list(self.one.delivered)
        random.Random(mixing).shuffle(again)
        self.one.deliver(again[:8])
        self.check()

    # -- the network and the machines -------------------------------------------------------------

    @rule(trouble=st.sampled_from(TROUBLE))
    def stripe_is_in_trouble(self, trouble: dict[str, Any]) -> None:
        self.did("trouble at Stripe")
        self.trouble.append(trouble)

    @rule(death=deaths)
    def worker_does_a_round(self, death: int | None) -> None:
        self.did("worker's round")
        if self.one.worker_runs:
            self.attempt(self.one.beat, death)
        self.check()

    @rule()
    def worker_dies_or_comes_back(self) -> None:
        self.did("worker stops or starts")
        if self.one.worker_runs:
            self.one.beat()
        self.one.worker_runs = not self.one.worker_runs
        self.check()

    # -- time -------------------------------------------------------------------------------------

    @rule(span=st.sampled_from(SPANS))
    def time_passes(self, span: timedelta) -> None:
        self.did("time passes")
        self.one.pass_time(span)
        self.check()

    @rule(around=st.integers(min_value=-2, max_value=2))
    def time_passes_to_the_edge_of_the_period(self, around: int) -> None:
        self.did("time passes to the edge of the period")
        span = self.one.period_end() + timedelta(seconds=around) - self.one.now
        if span > timedelta(0):
            self.one.pass_time(span)
        self.check()

    @rule(mixing=mixings)
    def everything_comes_to_rest(self, mixing: int) -> None:
        self.did("rest")
        self.bring_to_rest(mixing)

    def bring_to_rest(self, mixing: int) -> None:
        self.one.settle(mixing)
        check_quiet(self.one)
