"""App configuration."""

from django.apps import AppConfig


class ProvisioningConfig(AppConfig):
    """People as the customer's directory knows them: SCIM 2.0, and files where there is none."""

    name = "provisioning"

    def ready(self) -> None:
        """Put what is recorded into words."""
        from accounts import erasure, retention
        from accounts.history_registry import REGISTRY
        from provisioning import erasing, history_words, keeping

        REGISTRY.add(history_words.WORDS)
        erasure.add(erasing.ERASING)
        retention.add(*keeping.KEEPINGS)
