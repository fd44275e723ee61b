"""Lets go of what endpoints were told long ago."""

from datetime import datetime, timedelta
from typing import Final

from integrations.models import Delivery, DeliveryAttempt, OutgoingEvent, UsedOnce

KEPT_FOR: Final = timedelta(days=30)


def forget_deliveries(*, now: datetime) -> int:
    """Delete events and deliveries of over 30 days ago; return how many."""
    before = now - KEPT_FOR
    events = OutgoingEvent.objects.using("pipeline").filter(created_at__lt=before)
    deliveries = Delivery.objects.using("pipeline").filter(created_at__lt=before)
    tries = DeliveryAttempt.objects.using("pipeline").filter(delivery__in=deliveries.values("pk"))
    tries._raw_delete("pipeline")
    UsedOnce.objects.using("pipeline").filter(used_at__lt=before).delete()
    return events._raw_delete("pipeline") + deliveries._raw_delete("pipeline")
