"""Buys the demo's seats: prices, subscriptions and purchases through the services and the sandbox.

Two years pass on the sandbox's test clocks, one for each organization. Stripe's deliveries are held
back meanwhile: everything they would tell is asked for here, in order.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
from django.conf import settings
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import Organization, User
from accounts.services.history import Actor
from accounts.tenancy import organization_context, staff_context
from billing.domain.period import Interval
from billing.domain.price_table import PriceTable, Scheme, Tier
from billing.models import (
    BillingAccount,
    Plan,
    Price,
    PriceDraft,
    Purchase,
    Subscription,
)
from billing.services.catalog import make_plan, publish_price, sync_catalog
from billing.services.drafts import DraftTerms, make_draft
from billing.services.periods import sync_subscription
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from billing.services.seller import change_seller
from billing.services.subscriptions import Payer, start_subscription, use_card
from demo.dataset.cast import Card, Customer

# Unit amounts a month in minor units: flat, graduated (first 10, to 50, above), volume (the same).
# Starter has five seats for one amount, then one price a seat.
_MONTHLY: Final = {
    "USD": {
        "starter": (9_900, 2_600),
        "studio": 2400,
        "team": (4900, 4200, 3600),
        "scale": (4500, 3800, 3200),
    },
    "EUR": {
        "starter": (9_000, 2_400),
        "studio": 2200,
        "team": (4500, 3900, 3300),
        "scale": (4100, 3500, 2900),
    },
    "IDR": {
        "starter": (90_000_000, 24_000_000),
        "studio": 22_000_000,
        "team": (45_000_000, 39_000_000, 33_000_000),
        "scale": (41_000_000, 35_000_000, 29_000_000),
    },
    "JPY": {
        "starter": (15_000, 4_000),
        "studio": 3600,
        "team": (7300, 6300, 5400),
        "scale": (6700, 5700, 4800),
    },
}
_PLANS: Final = {
    "starter": ("Starter", "Five seats for one amount, tried for two weeks"),
    "studio": ("Studio", "One price for every seat"),
    "team": ("Team", "The more seats, the cheaper the next"),
    "scale": ("Scale", "All seats at the price of the tier reached; from 10 seats on"),
}
_TRIAL_DAYS: Final = {"starter": 14}
# Twelve months at 18 % off: a year's commitment.
_ANNUAL_HUNDREDTHS: Final = 12 * 82
# What Studio costs a month since its second version; who subscribed before keeps the first.
_STUDIO_SINCE: Final = {"EUR": 2350, "USD": 2550}


# The account number is the registry's own example; nobody is paid there.
_SELLER: Final = {
    "name": "Headroom Software GmbH",
    "address_line1": "Torstraße 140",
    "postal_code": "10119",
    "city": "Berlin",
    "country": "DE",
    "vat_id": "DE123456789",
    "registration": "HRB 123456 B, Amtsgericht Charlottenburg",
    "email": "billing@headroom.example",
    "website": "headroom.example",
    "bank_name": "Commerzbank",
    "iban": "DE89 3704 0044 0532 0130 00",
    "bic": "COBADEFFXXX",
    "footer": "Managing directors: Ines Albrecht, Tomas Lindqvist",
}


def name_seller(*, actor: Actor, now: datetime) -> None:
    """Write who sells, as it stands on every document."""
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        change_seller(details=_SELLER, actor=actor, now=now)


def publish_catalog(*, actor: Actor, now: datetime) -> None:
    """Put every plan on sale in every currency, monthly and annually; what is there stays."""
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        for code, (name, description) in _PLANS.items():
            plan = make_plan(code=code, name=name, description=description, now=now, actor=actor)
            for currency in _MONTHLY:
                for interval in Interval:
                    if _versions(plan, currency, interval):
                        continue
                    publish_price(
                        plan=plan,
                        interval=interval,
                        table=_table(code, currency, interval),
                        actor=actor,
                        now=now,
                        trial_days=_TRIAL_DAYS.get(code, 0),
                    )
    sync_catalog()


def _versions(plan: Plan, currency: str, interval: Interval) -> int:
    return Price.objects.filter(plan=plan, currency=currency, interval=interval.value).count()


def move_the_catalog_on(*, actor: Actor, now: datetime) -> None:
    """Publish second versions, which leave earlier subscribers behind, and begin a draft."""
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        studio = Plan.objects.get(code="studio")
        for currency, monthly in _STUDIO_SINCE.items():
            for interval in Interval:
                if _versions(studio, currency, interval) == 1:
                    publish_price(
                        plan=studio,
                        interval=interval,
                        table=_flat(monthly, currency, interval),
                        actor=actor,
                        now=now,
                        reason="The other interval follows on the same day.",
                    )
        _begin_draft(actor=actor, now=now)
    sync_catalog()


def _begin_draft(*, actor: Actor, now: datetime) -> None:
    team = Plan.objects.get(code="team")
    if PriceDraft.objects.filter(plan=team).exists():
        return
    tiers = (Tier(10, 4700), Tier(40, 4000), Tier(100, 3400), Tier(None, 2900))
    make_draft(
        plan=team,
        interval=Interval.MONTH,
        terms=DraftTerms(
            name="Next spring",
            table=PriceTable(scheme=Scheme.GRADUATED, currency="EUR", tiers=tiers),
            trial_days=14,
            floor_minor=3000,
        ),
        actor=actor,
        now=now,
    )


def _table(code: str, currency: str, interval: Interval) -> PriceTable:
    prices: Any = _MONTHLY[currency][code]
    if code == "studio":
        return _flat(prices, currency, interval)
    if code == "starter":
        entry, further = (_for(interval, monthly) for monthly in prices)
        return PriceTable(
            scheme=Scheme.GRADUATED,
            currency=currency,
            tiers=(Tier(5, 0, entry), Tier(None, further)),
        )
    bounds = (10, 50, None)
    return PriceTable(
        scheme=Scheme.GRADUATED if code == "team" else Scheme.VOLUME,
        currency=currency,
        tiers=tuple(
            Tier(up_to, _for(interval, monthly))
            for up_to, monthly in zip(bounds, prices, strict=True)
        ),
        minimum_seats=10 if code == "scale" else 1,
    )


def _flat(monthly: int, currency: str, interval: Interval) -> PriceTable:
    return PriceTable(
        scheme=Scheme.FLAT, currency=currency, tiers=(Tier(None, _for(interval, monthly)),)
    )


def _for(interval: Interval, monthly: int) -> int:
    return monthly if interval is Interval.MONTH else monthly * _ANNUAL_HUNDREDTHS // 100


class Clocks:
    """Stripe's test clocks, one for each organization of this data set.

    `began_at` tells them from those of another demo on the same account.
    """

    def __init__(self, began_at: str) -> None:
        self._began_at = began_at
        self._http = httpx.Client(
            base_url=settings.STRIPE_API_BASE or "https://api.stripe.com",
            headers={"Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}"},
            trust_env=False,
            timeout=120,
        )
        listed = self._get("/v1/test_helpers/test_clocks?limit=100")["data"]
        self._ids: dict[str, str] = {clock["name"]: clock["id"] for clock in listed}
        self._times: dict[str, int] = {clock["name"]: clock["frozen_time"] for clock in listed}

    def ensure(self, name: str, at: datetime) -> str:
        """Return the clock of that name; make it show `at` when it is new."""
        label = self._label(name)
        if label not in self._ids:
            second = int(at.timestamp())
            made = self._post("/v1/test_helpers/test_clocks", frozen_time=second, name=label)
            self._ids[label], self._times[label] = made["id"], second
        return self._ids[label]

    def advance(self, name: str, to: datetime) -> None:
        """Let time pass up to `to`, with all that falls due; a time that is over is ignored."""
        label = self._label(name)
        second = int(to.timestamp())
        if second > self._times[label]:
            path = f"/v1/test_helpers/test_clocks/{self._ids[label]}/advance"
            self._post(path, frozen_time=second)
            self._times[label] = second

    def in_the_dashboard(self, path: str, **fields: object) -> Any:
        """Change something as somebody in Stripe's dashboard does: past this product."""
        return self._post(f"/v1/{path}", **fields)

    def _label(self, name: str) -> str:
        return f"{name} {self._began_at}"

    @contextmanager
    def deliveries_held_back(self) -> Iterator[None]:
        """Let Stripe send no webhooks meanwhile."""
        listed = self._get("/v1/webhook_endpoints?limit=100")["data"]
        paths = [f"/v1/webhook_endpoints/{e['id']}" for e in listed if e["status"] == "enabled"]
        for path in paths:
            self._post(path, disabled="true")
        try:
            yield
        finally:
            for path in paths:
                self._post(path, disabled="false")

    def _get(self, path: str) -> Any:
        return self._http.get(path).raise_for_status().json()

    def _post(self, path: str, **fields: object) -> Any:
        answer = self._http.post(path, data={name: str(value) for name, value in fields.items()})
        return answer.raise_for_status().json()


class Buyer:
    """Buys one organization's seats as time passes on its clock."""

    def __init__(
        self, organization: Organization, customer: Customer, clocks: Clocks, user: User
    ) -> None:
        self._organization = organization
        self._customer = customer
        self._clocks = clocks
        self._actor = Actor.of(user)

    @property
    def subscription(self) -> Subscription | None:
        """The organization's live subscription."""
        with organization_context(self._organization.pk):
            return (
                Subscription.objects.current()
                .exclude(status=Subscription.Status.RESERVED)
                .select_related("price")
                .first()
            )

    def have(self, seats: int, at: datetime, *, po_number: str = "") -> None:
        """Own `seats` seats from `at` on: start the subscription or add to it."""
        subscription = self.subscription
        if subscription is None:
            self._start(seats, at)
        elif subscription.purchased_seats < seats:
            self.live_until(at)
            self._buy(seats, at, po_number)

    def live_until(self, at: datetime, *, as_it_happens: bool = False) -> None:
        """Let the clock go on to `at`, renewal by renewal.

        `as_it_happens` has everything noticed on its day, and what became of the status at `at`;
        otherwise it is noticed now.
        """
        subscription = self.subscription
        if subscription is None:
            return
        name = self._customer.external_id
        while (end := self._period_end(subscription)) <= at:
            # The invoice of a renewal is a draft for about an hour.
            moment = min(end + timedelta(hours=2), at)
            self._clocks.advance(name, moment)
            self._look(subscription, moment if as_it_happens else timezone.now())
            if self._period_end(subscription) == end:
                break
        self._clocks.advance(name, at)
        if as_it_happens:
            self._look(subscription, at)

    def pay_with(self, card: Card, now: datetime) -> None:
        """Use another card from now on."""
        with organization_context(self._organization.pk):
            account = BillingAccount.objects.get(organization=self._organization)
        use_card(
            organization_id=self._organization.pk,
            customer_id=account.stripe_customer_id,
            payment_method_id=card.value,
            now=now,
        )

    def _look(self, subscription: Subscription, now: datetime) -> None:
        sync_subscription(
            organization_id=self._organization.pk,
            stripe_subscription_id=subscription.stripe_subscription_id,
            now=now,
        )

    def _start(self, seats: int, at: datetime) -> None:
        customer = self._customer
        with organization_context(self._organization.pk):
            price = (
                Price.objects.on_sale()
                .select_related("plan")
                .get(
                    plan__code=customer.plan,
                    currency=customer.currency,
                    interval=customer.interval,
                )
            )
        start_subscription(
            organization_id=self._organization.pk,
            price=price,
            seats=max(seats, price.minimum_seats),
            payer=Payer(
                name=customer.name,
                email=f"billing@{customer.domain}",
                line1="1 Market Square",
                city=customer.city,
                country=customer.country,
            ),
            actor=self._actor,
            now=at,
            payment_method_id=Card.GOOD.value,
            tax_rate_basis_points=customer.tax_basis_points,
            test_clock_id=self._clocks.ensure(customer.external_id, at),
        )

    def _buy(self, seats: int, at: datetime, po_number: str) -> None:
        organization_id = self._organization.pk
        quote = quote_seats(
            organization_id=organization_id, quantity=seats, actor=self._actor, now=at
        )
        purchase = purchase_seats(
            organization_id=organization_id,
            quote_id=quote.pk,
            total_minor=quote.total_now_minor,
            idempotency_key=f"demo-{self._customer.external_id}-{seats}",
            actor=self._actor,
            now=at,
            po_number=po_number,
        )
        if purchase.state != Purchase.State.PROVISIONED:
            raise RuntimeError(
                f"{self._customer.name}: the purchase of {seats} seats is {purchase.state} "
                f"({purchase.failure_code})"
            )

    def _period_end(self, subscription: Subscription) -> datetime:
        with organization_context(self._organization.pk):
            return subscription.periods.latest("during").period.end
