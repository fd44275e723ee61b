"""App configuration."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """What happens here, told to other systems: endpoints, signed messages, a log with replay."""

    name = "integrations"

    def ready(self) -> None:
        """Put what is recorded into words."""
        from accounts.history_registry import REGISTRY
        from integrations import history_words

        REGISTRY.add(history_words.WORDS)
