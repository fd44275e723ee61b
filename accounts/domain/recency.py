"""How long ago somebody may have proved who they are, by what they are about to do."""

from datetime import datetime, timedelta
from enum import StrEnum


class Recent(StrEnum):
    """What asks for a recent proof. Reading is free, but for exports: they leave the house."""

    BUYING = "buying"
    CHANGING = "changing"
    EXPORTING = "exporting"

    @property
    def on_reading(self) -> bool:
        """Whether a page that only reads asks for it too."""
        return self is Recent.EXPORTING


# Buying is one click for somebody who signed in this morning: docs/adr/0021.
DEFAULT_WINDOWS: dict[Recent, timedelta] = {
    Recent.BUYING: timedelta(hours=12),
    Recent.CHANGING: timedelta(minutes=15),
    Recent.EXPORTING: timedelta(hours=1),
}


def is_recent(proved_at: datetime | None, *, now: datetime, window: timedelta) -> bool:
    """Tell whether a proof of `proved_at` still holds at `now`; one from the future does not."""
    return proved_at is not None and timedelta() <= now - proved_at < window
