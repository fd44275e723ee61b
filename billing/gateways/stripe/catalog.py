"""Our catalog's twins at Stripe."""

from decimal import Decimal
from typing import Any

from billing.domain.price_table import PriceTable, Scheme
from billing.gateways.stripe.connection import client, keyed, mapped_errors


def create_product(*, name: str, code: str, idempotency_key: str) -> str:
    """Create the product of a plan; return its id."""
    with mapped_errors():
        product = client().v1.products.create(
            {"name": name, "metadata": {"plan": code}}, keyed(idempotency_key)
        )
    return product.id


def create_price(
    *, product_id: str, table: PriceTable, interval: str, label: str, idempotency_key: str
) -> str:
    """Create the price that charges what `table` says; return its id."""
    params: dict[str, Any] = {
        "product": product_id,
        "currency": table.currency.lower(),
        "recurring": {"interval": interval},
        "nickname": label,
        "tax_behavior": "exclusive",
    }
    if table.scheme is Scheme.FLAT:
        params |= {"billing_scheme": "per_unit", "unit_amount": table.tiers[0].unit_amount_minor}
    else:
        last = len(table.tiers) - 1
        params |= {
            "billing_scheme": "tiered",
            "tiers_mode": table.scheme.value,
            # Stripe wants the last tier open; a maximum is ours to keep.
            "tiers": [
                {
                    "up_to": "inf" if index == last or tier.up_to is None else tier.up_to,
                    "unit_amount": tier.unit_amount_minor,
                    "flat_amount": tier.flat_amount_minor,
                }
                for index, tier in enumerate(table.tiers)
            ],
        }
    with mapped_errors():
        price = client().v1.prices.create(params, keyed(idempotency_key))  # type: ignore[arg-type]
    return price.id


def create_tax_rate(*, basis_points: int, name: str, idempotency_key: str) -> str:
    """Create a rate of exclusive tax; return its id."""
    with mapped_errors():
        rate = client().v1.tax_rates.create(
            {
                "display_name": name,
                "inclusive": False,
                "percentage": float(Decimal(basis_points) / 100),
            },
            keyed(idempotency_key),
        )
    return rate.id
