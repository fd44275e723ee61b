"""App configuration."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Who signs in and how: second factors, sessions, the rules of an organization for both."""

    name = "identity"

    def ready(self) -> None:
        """Put what is recorded into words."""
        from accounts.history_registry import REGISTRY
        from identity import history_words

        REGISTRY.add(history_words.WORDS)
