"""A file of people on its way into the list."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization


class PeopleImport(models.Model):
    """A file somebody sent, what its columns mean, what it would do, and what it did.

    sent -> (checking ->) checked -> importing -> done | failed

    Nothing changes before `importing`, and that is one transaction. `findings` holds the counts and
    the first lines that are not taken; `headings` and `mapping` stay, so that the next file with
    the same columns is read the same way. The content is let go with the end.
    """

    class State(models.TextChoices):
        SENT = "sent", _("sent")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        IMPORTING = "importing", _("being imported")
        DONE = "done", _("imported")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    filename = models.CharField(max_length=200)
    content = models.BinaryField(default=b"")
    headings = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    lines = models.PositiveIntegerField(default=0)
    findings = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.SENT)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    touched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.filename
