"""People who are to be deleted, and what was let go after its time."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.membership import Membership
from accounts.models.organization import Organization


class PersonDeletion(models.Model):
    """A person asked to be deleted, or an owner wants it; it is done at `due_at`, not before.

    asked -> waiting -> erasing -> done
          \\-> declined
              waiting -> undone

    `known_as` holds the words for the person from the first step of the erasing to its last, so
    that an interrupted one is finished; it is empty before and afterwards.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        WAITING = "waiting", _("waiting")
        ERASING = "erasing", _("being done")
        DONE = "done", _("deleted")
        DECLINED = "declined", _("declined")
        UNDONE = "undone", _("undone")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="deletions")
    state = models.CharField(max_length=10, choices=State)
    is_own_wish = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_label = models.CharField(max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Why it could not be done when it was due; tried again every hour.
    problem = models.CharField(max_length=300, blank=True)
    known_as = models.JSONField(default=dict, blank=True)
    rows = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "membership"],
                condition=Q(state__in=["asked", "waiting", "erasing"]),
                name="one_open_deletion_per_membership",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "erasing"]) | Q(due_at__isnull=False),
                name="a_waiting_deletion_has_its_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["waiting", "erasing"]),
                name="deletions_to_do",
            )
        ]

    def __str__(self) -> str:
        return str(self.membership)


class RetentionRun(models.Model):
    """The last time that something was let go after its time, and what that took away.

    One row a rule (`accounts.retention`); the table is the vendor's own.
    """

    name = models.CharField(max_length=60, unique=True)
    ran_at = models.DateTimeField()
    rows = models.PositiveBigIntegerField(default=0)
    rows_ever = models.PositiveBigIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
