"""Which rules tell nobody: switched off by their own quality or by operations, with the reason."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RuleMute(models.Model):
    """One change of a rule's messages, off or on again; insert-only, the newest of a kind holds.

    A muted rule still records signals and tasks. `ended` tasks of which `false_ended` were false
    are what the change was decided on. The vendor's own: no organization's data.
    """

    class Cause(models.TextChoices):
        MEASURED = "measured", _("too many of its tasks were false")
        PERSON = "person", _("by a person")

    kind = models.CharField(max_length=30)
    is_muted = models.BooleanField()
    cause = models.CharField(max_length=10, choices=Cause)
    actor_label = models.CharField(max_length=200)
    reason = models.CharField(max_length=300, blank=True)
    ended = models.PositiveIntegerField(default=0)
    false_ended = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["kind", "-at"])]

    def __str__(self) -> str:
        return f"{self.kind}: {'muted' if self.is_muted else 'heard'}"
