"""App configuration."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Who signs in and how: second factors, sessions, the rules of an organization for both."""

    name = "identity"

    def ready(self) -> None:
        """Put what is recorded into words; ask for a recent proof where pages want one."""
        from accounts.access import add_gate, add_vendor_gate
        from accounts.history_registry import REGISTRY
        from identity import history_words, step_up

        REGISTRY.add(history_words.WORDS)
        add_gate(step_up.gate)
        add_vendor_gate(step_up.gate)
