"""What a person is asked at sign-in, and the sessions that count where they are limited."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organization


class AccessMeasure(models.Model):
    """One person is asked for something at sign-in. Written by the apps above; never a refusal.

    A row is read by the entitlement check together with the seat; a trigger tells the check's
    memory when one changes.
    """

    class Action(models.TextChoices):
        NUDGE = "nudge", _("a friendly note")
        STEP_UP = "step_up", _("a second proof")
        CAP = "cap", _("a limit of open sessions")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE)
    action = models.CharField(max_length=10, choices=Action)
    sessions = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "membership"], name="one_access_measure_per_member"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.action}"


class OpenSession(models.Model):
    """A session that was named in an entitlement check of a person whose sessions are limited.

    Written by the check alone; one that was not seen for 30 minutes no longer counts.
    """

    pk = models.CompositePrimaryKey("organization", "membership", "session")
    organization: Any = models.ForeignKey(
        Organization,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    membership: Any = models.ForeignKey(
        Membership,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    session = models.CharField(max_length=64)
    first_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.session
