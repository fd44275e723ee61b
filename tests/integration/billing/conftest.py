"""An organization with a subscription at the sandbox, and the people around it."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import Organization, User
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context, staff_context
from billing.domain.period import Interval
from billing.domain.price_table import PriceTable, Scheme, Tier
from billing.models import BillingAccount, Price, Subscription
from billing.services.catalog import make_plan, publish_price
from billing.services.mirror import refresh_customer
from billing.services.subscriptions import Payer, start_subscription
from seats.models import SeatPool
from tests.support.people import make_admin, make_organization
from tests.support.stripe import Sandbox, deliver, sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]

DAY = 86_400

# 10 at 10.00, the next 40 at 8.00, the rest at 6.00.
GRADUATED = (Tier(10, 1000), Tier(50, 800), Tier(None, 600))


def make_price(
    *,
    scheme: Scheme = Scheme.GRADUATED,
    tiers: tuple[Tier, ...] = GRADUATED,
    currency: str = "EUR",
    interval: Interval = Interval.MONTH,
    code: str = "team",
    **limits: Any,
) -> Price:
    """Return a published price."""
    now = timezone.now()
    with staff_context(user_id=0, scope=StaffScope.ALL):
        return publish_price(
            plan=make_plan(code=code, name=code.capitalize(), now=now),
            interval=interval,
            table=PriceTable(scheme=scheme, currency=currency, tiers=tiers, **limits),
            actor=SYSTEM,
            now=now,
            reason="as the test needs it",
        )


@dataclass(frozen=True)
class World:
    """An organization that has a subscription, its admin ada and the sandbox."""

    organization: Organization
    ada: User
    subscription: Subscription
    sandbox: Sandbox

    @property
    def id(self) -> int:
        return self.organization.pk

    @property
    def actor(self) -> Actor:
        return Actor.of(self.ada)

    def account(self) -> BillingAccount:
        with organization_context(self.id):
            return BillingAccount.objects.get()

    def purchased_seats(self) -> int:
        """The seats of the pool, which decides who may sit."""
        with organization_context(self.id):
            return SeatPool.objects.get().purchased_seats

    def stripe_quantity(self) -> int:
        """The seats that Stripe charges for."""
        item = self.sandbox.call("GET", f"subscription_items/{self.subscription.stripe_item_id}")
        return int(item["quantity"])

    def invoices_at_stripe(self, **filters: str) -> list[dict[str, Any]]:
        """The organization's invoices at Stripe, newest first."""
        page = self.sandbox.call(
            "GET", "invoices", customer=self.account().stripe_customer_id, limit="100", **filters
        )
        return list(page["data"])

    def use_card(self, payment_method: str) -> None:
        """Give the organization another card at Stripe, and our mirror the news."""
        customer = self.account().stripe_customer_id
        card = self.sandbox.call(
            "POST", f"payment_methods/{payment_method}/attach", customer=customer
        )
        self.sandbox.call(
            "POST",
            f"customers/{customer}",
            **{"invoice_settings[default_payment_method]": card["id"]},
        )
        refresh_customer(organization_id=self.id, now=timezone.now())

    def events(self) -> list[dict[str, Any]]:
        """What Stripe has to say about the organization, oldest first."""
        return self.sandbox.events(self.account().stripe_customer_id)


def make_world(sandbox: Sandbox, *, name: str = "acme", seats: int = 12, **given: Any) -> World:
    """Return an organization with `seats` seats bought at the first price."""
    fields = {"payment_method_id": "pm_card_visa", "currency": "EUR"} | given
    currency = fields.pop("currency")
    price = fields.pop("price", None) or make_price(currency=currency)
    admin = fields.pop("admin", "ada")
    organization = make_organization(name, currency=currency)
    ada = make_admin(admin, organization)
    subscription = start_subscription(
        organization_id=organization.pk,
        price=price,
        seats=seats,
        payer=Payer(name=organization.name, email=f"{name}@example.com", country="DE"),
        actor=Actor.of(ada),
        now=fields.pop("now", timezone.now()),
        **fields,
    )
    return World(organization, ada, subscription, sandbox)


@pytest.fixture
def world(sandbox: Sandbox, transactional_db: None) -> World:
    """Acme with 12 seats, paid by card."""
    return make_world(sandbox)


class Clocked:
    """A world whose customer lives on a test clock."""

    def __init__(self, sandbox: Sandbox, **given: Any) -> None:
        self.start = int(timezone.now().timestamp())
        self.clock_id = sandbox.make_clock(self.start)
        self.world: World = make_world(sandbox, test_clock_id=self.clock_id, **given)
        self.delivered: set[str] = set()

    def advance(self, days: float) -> None:
        """Move to that many days after the start and deliver what matters of what happened."""
        self.world.sandbox.advance(self.clock_id, int(self.start + days * DAY))
        for event in self.told():
            if event["id"] not in self.delivered:
                self.delivered.add(event["id"])
                assert deliver(event) == 200

    def told(self) -> list[dict[str, Any]]:
        """Return the events about invoices and the subscription."""
        kinds = ("invoice.", "customer.subscription.")
        return [event for event in self.world.events() if event["type"].startswith(kinds)]

    def subscription(self) -> Subscription:
        with organization_context(self.world.id):
            return Subscription.objects.get()


@pytest.fixture
def clocked(sandbox: Sandbox, transactional_db: None) -> Clocked:
    return Clocked(sandbox)
