"""App configuration."""

from django.apps import AppConfig


class SignalsConfig(AppConfig):
    """Signals, expansion tasks and notifications."""

    name = "signals"

    def ready(self) -> None:
        """Listen to purchases and to the scheduled jobs; put true-ups into calendars."""
        from accounts import erasure, retention
        from accounts.access import add_to_portfolios
        from accounts.history_registry import REGISTRY
        from billing.hooks import on_seats_purchased
        from procurement.hooks import add_calendar_source
        from seats.hooks import after_import, when_people_are_hidden
        from signals import erasing, event_catalogue, history_words, jobs, keeping
        from signals.selectors.tasks import organizations_with_tasks_of
        from signals.selectors.true_up_days import true_up_deadlines
        from signals.services import message_actions
        from signals.services.purchases import credit_purchase
        from signals.services.sharing_answers import forget_organization
        from signals.services.sharing_people import follow_purchase
        from signals.services.sharing_scoring import score_imported

        on_seats_purchased.register(credit_purchase)
        on_seats_purchased.register(follow_purchase)
        after_import(score_imported)
        when_people_are_hidden(forget_organization)
        add_calendar_source(true_up_deadlines)
        add_to_portfolios(organizations_with_tasks_of)
        jobs.connect()
        event_catalogue.offer()
        message_actions.offer()
        REGISTRY.add(history_words.WORDS)
        erasure.add(erasing.ERASING)
        retention.add(*keeping.KEEPINGS)
