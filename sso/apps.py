"""App configuration."""

from django.apps import AppConfig


class SsoConfig(AppConfig):
    """Signing in through the customer's own identity provider: connections and proven domains."""

    name = "sso"

    def ready(self) -> None:
        """Put what is recorded into words."""
        from accounts.history_registry import REGISTRY
        from sso import history_words

        REGISTRY.add(history_words.WORDS)
