"""Seats: the pool of an organization, who sits, who waits."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organization


class SeatPool(models.Model):
    """How many seats an organization has and how many are assigned; one row an organization.

    Everything that changes seats of an organization locks this row first: purchase, assignment,
    removal, true-up, renewal. Under a hard limit the database refuses more seats assigned than
    purchased. `purchased_seats` mirrors the seat ledger, which is the truth. From `held_since` on
    no seat is assigned, because a payment is long overdue; who sits keeps the seat.
    """

    class Limit(models.TextChoices):
        HARD = "hard", _("hard limit")
        SOFT = "soft", _("soft limit")

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, primary_key=True)
    purchased_seats = models.PositiveIntegerField(default=0)
    assigned_seats = models.PositiveIntegerField(default=0)
    limit = models.CharField(max_length=4, choices=Limit, default=Limit.HARD)
    allowance_seats = models.PositiveIntegerField(default=0)
    allowance_days = models.PositiveIntegerField(default=0)
    overage_since = models.DateTimeField(null=True, blank=True)
    held_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(limit="soft") | Q(assigned_seats__lte=F("purchased_seats")),
                name="a_hard_limit_holds",
            ),
            models.CheckConstraint(
                condition=Q(limit="hard")
                | Q(assigned_seats__lte=F("purchased_seats") + F("allowance_seats")),
                name="a_soft_limit_holds_with_its_allowance",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assigned_seats} of {self.purchased_seats}"


class SeatAssignment(models.Model):
    """A person's seat over a half-open time range; an open end is a live seat.

    An exclusion constraint forbids two at once for one membership.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="seat_assignments"
    )
    during = DateTimeRangeField(default_bounds="[)")
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    release_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_live_seat_per_membership",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("membership", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "membership"],
                condition=Q(during__endswith__isnull=True),
                name="live_seats",
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership} {self.during}"


class WaitingListEntry(models.Model):
    """A person who waits for a seat; seats are given in the order of the list."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="waiting_entries"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=300, blank=True)
    seated_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["requested_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "membership"],
                condition=Q(seated_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_waiting_list_entry_per_membership",
            )
        ]

    def __str__(self) -> str:
        return str(self.membership)
