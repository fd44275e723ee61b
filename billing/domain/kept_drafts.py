"""What becomes of the invoices that were kept as drafts while nothing was collected.

After the policy "unpaid" Stripe goes on to draw up an invoice each period and keeps it as a draft.
Seats stay where they are in that time, so a period that nobody charged is charged, and one that was
charged is not charged again.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from billing.domain.period import Period


class Fate(StrEnum):
    """What happens to a draft."""

    FINALIZE = "finalize"
    VOID = "void"


def fate_of(draft: Period, *, charged: Collection[Period], ended_at: datetime | None) -> Fate:
    """Return what becomes of the draft of a period.

    `charged` are the periods of the subscription's other invoices that are final and not given up;
    `ended_at` is when the subscription ended. A period that overlaps one of them, or that begins
    when the subscription had ended, is voided; any other is finalized and collected.
    """
    if ended_at is not None and draft.start >= ended_at:
        return Fate.VOID
    if any(draft.start < other.end and other.start < draft.end for other in charged):
        return Fate.VOID
    return Fate.FINALIZE
