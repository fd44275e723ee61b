"""How the pipeline of usage is doing: months let go, events put aside, refusals, repairs, checks.

Written by the pipeline over all organizations; read by the vendor's operations.
"""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization


def _reference(to: type[models.Model]) -> Any:
    return models.ForeignKey(
        to, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )


class ClosedMonth(models.Model):
    """A month of which an organization's raw events were let go.

    A repeated delivery could no longer be told from a new event, so events of it are refused.
    """

    pk = models.CompositePrimaryKey("organization", "month")
    organization = _reference(Organization)
    month = models.DateField()
    closed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class QuarantinedEvent(models.Model):
    """An event that was taken but cannot be counted, put aside so that the others are.

    waiting -> replayed | discarded. `event` is what decides its counting, as it was reported.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        REPLAYED = "replayed", _("counted")
        DISCARDED = "discarded", _("discarded")

    organization = _reference(Organization)
    event_id = models.CharField(max_length=200)
    at = models.DateTimeField()
    event = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    found_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_label = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["found_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "event_id", "at"], name="one_quarantine_per_event"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "at"],
                condition=models.Q(state="waiting"),
                name="events_in_quarantine",
            )
        ]

    def __str__(self) -> str:
        return self.event_id


class RejectDay(models.Model):
    """How many events were refused at the door on a day, by organization, reason and field.

    Organization 0 is none: the event named one that does not exist, or none at all.
    """

    pk = models.CompositePrimaryKey("organization", "day", "code", "field")
    organization = _reference(Organization)
    day = models.DateField()
    code = models.CharField(max_length=60)
    field = models.CharField(max_length=200, blank=True)
    events = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day} {self.code} {self.field}: {self.events}"


class CountedHour(models.Model):
    """How many events of an organization were counted in an hour of the clock."""

    pk = models.CompositePrimaryKey("organization", "hour")
    organization = _reference(Organization)
    hour = models.DateTimeField()
    events = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}: {self.events}"


class UsageRebuild(models.Model):
    """An order to count a range of days anew from their raw events; worked day by day.

    waiting -> done | failed. `next_day` is where it goes on after an interruption. Without an
    organization it is for all. `changed` counts the rows that came out differently.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, related_name="+"
    )
    since = models.DateField()
    until = models.DateField()
    next_day = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    changed = models.PositiveBigIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by_label = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-id"]

    def __str__(self) -> str:
        return f"{self.since} - {self.until}"

    @property
    def days(self) -> int:
        """How many days it is for."""
        return (self.until - self.since).days + 1

    @property
    def days_done(self) -> int:
        """How many of them are done."""
        return (self.next_day - self.since).days


class DriftCheck(models.Model):
    """One recount of a random sample of days; the seed draws the same sample again."""

    seed = models.BigIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    checked = models.PositiveIntegerField(default=0)
    differences = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d}: {self.differences} of {self.checked}"


class DriftFinding(models.Model):
    """A day of an organization whose rows do not agree with its raw events.

    Open until a rebuild or a later check finds the day in agreement.
    """

    organization = _reference(Organization)
    day = models.DateField()
    rows = models.PositiveIntegerField()
    example = models.CharField(max_length=300)
    found_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-found_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "day"],
                condition=models.Q(ended_at__isnull=True),
                name="one_open_drift_per_organization_and_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.example}"
