"""App configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, organizations, tenancy and history."""

    name = "accounts"

    def ready(self) -> None:
        """Register the deployment checks and the words of the history."""
        from accounts import (
            checks,  # noqa: F401
            erasing,
            erasure,
            history_words,
            keeping,
            retention,
        )
        from accounts.api.strict_text import refuse_numbers_as_text
        from accounts.history_registry import REGISTRY

        REGISTRY.add(history_words.WORDS)
        erasure.add(erasing.ERASING)
        retention.add(*keeping.KEEPINGS)
        refuse_numbers_as_text()
