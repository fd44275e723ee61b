"""Lets go of what endpoints were told long ago."""

from datetime import datetime, timedelta
from typing import Final

from integrations.models import Delivery, OutgoingEvent

KEPT_FOR: Final = timedelta(days=30)


def forget_deliveries(*, now: datetime) -> int:
    """Delete events and deliveries of over 30 days ago; return how many."""
    before = now - KEPT_FOR
    events = OutgoingEvent.objects.using("pipeline").filter(created_at__lt=before)
    deliveries = Delivery.objects.using("pipeline").filter(created_at__lt=before)
    return events._raw_delete("pipeline") + deliveries._raw_delete("pipeline")
