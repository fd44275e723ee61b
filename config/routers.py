"""Which database login does what: tables change only under the owner's."""

from typing import Any


class MigrateAsOwner:
    """Schema changes run with the alias `owner` and with no other."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Refuse migrations on the app's and the pipeline's logins."""
        return db == "owner"
