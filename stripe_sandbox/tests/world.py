"""What the tests act with: Ada's organization, its subscription, and a clock to move."""

from datetime import UTC, datetime
from typing import Any, cast

import httpx
import stripe

JANUARY = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
FEBRUARY = int(datetime(2026, 2, 1, tzinfo=UTC).timestamp())
MARCH = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())
MIDDLE = (JANUARY + FEBRUARY) // 2
HOUR, DAY = 3600, 86400

# One for the suite: making a client costs more than most requests.
BROWSER = httpx.Client(trust_env=False, timeout=30)

# 10 at 10.00, the next 40 at 8.00, the rest at 6.00.
TIERS: list[Any] = [
    {"up_to": 10, "unit_amount": 1000},
    {"up_to": 50, "unit_amount": 800},
    {"up_to": "inf", "unit_amount": 600},
]


class World:
    """Each test has its own clock, customer and prices."""

    def __init__(self, client: stripe.StripeClient, url: str) -> None:
        self.v1 = client.v1
        self.url = url
        self.clock_id = ""

    # -- setting up -----------------------------------------------------------------------------

    def clock(self, at: int = JANUARY) -> str:
        self.clock_id = self.v1.test_helpers.test_clocks.create({"frozen_time": at}).id
        return self.clock_id

    def ada(self, card: str | None = "pm_card_visa", **given: Any) -> stripe.Customer:
        """A customer on a test clock whose card is the default."""
        clock = self.clock_id or self.clock()
        params: Any = {"email": "ada@example.com", "name": "Ada", "test_clock": clock, **given}
        customer = self.v1.customers.create(params)
        if card:
            self.use_card(customer.id, card)
        return customer

    def use_card(self, customer: str, card: str) -> stripe.PaymentMethod:
        method = self.v1.payment_methods.attach(card, {"customer": customer})
        settings: Any = {"invoice_settings": {"default_payment_method": method.id}}
        self.v1.customers.update(customer, settings)
        return method

    def price(self, **given: Any) -> stripe.Price:
        product = self.v1.products.create({"name": "Seat"})
        params: Any = {
            "product": product.id,
            "currency": "usd",
            "recurring": {"interval": "month"},
            **given,
        }
        return self.v1.prices.create(params)

    def flat(self, **given: Any) -> stripe.Price:
        return self.price(**{"unit_amount": 1000, **given})

    def graduated(self) -> stripe.Price:
        return self.price(billing_scheme="tiered", tiers_mode="graduated", tiers=TIERS)

    def volume(self) -> stripe.Price:
        return self.price(billing_scheme="tiered", tiers_mode="volume", tiers=TIERS)

    def subscribe(
        self, customer: stripe.Customer, price: stripe.Price, quantity: int, **given: Any
    ) -> stripe.Subscription:
        params: Any = {
            "customer": customer.id,
            "items": [{"price": price.id, "quantity": quantity}],
            **given,
        }
        return self.v1.subscriptions.create(params)

    # -- acting ---------------------------------------------------------------------------------

    def advance(self, to: int) -> None:
        self.v1.test_helpers.test_clocks.advance(self.clock_id, {"frozen_time": to})

    def buy(self, sub: stripe.Subscription, quantity: int, **given: Any) -> stripe.SubscriptionItem:
        """The product's one-click purchase: an absolute quantity, held back until it is paid."""
        params: Any = {
            "quantity": quantity,
            "proration_behavior": "always_invoice",
            "payment_behavior": "pending_if_incomplete",
            **given,
        }
        return self.v1.subscription_items.update(item_of(sub).id, params)

    def preview(self, sub: stripe.Subscription, quantity: int, **details: Any) -> stripe.Invoice:
        params: Any = {
            "subscription": sub.id,
            "subscription_details": {
                "items": [{"id": item_of(sub).id, "quantity": quantity}],
                "proration_behavior": "always_invoice",
                **details,
            },
        }
        return self.v1.invoices.create_preview(params)

    # -- looking --------------------------------------------------------------------------------

    def sub(self, sub: stripe.Subscription) -> stripe.Subscription:
        return self.v1.subscriptions.retrieve(sub.id)

    def quantity(self, sub: stripe.Subscription) -> int:
        return item_of(self.sub(sub)).quantity or 0

    def latest(self, sub: stripe.Subscription) -> stripe.Invoice:
        return self.v1.invoices.list({"subscription": sub.id, "limit": 1}).data[0]

    def balance(self, customer: stripe.Customer) -> int:
        return self.v1.customers.retrieve(customer.id).balance or 0

    def event_types(self) -> list[str]:
        """Oldest first."""
        return [event.type for event in reversed(self.v1.events.list({"limit": 100}).data)]


def item_of(sub: stripe.Subscription) -> stripe.SubscriptionItem:
    return cast(stripe.SubscriptionItem, sub["items"].data[0])


def amounts(invoice: stripe.Invoice) -> list[int]:
    return [line.amount for line in invoice.lines.data]


def in_order(wanted: list[str], seen: list[str]) -> bool:
    """Whether `wanted` occurs in `seen` in this order, with others in between."""
    remaining = iter(seen)
    return all(name in remaining for name in wanted)
