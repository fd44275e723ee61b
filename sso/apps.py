"""App configuration."""

from django.apps import AppConfig


class SsoConfig(AppConfig):
    """Signing in through the customer's own identity provider: connections and proven domains."""

    name = "sso"

    def ready(self) -> None:
        """Put what is recorded into words; ask before each page whether the session opens it."""
        from accounts import erasure, retention
        from accounts.access import add_gate
        from accounts.history_registry import REGISTRY
        from identity.step_up import add_way
        from sso import erasing, history_words, keeping
        from sso.views.gate import sso_gate, way_to_prove

        REGISTRY.add(history_words.WORDS)
        add_gate(sso_gate)
        add_way(way_to_prove)
        erasure.add(erasing.ERASING)
        retention.add(*keeping.KEEPINGS)
