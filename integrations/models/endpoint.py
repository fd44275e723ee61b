"""Endpoints of other systems, events to tell them, and the log of each delivery."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization


class Endpoint(models.Model):
    """An address that hears of chosen kinds of events: the vendor's without an organization.

    The secret is derived from `salt` by the server and stored nowhere; after it was renewed, the
    one of `old_salt` signs too until `old_salt_until`. It hears nothing before it answered the
    challenge sent to its address (`verified_at`). `rests_until` is the pause that it asked for.
    """

    class Format(models.TextChoices):
        STANDARD = "standard", _("signed webhook")
        SLACK = "slack", _("Slack message")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, null=True, blank=True)
    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=500)
    format = models.CharField(_("format"), max_length=10, choices=Format, default=Format.STANDARD)
    event_types = ArrayField(models.CharField(max_length=40), default=list)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    has_buttons = models.BooleanField(default=False)
    verified_at = models.DateTimeField(null=True, blank=True)
    challenge = models.CharField(max_length=64, blank=True)
    rests_until = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    stopped_because = models.CharField(max_length=200, blank=True)
    salt = models.CharField(max_length=64)
    old_salt = models.CharField(max_length=64, blank=True)
    old_salt_until = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class OutgoingEvent(models.Model):
    """One thing that happened in an organization, written with the change itself.

    `dedupe_key` names the change of state, so that a second scan, a retry or a second worker tell
    it once. A job spreads it over the endpoints that want it, in the order of ids: who writes two
    events of one object (`object_key`) holds that object's lock, so theirs is the order in which
    the changes were made.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    type = models.CharField(max_length=40)
    dedupe_key = models.CharField(max_length=150)
    object_key = models.CharField(max_length=120, blank=True)
    is_vendor_only = models.BooleanField(default=False)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    spread_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "dedupe_key"], name="one_event_per_change"
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(spread_at__isnull=True), name="events_to_spread"
            )
        ]

    def __str__(self) -> str:
        return f"{self.type}: {self.dedupe_key}"


class Delivery(models.Model):
    """One event to one endpoint, whose `organization` it has; unique, so that it is told once.

    pending -> claimed -> delivered
                       \\-> pending again (not taken; after a pause) -> failed (given up)
                       \\-> pending again (the worker died; the receiver knows the id)
                       \\-> uncertain (the worker died, and Slack knows no ids)

    `sequence` is the event's number. Of one endpoint and `object_key` a message waits while an
    earlier one is pending or claimed; after one that was given up the next ones go on.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        CLAIMED = "claimed", _("being sent")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("given up")
        UNCERTAIN = "uncertain", _("not known to have arrived")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, null=True, blank=True)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=60)
    type = models.CharField(max_length=40)
    object_key = models.CharField(max_length=120, blank=True)
    sequence = models.BigIntegerField(default=0)
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.CharField(max_length=2000, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "endpoint", "message_id"],
                nulls_distinct=False,
                name="one_delivery_per_event_and_endpoint",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(state__in=["pending", "claimed"]),
                name="deliveries_to_send",
            ),
            models.Index(
                fields=["endpoint", "object_key", "sequence"],
                condition=Q(state__in=["pending", "claimed"]) & ~Q(object_key=""),
                name="deliveries_in_order",
            ),
            models.Index(fields=["endpoint", "-created_at"], name="deliveries_of_an_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.type} ({self.message_id})"


class DeliveryAttempt(models.Model):
    """One try of a delivery: what was answered, or why nothing was."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, null=True, blank=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.error or str(self.status_code)
