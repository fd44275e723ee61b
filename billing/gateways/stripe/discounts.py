"""Coupons on a subscription, and credit on a customer's balance."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import stripe

from billing.gateways.stripe.connection import client, keyed, mapped_errors
from billing.gateways.stripe.reading import id_of
from billing.gateways.stripe.states import DiscountState, moment, moment_or_none

_PAGE = 100
_DISCOUNTS = ["discounts"]


def create_coupon(*, basis_points: int, months: int | None, name: str, idempotency_key: str) -> str:
    """Create a percentage off; without months it has no end. Return its id."""
    params: dict[str, Any] = {
        "percent_off": float(Decimal(basis_points) / 100),
        "duration": "forever" if months is None else "repeating",
        "name": name[:40],
    }
    if months is not None:
        params["duration_in_months"] = months
    with mapped_errors():
        coupon = client().v1.coupons.create(params, keyed(idempotency_key))  # type: ignore[arg-type]
    return coupon.id


def redeem_coupon(
    *, subscription_id: str, coupon_id: str, idempotency_key: str
) -> DiscountState | None:
    """Let a coupon reduce a subscription from now on, in place of any other.

    Redeeming one that the subscription has already changes nothing.
    """
    known = _discount_of(subscription_id, coupon_id)
    if known is not None:
        return known
    with mapped_errors():
        client().v1.subscriptions.update(
            subscription_id, {"discounts": [{"coupon": coupon_id}]}, keyed(idempotency_key)
        )
    return _discount_of(subscription_id, coupon_id)


def remove_discounts(*, subscription_id: str, idempotency_key: str) -> None:
    """Let nothing reduce a subscription any more."""
    with mapped_errors():
        client().v1.subscriptions.update(subscription_id, {"discounts": ""}, keyed(idempotency_key))


def _discount_of(subscription_id: str, coupon_id: str) -> DiscountState | None:
    with mapped_errors():
        subscription = client().v1.subscriptions.retrieve(subscription_id, {"expand": _DISCOUNTS})
    for discount in subscription.discounts:
        if not isinstance(discount, str) and id_of(discount.source.coupon) == coupon_id:
            return _read(discount, coupon_id)
    return None


def _read(discount: stripe.Discount, coupon_id: str) -> DiscountState:
    return DiscountState(
        id=discount.id,
        coupon_id=coupon_id,
        starts_at=moment(discount.start),
        ends_at=moment_or_none(discount.end),
    )


def add_credit(
    *, customer_id: str, amount_minor: int, currency: str, reason: str, grant: str
) -> str:
    """Put an amount on a customer's credit balance; return the id of the movement.

    `grant` names our intent: the movement that carries it is returned instead of a second one,
    however long ago it was made.
    """
    known = next((found for found, name in _movements(customer_id) if name == grant), None)
    if known is not None:
        return known
    with mapped_errors():
        movement = client().v1.customers.balance_transactions.create(
            customer_id,
            {
                "amount": -amount_minor,
                "currency": currency.lower(),
                "description": reason[:350],
                "metadata": {"grant": grant},
            },
            keyed(f"credit-{grant}"),
        )
    return movement.id


def _movements(customer_id: str) -> Iterator[tuple[str, str]]:
    """Yield the id of each movement and the intent that it was made for."""
    with mapped_errors():
        page = client().v1.customers.balance_transactions.list(customer_id, {"limit": _PAGE})
        for movement in page.auto_paging_iter():
            yield movement.id, getattr(movement.metadata, "grant", "")
