"""App configuration."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Catalog, subscriptions, quotes, purchases, the ledger and Stripe."""

    name = "billing"

    def ready(self) -> None:
        """Answer what seats asks: what more seats cost."""
        from billing.selectors.terms import price_of_seats
        from seats.hooks import answer_prices

        answer_prices(price_of_seats)
