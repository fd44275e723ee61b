"""App configuration."""

from django.apps import AppConfig


class SignalsConfig(AppConfig):
    """Signals, expansion tasks and notifications."""

    name = "signals"
