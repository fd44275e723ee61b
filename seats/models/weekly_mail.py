"""Who gets the weekly mail, and which were sent."""

from django.db import models
from django.utils import timezone

from accounts.models import Membership, Organization


class WeeklyMailReader(models.Model):
    """Somebody who chose to get the weekly mail of an organization; without a row, nobody does."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "membership"], name="one_weekly_mail_reader_per_membership"
            )
        ]

    def __str__(self) -> str:
        return str(self.membership)


class WeeklyMail(models.Model):
    """The mail of one week to one person; the row is committed before the mail server hears of it.

    claimed -> sent
            \\-> failed (the mail server refused), claimed again after a pause
            \\-> uncertain (the worker died while it spoke to the mail server), never sent again
    """

    class State(models.TextChoices):
        CLAIMED = "claimed"
        SENT = "sent"
        FAILED = "failed"
        UNCERTAIN = "uncertain"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE)
    week_on = models.DateField(
        help_text="the Monday on which it is due, in the organization's zone"
    )
    state = models.CharField(max_length=9, choices=State, default=State.CLAIMED)
    attempts = models.PositiveSmallIntegerField(default=1)
    claimed_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "membership", "week_on"],
                name="one_weekly_mail_per_person_and_week",
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.week_on}"
