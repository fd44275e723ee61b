"""Why evidence per person was opened where an organization shows totals of usage only."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from trueups.models.true_up import TrueUp


class EvidenceOpening(models.Model):
    """The customer opened the evidence of one true-up to itself, for good, with a reason.

    Insert-only: who looked at people's activity, and why, cannot be changed afterwards.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    true_up = models.ForeignKey(TrueUp, on_delete=models.PROTECT, related_name="openings")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    opened_by_label = models.CharField(max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "true_up"], name="evidence_is_opened_once"
            )
        ]

    def __str__(self) -> str:
        return self.reason
