"""App configuration."""

from django.apps import AppConfig


class SignalsConfig(AppConfig):
    """Signals, expansion tasks and notifications."""

    name = "signals"

    def ready(self) -> None:
        """Listen to purchases and to the scheduled jobs."""
        from billing.hooks import on_seats_purchased
        from signals import jobs
        from signals.services.purchases import credit_purchase

        on_seats_purchased.register(credit_purchase)
        jobs.connect()
