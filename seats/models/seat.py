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
    removal, true-up, renewal. The database refuses more seats assigned than the limit allows: none
    beyond the purchased under a hard one, the allowance under a soft one and one that the true-up
    charges, and under a closed one as many as were kept when it closed. `purchased_seats` mirrors
    the seat ledger, which is the truth. From `held_since` on no seat is assigned, because a payment
    is long overdue; who sits keeps the seat.

    `overage_since` is set while more is assigned than purchased, `overage_until` while a soft limit
    counts its days. `limit_is_own`: somebody of the vendor set it, so that a plan's default does
    not. `seats_next`: a released seat goes to the first who waits.
    """

    class Limit(models.TextChoices):
        HARD = "hard", _("hard limit")
        SOFT = "soft", _("soft limit")
        TRUE_UP = "true_up", _("overage charged by the true-up")
        CLOSED = "closed", _("closed limit")

    class AtEnd(models.TextChoices):
        HARD = "hard", _("a hard limit")
        TRUE_UP = "true_up", _("the true-up charges it")

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, primary_key=True)
    purchased_seats = models.PositiveIntegerField(default=0)
    assigned_seats = models.PositiveIntegerField(default=0)
    limit = models.CharField(max_length=10, choices=Limit, default=Limit.HARD)
    allowance_seats = models.PositiveIntegerField(default=0)
    allowance_days = models.PositiveIntegerField(default=0)
    at_end = models.CharField(max_length=10, choices=AtEnd, default=AtEnd.HARD)
    overage_since = models.DateTimeField(null=True, blank=True)
    overage_until = models.DateTimeField(null=True, blank=True)
    kept_seats = models.PositiveIntegerField(default=0)
    limit_is_own = models.BooleanField(default=False)
    seats_next = models.BooleanField(default=False)
    held_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(limit="hard") | Q(assigned_seats__lte=F("purchased_seats")),
                name="a_hard_limit_holds",
            ),
            models.CheckConstraint(
                condition=~Q(limit__in=["soft", "true_up"])
                | Q(assigned_seats__lte=F("purchased_seats") + F("allowance_seats")),
                name="a_soft_limit_holds_with_its_allowance",
            ),
            models.CheckConstraint(
                condition=~Q(limit="closed")
                | Q(assigned_seats__lte=F("purchased_seats") + F("kept_seats")),
                name="a_closed_limit_only_keeps",
            ),
            models.CheckConstraint(
                condition=Q(overage_until__isnull=True) | Q(limit="soft"),
                name="only_a_soft_limit_counts_days",
            ),
        ]
        indexes = [
            models.Index(
                fields=["overage_until"],
                condition=Q(overage_until__isnull=False),
                name="overage_that_ends",
            )
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
            ),
            models.Index(
                *("organization", "during__startswith", "membership"),
                condition=Q(during__endswith__isnull=True),
                name="live_seats_by_age",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership} {self.during}"


class WaitingListEntry(models.Model):
    """A person who waits for a seat; seats are given in the order of the list.

    The order is that of asking, until an admin puts somebody elsewhere: then everybody who waits
    has a `place`, and who asks later stands behind them. An entry ends seated, withdrawn, or
    declined with a reason, which counts as withdrawn too.
    """

    class Origin(models.TextChoices):
        ASKED = "asked", _("asked for it")
        JOINED = "joined", _("joined while none was left")
        ADMIN = "admin", _("put here by an admin")

    LAST_PLACE = 2_147_483_647

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="waiting_entries"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    origin = models.CharField(max_length=6, choices=Origin, default=Origin.ASKED)
    note = models.CharField(max_length=300, blank=True)
    place = models.PositiveIntegerField(default=LAST_PLACE)
    seated_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    decline_reason = models.CharField(max_length=300, blank=True)
    answered_by_label = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["place", "requested_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(declined_at__isnull=True)
                | (Q(withdrawn_at__isnull=False) & ~Q(decline_reason="")),
                name="a_declined_request_has_ended_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=["organization", "membership"],
                condition=Q(seated_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_waiting_list_entry_per_membership",
            ),
        ]

    def __str__(self) -> str:
        return str(self.membership)
