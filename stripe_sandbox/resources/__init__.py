"""The endpoints, one module per family of resources."""

from importlib import import_module

FAMILIES = (
    "customers",
    "tax_ids",
    "payment_methods",
    "catalog",
    "subscriptions",
    "invoices",
    "payments",
    "credit_notes",
    "coupons",
    "hosted",
    "platform",
)


def load() -> None:
    """Register every endpoint."""
    for family in FAMILIES:
        import_module(f"stripe_sandbox.resources.{family}")
