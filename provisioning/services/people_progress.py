"""How far a long file is, for the page that waits: in the cache, since an import is one transaction
and shows nothing of itself before its end.
"""

from typing import Final
from uuid import UUID

from django.core.cache import cache

_KEPT_SECONDS: Final = 3_600


def note(import_id: UUID, percent: int) -> None:
    """Say how far a file is, of 100."""
    cache.set(_key(import_id), percent, _KEPT_SECONDS)


def progress_of(import_id: UUID) -> int:
    """Return how far a file is, of 100; 0 if nobody said."""
    return int(cache.get(_key(import_id)) or 0)


def _key(import_id: UUID) -> str:
    return f"people-import:{import_id}"
