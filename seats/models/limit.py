"""The limit over time: who changed it, what was told about an overage, what a plan begins with."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organization
from seats.models.seat import SeatPool


class LimitChange(models.Model):
    """One change of an organization's limit, with what held before; the way back needs both.

    `before` and `after` hold limit, allowance_seats, allowance_days and at_end; `before` also the
    `overage_until` of a countdown that the change ended.
    """

    class Cause(models.TextChoices):
        VENDOR = "vendor", _("set by the vendor")
        PLAN = "plan", _("what the plan begins with")
        TIME = "time", _("the time of an overage was over")
        SEATS = "seats", _("the number of seats changed")
        UNDO = "undo", _("taken back")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    at = models.DateTimeField(default=timezone.now)
    cause = models.CharField(max_length=6, choices=Cause)
    before = models.JSONField()
    after = models.JSONField()
    reason = models.CharField(max_length=300, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    actor_label = models.CharField(max_length=200)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["organization", "-at"], name="latest_limit_change")]

    def __str__(self) -> str:
        return str(SeatPool.Limit(self.after["limit"]).label)


class LimitNotice(models.Model):
    """A mail about one overage, sent once: some days before its end, or at it."""

    class Step(models.TextChoices):
        WEEK = "week", _("seven days ahead")
        DAY = "day", _("one day ahead")
        END = "end", _("at the end")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    overage_until = models.DateTimeField()
    step = models.CharField(max_length=4, choices=Step)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "overage_until", "step"],
                name="one_notice_per_overage_and_step",
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.overage_until}"


class SeatRefusal(models.Model):
    """That a person was refused for want of a seat on a day of UTC: a seat, or to sign in.

    One row however often they tried; `at` is the first time. Kept for a quarter.
    """

    pk = models.CompositePrimaryKey("organization", "day", "membership", "at_sign_in")
    organization: Any = models.ForeignKey(
        Organization,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    day = models.DateField()
    membership: Any = models.ForeignKey(
        Membership,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    at_sign_in = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.membership_id} {self.day}"


class LimitDefault(models.Model):
    """What organizations on a plan begin with, in a segment or in all; a row of the vendor's own.

    The most particular row holds: of the plan and the segment, then of the plan, then of the
    segment. Without any it is a hard limit.
    """

    plan_code = models.CharField(max_length=50, blank=True)
    segment = models.CharField(max_length=20, blank=True, choices=Organization.Segment)
    limit = models.CharField(
        max_length=10,
        choices=[choice for choice in SeatPool.Limit.choices if choice[0] != "closed"],
    )
    allowance_seats = models.PositiveIntegerField(default=0)
    allowance_days = models.PositiveIntegerField(default=0)
    at_end = models.CharField(max_length=10, choices=SeatPool.AtEnd, default=SeatPool.AtEnd.HARD)

    class Meta:
        ordering = ["plan_code", "segment"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan_code", "segment"], name="one_default_limit_per_plan_and_segment"
            ),
            models.CheckConstraint(
                condition=~Q(limit="closed"), name="no_plan_begins_with_a_closed_limit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_code} {self.segment}".strip() or "*"
