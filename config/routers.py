"""Which database login does what: tables change only under the owner's; replicas are only read."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

from accounts.replica import REPLICA, reading_alias

_SAME_ROWS = {DEFAULT_DB_ALIAS, REPLICA}


class MigrateAsOwner:
    """Schema changes run with the alias `owner` and with no other."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Refuse migrations on the app's and the pipeline's logins."""
        return db == "owner"


class ReadFromReplica:
    """Reads follow `accounts.replica`; a row that was read from the replica is written to default.

    Rows of the alias `pipeline` stay there, as their readers asked.
    """

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """Return the alias of the moment, for rows of the product's own."""
        alias = _alias_of(hints)
        if alias is not None and alias not in _SAME_ROWS:
            return None
        return reading_alias()

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        """Return `default` for what came from the replica."""
        return DEFAULT_DB_ALIAS if _alias_of(hints) == REPLICA else None

    def allow_relation(self, obj1: Model, obj2: Model, **hints: Any) -> bool | None:
        """Let rows of primary and replica refer to each other: they are the same rows."""
        return True if {obj1._state.db, obj2._state.db} <= _SAME_ROWS else None


def _alias_of(hints: dict[str, Any]) -> str | None:
    instance = hints.get("instance")
    return None if instance is None else instance._state.db
