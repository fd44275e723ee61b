"""Quotes that somebody kept: to show them to others, to buy later."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.models.quote import Quote


class SavedQuote(models.Model):
    """A quote on the organization's list. Insert-only: a trigger refuses update and delete.

    Every number that is looked at makes a quote; only what was saved is listed. `replaces` is the
    one whose price had run out and which this one brings up to date; a quote is replaced once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    quote = models.OneToOneField(Quote, on_delete=models.PROTECT, related_name="saved")
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_label = models.CharField(_("by"), max_length=200)
    saved_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-saved_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=models.F("id")),
                name="a_quote_does_not_replace_itself",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-saved_at"])]

    def __str__(self) -> str:
        return str(self.quote)
