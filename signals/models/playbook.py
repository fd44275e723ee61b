"""Plays as the vendor edits them, and the steps of each task; notes about accounts."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.models import SeatLedgerEntry
from signals.domain.growth import GrowthPattern
from signals.models.task import ExpansionTask, PlayChoice


class PlayVersion(models.Model):
    """One version of a play: its steps and mail templates (`domain.plays.PlayText` as JSON).

    Insert-only; the highest version is in force for tasks that open from then on. A play without
    a version has the text that the product comes with. The table is the vendor's own.
    """

    play = models.CharField(_("play"), max_length=30, choices=PlayChoice)
    version = models.PositiveIntegerField(_("version"))
    text = models.JSONField()
    at = models.DateTimeField(default=timezone.now, editable=False)
    actor_label = models.CharField(max_length=200)

    class Meta:
        ordering = ["play", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["play", "version"], name="one_text_per_play_version")
        ]

    def __str__(self) -> str:
        return f"{self.get_play_display()} {self.version}"


class TaskStep(models.Model):
    """One step of a task, copied from the play when the task opened; `text` by language."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    task = models.ForeignKey(ExpansionTask, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    text = models.JSONField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by_label = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["task", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "task", "position"], name="one_step_per_task_and_position"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by_label="")
                | (Q(done_at__isnull=False) & ~Q(done_by_label="")),
                name="a_done_step_says_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.position}"


class AccountNote(models.Model):
    """One version of a vendor's note about an account; never shown to the customer.

    Insert-only: an edit is the next version of the same `key`, a deletion one with an empty body.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    key = models.UUIDField(default=uuid.uuid4)
    version = models.PositiveIntegerField(default=1)
    body = models.TextField(_("note"), blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    author_label = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "key", "version"], name="one_text_per_note_version"
            )
        ]

    def __str__(self) -> str:
        return self.body[:80]


class GrowthChoice(models.Model):
    """The pattern of growth that an account manager sees in an increase; the latest one holds.

    Insert-only. Without one the rule of `domain.growth` decides.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    entry = models.ForeignKey(SeatLedgerEntry, on_delete=models.CASCADE, related_name="+")
    pattern = models.CharField(
        _("pattern"), max_length=20, choices=[(p.value, p.value) for p in GrowthPattern]
    )
    at = models.DateTimeField(default=timezone.now, editable=False)
    actor_label = models.CharField(max_length=200)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["organization", "entry"])]

    def __str__(self) -> str:
        return self.pattern
