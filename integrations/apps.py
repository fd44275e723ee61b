"""App configuration."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """What happens here, told to other systems: endpoints, signed messages, a log with replay."""

    name = "integrations"

    def ready(self) -> None:
        """Put what is recorded into words, and tell of it whoever wants to hear."""
        from accounts import erasure, retention
        from accounts.history_registry import REGISTRY
        from accounts.services.history import listen
        from integrations import erasing, event_catalogue, history_words, keeping
        from integrations.services.events import tell_of_entry

        REGISTRY.add(history_words.WORDS)
        event_catalogue.offer()
        listen(tell_of_entry)
        erasure.add(erasing.ERASING)
        retention.add(*keeping.KEEPINGS)
