"""App configuration."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Who signs in and how: second factors, sessions, the rules of an organization for both."""

    name = "identity"

    def ready(self) -> None:
        """Put what is recorded into words; ask at every page what its rules say."""
        from accounts import erasure, retention
        from accounts.access import add_gate, add_to_membership, add_vendor_gate
        from accounts.history_registry import REGISTRY
        from identity import erasing, gates, history_words, keeping, receivers
        from identity.selectors.rules import rules_of_memberships

        REGISTRY.add(history_words.WORDS)
        add_to_membership(gates.FACT, rules_of_memberships)
        add_gate(gates.organization_gate)
        add_vendor_gate(gates.vendor_gate)
        receivers.connect()
        erasure.add(erasing.ERASING)
        retention.add(*keeping.KEEPINGS)
