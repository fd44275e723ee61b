"""App configuration."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Catalog, subscriptions, quotes, purchases, the ledger and Stripe."""

    name = "billing"

    def ready(self) -> None:
        """Answer what the apps below ask: prices, seats of the past, invoices found."""
        from accounts import erasure, retention
        from accounts.history_registry import REGISTRY
        from accounts.views.finders import answer_searches
        from billing import erasing, event_catalogue, history_words, keeping
        from billing.selectors.orders import orders_by_purchase
        from billing.selectors.seat_history import purchased_before
        from billing.selectors.terms import price_of_seats
        from billing.views.one_press import seat_sale
        from billing.views.search import INVOICES
        from seats.hooks import answer_orders, answer_prices, answer_purchased, answer_sales

        answer_prices(price_of_seats)
        answer_purchased(purchased_before)
        answer_sales(seat_sale)
        answer_orders(orders_by_purchase)
        answer_searches(INVOICES)
        REGISTRY.add(history_words.WORDS)
        event_catalogue.offer()
        erasure.add(erasing.ERASING)
        retention.add(*keeping.KEEPINGS)
