"""Support by the vendor inside an organization: asked for, consented to, for an hour at most."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.membership import Membership
from accounts.models.organization import Organization


class SupportAccess(models.Model):
    """Somebody of the vendor asks to work inside an organization for an admin who consents.

    asked -> granted -> ended, or asked -> denied. What is granted ends by itself at `ends_at`.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        GRANTED = "granted", _("granted")
        DENIED = "denied", _("denied")
        ENDED = "ended", _("ended")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    staff_label = models.CharField(max_length=200)
    reason = models.CharField(_("reason"), max_length=300)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    may_change = models.BooleanField(_("may change"), default=False)
    consented_by = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["organization", "-asked_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "staff"],
                condition=Q(state="asked"),
                name="one_open_question_per_organization_and_staff",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=5, minutes__lte=60), name="support_ends_within_the_hour"
            ),
            models.CheckConstraint(
                condition=~Q(state="granted")
                | Q(decided_at__isnull=False, ends_at__gt=F("decided_at")),
                name="granted_support_has_its_end",
            ),
        ]

    def __str__(self) -> str:
        return self.staff_label

    def is_live(self, now: datetime) -> bool:
        """Tell whether the person of the vendor may work in the organization at `now`."""
        return self.state == self.State.GRANTED and self.ends_at is not None and now < self.ends_at
