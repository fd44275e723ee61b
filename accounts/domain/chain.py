"""The chain that shows whether a history is complete and unchanged.

Every sealed entry carries a digest over the digest before it and over what never changes of the
entry. What names people (labels, changes, where from) goes in as a salted digest of its own: it can
be erased for a person's sake, and the chain still holds. The digests are keyed, so that who can
write to the database alone cannot compute them anew.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

START: Final = "0" * 64
"""What stands before the first entry."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What never changes of an entry."""

    id: int
    organization_id: int | None
    at: datetime
    actor_id: int | None
    verb: str
    object_type: str
    object_id: str


@dataclass(frozen=True, slots=True)
class Labels:
    """What names people in an entry, and may be erased."""

    actor: str
    object: str
    changes: dict[str, Any]
    origin: dict[str, Any] | None = None


def labels_digest(labels: Labels, *, salt: str, key: bytes) -> str:
    """Return the digest of what may be erased; without the salt nothing can be guessed from it."""
    return _digest(key, [salt, labels.actor, labels.object, labels.changes, labels.origin])


def link(before: str, facts: Facts, labels: str, *, key: bytes) -> str:
    """Return the digest of an entry that follows the one with the digest `before`."""
    return _digest(
        key,
        [
            before,
            facts.id,
            facts.organization_id,
            facts.at.astimezone(UTC).isoformat(),
            facts.actor_id,
            facts.verb,
            facts.object_type,
            facts.object_id,
            labels,
        ],
    )


def _digest(key: bytes, parts: list[Any]) -> str:
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()
