"""App configuration."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Catalog, subscriptions, quotes, purchases, the ledger and Stripe."""

    name = "billing"
