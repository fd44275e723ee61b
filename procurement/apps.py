"""App configuration."""

from django.apps import AppConfig


class ProcurementConfig(AppConfig):
    """Purchase approval inside the customer, and planning ahead: rules, requests, plans, papers."""

    name = "procurement"

    def ready(self) -> None:
        """Answer whether an order may pass, and hear when one went through."""
        from accounts import erasure
        from accounts.history_registry import REGISTRY
        from accounts.navigation import count_in_navigation
        from billing.hooks import consent_for, on_seats_purchased, request_consent
        from procurement import erasing, event_catalogue, history_words
        from procurement.selectors.orders import orders_by_request
        from procurement.selectors.rules import has_rules
        from procurement.services.asking import ask_for_people
        from procurement.services.consent import follow_purchase, lacking_consent
        from procurement.services.planning import finish_plans
        from procurement.views.inbox import number_waiting
        from seats.hooks import answer_approval, answer_orders

        answer_approval(has_rules)
        answer_orders(orders_by_request)
        request_consent.register(ask_for_people)
        consent_for.register(lacking_consent)
        on_seats_purchased.register(follow_purchase)
        on_seats_purchased.register(finish_plans)
        count_in_navigation("purchase_requests", number_waiting)
        REGISTRY.add(history_words.WORDS)
        event_catalogue.offer()
        erasure.add(erasing.ERASING)
