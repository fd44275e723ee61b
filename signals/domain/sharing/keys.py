"""Keys in place of devices and addresses: HMACs by a secret of the organization, for 90 days.

Time is cut into epochs of 90 days, each with a secret of its own. A scoring run reads one epoch
only, so that a device does not become another one on the day of a change; for that an event is also
kept under the next epoch's secret during the 35 days before the change. After the change the old
rows and the old secret are deleted at once: nobody can join them with the new ones.

Does not own where secrets are kept.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

from signals.domain.sharing.state import KEPT_DAYS

EPOCH_DAYS: Final = 90
_KEY_BYTES: Final = 16
FAMILY: Final = "family"
"""The kind of key for what names no device: all of one member's with an equal agent."""
_FAMILY_MARK: Final = "00000000"


def epoch_to_read(day: int) -> int:
    """The epoch whose rows a run of this ordinal day reads; it holds the last 35 days whole."""
    return day // EPOCH_DAYS


def epochs_to_write(day: int) -> tuple[int, ...]:
    """The epochs under which an event of this ordinal day is kept: one, or two before a change."""
    now = epoch_to_read(day)
    return (now, now + 1) if epoch_to_read(day + KEPT_DAYS) != now else (now,)


def is_expired(epoch: int, today: int) -> bool:
    """Whether the secret and the rows of this epoch are to be deleted."""
    return epoch < epoch_to_read(today)


def key_of(secret: bytes, kind: str, value: str) -> str:
    """The key of a device or a place: 128 bits of an HMAC-SHA-256, as 32 hexadecimal digits.

    `kind` keeps a device and a place of equal text apart. The key of a `FAMILY` shows that it is
    one: it stands for all devices of one member that named no id. Raises ValueError for a secret of
    less than 32 bytes.
    """
    if len(secret) < 32:
        raise ValueError("A secret has at least 32 bytes.")
    text = f"{kind}\0{value}".encode()
    key = hmac.digest(secret, text, sha256)[:_KEY_BYTES].hex()
    return _FAMILY_MARK + key[len(_FAMILY_MARK) :] if kind == FAMILY else key


def is_family(key: str) -> bool:
    """Whether the key of a device stands for a family of them. Others do once in 4 billion."""
    return key.startswith(_FAMILY_MARK)
