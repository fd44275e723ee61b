"""The inbox of Stripe's webhook: what arrived, once, and whether it was worked off."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class WebhookEvent(models.Model):
    """One event of Stripe, identified by its id; the payload is not kept.

    The event only says that something happened to an object: processing fetches that object. The
    row therefore holds ids and times, no personal data, and belongs to no tenant; the organization
    is found from the customer id when the event is processed.
    """

    event_id = models.CharField(max_length=80, unique=True)
    type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=80, blank=True)
    object_type = models.CharField(max_length=60, blank=True)
    customer_id = models.CharField(max_length=80, blank=True)
    subscription_id = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    processed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    last_error = models.CharField(max_length=300, blank=True)
    traceparent = models.CharField(max_length=55, blank=True, default="")

    class Meta:
        ordering = ["-received_at"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(processed_at__isnull=True),
                name="events_to_process",
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
