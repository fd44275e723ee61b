"""App configuration."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Catalog, subscriptions, quotes, purchases, the ledger and Stripe."""

    name = "billing"

    def ready(self) -> None:
        """Answer what the apps below ask: what more seats cost, which invoices are found."""
        from accounts.views.finders import answer_searches
        from billing.selectors.terms import price_of_seats
        from billing.views.search import INVOICES
        from seats.hooks import answer_prices

        answer_prices(price_of_seats)
        answer_searches(INVOICES)
