"""An organization's life on a test clock, and everything that may happen to it.

`Life.now` is the only clock: Stripe's test clock stands at it, and every service is handed it.
Events are not delivered by themselves; whoever plays decides when, in which order, how often.
"""

import json
import random
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx

from accounts.domain.roles import StaffScope
from accounts.models import Organization, User
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context, staff_context
from billing.domain.dunning import End, Policy
from billing.domain.period import Interval
from billing.domain.price_table import Scheme, Tier
from billing.gateways.stripe.webhooks import read_event
from billing.models import (
    BillingAccount,
    Price,
    Purchase,
    Quote,
    ScheduledChange,
    Subscription,
    SubscriptionStart,
)
from billing.selectors.starting import start_figures
from billing.services import (
    collecting,
    contracts,
    details,
    dunning,
    grants,
    recovery,
    starting,
    sweeping,
    tax,
    webhooks,
)
from billing.services.choosing import reserve_start
from billing.services.contracts import Agreement, apply_contract, approve_contract
from billing.services.dunning_policy import change_policy
from billing.services.mirror import refresh_customer
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from billing.services.subscriptions import Payer, start_subscription
from seats.models import SeatPool
from seats.services.seats import assign_seat
from tests.integration.billing.conftest import GRADUATED, make_price
from tests.support.database import empty_all_tables
from tests.support.people import make_admin, make_membership, make_organization
from tests.support.stripe import Sandbox, sign

# Graduated; volume with a cliff (10 seats cost 120.00, 11 cost 99.00); with flat amounts; yen.
PRICES: dict[str, dict[str, Any]] = {
    "graduated": {"tiers": GRADUATED},
    "cliff": {
        "scheme": Scheme.VOLUME,
        "tiers": (Tier(10, 1200), Tier(40, 900), Tier(None, 650)),
    },
    "flat-part": {
        "tiers": (Tier(5, 900, 2500), Tier(None, 700, 500)),
        "currency": "USD",
    },
    "yen": {"scheme": Scheme.FLAT, "tiers": (Tier(None, 1250),), "currency": "JPY"},
}
# The year costs ten months; the dearer plan half as much again.
_OTHERS: dict[str, tuple[str, Interval, int, int]] = {
    "year": ("", Interval.YEAR, 10, 1),
    "business": ("-business", Interval.MONTH, 3, 2),
}
# Quick enough for a life of some months: reminded, restricted and ended in little more than a week.
DUNNING = {end: Policy((0, 3), 5, 8, end) for end in End}
_numbers = count(1)
_PAGE = 100
HOUR = timedelta(hours=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# What a worker that runs may oversleep; the beat looks for missed events more often than that.
LONGEST_LEAP = timedelta(days=2)


@dataclass
class Life:
    """One organization with its customer, its clock and the events nobody has delivered yet."""

    sandbox: Sandbox
    organization: Organization
    ada: User
    now: datetime
    clock_id: str
    prices: dict[str, Price]
    customer_id: str = ""
    people: list[int] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    delivered: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=40))
    worker_runs: bool = True
    _fetched_at: datetime = LONG_AGO
    _seen: str = ""
    _keys: "count[int]" = field(default_factory=count)

    @property
    def id(self) -> int:
        return self.organization.pk

    @property
    def actor(self) -> Actor:
        return Actor.of(self.ada)

    # -- time ---------------------------------------------------------------------------------

    def pass_time(self, span: timedelta) -> None:
        """Let time pass on both sides; a worker that runs does its rounds meanwhile."""
        target = self.now + span
        while self.now < target:
            step = min(target, self.now + LONGEST_LEAP) if self.worker_runs else target
            self.now = step
            self.sandbox.advance(self.clock_id, int(step.timestamp()))
            if self.worker_runs and step < target:
                self.beat()

    # -- the admin ----------------------------------------------------------------------------

    def quote(self, quantity: int) -> Quote:
        return quote_seats(
            organization_id=self.id, quantity=quantity, actor=self.actor, now=self.now
        )

    def buy(self, quote: Quote, key: str = "") -> Purchase:
        return purchase_seats(
            organization_id=self.id,
            quote_id=quote.pk,
            total_minor=quote.total_now_minor,
            idempotency_key=key or f"key-{next(self._keys)}",
            actor=self.actor,
            now=self.now,
        )

    def quote_price(self, price: Price, quantity: int) -> Quote:
        """Return a quote for another price at once."""
        return quote_seats(
            organization_id=self.id,
            quantity=quantity,
            price=price,
            actor=self.actor,
            now=self.now,
        )

    def agree(self, agreement: Agreement) -> None:
        """Finance approves how the organization pays, and Stripe is told."""
        approve_contract(
            organization_id=self.id,
            agreement=agreement,
            reason="Known for years",
            actor=SYSTEM,
            now=self.now,
        )
        apply_contract(organization_id=self.id, now=self.now)

    def start_again(self, price: Price, seats: int, key: str) -> SubscriptionStart:
        """Choose a subscription after the last one has ended, and pay for it."""
        with organization_context(self.id):
            figures = start_figures(
                organization=self.organization,
                price=price,
                seats=seats,
                country="DE",
                now=self.now,
            )
        start = reserve_start(
            organization_id=self.id,
            price=price,
            seats=seats,
            due_minor=figures.due_minor,
            payer=_payer(self.organization),
            idempotency_key=key,
            actor=self.actor,
            now=self.now,
        )
        return starting.advance_start(organization_id=self.id, start_id=start.pk, now=self.now)

    def use_card(self, payment_method: str) -> None:
        """Give the customer another card at Stripe, and our mirror the news."""
        card = self.sandbox.call(
            "POST", f"payment_methods/{payment_method}/attach", customer=self.customer_id
        )
        self.sandbox.call(
            "POST",
            f"customers/{self.customer_id}",
            **{"invoice_settings[default_payment_method]": card["id"]},
        )
        refresh_customer(organization_id=self.id, now=self.now)

    def answer_bank(self, *, passes: bool) -> bool:
        """Answer the bank's question about the newest payment that asks one; tell whether one did.

        The page belongs to the payer: it works while our worker is dead.
        """
        for invoice in self.invoices_at_stripe():
            if invoice["status"] != "open":
                continue
            payments = self.sandbox.call("GET", "invoice_payments", invoice=invoice["id"])
            for payment in payments["data"]:
                intent = payment["payment"]["payment_intent"]
                state = self.sandbox.call("GET", f"payment_intents/{intent}")["status"]
                if state == "requires_action":
                    self.sandbox.confirm_at_bank(intent, passes=passes)
                    return True
        return False

    def pay_open_invoice(self) -> bool:
        """Pay the newest open invoice on Stripe's page; tell whether one was paid."""
        for invoice in self.invoices_at_stripe():
            if invoice["status"] == "open":
                try:
                    paid = self.sandbox.call("POST", f"invoices/{invoice['id']}/pay")
                except httpx.HTTPStatusError:
                    return False
                return bool(paid["status"] == "paid")
        return False

    def tick(self) -> datetime:
        """A millisecond later: nobody presses two buttons in the same instant."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def seat(self, person: int) -> None:
        self.tick()
        assign_seat(organization_id=self.id, membership_id=person, actor=self.actor, now=self.now)

    # -- Stripe's deliveries --------------------------------------------------------------------

    def gather(self) -> None:
        """Take the events that happened since the last look among those to be delivered."""
        while True:
            page = self.sandbox.call(
                "GET",
                "events",
                limit=_PAGE,
                **({"ending_before": self._seen} if self._seen else {}),
            )
            if not page["data"]:
                return
            self._seen = page["data"][0]["id"]
            self.waiting += [
                event for event in reversed(page["data"]) if _customer_of(event) == self.customer_id
            ]
            if not page["has_more"]:
                return

    def deliver(self, events: Iterable[dict[str, Any]]) -> None:
        """Deliver as Stripe does: signed, stored once; the worker works them off if it runs."""
        for event in events:
            payload = json.dumps(event)
            notice = read_event(payload=payload.encode(), signature=sign(payload))
            webhooks.receive_event(notice=notice, now=self.now)
            self.delivered.append(event)
        if self.worker_runs:
            webhooks.process_due_events(now=self.now, clock=lambda: self.now)

    # -- the worker -----------------------------------------------------------------------------

    def jobs(self) -> list[Callable[[], Any]]:
        """Everything that beat runs, in the order of its schedule."""
        return [
            self.fetch_missed_events,
            lambda: webhooks.process_due_events(now=self.now, clock=lambda: self.now),
            lambda: sweeping.sweep_purchases(now=self.now),
            lambda: sweeping.sweep_renewals(now=self.now),
            lambda: sweeping.sweep_plans(now=self.now),
            lambda: contracts.sweep_contracts(now=self.now),
            lambda: sweeping.sweep_settlements(now=self.now),
            lambda: sweeping.sweep_payments(now=self.now),
            lambda: grants.sweep_grants(now=self.now),
            lambda: collecting.collect_months(now=self.now),
            lambda: recovery.sweep_attempts(now=self.now),
            lambda: dunning.run_dunning(now=self.now),
            lambda: starting.sweep_starts(now=self.now, idle_for=sweeping.IDLE_FOR),
            lambda: details.sweep_details(now=self.now),
            lambda: tax.sweep_tax(now=self.now),
            lambda: sweeping.expire_purchases(now=self.now),
        ]

    def fetch_missed_events(self) -> None:
        """Once an hour, as beat has it."""
        if self.now >= self._fetched_at + HOUR:
            self._fetched_at = self.now
            webhooks.fetch_missed_events(now=self.now)

    def beat(self) -> None:
        """One round of the worker's periodic work."""
        for job in self.jobs():
            job()

    def settle(self, mixing: int = 0) -> None:
        """Until nothing moves: all trouble over, every event delivered, worker awake for hours."""
        self.worker_runs = True
        for _round in range(6):
            self.gather()
            events, self.waiting = self.waiting, []
            random.Random(mixing).shuffle(events)
            self.deliver(events)
            self.beat()
            self.gather()
            if not self.waiting:
                break
            self.pass_time(timedelta(minutes=10))
        # Whatever was put off (an event that failed, a look that is due later) has its turn.
        for _round in range(2):
            self.pass_time(HOUR + timedelta(minutes=5))
            self.gather()
            events, self.waiting = self.waiting, []
            self.deliver(events)
            self.beat()

    # -- reading --------------------------------------------------------------------------------

    def invoices_at_stripe(self) -> list[dict[str, Any]]:
        """Every invoice of the customer, newest first."""
        found: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            page = self.sandbox.call(
                "GET", "invoices", customer=self.customer_id, limit=_PAGE, **after
            )
            found += page["data"]
            if not page["has_more"]:
                return found
            after = {"starting_after": page["data"][-1]["id"]}

    def subscription_at_stripe(self) -> dict[str, Any]:
        return self.sandbox.call("GET", f"subscriptions/{self.subscription.stripe_subscription_id}")

    def current(self) -> Subscription:
        """The subscription there is, or the one that ended last."""
        with organization_context(self.id):
            return (
                Subscription.objects.select_related("price")
                .exclude(stripe_subscription_id="")
                .order_by("-created_at", "-pk")[:1]
                .get()
            )

    @property
    def subscription(self) -> Subscription:
        return self.current()

    def account(self) -> BillingAccount:
        with organization_context(self.id):
            return BillingAccount.objects.get()

    def pool(self) -> SeatPool:
        with organization_context(self.id):
            return SeatPool.objects.get()

    def plans(self) -> list[ScheduledChange]:
        """What is planned for the renewal."""
        with organization_context(self.id):
            return list(ScheduledChange.objects.planned().select_related("price_to"))

    def period_end(self) -> datetime:
        item = self.subscription_at_stripe()["items"]["data"][0]
        return datetime.fromtimestamp(item["current_period_end"], tz=UTC)


def begin(
    sandbox: Sandbox,
    *,
    price: str,
    at: datetime,
    seats: int = 3,
    people: int = 0,
    time_zone: str = "Europe/Berlin",
    tax_rate_basis_points: int = 0,
    end: End = End.CANCELED,
) -> Life:
    """Return an organization that has just started with `seats` seats, paid by card.

    It is alone in the world: Stripe and the database are empty, because the clock of one life says
    nothing about that of another. `end` is what the vendor does with who does not pay.
    """
    number = next(_numbers)
    sandbox.reset()
    empty_all_tables()
    sandbox.http.post("/_sandbox/settings", json={"dunning_end": "past_due"}).raise_for_status()
    prices = make_prices(price, f"{price}-{number}")
    with staff_context(user_id=0, scope=StaffScope.ALL):
        change_policy(policy=DUNNING[end], reason="", actor=SYSTEM, now=at)
    terms = prices["month"]
    organization = make_organization(
        f"fire-{number}", currency=terms.currency, time_zone=time_zone, now=at
    )
    ada = make_admin(f"ada-{number}", organization)
    life = Life(
        sandbox=sandbox,
        organization=organization,
        ada=ada,
        now=at,
        clock_id=sandbox.make_clock(int(at.timestamp())),
        prices=prices,
    )
    life.people = [
        make_membership(organization, external_id=f"p{person}").pk for person in range(people)
    ]
    start_subscription(
        organization_id=organization.pk,
        price=terms,
        seats=seats,
        payer=_payer(organization),
        actor=Actor.of(ada),
        now=at,
        payment_method_id="pm_card_visa",
        tax_rate_basis_points=tax_rate_basis_points,
        test_clock_id=life.clock_id,
    )
    life.customer_id = life.account().stripe_customer_id
    return life


def make_prices(name: str, code: str) -> dict[str, Price]:
    """Return a monthly price, the same plan by the year, and a dearer plan by the month."""
    table = PRICES[name]
    prices = {"month": make_price(code=code, **table)}
    for other, (suffix, interval, times, by) in _OTHERS.items():
        tiers = tuple(
            replace(
                tier,
                unit_amount_minor=tier.unit_amount_minor * times // by,
                flat_amount_minor=tier.flat_amount_minor * times // by,
            )
            for tier in table["tiers"]
        )
        prices[other] = make_price(
            code=f"{code}{suffix}", interval=interval, **(table | {"tiers": tiers})
        )
    return prices


def _payer(organization: Organization) -> Payer:
    return Payer(
        name=organization.name, email=f"{organization.external_id}@example.com", country="DE"
    )


def _customer_of(event: dict[str, Any]) -> str:
    subject = event["data"]["object"]
    return str(subject["id"] if subject["object"] == "customer" else subject.get("customer"))
